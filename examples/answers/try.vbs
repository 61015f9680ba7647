
' The module vb6/MpsAnswer.bas stands before this, put there by "answers vbscript": it keeps to what
' VB6 and VBScript have in common. It is given NAME.xml for each line "NAME TYPE" of list, and leaves
' NAME.out and NAME.status. All these are UTF-16, and units.txt has the characters from 1 to 65535, of
' which ChrW and AscW are made: Wine 8 has neither.

Dim files, units, line, word
Set files = CreateObject("Scripting.FileSystemObject")
units = ReadAll("units.txt")
For Each line In Split(ReadAll("list"), vbLf)
    If line <> "" Then
        word = Split(line, " ")
        TryAnswer word(0), word(1)
    End If
Next

Function ChrW(ByVal c)
    ChrW = Mid(units, c, 1)
End Function

Function AscW(ByVal c)
    AscW = InStr(units, c)
    If AscW > 32767 Then AscW = AscW - 65536
End Function

Function ReadAll(ByVal name)
    Dim file
    Set file = files.OpenTextFile(name, 1, False, -1)
    ReadAll = ""
    On Error Resume Next ' an empty file is past its end
    ReadAll = file.ReadAll
    On Error GoTo 0
    file.Close
End Function

Sub WriteAll(ByVal name, ByVal text)
    Dim file
    Set file = files.CreateTextFile(name, True, True)
    file.Write text
    file.Close
End Sub

' The last patient is still there when the next answer is read.
Sub TryAnswer(ByVal name, ByVal certType)
    Dim good, text
    good = MpsReadAnswer(ReadAll(name & ".xml"), certType)
    If MpsProblem = "" Or MpsResult <> "" Then
        text = "funid=" & MpsFunid & vbLf & "result=" & MpsResult & vbLf & "msg=" & MpsMsg & vbLf
    End If
    If MpsProblem <> "" Then text = text & "error=" & MpsProblem & vbLf
    If Not good Then
        If MpsIdNumber & MpsName & MpsCardNo & MpsCardCode & MpsEcToken <> "" Then text = text & "a patient is left"
        WriteAll name & ".status", "1"
    Else
        If certType = "03" Then
            text = text & "idcard_no=" & MpsIdNumber & vbLf & "card_no=" & MpsCardNo & vbLf & _
                "name=" & MpsName & vbLf & "card_code=" & MpsCardCode & vbLf
        Else
            text = text & "idNo=" & MpsIdNumber & vbLf & "userName=" & MpsName & vbLf & "ecToken=" & MpsEcToken & vbLf
        End If
        WriteAll name & ".status", "0"
    End If
    WriteAll name & ".out", text
End Sub
