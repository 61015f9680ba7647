* 读应答报文：XML、其中的 JSON，和谁是病人。Visual FoxPro 6 以上。未在 Visual FoxPro 中运行过，见 README.md。
*
*     SET PROCEDURE TO mps_answer ADDITIVE
*     oAnswer = CREATEOBJECT("MpsAnswer")
*     IF oAnswer.ReadAnswer(cResp, "03")
*
* 文字都是 GBK。引用和转义（&#N;、&#xN;、\uXXXX）换成字；GBK 没有的字保留为 &#N;，不丢字。
* 比较字符串都用 ==：SET EXACT OFF 时，"0abc" = "0" 为真。
* 变量名都有表示类型的前缀：打开的表中有同名的字段时，Visual FoxPro 取的是字段。
* 源文件是 UTF-8；Visual FoxPro 只认 GBK（ANSI），请先另存为 GBK、换行为 CRLF。
DEFINE CLASS MpsAnswer AS Custom
    Funid = ""
    Result = ""     && 0 成功，其他失败，原因在 Msg
    Msg = ""
    Problem = ""    && Result 为 0 却不能使用的原因；空为没有

    * 病人。ReadAnswer 返回 .T. 时才有，否则都是空。
    IdNumber = ""   && 身份证号：idcard_no，或 idNo
    FullName = ""   && 姓名：name，或 userName
    CardNo = ""     && 卡号，实体卡
    CardCode = ""   && 卡识别码，实体卡
    EcToken = ""    && 令牌，电子凭证

    * 最近一次 XmlText、JsonText、JsonObject、JsonString 得到的文字，JsonFind 找到的位置。
    Text = ""
    Found = 0

    * 读应答 cResp（cCertType：03 实体卡，01 电子凭证）。返回 .T.：上面是病人。
    * 返回 .F.：没有读到病人，把 Problem 显示给操作员，Problem 为空则显示 Msg。
    FUNCTION ReadAnswer(cResp, cCertType)
        LOCAL lGood
        This.ClearPatient() && 上一个病人的
        This.Funid = ""
        This.Result = ""
        This.Msg = ""
        This.Problem = ""
        lGood = This.XmlText(cResp, "/response/Header/funid")
        This.Funid = This.Text
        IF lGood
            lGood = This.XmlText(cResp, "/response/Header/result")
            This.Result = This.Text
        ENDIF
        IF lGood
            lGood = This.XmlText(cResp, "/response/Header/msg")
            This.Msg = This.Text
        ENDIF
        IF NOT lGood
            This.Problem = "应答不是完整的 XML"
        ELSE
            IF NOT This.Result == "0" && 0 成功，其他失败
                RETURN .F.
            ENDIF
            IF cCertType == "03"
                This.Problem = This.ReadCard(cResp)
            ELSE
                This.Problem = This.ReadVoucher(cResp)
            ENDIF
        ENDIF
        IF This.Problem == ""
            RETURN .T.
        ENDIF
        This.ClearPatient()
        This.Problem = This.Problem + "，没有采用；请重试，仍不成功请联系信息科"
        RETURN .F.
    ENDFUNC

    FUNCTION ClearPatient()
        This.IdNumber = ""
        This.FullName = ""
        This.CardNo = ""
        This.CardCode = ""
        This.EcToken = ""
        RETURN .T.
    ENDFUNC

    * 返回不能使用的原因，空为没有。
    FUNCTION ReadCard(cResp)
        LOCAL lGood
        lGood = This.XmlText(cResp, "/response/Body/idcard_no")
        This.IdNumber = This.TrimBlanks(This.Text)
        IF lGood
            lGood = This.XmlText(cResp, "/response/Body/card_no")
            This.CardNo = This.TrimBlanks(This.Text)
        ENDIF
        IF lGood
            lGood = This.XmlText(cResp, "/response/Body/name")
            This.FullName = This.TrimBlanks(This.Text)
        ENDIF
        IF lGood
            lGood = This.XmlText(cResp, "/response/Body/card_code")
            This.CardCode = This.TrimBlanks(This.Text)
        ENDIF
        IF NOT lGood
            RETURN "应答不是完整的 XML"
        ENDIF
        IF This.FullName == "" OR (This.IdNumber == "" AND This.CardNo == "")
            RETURN "应答中没有病人的姓名或号码"
        ENDIF
        RETURN ""
    ENDFUNC

    FUNCTION ReadVoucher(cResp)
        LOCAL cJson, lGood
        IF NOT This.XmlText(cResp, "/response/Body/out_put")
            RETURN "应答不是完整的 XML"
        ENDIF
        cJson = This.Text
        IF NOT This.JsonText(cJson, "code")
            RETURN "out_put 不是完整的 JSON"
        ENDIF
        IF NOT This.Text == "0" && 有的中心写 "0"，有的写 0
            RETURN "out_put 的 code 不是 0"
        ENDIF
        lGood = This.JsonObject(cJson, "data")
        cJson = This.Text
        IF lGood
            lGood = This.JsonText(cJson, "idNo")
            This.IdNumber = This.Text
        ENDIF
        IF lGood AND This.IdNumber == ""
            lGood = This.JsonText(cJson, "aac002")
            This.IdNumber = This.Text
        ENDIF
        IF lGood
            lGood = This.JsonText(cJson, "userName")
            This.FullName = This.Text
        ENDIF
        IF lGood
            lGood = This.JsonText(cJson, "ecToken")
            This.EcToken = This.Text
        ENDIF
        IF NOT lGood
            RETURN "out_put 不是完整的 JSON"
        ENDIF
        IF This.FullName == "" OR This.IdNumber == "" OR This.EcToken == ""
            RETURN "应答中没有病人的姓名或号码"
        ENDIF
        RETURN ""
    ENDFUNC

    * ---- 文字 ----

    * 去掉前后的空白，包括全角空格（GBK 的 A1 A1）。
    FUNCTION TrimBlanks(cS)
        LOCAL nN
        DO WHILE .T.
            nN = LEN(cS)
            DO WHILE LEN(cS) > 0 AND ASC(LEFT(cS, 1)) <= 32
                cS = SUBSTR(cS, 2)
            ENDDO
            DO WHILE LEN(cS) > 0 AND ASC(RIGHT(cS, 1)) <= 32
                cS = LEFT(cS, LEN(cS) - 1)
            ENDDO
            IF LEFT(cS, 2) == CHR(161) + CHR(161)
                cS = SUBSTR(cS, 3)
            ENDIF
            IF RIGHT(cS, 2) == CHR(161) + CHR(161)
                cS = LEFT(cS, LEN(cS) - 2)
            ENDIF
            IF LEN(cS) = nN
                EXIT
            ENDIF
        ENDDO
        RETURN cS
    ENDFUNC

    * 从第 nI 个字节起，跳过 cChars 中的字符，返回之后的位置。
    FUNCTION Skip(cS, nI, cChars)
        DO WHILE nI <= LEN(cS)
            IF AT(SUBSTR(cS, nI, 1), cChars) = 0
                EXIT
            ENDIF
            nI = nI + 1
        ENDDO
        RETURN nI
    ENDFUNC

    * 空格、制表、回车、换行。
    FUNCTION Blanks()
        RETURN " " + CHR(9) + CHR(13) + CHR(10)
    ENDFUNC

    * 从第 nI 个字节起，cMark 之后的位置；没有则为 0。
    FUNCTION After(cS, nI, cMark)
        LOCAL nN
        nN = AT(cMark, SUBSTR(cS, nI))
        IF nN > 0
            nN = nI + nN - 1 + LEN(cMark)
        ENDIF
        RETURN nN
    ENDFUNC

    * 码位 cC 的字。STRCONV 的 6 是从 Unicode 到 GBK，5 是反过来，2052 是中文（中国）。
    FUNCTION Character(nC)
        LOCAL cWide, cNarrow
        IF nC < 128
            RETURN CHR(nC)
        ENDIF
        IF nC < 65536
            cWide = CHR(nC % 256) + CHR(INT(nC / 256))
            cNarrow = STRCONV(cWide, 6, 2052)
            IF STRCONV(cNarrow, 5, 2052) == cWide
                RETURN cNarrow
            ENDIF
        ENDIF
        RETURN "&" + "#" + LTRIM(STR(nC)) + ";"
    ENDFUNC

    * 数 cS 的值，nRadix 为 10 或 16；cS 不是数，或太大，为 -1。
    FUNCTION NumberOf(cS, nRadix)
        LOCAL nI, nDigit, nValue
        IF cS == ""
            RETURN -1
        ENDIF
        nValue = 0
        FOR nI = 1 TO LEN(cS)
            nDigit = AT(LOWER(SUBSTR(cS, nI, 1)), "0123456789abcdef") - 1
            IF nDigit < 0 OR nDigit >= nRadix OR nValue > 1114111
                RETURN -1
            ENDIF
            nValue = nValue * nRadix + nDigit
        ENDFOR
        RETURN nValue
    ENDFUNC

    * ---- XML ----

    * 引用（& 与 ; 之间的）的字；不认识的为空。
    FUNCTION XmlReference(cReference)
        LOCAL nC
        DO CASE
            CASE cReference == "amp"
                RETURN "&"
            CASE cReference == "lt"
                RETURN "<"
            CASE cReference == "gt"
                RETURN ">"
            CASE cReference == "quot"
                RETURN CHR(34)
            CASE cReference == "apos"
                RETURN CHR(39)
            CASE LEFT(cReference, 2) == "#x"
                nC = This.NumberOf(SUBSTR(cReference, 3), 16)
            CASE LEFT(cReference, 1) == "#"
                nC = This.NumberOf(SUBSTR(cReference, 2), 10)
            OTHERWISE
                RETURN ""
        ENDCASE
        IF nC < 1 OR nC > 1114111 OR (nC >= 55296 AND nC <= 57343)
            RETURN ""
        ENDIF
        RETURN This.Character(nC)
    ENDFUNC

    * 把 cS 中的引用换成字，放在 Text 中；写错了返回 .F.。
    FUNCTION XmlDecode(cS)
        LOCAL nI, nLast, cDecoded, cValue
        cDecoded = ""
        nI = AT("&", cS)
        DO WHILE nI > 0
            nLast = This.After(cS, nI, ";")
            IF nLast = 0
                RETURN .F.
            ENDIF
            cValue = This.XmlReference(SUBSTR(cS, nI + 1, nLast - nI - 2))
            IF cValue == ""
                RETURN .F.
            ENDIF
            cDecoded = cDecoded + LEFT(cS, nI - 1) + cValue
            cS = SUBSTR(cS, nLast)
            nI = AT("&", cS)
        ENDDO
        This.Text = cDecoded + cS
        RETURN .T.
    ENDFUNC

    * 开始标签（nI 在元素名之后）的 > 之后的位置；属性的值中可以有 >。没有则为 0。
    FUNCTION XmlTagEnd(cS, nI)
        LOCAL cC
        DO WHILE .T.
            cC = SUBSTR(cS, nI, 1)
            IF cC == "" OR cC == "<"
                RETURN 0
            ENDIF
            nI = nI + 1
            IF cC == ">"
                RETURN nI
            ENDIF
            IF cC == CHR(34) OR cC == CHR(39)
                nI = This.After(cS, nI, cC)
                IF nI = 0
                    RETURN 0
                ENDIF
            ENDIF
        ENDDO
        RETURN 0
    ENDFUNC

    * 元素的文字放在 Text 中，没有则为空。cPath 例如 /response/Header/msg；有几个时取第一个。
    * cXml 不是完整的 XML 时返回 .F.，Text 为空。
    FUNCTION XmlText(cXml, cPath)
        LOCAL cHere, cValue, lBegun, lDone, nI, nFirst, cPart, cTag, lLeaving
        cHere = ""
        cValue = ""
        lBegun = .F.
        lDone = .F.
        nI = 1
        DO WHILE .T.
            * 标签之前的文字
            nFirst = This.After(cXml, nI, "<") - 1
            IF nFirst < 0
                nFirst = LEN(cXml) + 1
            ENDIF
            cPart = SUBSTR(cXml, nI, nFirst - nI)
            IF cHere == ""
                IF NOT This.TrimBlanks(cPart) == ""
                    This.Text = ""
                    RETURN .F.
                ENDIF
            ELSE
                IF NOT This.XmlDecode(cPart)
                    This.Text = ""
                    RETURN .F.
                ENDIF
                cPart = This.Text
            ENDIF
            This.Text = ""
            nI = nFirst
            IF SUBSTR(cXml, nI, 2) == "<?"
                nI = This.After(cXml, nI, "?>")
            ELSE
                IF SUBSTR(cXml, nI, 4) == "<!--"
                    nI = This.After(cXml, nI + 4, "-->")
                ELSE
                    IF SUBSTR(cXml, nI, 9) == "<![CDATA[" AND NOT cHere == ""
                        nI = This.After(cXml, nI + 9, "]]>")
                        IF nI > 0
                            cPart = cPart + SUBSTR(cXml, nFirst + 9, nI - nFirst - 12)
                        ENDIF
                    ELSE
                        nI = 0
                    ENDIF
                ENDIF
            ENDIF
            IF cHere == cPath AND NOT lDone
                cValue = cValue + cPart
            ENDIF
            IF nFirst > LEN(cXml)
                EXIT
            ENDIF

            IF nI = 0 && 开始或结束标签，或写错了
                IF SUBSTR(cXml, nFirst, 2) == "</"
                    nI = This.After(cXml, nFirst, ">")
                    IF nI = 0
                        RETURN .F.
                    ENDIF
                    cTag = This.TrimBlanks("." + SUBSTR(cXml, nFirst + 2, nI - nFirst - 3)) && 只去掉后面的
                    cTag = SUBSTR(cTag, 2)
                    IF cTag == "" OR NOT RIGHT(cHere, LEN(cTag) + 1) == "/" + cTag
                        RETURN .F.
                    ENDIF
                    lLeaving = .T.
                ELSE
                    nI = nFirst + 1
                    DO WHILE nI <= LEN(cXml) AND AT(SUBSTR(cXml, nI, 1), This.Blanks() + "/>") = 0
                        nI = nI + 1
                    ENDDO
                    cTag = SUBSTR(cXml, nFirst + 1, nI - nFirst - 1)
                    nI = This.XmlTagEnd(cXml, nI)
                    IF nI = 0 OR cTag == "" OR LEFT(cTag, 1) == "!" OR LEFT(cTag, 1) == "?" OR (lBegun AND cHere == "")
                        RETURN .F.
                    ENDIF
                    lBegun = .T.
                    cHere = cHere + "/" + cTag
                    lLeaving = SUBSTR(cXml, nI - 2, 1) == "/"
                ENDIF
                IF lLeaving
                    IF cHere == cPath
                        lDone = .T.
                    ENDIF
                    cHere = LEFT(cHere, LEN(cHere) - LEN(cTag) - 1)
                ENDIF
            ENDIF
        ENDDO
        IF NOT lBegun OR NOT cHere == ""
            RETURN .F.
        ENDIF
        This.Text = cValue
        RETURN .T.
    ENDFUNC

    * ---- JSON ----

    * 第 nI 个字节处的 \uXXXX 的值，不是则为 -1。
    FUNCTION JsonUnit(cS, nI)
        IF NOT SUBSTR(cS, nI, 2) == "\u" OR LEN(SUBSTR(cS, nI + 2, 4)) < 4
            RETURN -1
        ENDIF
        RETURN This.NumberOf(SUBSTR(cS, nI + 2, 4), 16)
    ENDFUNC

    * 第 nI 个字节处的转义（\）换成字接在 Text 之后，返回转义之后的位置；写错了为 0。
    FUNCTION JsonEscape(cS, nI)
        LOCAL cC, nC, nLow
        cC = SUBSTR(cS, nI + 1, 1)
        DO CASE
            CASE cC == CHR(34) OR cC == "\" OR cC == "/"
                This.Text = This.Text + cC
            CASE cC == "b"
                This.Text = This.Text + CHR(8)
            CASE cC == "f"
                This.Text = This.Text + CHR(12)
            CASE cC == "n"
                This.Text = This.Text + CHR(10)
            CASE cC == "r"
                This.Text = This.Text + CHR(13)
            CASE cC == "t"
                This.Text = This.Text + CHR(9)
            CASE cC == "u"
                nC = This.JsonUnit(cS, nI)
                IF nC < 1 OR (nC >= 56320 AND nC <= 57343)
                    RETURN 0
                ENDIF
                nI = nI + 4
                IF nC >= 55296 AND nC <= 56319 && 两个 \uXXXX 是一个字
                    nLow = This.JsonUnit(cS, nI + 2)
                    IF nLow < 56320 OR nLow > 57343
                        RETURN 0
                    ENDIF
                    nC = 65536 + (nC - 55296) * 1024 + (nLow - 56320)
                    nI = nI + 6
                ENDIF
                This.Text = This.Text + This.Character(nC)
            OTHERWISE
                RETURN 0
        ENDCASE
        RETURN nI + 2
    ENDFUNC

    * 第 nI 个字节处的字符串，转义换成字，放在 Text 中，返回它之后的位置；写错了为 0。
    FUNCTION JsonString(cS, nI)
        LOCAL cC, nN
        This.Text = ""
        IF NOT SUBSTR(cS, nI, 1) == CHR(34)
            RETURN 0
        ENDIF
        nI = nI + 1
        DO WHILE .T.
            cC = SUBSTR(cS, nI, 1)
            IF cC == ""
                RETURN 0
            ENDIF
            IF cC == CHR(34)
                EXIT
            ENDIF
            IF ASC(cC) < 32
                RETURN 0
            ENDIF
            IF cC == "\"
                nI = This.JsonEscape(cS, nI)
                IF nI = 0
                    RETURN 0
                ENDIF
            ELSE
                nN = 1
                IF ASC(cC) > 128 && 双字节的字，第二个字节可以是 \
                    nN = 2
                ENDIF
                This.Text = This.Text + SUBSTR(cS, nI, nN)
                nI = nI + nN
            ENDIF
        ENDDO
        RETURN nI + 1
    ENDFUNC

    * 第 nI 个字节处的数字之后的位置；不是数字为 0。
    FUNCTION JsonNumber(cS, nI)
        LOCAL cDigits, nFirst
        cDigits = "0123456789"
        IF SUBSTR(cS, nI, 1) == "-"
            nI = nI + 1
        ENDIF
        nFirst = nI
        IF SUBSTR(cS, nI, 1) == "0"
            nI = nI + 1
        ELSE
            nI = This.Skip(cS, nI, cDigits)
        ENDIF
        IF nI = nFirst
            RETURN 0
        ENDIF
        IF SUBSTR(cS, nI, 1) == "."
            nFirst = nI + 1
            nI = This.Skip(cS, nFirst, cDigits)
            IF nI = nFirst
                RETURN 0
            ENDIF
        ENDIF
        IF LOWER(SUBSTR(cS, nI, 1)) == "e"
            nFirst = nI + 1
            IF SUBSTR(cS, nFirst, 1) == "+" OR SUBSTR(cS, nFirst, 1) == "-"
                nFirst = nFirst + 1
            ENDIF
            nI = This.Skip(cS, nFirst, cDigits)
            IF nI = nFirst
                RETURN 0
            ENDIF
        ENDIF
        RETURN nI
    ENDFUNC

    * 返回第 nI 个字节处的值之后的位置；写错了为 0。cMember 不为空时，值是对象，Found 为其成员 cMember 的
    * 值的位置；同名的成员以最后一个为准，没有则 Found 不变。
    FUNCTION JsonValue(cS, nI, nDepth, cMember)
        LOCAL cC, cLast
        cC = SUBSTR(cS, nI, 1)
        IF cC == CHR(34)
            RETURN This.JsonString(cS, nI)
        ENDIF
        IF SUBSTR(cS, nI, 4) == "true" OR SUBSTR(cS, nI, 4) == "null"
            RETURN nI + 4
        ENDIF
        IF SUBSTR(cS, nI, 5) == "false"
            RETURN nI + 5
        ENDIF
        IF NOT cC == "{" AND NOT cC == "["
            RETURN This.JsonNumber(cS, nI)
        ENDIF
        IF nDepth > 64
            RETURN 0
        ENDIF
        cLast = "}"
        IF cC == "["
            cLast = "]"
        ENDIF
        nI = This.Skip(cS, nI + 1, This.Blanks())
        IF SUBSTR(cS, nI, 1) == cLast
            RETURN nI + 1
        ENDIF
        DO WHILE .T.
            IF cLast == "}"
                nI = This.JsonString(cS, nI)
                IF nI = 0
                    RETURN 0
                ENDIF
                nI = This.Skip(cS, nI, This.Blanks())
                IF NOT SUBSTR(cS, nI, 1) == ":"
                    RETURN 0
                ENDIF
                nI = This.Skip(cS, nI + 1, This.Blanks())
                IF NOT cMember == "" AND This.Text == cMember
                    This.Found = nI
                ENDIF
            ENDIF
            nI = This.JsonValue(cS, nI, nDepth + 1, "")
            IF nI = 0
                RETURN 0
            ENDIF
            nI = This.Skip(cS, nI, This.Blanks())
            IF SUBSTR(cS, nI, 1) == cLast
                EXIT
            ENDIF
            IF NOT SUBSTR(cS, nI, 1) == ","
                RETURN 0
            ENDIF
            nI = This.Skip(cS, nI + 1, This.Blanks())
        ENDDO
        RETURN nI + 1
    ENDFUNC

    * 对象 cJson 的成员 cMember 的值的位置放在 Found 中，没有则为 0；cJson 不是一个完整的对象时返回 .F.。
    FUNCTION JsonFind(cJson, cMember)
        LOCAL nI
        This.Found = 0
        nI = This.Skip(cJson, 1, This.Blanks())
        IF NOT SUBSTR(cJson, nI, 1) == "{"
            RETURN .F.
        ENDIF
        nI = This.JsonValue(cJson, nI, 0, cMember)
        IF nI = 0
            RETURN .F.
        ENDIF
        RETURN This.Skip(cJson, nI, This.Blanks()) > LEN(cJson)
    ENDFUNC

    * 对象 cJson 的成员 cMember 放在 Text 中：字符串的文字，或数字原来的写法，前后不带空格；没有，或是
    * 别的，则为空。cJson 不是一个完整的对象时返回 .F.。
    FUNCTION JsonText(cJson, cMember)
        LOCAL lGood, cC, nI
        lGood = This.JsonFind(cJson, cMember)
        This.Text = ""
        IF NOT lGood OR This.Found = 0
            RETURN lGood
        ENDIF
        nI = This.Found
        cC = SUBSTR(cJson, nI, 1)
        IF cC == CHR(34)
            This.JsonString(cJson, nI)
            This.Text = This.TrimBlanks(This.Text)
        ELSE
            IF AT(cC, "-0123456789") > 0
                This.Text = SUBSTR(cJson, nI, This.JsonNumber(cJson, nI) - nI)
            ENDIF
        ENDIF
        RETURN .T.
    ENDFUNC

    * 对象 cJson 的成员 cMember 的 JSON 放在 Text 中：对象，或字符串中装着的；没有，或是别的，则为 {}。
    * cJson 不是一个完整的对象时返回 .F.。
    FUNCTION JsonObject(cJson, cMember)
        LOCAL lGood, cC, nI, nLast
        lGood = This.JsonFind(cJson, cMember)
        This.Text = "{}"
        IF NOT lGood OR This.Found = 0
            RETURN lGood
        ENDIF
        nI = This.Found
        cC = SUBSTR(cJson, nI, 1)
        IF cC == CHR(34)
            This.JsonString(cJson, nI)
        ELSE
            IF cC == "{"
                nLast = This.JsonValue(cJson, nI, 0, "")
                This.Text = SUBSTR(cJson, nI, nLast - nI)
            ENDIF
        ENDIF
        RETURN .T.
    ENDFUNC
ENDDEFINE
