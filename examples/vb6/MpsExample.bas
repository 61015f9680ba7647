Attribute VB_Name = "MpsExample"
' 医保读卡示例（VB6）。未在 VB6 中运行过，见 README.md。与 MpsAnswer.bas 一起添加到工程。
' 源文件是 UTF-8；VB6 只认 GBK（ANSI），请先另存为 GBK、换行为 CRLF，再添加到工程。
Option Explicit

Private Declare Function MPS_Call Lib "mps_client.dll" (ByVal req As String, ByVal resp As String) As Long

' 读社会保障卡。
Public Sub ReadCard()
    If Not ReadPatient("03", "") Then Exit Sub
    MsgBox "姓名：" & MpsName & vbCrLf & _
           "身份证号：" & MpsIdNumber & vbCrLf & _
           "卡号：" & MpsCardNo & vbCrLf & _
           "卡识别码：" & MpsCardCode, vbInformation, "社会保障卡"
End Sub

' 解析电子医保凭证。code 是扫码枪扫到的码；为空则由读卡服务扫码。
Public Sub ReadVoucher(ByVal code As String)
    If Not ReadPatient("01", code) Then Exit Sub
    MsgBox "姓名：" & MpsName & vbCrLf & _
           "身份证号：" & MpsIdNumber & vbCrLf & _
           "令牌：" & MpsEcToken, vbInformation, "电子医保凭证"
End Sub

' 读一个病人到 MpsAnswer.bas 的变量中。返回 False 时已显示原因，那些变量都是空。
Private Function ReadPatient(ByVal certType As String, ByVal code As String) As Boolean
    Dim resp As String, ret As Long
    ret = MpsRequest(certType, code, resp)
    ReadPatient = MpsReadAnswer(resp, certType) ' resp 为空时也调用：清空上一个病人的
    If ReadPatient Then Exit Function
    If ret <> 0 Then
        MsgBox "MPS_Call 返回 " & ret, vbExclamation, "没有应答"
    ElseIf MpsProblem <> "" Then
        MsgBox MpsProblem, vbExclamation, "没有读到病人"
    Else
        MsgBox MpsMsg, vbExclamation, "没有读到病人"
    End If
End Function

' 调用一次。返回 0 时 resp 中是应答报文，否则 resp 为空。
Private Function MpsRequest(ByVal certType As String, ByVal code As String, ByRef resp As String) As Long
    Dim req As String
    code = Replace(Replace(code, "&", "&amp;"), "<", "&lt;")
    req = "<?xml version=""1.0"" encoding=""GBK"" ?>" & _
          "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>" & _
          "<Body><mdtrt_cert_type>" & certType & "</mdtrt_cert_type>"
    If code <> "" Then req = req & "<ec_qr_code>" & code & "</ec_qr_code>"
    req = req & "</Body></request>"

    ' 必须先分配；动态库由空格个数知道它有多大。放不下时应答是一份说明原因的失败报文；
    ' 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
    resp = Space$(8192)
    MpsRequest = MPS_Call(req, resp)
    If MpsRequest = 0 Then
        resp = Left$(resp, InStr(resp, vbNullChar) - 1)
    Else
        resp = ""
    End If
End Function
