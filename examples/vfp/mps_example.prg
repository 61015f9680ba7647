* 医保读卡示例（Visual FoxPro 6 以上）。未在 Visual FoxPro 中运行过，见 README.md。
* 与 mps_answer.prg 放在一起。源文件是 UTF-8；请先另存为 GBK（ANSI）、换行为 CRLF。
*
*     DO mps_example WITH "03"          读社会保障卡
*     DO mps_example WITH "01", 码      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
LPARAMETERS cCertType, cCode
LOCAL oAnswer
SET PROCEDURE TO mps_answer ADDITIVE
oAnswer = CREATEOBJECT("MpsAnswer")
IF VARTYPE(cCode) <> "C"
    cCode = ""
ENDIF
IF MpsReadPatient(oAnswer, cCertType, cCode)
    MESSAGEBOX("姓名：" + oAnswer.FullName + CHR(13) + ;
        "身份证号：" + oAnswer.IdNumber + CHR(13) + ;
        IIF(cCertType == "03", "卡号：" + oAnswer.CardNo + CHR(13) + "卡识别码：" + oAnswer.CardCode, ;
            "令牌：" + oAnswer.EcToken), 64, "读到了病人")
ENDIF

* 读一个病人到 oAnswer 中。返回 .F. 时已显示原因，oAnswer 中没有病人。
FUNCTION MpsReadPatient(oAnswer, cCertType, cCode)
    LOCAL cReq, cResp, nRet, lGood, cWhy
    DECLARE INTEGER MPS_Call IN mps_client.dll STRING req, STRING @resp

    cCode = STRTRAN(STRTRAN(cCode, "&", "&" + "amp;"), "<", "&" + "lt;")
    cReq = '<?xml version="1.0" encoding="GBK" ?>' + ;
        '<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>' + ;
        '<Body><mdtrt_cert_type>' + cCertType + '</mdtrt_cert_type>'
    IF NOT cCode == ""
        cReq = cReq + '<ec_qr_code>' + cCode + '</ec_qr_code>'
    ENDIF
    cReq = cReq + '</Body></request>'

    * 必须先分配；动态库由空格个数知道它有多大。放不下时应答是一份说明原因的失败报文；
    * 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
    cResp = SPACE(8191) + CHR(0)
    nRet = MPS_Call(cReq, @cResp)
    IF nRet = 0
        cResp = LEFT(cResp, AT(CHR(0), cResp) - 1)
    ELSE
        cResp = ""
    ENDIF
    lGood = oAnswer.ReadAnswer(cResp, cCertType) && cResp 为空时也调用：清空上一个病人的
    IF NOT lGood
        cWhy = IIF(oAnswer.Problem == "", oAnswer.Msg, oAnswer.Problem)
        MESSAGEBOX(IIF(nRet = 0, cWhy, "MPS_Call 返回 " + LTRIM(STR(nRet))), 48, "没有读到病人")
    ENDIF
    RETURN lGood
ENDFUNC
