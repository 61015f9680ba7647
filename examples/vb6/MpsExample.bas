Attribute VB_Name = "MpsExample"
' 医保读卡示例（VB6）。未在 VB6 中运行过，见 README.md。
' 源文件是 UTF-8；VB6 只认 GBK（ANSI），请先另存为 GBK、换行为 CRLF，再添加到工程。
Option Explicit

Private Declare Function MPS_Call Lib "mps_client.dll" (ByVal req As String, ByVal resp As String) As Long

' 读社会保障卡。
Public Sub ReadCard()
    Dim answer As String
    answer = MpsRequest("03", "")
    If MpsField(answer, "result") <> "0" Then
        MsgBox MpsField(answer, "msg"), vbExclamation, "读卡失败"
        Exit Sub
    End If
    MsgBox "姓名：" & MpsField(answer, "name") & vbCrLf & _
           "身份证号：" & MpsField(answer, "idcard_no") & vbCrLf & _
           "卡号：" & MpsField(answer, "card_no") & vbCrLf & _
           "卡识别码：" & MpsField(answer, "card_code"), vbInformation, "社会保障卡"
End Sub

' 解析电子医保凭证。code 是扫码枪扫到的码；为空则由读卡服务扫码。
Public Sub ReadVoucher(ByVal code As String)
    Dim answer As String
    answer = MpsRequest("01", code)
    If MpsField(answer, "result") <> "0" Then
        MsgBox MpsField(answer, "msg"), vbExclamation, "解析失败"
        Exit Sub
    End If
    MsgBox "姓名：" & MpsMember(answer, "userName") & vbCrLf & _
           "身份证号：" & MpsMember(answer, "idNo") & vbCrLf & _
           "令牌：" & MpsMember(answer, "ecToken"), vbInformation, "电子医保凭证"
End Sub

' 调用一次，返回应答报文。
Private Function MpsRequest(ByVal certType As String, ByVal code As String) As String
    Dim req As String, resp As String, ret As Long
    If InStr(code, "<") > 0 Or InStr(code, "&") > 0 Then Err.Raise 5, , "码中有不能放进报文的字符"
    req = "<?xml version=""1.0"" encoding=""GBK"" ?>" & _
          "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>" & _
          "<Body><mdtrt_cert_type>" & certType & "</mdtrt_cert_type>"
    If code <> "" Then req = req & "<ec_qr_code>" & code & "</ec_qr_code>"
    req = req & "</Body></request>"

    resp = Space$(8192) ' 必须先分配；动态库由空格个数知道它有多大
    ret = MPS_Call(req, resp)
    If ret <> 0 Then Err.Raise vbObjectError + 1, , "MPS_Call 返回 " & ret
    MpsRequest = Left$(resp, InStr(resp, vbNullChar) - 1)
End Function

' <name>…</name> 的内容，没有则为空。
Private Function MpsField(ByVal answer As String, ByVal fieldName As String) As String
    Dim first As Long
    first = InStr(answer, "<" & fieldName & ">")
    If first = 0 Then Exit Function
    first = first + Len(fieldName) + 2
    MpsField = Mid$(answer, first, InStr(first, answer, "</") - first)
End Function

' out_put 中 JSON 的 "name": "…"。JSON 有时是紧凑的，冒号后不一定有空格。
Private Function MpsMember(ByVal answer As String, ByVal fieldName As String) As String
    Dim first As Long
    first = InStr(answer, """" & fieldName & """")
    If first = 0 Then Exit Function
    first = InStr(first + Len(fieldName) + 2, answer, """") + 1
    MpsMember = Mid$(answer, first, InStr(first, answer, """") - first)
End Function
