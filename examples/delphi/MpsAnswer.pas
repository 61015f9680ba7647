// 读应答报文：XML、其中的 JSON，和谁是病人。Delphi 7 以上、Free Pascal，只用自带的单元。
//
// Delphi 2009 以上 string 是 Unicode；更早的和 Free Pascal 是 GBK，GBK 没有的字保留为 &#N;，不丢字。
// 源文件是 UTF-8；Delphi 7 中请先另存为 GBK（ANSI）。
unit MpsAnswer;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils;

type
  // 应答不能使用：不得采用其中任何内容。
  EMpsAnswer = class(Exception);

  TMpsAnswer = record
    Funid: string;
    ResultCode: string; // 0 成功，其他失败，原因在 Msg
    Msg: string;
    Problem: string; // ResultCode 为 0 却不能使用的原因；空为没有
    // 病人。ReadAnswer 返回 True 时才有，否则都是空。
    IdNumber: string; // 身份证号：idcard_no，或 idNo
    Name: string;     // 姓名：name，或 userName
    CardNo: string;   // 卡号，实体卡
    CardCode: string; // 卡识别码，实体卡
    EcToken: string;  // 令牌，电子凭证
  end;

// 读应答 Resp（CertType：03 实体卡，01 电子凭证），先清空 Answer。返回 True：Answer 中是病人。
// 返回 False：没有读到病人，把 Problem 显示给操作员，Problem 为空则显示 Msg。
function ReadAnswer(const Resp, CertType: string; var Answer: TMpsAnswer): Boolean;

// 元素的文字，没有则为空。Path 例如 /response/Header/msg；有几个时取第一个。
function XmlText(const Xml, Path: string): string;

// 对象 Json 的成员 Name：字符串的文字，或数字原来的写法，前后不带空格；没有，或是别的，则为空。
function JsonText(const Json, Name: string): string;

// 对象 Json 的成员 Name 的 JSON：对象，或字符串中装着的；没有，或是别的，则为 {}。
function JsonObject(const Json, Name: string): string;

implementation

{$IFDEF MSWINDOWS}
uses
  Windows;
{$ELSE}
uses
  cwstring; // Free Pascal 在 Linux 上的编码转换
{$ENDIF}

const
  NotXml = '应答不是完整的 XML';
  NotJson = 'out_put 不是完整的 JSON';
  NotZero = 'out_put 的 code 不是 0';
  Nobody = '应答中没有病人的姓名或号码';
  {$IFDEF UNICODE}
  WideBlank = #$3000; // 全角空格
  {$ELSE}
  WideBlank = #$A1#$A1;
  {$ENDIF}
  MaxDepth = 64;

// ---- 文字 ----

// 码位 C 的字。
function Character(C: Cardinal): string;
{$IFDEF UNICODE}
begin
  if C < $10000 then
    Result := Char(C)
  else
    Result := Char($D800 + (C - $10000) shr 10) + Char($DC00 + (C - $10000) and $3FF);
end;
{$ELSE}
var
  Wide: WideChar;
  {$IFDEF MSWINDOWS}
  Bytes: array [0..3] of AnsiChar;
  Length: Integer;
  Lost: BOOL;
  {$ELSE}
  Bytes: RawByteString;
  {$ENDIF}
begin
  Result := '';
  if C < $80 then
    Result := AnsiChar(C)
  else if C < $10000 then
  begin
    Wide := WideChar(C);
    {$IFDEF MSWINDOWS}
    Lost := False;
    Length := WideCharToMultiByte(936, $400 { WC_NO_BEST_FIT_CHARS }, @Wide, 1, Bytes, 4, nil, @Lost);
    if not Lost then
      SetString(Result, Bytes, Length);
    {$ELSE}
    WideStringManager.Unicode2AnsiMoveProc(@Wide, Bytes, 936, 1);
    if Bytes <> '?' then
    begin
      SetCodePage(Bytes, CP_ACP, False);
      Result := Bytes;
    end;
    {$ENDIF}
  end;
  if Result = '' then // GBK 没有的字
    Result := '&#' + IntToStr(C) + ';';
end;
{$ENDIF}

// 第 I 个字符；之外为 #0。
function At(const S: string; I: Integer): Char;
begin
  Result := #0;
  if (I >= 1) and (I <= Length(S)) then
    Result := S[I];
end;

function StartsAt(const Token, S: string; I: Integer): Boolean;
begin
  Result := Copy(S, I, Length(Token)) = Token;
end;

// Token 在 S 中第 I 个字符起第一次出现的位置，没有则为 0。
function Find(const Token, S: string; I: Integer): Integer;
begin
  Result := Pos(Token, Copy(S, I, MaxInt));
  if Result > 0 then
    Result := Result + I - 1;
end;

// 去掉前后的空白，包括全角空格。
function TrimBlanks(const S: string): string;
begin
  Result := Trim(S);
  while StartsAt(WideBlank, Result, 1) do
    Result := Trim(Copy(Result, Length(WideBlank) + 1, MaxInt));
  while (Result <> '') and StartsAt(WideBlank, Result, Length(Result) - Length(WideBlank) + 1) do
    Result := Trim(Copy(Result, 1, Length(Result) - Length(WideBlank)));
end;

// 十六进制数字的值，不是数字为 99。
function Digit(C: Char): Cardinal;
begin
  case C of
    '0'..'9': Result := Ord(C) - Ord('0');
    'A'..'F': Result := Ord(C) - Ord('A') + 10;
    'a'..'f': Result := Ord(C) - Ord('a') + 10;
  else
    Result := 99;
  end;
end;

// ---- XML ----

// S 中第 I 个字符处的引用（&amp; &#N; &#xN; …）；I 移到它之后。
function XmlReference(const S: string; var I: Integer): string;
const
  Names: array [0..4] of string = ('&amp;', '&lt;', '&gt;', '&quot;', '&apos;');
  Characters: array [0..4] of string = ('&', '<', '>', '"', '''');
var
  N, First: Integer;
  C, Base: Cardinal;
begin
  for N := 0 to 4 do
    if StartsAt(Names[N], S, I) then
    begin
      I := I + Length(Names[N]);
      Result := Characters[N];
      Exit;
    end;
  if not StartsAt('&#', S, I) then
    raise EMpsAnswer.Create(NotXml);
  I := I + 2;
  Base := 10;
  if At(S, I) = 'x' then
  begin
    Base := 16;
    Inc(I);
  end;
  First := I;
  C := 0;
  while (Digit(At(S, I)) < Base) and (C <= $10FFFF) do
  begin
    C := C * Base + Digit(At(S, I));
    Inc(I);
  end;
  if (I = First) or (At(S, I) <> ';') or (C = 0) or (C > $10FFFF) or ((C >= $D800) and (C <= $DFFF)) then
    raise EMpsAnswer.Create(NotXml);
  Inc(I);
  Result := Character(C);
end;

function XmlDecode(const S: string): string;
var
  I, Next: Integer;
begin
  Result := '';
  I := 1;
  repeat
    Next := Find('&', S, I);
    if Next = 0 then
      Next := Length(S) + 1;
    Result := Result + Copy(S, I, Next - I);
    I := Next;
    if I <= Length(S) then
      Result := Result + XmlReference(S, I);
  until I > Length(S);
end;

// 开始标签（I 在元素名之后）的 '>'；属性的值中可以有 '>'。
function XmlTagEnd(const S: string; I: Integer): Integer;
begin
  while At(S, I) <> '>' do
  begin
    if (At(S, I) = '"') or (At(S, I) = '''') then
    begin
      I := Find(At(S, I), S, I + 1);
      if I = 0 then
        raise EMpsAnswer.Create(NotXml);
    end
    else if (At(S, I) = '<') or (I > Length(S)) then
      raise EMpsAnswer.Create(NotXml);
    Inc(I);
  end;
  Result := I;
end;

// Token 之后的位置。
function XmlAfter(const Token, S: string; I: Integer): Integer;
begin
  Result := Find(Token, S, I);
  if Result = 0 then
    raise EMpsAnswer.Create(NotXml);
  Result := Result + Length(Token);
end;

function XmlText(const Xml, Path: string): string;
var
  Here, Text, Name: string;
  I, Next: Integer;
  Begun, Found: Boolean;

  procedure Leave;
  begin
    Found := Found or (Here = Path);
    SetLength(Here, Length(Here) - Length(Name) - 1);
  end;

begin
  Result := '';
  Here := '';
  Begun := False;
  Found := False;
  I := 1;
  repeat
    Next := Find('<', Xml, I);
    if Next = 0 then
      Next := Length(Xml) + 1;
    Text := Copy(Xml, I, Next - I);
    I := Next;
    if Here <> '' then
      Text := XmlDecode(Text)
    else if Trim(Text) <> '' then
      raise EMpsAnswer.Create(NotXml);
    if StartsAt('<?', Xml, I) then
      I := XmlAfter('?>', Xml, I)
    else if StartsAt('<!--', Xml, I) then
      I := XmlAfter('-->', Xml, I + 4)
    else if StartsAt('<![CDATA[', Xml, I) and (Here <> '') then
    begin
      I := XmlAfter(']]>', Xml, I + 9);
      Text := Text + Copy(Xml, Next + 9, I - Next - 12);
    end;
    if (Here = Path) and not Found then
      Result := Result + Text;
    if (I > Length(Xml)) or (I <> Next) or (At(Xml, I) <> '<') then
      Continue;

    // 开始或结束标签
    if StartsAt('</', Xml, I) then
    begin
      Next := XmlAfter('>', Xml, I);
      Name := TrimRight(Copy(Xml, I + 2, Next - I - 3));
      if (Name = '') or not StartsAt('/' + Name, Here, Length(Here) - Length(Name)) then
        raise EMpsAnswer.Create(NotXml);
      Leave;
    end
    else
    begin
      Next := I + 1;
      while not (At(Xml, Next) in [#0, ' ', #9, #10, #13, '/', '>']) do
        Inc(Next);
      Name := Copy(Xml, I + 1, Next - I - 1);
      Next := XmlTagEnd(Xml, Next) + 1;
      if (Name = '') or (Name[1] = '!') or (Begun and (Here = '')) then
        raise EMpsAnswer.Create(NotXml);
      Begun := True;
      Here := Here + '/' + Name;
      if At(Xml, Next - 2) = '/' then
        Leave;
    end;
    I := Next;
  until I > Length(Xml);
  if not Begun or (Here <> '') then
    raise EMpsAnswer.Create(NotXml);
end;

// ---- JSON ----

// 从第 I 个字符起跳过空白，返回下一个字符，末尾为 #0。
function JsonNext(const S: string; var I: Integer): Char;
begin
  while At(S, I) in [' ', #9, #10, #13] do
    Inc(I);
  Result := At(S, I);
end;

function JsonHex4(const S: string; I: Integer): Cardinal;
var
  N: Integer;
begin
  Result := 0;
  for N := I to I + 3 do
  begin
    if Digit(At(S, N)) > 15 then
      raise EMpsAnswer.Create(NotJson);
    Result := Result * 16 + Digit(At(S, N));
  end;
end;

// S 中第 I 个字符处的转义（'\'）；I 移到它之后。
function JsonEscape(const S: string; var I: Integer): string;
const
  From = '"\/bfnrt';
  Into = '"\/'#8#12#10#13#9;
var
  N: Integer;
  C, Low: Cardinal;
begin
  N := Pos(string(At(S, I + 1)), From);
  if (I < Length(S)) and (N > 0) then
  begin
    I := I + 2;
    Result := Into[N];
    Exit;
  end;
  if At(S, I + 1) <> 'u' then
    raise EMpsAnswer.Create(NotJson);
  C := JsonHex4(S, I + 2);
  I := I + 6;
  if (C >= $D800) and (C <= $DBFF) and StartsAt('\u', S, I) then // 两个 \uXXXX 是一个字
  begin
    Low := JsonHex4(S, I + 2);
    I := I + 6;
    if (Low < $DC00) or (Low > $DFFF) then
      raise EMpsAnswer.Create(NotJson);
    C := $10000 + (C - $D800) shl 10 + (Low - $DC00);
  end;
  if (C = 0) or ((C >= $D800) and (C <= $DFFF)) then // 单独的 \ud842 是半个字符
    raise EMpsAnswer.Create(NotJson);
  Result := Character(C);
end;

// S 中第 I 个字符处的字符串；I 移到它之后。
function JsonString(const S: string; var I: Integer): string;
var
  First: Integer;
begin
  Result := '';
  if At(S, I) <> '"' then
    raise EMpsAnswer.Create(NotJson);
  Inc(I);
  while At(S, I) <> '"' do
  begin
    if At(S, I) < ' ' then
      raise EMpsAnswer.Create(NotJson);
    if At(S, I) = '\' then
    begin
      Result := Result + JsonEscape(S, I);
      Continue;
    end;
    First := I;
    {$IFNDEF UNICODE}
    if Ord(S[I]) > $80 then // 双字节的字，第二个字节可以是 '\'
      Inc(I);
    {$ENDIF}
    Inc(I);
    Result := Result + Copy(S, First, I - First);
  end;
  Inc(I);
end;

procedure JsonDigits(const S: string; var I: Integer);
begin
  if Digit(At(S, I)) > 9 then
    raise EMpsAnswer.Create(NotJson);
  while Digit(At(S, I)) <= 9 do
    Inc(I);
end;

procedure JsonNumber(const S: string; var I: Integer);
begin
  if At(S, I) = '-' then
    Inc(I);
  if At(S, I) = '0' then
    Inc(I)
  else
    JsonDigits(S, I);
  if At(S, I) = '.' then
  begin
    Inc(I);
    JsonDigits(S, I);
  end;
  if (At(S, I) = 'e') or (At(S, I) = 'E') then
  begin
    Inc(I);
    if (At(S, I) = '+') or (At(S, I) = '-') then
      Inc(I);
    JsonDigits(S, I);
  end;
end;

// 把 I 移到第 I 个字符处的值之后。Name 不为空时，值是对象，Found 为其成员 Name 的值的位置；
// 同名的成员以最后一个为准，没有则 Found 不变。
procedure JsonValue(const S: string; var I: Integer; Depth: Integer; const Name: string; var Found: Integer);
const
  Words: array [0..2] of string = ('true', 'false', 'null');
var
  Close: Char;
  Key: string;
  N: Integer;
begin
  for N := 0 to 2 do
    if StartsAt(Words[N], S, I) then
    begin
      I := I + Length(Words[N]);
      Exit;
    end;
  case At(S, I) of
    '"':
      begin
        JsonString(S, I);
        Exit;
      end;
    '{': Close := '}';
    '[': Close := ']';
  else
    JsonNumber(S, I);
    Exit;
  end;
  if Depth > MaxDepth then
    raise EMpsAnswer.Create(NotJson);
  Inc(I);
  if JsonNext(S, I) <> Close then
    repeat
      if Close = '}' then
      begin
        JsonNext(S, I);
        Key := JsonString(S, I);
        if JsonNext(S, I) <> ':' then
          raise EMpsAnswer.Create(NotJson);
        Inc(I);
        JsonNext(S, I);
        if (Name <> '') and (Key = Name) then
          Found := I;
      end
      else
        JsonNext(S, I);
      JsonValue(S, I, Depth + 1, '', Found);
      if JsonNext(S, I) = Close then
        Break;
      if At(S, I) <> ',' then
        raise EMpsAnswer.Create(NotJson);
      Inc(I);
    until False;
  Inc(I);
end;

// 对象 Json 的成员 Name 的值的位置，没有则为 0。
function JsonFind(const Json, Name: string): Integer;
var
  I: Integer;
begin
  Result := 0;
  I := 1;
  if JsonNext(Json, I) <> '{' then
    raise EMpsAnswer.Create(NotJson);
  JsonValue(Json, I, 0, Name, Result);
  JsonNext(Json, I);
  if I <= Length(Json) then
    raise EMpsAnswer.Create(NotJson);
end;

function JsonText(const Json, Name: string): string;
var
  I, First: Integer;
begin
  Result := '';
  I := JsonFind(Json, Name);
  First := I;
  if At(Json, I) = '"' then
    Result := TrimBlanks(JsonString(Json, I))
  else if (At(Json, I) = '-') or (Digit(At(Json, I)) <= 9) then
  begin
    JsonNumber(Json, I);
    Result := Copy(Json, First, I - First);
  end;
end;

function JsonObject(const Json, Name: string): string;
var
  I, First, Found: Integer;
begin
  Result := '{}';
  I := JsonFind(Json, Name);
  First := I;
  Found := 0;
  if At(Json, I) = '"' then
    Result := JsonString(Json, I)
  else if At(Json, I) = '{' then
  begin
    JsonValue(Json, I, 0, '', Found);
    Result := Copy(Json, First, I - First);
  end;
end;

// ---- 病人 ----

procedure ReadCard(const Resp: string; var Answer: TMpsAnswer);
begin
  Answer.IdNumber := TrimBlanks(XmlText(Resp, '/response/Body/idcard_no'));
  Answer.CardNo := TrimBlanks(XmlText(Resp, '/response/Body/card_no'));
  Answer.Name := TrimBlanks(XmlText(Resp, '/response/Body/name'));
  Answer.CardCode := TrimBlanks(XmlText(Resp, '/response/Body/card_code'));
  if (Answer.Name = '') or ((Answer.IdNumber = '') and (Answer.CardNo = '')) then
    raise EMpsAnswer.Create(Nobody);
end;

procedure ReadVoucher(const Resp: string; var Answer: TMpsAnswer);
var
  OutPut, Data: string;
begin
  OutPut := XmlText(Resp, '/response/Body/out_put');
  if JsonText(OutPut, 'code') <> '0' then // 有的中心写 "0"，有的写 0
    raise EMpsAnswer.Create(NotZero);
  Data := JsonObject(OutPut, 'data');
  Answer.IdNumber := JsonText(Data, 'idNo');
  if Answer.IdNumber = '' then
    Answer.IdNumber := JsonText(Data, 'aac002');
  Answer.Name := JsonText(Data, 'userName');
  Answer.EcToken := JsonText(Data, 'ecToken');
  if (Answer.Name = '') or (Answer.IdNumber = '') or (Answer.EcToken = '') then
    raise EMpsAnswer.Create(Nobody);
end;

procedure ClearPatient(var Answer: TMpsAnswer);
begin
  Answer.IdNumber := '';
  Answer.Name := '';
  Answer.CardNo := '';
  Answer.CardCode := '';
  Answer.EcToken := '';
end;

function ReadAnswer(const Resp, CertType: string; var Answer: TMpsAnswer): Boolean;
begin
  Result := False;
  ClearPatient(Answer); // 上一个病人的
  Answer.Funid := '';
  Answer.ResultCode := '';
  Answer.Msg := '';
  Answer.Problem := '';
  try
    Answer.Funid := XmlText(Resp, '/response/Header/funid');
    Answer.ResultCode := XmlText(Resp, '/response/Header/result');
    Answer.Msg := XmlText(Resp, '/response/Header/msg');
    if Answer.ResultCode <> '0' then // 0 成功，其他失败
      Exit;
    if CertType = '03' then
      ReadCard(Resp, Answer)
    else
      ReadVoucher(Resp, Answer);
    Result := True;
  except
    on E: EMpsAnswer do
    begin
      ClearPatient(Answer);
      Answer.Problem := E.Message + '，没有采用；请重试，仍不成功请联系信息科';
    end;
  end;
end;

end.
