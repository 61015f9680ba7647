Attribute VB_Name = "MpsAnswer"
' 读应答报文：XML、其中的 JSON，和谁是病人。VB6、VBA 用；只用 VBScript 也有的写法，因此 VBScript、ASP 中
' 去掉第一行也能用。源文件是 UTF-8；VB6 只认 GBK（ANSI），请先另存为 GBK、换行为 CRLF，再添加到工程。
Option Explicit

' 最近一次 MpsReadAnswer 的应答。
Public MpsFunid
Public MpsResult  ' 0 成功，其他失败，原因在 MpsMsg
Public MpsMsg
Public MpsProblem ' MpsResult 为 0 却不能使用的原因；空为没有

' 病人。MpsReadAnswer 返回 True 时才有，否则都是空。
Public MpsIdNumber ' 身份证号：idcard_no，或 idNo
Public MpsName     ' 姓名：name，或 userName
Public MpsCardNo   ' 卡号，实体卡
Public MpsCardCode ' 卡识别码，实体卡
Public MpsEcToken  ' 令牌，电子凭证

' 读应答 resp（certType：03 实体卡，01 电子凭证）。返回 True：上面是病人。
' 返回 False：没有读到病人，把 MpsProblem 显示给操作员，MpsProblem 为空则显示 MpsMsg。
Public Function MpsReadAnswer(ByVal resp, ByVal certType)
    MpsReadAnswer = False
    ClearPatient ' 上一个病人的
    MpsFunid = ""
    MpsResult = ""
    MpsMsg = ""
    MpsProblem = ""
    If Not XmlText(resp, "/response/Header/funid", MpsFunid) Or _
       Not XmlText(resp, "/response/Header/result", MpsResult) Or _
       Not XmlText(resp, "/response/Header/msg", MpsMsg) Then
        MpsProblem = "应答不是完整的 XML"
    ElseIf MpsResult <> "0" Then ' 0 成功，其他失败
        Exit Function
    ElseIf certType = "03" Then
        MpsProblem = ReadCard(resp)
    Else
        MpsProblem = ReadVoucher(resp)
    End If
    If MpsProblem = "" Then
        MpsReadAnswer = True
        Exit Function
    End If
    ClearPatient
    MpsProblem = MpsProblem & "，没有采用；请重试，仍不成功请联系信息科"
End Function

Private Sub ClearPatient()
    MpsIdNumber = ""
    MpsName = ""
    MpsCardNo = ""
    MpsCardCode = ""
    MpsEcToken = ""
End Sub

' 返回不能使用的原因，空为没有。
Private Function ReadCard(ByVal resp)
    ReadCard = ""
    If Not XmlText(resp, "/response/Body/idcard_no", MpsIdNumber) Or _
       Not XmlText(resp, "/response/Body/card_no", MpsCardNo) Or _
       Not XmlText(resp, "/response/Body/name", MpsName) Or _
       Not XmlText(resp, "/response/Body/card_code", MpsCardCode) Then
        ReadCard = "应答不是完整的 XML"
        Exit Function
    End If
    MpsIdNumber = TrimBlanks(MpsIdNumber)
    MpsCardNo = TrimBlanks(MpsCardNo)
    MpsName = TrimBlanks(MpsName)
    MpsCardCode = TrimBlanks(MpsCardCode)
    If MpsName = "" Or (MpsIdNumber = "" And MpsCardNo = "") Then ReadCard = "应答中没有病人的姓名或号码"
End Function

Private Function ReadVoucher(ByVal resp)
    Dim outJson, code, data
    ReadVoucher = "out_put 不是完整的 JSON"
    If Not XmlText(resp, "/response/Body/out_put", outJson) Then
        ReadVoucher = "应答不是完整的 XML"
        Exit Function
    End If
    If Not JsonText(outJson, "code", code) Then Exit Function
    If code <> "0" Then ' 有的中心写 "0"，有的写 0
        ReadVoucher = "out_put 的 code 不是 0"
        Exit Function
    End If
    If Not JsonObject(outJson, "data", data) Then Exit Function
    If Not JsonText(data, "idNo", MpsIdNumber) Then Exit Function
    If MpsIdNumber = "" Then
        If Not JsonText(data, "aac002", MpsIdNumber) Then Exit Function
    End If
    If Not JsonText(data, "userName", MpsName) Then Exit Function
    If Not JsonText(data, "ecToken", MpsEcToken) Then Exit Function
    ReadVoucher = ""
    If MpsName = "" Or MpsIdNumber = "" Or MpsEcToken = "" Then ReadVoucher = "应答中没有病人的姓名或号码"
End Function

' ---- 文字 ----

' 去掉前后的空白，包括全角空格。
Private Function TrimBlanks(ByVal s)
    Dim blanks
    blanks = " " & vbTab & vbCr & vbLf & ChrW(12288)
    Do While s <> ""
        If InStr(blanks, Left(s, 1)) = 0 Then Exit Do
        s = Mid(s, 2)
    Loop
    Do While s <> ""
        If InStr(blanks, Right(s, 1)) = 0 Then Exit Do
        s = Left(s, Len(s) - 1)
    Loop
    TrimBlanks = s
End Function

' 从第 i 个字符起，跳过 blanks 中的字符，返回之后的位置。
Private Function Skip(ByVal s, ByVal i, ByVal blanks)
    Do While i <= Len(s)
        If InStr(blanks, Mid(s, i, 1)) = 0 Then Exit Do
        i = i + 1
    Loop
    Skip = i
End Function

' 码位 c 的字。
Private Function Character(ByVal c)
    If c < 65536 Then
        Character = ChrW(c)
    Else
        Character = ChrW(55296 + (c - 65536) \ 1024) & ChrW(56320 + (c - 65536) Mod 1024)
    End If
End Function

' 数 s 的值，radix 为 10 或 16；s 不是数，或太大，为 -1。
Private Function NumberOf(ByVal s, ByVal radix)
    Dim i, digit, value
    NumberOf = -1
    If s = "" Then Exit Function
    value = 0
    For i = 1 To Len(s)
        digit = InStr("0123456789abcdef", LCase(Mid(s, i, 1))) - 1
        If digit < 0 Or digit >= radix Or value > 1114111 Then Exit Function
        value = value * radix + digit
    Next
    NumberOf = value
End Function

' ---- XML ----

' 引用 &reference; 的字；不认识的为空。
Private Function XmlReference(ByVal reference)
    Dim c
    XmlReference = ""
    Select Case reference
        Case "amp": XmlReference = "&"
        Case "lt": XmlReference = "<"
        Case "gt": XmlReference = ">"
        Case "quot": XmlReference = """"
        Case "apos": XmlReference = "'"
        Case Else
            If Left(reference, 1) <> "#" Then Exit Function
            If Mid(reference, 2, 1) = "x" Then
                c = NumberOf(Mid(reference, 3), 16)
            Else
                c = NumberOf(Mid(reference, 2), 10)
            End If
            If c < 1 Or c > 1114111 Or (c >= 55296 And c <= 57343) Then Exit Function
            XmlReference = Character(c)
    End Select
End Function

' 把 s 中的引用换成字；写错了返回 False。
Private Function XmlDecode(ByRef s)
    Dim i, last, text, value
    XmlDecode = False
    text = ""
    i = InStr(s, "&")
    Do While i > 0
        last = InStr(i, s, ";")
        If last = 0 Then Exit Function
        value = XmlReference(Mid(s, i + 1, last - i - 1))
        If value = "" Then Exit Function
        text = text & Left(s, i - 1) & value
        s = Mid(s, last + 1)
        i = InStr(s, "&")
    Loop
    s = text & s
    XmlDecode = True
End Function

' 第 i 个字符起，mark 之后的位置；没有则为 0。
Private Function After(ByVal s, ByVal i, ByVal mark)
    After = InStr(i, s, mark)
    If After > 0 Then After = After + Len(mark)
End Function

' 开始标签（i 在元素名之后）的 ">" 之后的位置；属性的值中可以有 ">"。没有则为 0。
Private Function XmlTagEnd(ByVal s, ByVal i)
    Dim c
    XmlTagEnd = 0
    Do
        c = Mid(s, i, 1)
        If c = "" Or c = "<" Then Exit Function
        i = i + 1
        If c = ">" Then Exit Do
        If c = """" Or c = "'" Then
            i = After(s, i, c)
            If i = 0 Then Exit Function
        End If
    Loop
    XmlTagEnd = i
End Function

' 元素的文字放在 text 中，没有则为空。path 例如 /response/Header/msg；有几个时取第一个。
' xml 不是完整的 XML 时返回 False，text 为空。
Public Function XmlText(ByVal xml, ByVal path, ByRef text)
    Dim here, begun, found, i, first, part, tag, value, leaving
    XmlText = False
    text = ""
    here = ""
    value = ""
    begun = False
    found = False
    i = 1
    Do
        ' 标签之前的文字
        first = InStr(i, xml, "<")
        If first = 0 Then first = Len(xml) + 1
        part = Mid(xml, i, first - i)
        If here = "" Then
            If TrimBlanks(part) <> "" Then Exit Function
        Else
            If Not XmlDecode(part) Then Exit Function
        End If
        i = first
        If i > Len(xml) Then Exit Do

        If Mid(xml, i, 2) = "<?" Then
            i = After(xml, i, "?>")
        ElseIf Mid(xml, i, 4) = "<!--" Then
            i = After(xml, i + 4, "-->")
        ElseIf Mid(xml, i, 9) = "<![CDATA[" And here <> "" Then
            i = After(xml, i + 9, "]]>")
            If i > 0 Then part = part & Mid(xml, first + 9, i - first - 12)
        Else
            i = 0
        End If
        If here = path And Not found Then value = value & part

        If i = 0 Then ' 开始或结束标签，或写错了
            leaving = False
            If Mid(xml, first, 2) = "</" Then
                i = After(xml, first, ">")
                If i = 0 Then Exit Function
                tag = Mid(xml, first + 2, i - first - 3)
                Do While tag <> "" And InStr(" " & vbTab & vbCr & vbLf, Right(tag, 1)) > 0
                    tag = Left(tag, Len(tag) - 1)
                Loop
                If tag = "" Or Right(here, Len(tag) + 1) <> "/" & tag Then Exit Function
                leaving = True
            Else
                i = first + 1
                Do While i <= Len(xml) And InStr(" " & vbTab & vbCr & vbLf & "/>", Mid(xml, i, 1)) = 0
                    i = i + 1
                Loop
                tag = Mid(xml, first + 1, i - first - 1)
                i = XmlTagEnd(xml, i)
                If i = 0 Or tag = "" Or Left(tag, 1) = "!" Or Left(tag, 1) = "?" Or (begun And here = "") Then Exit Function
                begun = True
                here = here & "/" & tag
                leaving = Mid(xml, i - 2, 1) = "/"
            End If
            If leaving Then
                If here = path Then found = True
                here = Left(here, Len(here) - Len(tag) - 1)
            End If
        End If
    Loop
    If Not begun Or here <> "" Then Exit Function
    text = value
    XmlText = True
End Function

' ---- JSON ----

' 第 i 个字符起跳过空白之后的位置。
Private Function JsonSkip(ByVal s, ByVal i)
    JsonSkip = Skip(s, i, " " & vbTab & vbCr & vbLf)
End Function

' 第 i 个字符处的转义（\）换成字接在 value 之后，返回转义之后的位置；写错了为 0。
Private Function JsonEscape(ByVal s, ByVal i, ByRef value)
    Dim c, low
    JsonEscape = 0
    Select Case Mid(s, i + 1, 1)
        Case """", "\", "/": value = value & Mid(s, i + 1, 1)
        Case "b": value = value & ChrW(8)
        Case "f": value = value & ChrW(12)
        Case "n": value = value & vbLf
        Case "r": value = value & vbCr
        Case "t": value = value & vbTab
        Case "u"
            c = JsonUnit(s, i)
            If c < 1 Then Exit Function
            i = i + 4
            If c >= 55296 And c <= 56319 Then ' 两个 \uXXXX 是一个字
                low = JsonUnit(s, i + 2)
                If low < 56320 Or low > 57343 Then Exit Function
                c = 65536 + (c - 55296) * 1024 + (low - 56320)
                i = i + 6
            ElseIf c >= 56320 And c <= 57343 Then
                Exit Function
            End If
            value = value & Character(c)
        Case Else
            Exit Function
    End Select
    JsonEscape = i + 2
End Function

' 第 i 个字符处的 \uXXXX 的值，不是则为 -1。
Private Function JsonUnit(ByVal s, ByVal i)
    JsonUnit = -1
    If Mid(s, i, 2) = "\u" And Len(Mid(s, i + 2, 4)) = 4 Then JsonUnit = NumberOf(Mid(s, i + 2, 4), 16)
End Function

' 第 i 个字符处的字符串，转义换成字，放在 value 中，返回它之后的位置；写错了为 0。
Private Function JsonString(ByVal s, ByVal i, ByRef value)
    Dim c
    JsonString = 0
    value = ""
    If Mid(s, i, 1) <> """" Then Exit Function
    i = i + 1
    Do
        c = Mid(s, i, 1)
        If c = "" Then Exit Function
        If c = """" Then Exit Do
        If AscW(c) >= 0 And AscW(c) < 32 Then Exit Function
        If c = "\" Then
            i = JsonEscape(s, i, value)
            If i = 0 Then Exit Function
        Else
            value = value & c
            i = i + 1
        End If
    Loop
    JsonString = i + 1
End Function

' 第 i 个字符处的数字之后的位置；不是数字为 0。
Private Function JsonNumber(ByVal s, ByVal i)
    Dim digits, first
    digits = "0123456789"
    JsonNumber = 0
    If Mid(s, i, 1) = "-" Then i = i + 1
    first = i
    If Mid(s, i, 1) = "0" Then
        i = i + 1
    Else
        i = Skip(s, i, digits)
    End If
    If i = first Then Exit Function
    If Mid(s, i, 1) = "." Then
        first = i + 1
        i = Skip(s, first, digits)
        If i = first Then Exit Function
    End If
    If LCase(Mid(s, i, 1)) = "e" Then
        first = i + 1
        If Mid(s, first, 1) = "+" Or Mid(s, first, 1) = "-" Then first = first + 1
        i = Skip(s, first, digits)
        If i = first Then Exit Function
    End If
    JsonNumber = i
End Function

' 返回第 i 个字符处的值之后的位置；写错了为 0。member 不为空时，值是对象，found 为其成员 member 的值的
' 位置；同名的成员以最后一个为准，没有则 found 不变。
Private Function JsonValue(ByVal s, ByVal i, ByVal depth, ByVal member, ByRef found)
    Dim last, key, inner
    JsonValue = 0
    Select Case Mid(s, i, 1)
        Case """"
            JsonValue = JsonString(s, i, key)
            Exit Function
        Case "t"
            If Mid(s, i, 4) = "true" Then JsonValue = i + 4
            Exit Function
        Case "f"
            If Mid(s, i, 5) = "false" Then JsonValue = i + 5
            Exit Function
        Case "n"
            If Mid(s, i, 4) = "null" Then JsonValue = i + 4
            Exit Function
        Case "{"
            last = "}"
        Case "["
            last = "]"
        Case Else
            JsonValue = JsonNumber(s, i)
            Exit Function
    End Select
    If depth > 64 Then Exit Function
    i = JsonSkip(s, i + 1)
    If Mid(s, i, 1) = last Then
        JsonValue = i + 1
        Exit Function
    End If
    Do
        If last = "}" Then
            i = JsonString(s, i, key)
            If i = 0 Then Exit Function
            i = JsonSkip(s, i)
            If Mid(s, i, 1) <> ":" Then Exit Function
            i = JsonSkip(s, i + 1)
            If member <> "" And key = member Then found = i
        End If
        i = JsonValue(s, i, depth + 1, "", inner)
        If i = 0 Then Exit Function
        i = JsonSkip(s, i)
        If Mid(s, i, 1) = last Then Exit Do
        If Mid(s, i, 1) <> "," Then Exit Function
        i = JsonSkip(s, i + 1)
    Loop
    JsonValue = i + 1
End Function

' 对象 json 的成员 member 的值的位置放在 found 中，没有则为 0；json 不是一个完整的对象时返回 False。
Private Function JsonFind(ByVal json, ByVal member, ByRef found)
    Dim i
    JsonFind = False
    found = 0
    i = JsonSkip(json, 1)
    If Mid(json, i, 1) <> "{" Then Exit Function
    i = JsonValue(json, i, 0, member, found)
    If i = 0 Then Exit Function
    JsonFind = JsonSkip(json, i) > Len(json)
End Function

' 对象 json 的成员 member 放在 text 中：字符串的文字，或数字原来的写法，前后不带空格；没有，或是别的，
' 则为空。json 不是一个完整的对象时返回 False。
Public Function JsonText(ByVal json, ByVal member, ByRef text)
    Dim i
    text = ""
    JsonText = JsonFind(json, member, i)
    If Not JsonText Or i = 0 Then Exit Function
    If Mid(json, i, 1) = """" Then
        JsonString json, i, text
        text = TrimBlanks(text)
    ElseIf InStr("-0123456789", Mid(json, i, 1)) > 0 Then
        text = Mid(json, i, JsonNumber(json, i) - i)
    End If
End Function

' 对象 json 的成员 member 的 JSON 放在 text 中：对象，或字符串中装着的；没有，或是别的，则为 {}。
' json 不是一个完整的对象时返回 False。
Public Function JsonObject(ByVal json, ByVal member, ByRef text)
    Dim i, found
    text = "{}"
    JsonObject = JsonFind(json, member, i)
    If Not JsonObject Or i = 0 Then Exit Function
    If Mid(json, i, 1) = """" Then
        JsonString json, i, text
    ElseIf Mid(json, i, 1) = "{" Then
        text = Mid(json, i, JsonValue(json, i, 0, "", found) - i)
    End If
End Function
