// 医保读卡示例（Delphi 7 以上、Free Pascal）。
//
//     MpsExample 03                  读社会保障卡
//     MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。
// 源文件是 UTF-8；Delphi 7 中请先另存为 GBK（ANSI），否则中文注释显示为乱码。
program MpsExample;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  SysUtils;

{$IFDEF MSWINDOWS}
function MPS_Call(req, resp: PAnsiChar): Integer; stdcall;
  external 'mps_client.dll' name 'MPS_Call';
{$ELSE} // Linux 上没有 stdcall
function MPS_Call(req, resp: PAnsiChar): Integer; cdecl;
  external 'mps_client' name 'MPS_Call';
{$ENDIF}

function Call(const Request: AnsiString; Size: Integer): string;
var
  Resp: AnsiString;
  Ret: Integer;
begin
  // 用空格填满（AnsiString 自己以 0 结尾）：动态库由此知道 resp 有多大。
  Resp := StringOfChar(AnsiChar(' '), Size - 1);
  Ret := MPS_Call(PAnsiChar(Request), PAnsiChar(Resp));
  if Ret <> 0 then
    raise Exception.CreateFmt('MPS_Call = %d', [Ret]);
  // 到 0 为止。先转成 string 再查找：Delphi 2009 以上 string 是 Unicode，下标按字符计。
  Result := string(AnsiString(PAnsiChar(Resp)));
end;

function MakeRequest(const CertType, Code: AnsiString): AnsiString;
begin
  Result := '<?xml version="1.0" encoding="GBK" ?>' +
    '<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>' +
    '<Body><mdtrt_cert_type>' + CertType + '</mdtrt_cert_type>';
  if Code <> '' then
    Result := Result + '<ec_qr_code>' + Code + '</ec_qr_code>';
  Result := Result + '</Body></request>';
end;

// <Name>…</Name> 的内容，没有则为空。
function Element(const Answer, Name: string): string;
var
  Rest: string;
begin
  Result := '';
  if Pos('<' + Name + '>', Answer) = 0 then
    Exit;
  Rest := Copy(Answer, Pos('<' + Name + '>', Answer) + Length(Name) + 2, MaxInt);
  Result := Copy(Rest, 1, Pos('</', Rest) - 1);
end;

// out_put 中 JSON 的 "Name": "…"。JSON 有时是紧凑的，冒号后不一定有空格。
function Member(const Answer, Name: string): string;
var
  Rest: string;
begin
  Result := '';
  if Pos('"' + Name + '"', Answer) = 0 then
    Exit;
  Rest := Copy(Answer, Pos('"' + Name + '"', Answer) + Length(Name) + 2, MaxInt);
  Rest := Copy(Rest, Pos('"', Rest) + 1, MaxInt);
  Result := Copy(Rest, 1, Pos('"', Rest) - 1);
end;

var
  CertType, Code: AnsiString;
  Answer: string;
begin
  CertType := '03'; // mdtrt_cert_type
  if ParamCount >= 1 then
    CertType := AnsiString(ParamStr(1));
  Code := AnsiString(ParamStr(2));
  if (Pos('<', string(Code)) > 0) or (Pos('&', string(Code)) > 0) then
    raise Exception.Create('ec_qr_code');

  Answer := Call(MakeRequest(CertType, Code), StrToIntDef(ParamStr(3), 8192));
  Writeln('funid=', Element(Answer, 'funid'));
  Writeln('result=', Element(Answer, 'result')); // 0 成功，其他失败，原因在 msg
  Writeln('msg=', Element(Answer, 'msg'));
  if Element(Answer, 'result') <> '0' then
    Halt(1);
  if CertType = '03' then
  begin
    Writeln('idcard_no=', Element(Answer, 'idcard_no'));
    Writeln('card_no=', Element(Answer, 'card_no'));
    Writeln('name=', Element(Answer, 'name'));
    Writeln('card_code=', Element(Answer, 'card_code'));
  end
  else
  begin
    Writeln('idNo=', Member(Answer, 'idNo'));
    Writeln('userName=', Member(Answer, 'userName'));
    Writeln('ecToken=', Member(Answer, 'ecToken'));
  end;
end.
