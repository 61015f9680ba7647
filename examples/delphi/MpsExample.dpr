// 医保读卡示例（Delphi 7 以上、Free Pascal）。
//
//     MpsExample 03                  读社会保障卡
//     MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。
// 退出码：0 读到了病人；1 没有读到，不得使用任何病人的信息；2 没有应答。
// 源文件是 UTF-8；Delphi 7 中请先另存为 GBK（ANSI），否则中文注释显示为乱码。
program MpsExample;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  SysUtils,
  MpsAnswer in 'MpsAnswer.pas';

{$IFDEF UNICODE}
type
  GbkString = type AnsiString(936);
{$ELSE}
type
  GbkString = AnsiString;
{$ENDIF}

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
  // 用空格填满（AnsiString 自己以 0 结尾）：动态库由此知道 resp 有多大。放不下时应答是一份说明原因的失败
  // 报文；不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
  Resp := StringOfChar(AnsiChar(' '), Size - 1);
  Ret := MPS_Call(PAnsiChar(Request), PAnsiChar(Resp));
  if Ret <> 0 then
    raise Exception.CreateFmt('MPS_Call 返回 %d', [Ret]);
  Result := string(GbkString(PAnsiChar(Resp))); // 到 0 为止
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

var
  CertType, Code: AnsiString;
  Answer: TMpsAnswer;
  Good: Boolean;
begin
  CertType := '03'; // mdtrt_cert_type
  if ParamCount >= 1 then
    CertType := AnsiString(ParamStr(1));
  Code := AnsiString(ParamStr(2));
  try
    if (Pos('<', string(Code)) > 0) or (Pos('&', string(Code)) > 0) then
      raise Exception.Create('码中有不能放进报文的字符');
    Good := ReadAnswer(Call(MakeRequest(CertType, Code), StrToIntDef(ParamStr(3), 8192)), string(CertType), Answer);
  except
    on E: Exception do
    begin
      Writeln('error=', E.Message);
      Halt(2);
    end;
  end;
  if (Answer.Problem = '') or (Answer.ResultCode <> '') then
  begin
    Writeln('funid=', Answer.Funid);
    Writeln('result=', Answer.ResultCode);
    Writeln('msg=', Answer.Msg);
  end;
  if not Good then
  begin
    if Answer.Problem <> '' then
      Writeln('error=', Answer.Problem);
    Halt(1);
  end;
  if CertType = '03' then
  begin
    Writeln('idcard_no=', Answer.IdNumber);
    Writeln('card_no=', Answer.CardNo);
    Writeln('name=', Answer.Name);
    Writeln('card_code=', Answer.CardCode);
  end
  else
  begin
    Writeln('idNo=', Answer.IdNumber);
    Writeln('userName=', Answer.Name);
    Writeln('ecToken=', Answer.EcToken);
  end;
end.
