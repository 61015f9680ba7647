$PBExportHeader$n_mps_answer.sru
forward
global type n_mps_answer from nonvisualobject
end type
end forward

global type n_mps_answer from nonvisualobject
end type
global n_mps_answer n_mps_answer

type prototypes
Function Long WideCharToMultiByte(ULong codepage, ULong flags, Ref UInt wide[], Long length, Ref String narrow, Long size, Long substitute, Ref Long lost) Library "kernel32.dll"
end prototypes

type variables
// 读应答报文：XML、其中的 JSON，和谁是病人。PowerBuilder 8 以上。未在 PowerBuilder 中运行过，见 README.md。
//
//     n_mps_answer inv_answer
//     inv_answer = Create n_mps_answer
//     If inv_answer.of_read(ls_resp, '03') Then …
//
// 引用和转义（&#N;、&#xN;、\uXXXX）换成字。PowerBuilder 9 及更早的字符串是 GBK，GBK 没有的字保留为 &#N;，不丢字。

// 最近一次 of_read 的应答；is_result 为 0 成功，其他失败，原因在 is_msg；is_problem 是 is_result 为 0 却不能使用的原因。
public string is_funid, is_result, is_msg, is_problem

// 病人。of_read 返回 True 时才有，否则都是空：身份证号（idcard_no，或 idNo）、姓名（name，或 userName）、
// 实体卡的卡号、卡识别码，电子凭证的令牌。
public string is_id_number, is_name, is_card_no, is_card_code, is_ec_token

// 最近一次 of_xml_text、of_json_text、of_json_object、of_json_string 得到的文字，of_json_find 找到的位置。
private string is_text
private long il_found

// 字符串是 GBK，一个汉字的长度是 2。
private boolean ib_gbk
end variables

forward prototypes
public function boolean of_read (string as_resp, string as_type)
private function boolean of_clear ()
private function string of_read_card (string as_resp)
private function string of_read_voucher (string as_resp)
private function string of_trim (string as_text)
private function long of_skip (string as_text, long al_at, string as_chars)
private function string of_blanks ()
private function long of_after (string as_text, long al_at, string as_mark)
private function string of_character (long al_code)
private function string of_unit (long al_code)
private function string of_gbk (long al_code)
private function long of_number (string as_text, long al_radix)
private function string of_xml_reference (string as_reference)
private function boolean of_xml_decode (string as_text)
private function long of_xml_tag_end (string as_text, long al_at)
private function boolean of_xml_text (string as_xml, string as_path)
private function long of_json_unit (string as_text, long al_at)
private function long of_json_escape (string as_text, long al_at)
private function long of_json_string (string as_text, long al_at)
private function long of_json_number (string as_text, long al_at)
private function long of_json_value (string as_text, long al_at, long al_depth, string as_member)
private function boolean of_json_find (string as_json, string as_member)
private function boolean of_json_text (string as_json, string as_member)
private function boolean of_json_object (string as_json, string as_member)
end prototypes

public function boolean of_read (string as_resp, string as_type);
// 读应答 as_resp（as_type：03 实体卡，01 电子凭证）。返回 True：is_name 等中是病人。
// 返回 False：没有读到病人，把 is_problem 显示给操作员，is_problem 为空则显示 is_msg。
Boolean lb_good

of_clear() // 上一个病人的
ib_gbk = (Len("中") = 2)
is_funid = ""
is_result = ""
is_msg = ""
is_problem = ""
lb_good = of_xml_text(as_resp, "/response/Header/funid")
is_funid = is_text
If lb_good Then
    lb_good = of_xml_text(as_resp, "/response/Header/result")
    is_result = is_text
End If
If lb_good Then
    lb_good = of_xml_text(as_resp, "/response/Header/msg")
    is_msg = is_text
End If
If Not lb_good Then
    is_problem = "应答不是完整的 XML"
Else
    If is_result <> "0" Then // 0 成功，其他失败
        Return False
    End If
    If as_type = "03" Then
        is_problem = of_read_card(as_resp)
    Else
        is_problem = of_read_voucher(as_resp)
    End If
End If
If is_problem = "" Then Return True
of_clear()
is_problem = is_problem + "，没有采用；请重试，仍不成功请联系信息科"
Return False
end function

private function boolean of_clear ();
is_id_number = ""
is_name = ""
is_card_no = ""
is_card_code = ""
is_ec_token = ""
Return True
end function

private function string of_read_card (string as_resp);
// 返回不能使用的原因，空为没有。
Boolean lb_good

lb_good = of_xml_text(as_resp, "/response/Body/idcard_no")
is_id_number = of_trim(is_text)
If lb_good Then
    lb_good = of_xml_text(as_resp, "/response/Body/card_no")
    is_card_no = of_trim(is_text)
End If
If lb_good Then
    lb_good = of_xml_text(as_resp, "/response/Body/name")
    is_name = of_trim(is_text)
End If
If lb_good Then
    lb_good = of_xml_text(as_resp, "/response/Body/card_code")
    is_card_code = of_trim(is_text)
End If
If Not lb_good Then Return "应答不是完整的 XML"
If is_name = "" Or (is_id_number = "" And is_card_no = "") Then Return "应答中没有病人的姓名或号码"
Return ""
end function

private function string of_read_voucher (string as_resp);
String ls_json
Boolean lb_good

If Not of_xml_text(as_resp, "/response/Body/out_put") Then Return "应答不是完整的 XML"
ls_json = is_text
If Not of_json_text(ls_json, "code") Then Return "out_put 不是完整的 JSON"
If is_text <> "0" Then // 有的中心写 "0"，有的写 0
    Return "out_put 的 code 不是 0"
End If
lb_good = of_json_object(ls_json, "data")
ls_json = is_text
If lb_good Then
    lb_good = of_json_text(ls_json, "idNo")
    is_id_number = is_text
End If
If lb_good And is_id_number = "" Then
    lb_good = of_json_text(ls_json, "aac002")
    is_id_number = is_text
End If
If lb_good Then
    lb_good = of_json_text(ls_json, "userName")
    is_name = is_text
End If
If lb_good Then
    lb_good = of_json_text(ls_json, "ecToken")
    is_ec_token = is_text
End If
If Not lb_good Then Return "out_put 不是完整的 JSON"
If is_name = "" Or is_id_number = "" Or is_ec_token = "" Then Return "应答中没有病人的姓名或号码"
Return ""
end function

private function string of_trim (string as_text);
// 去掉前后的空白，包括全角空格。
String ls_wide

ls_wide = "　" // 全角空格，PowerBuilder 9 及更早是两个字节
Do While as_text <> ""
    If Pos(of_blanks(), Left(as_text, 1)) > 0 Then
        as_text = Mid(as_text, 2)
    ElseIf Left(as_text, Len(ls_wide)) = ls_wide Then
        as_text = Mid(as_text, Len(ls_wide) + 1)
    Else
        Exit
    End If
Loop
Do While as_text <> ""
    If Pos(of_blanks(), Right(as_text, 1)) > 0 Then
        as_text = Left(as_text, Len(as_text) - 1)
    ElseIf Right(as_text, Len(ls_wide)) = ls_wide Then
        as_text = Left(as_text, Len(as_text) - Len(ls_wide))
    Else
        Exit
    End If
Loop
Return as_text
end function

private function long of_skip (string as_text, long al_at, string as_chars);
// 从第 al_at 个字符起，跳过 as_chars 中的字符，返回之后的位置。
Do While al_at <= Len(as_text)
    If Pos(as_chars, Mid(as_text, al_at, 1)) = 0 Then Exit
    al_at = al_at + 1
Loop
Return al_at
end function

private function string of_blanks ();
// 空格、制表、回车、换行。
Return " ~t~r~n"
end function

private function long of_after (string as_text, long al_at, string as_mark);
// 从第 al_at 个字符起，as_mark 之后的位置；没有则为 0。
Long ll_at

ll_at = Pos(as_text, as_mark, al_at)
If ll_at > 0 Then ll_at = ll_at + Len(as_mark)
Return ll_at
end function

private function string of_character (long al_code);
// 码位 al_code 的字。
String ls_gbk

If al_code < 128 Then Return of_unit(al_code)
If Not ib_gbk Then // 一个字是一个或两个 UTF-16 单元
    If al_code < 65536 Then Return of_unit(al_code)
    Return of_unit(55296 + Int((al_code - 65536) / 1024)) + of_unit(56320 + Mod(al_code - 65536, 1024))
End If
If al_code < 65536 Then ls_gbk = of_gbk(al_code)
If ls_gbk = "" Then ls_gbk = "&#" + String(al_code) + ";" // GBK 没有的字
Return ls_gbk
end function

private function string of_unit (long al_code);
// 一个 UTF-16 单元，PowerBuilder 9 及更早只用于 ASCII。
UInt lui_code

lui_code = al_code
Return Char(lui_code)
end function

private function string of_gbk (long al_code);
// PowerBuilder 9 及更早：码位 al_code 的 GBK，没有则为空。
UInt lui_wide[1]
String ls_gbk
Long ll_length, ll_lost

lui_wide[1] = al_code
ls_gbk = Space(4)
ll_length = WideCharToMultiByte(936, 1024, lui_wide, 1, ls_gbk, 4, 0, ll_lost) // 1024：WC_NO_BEST_FIT_CHARS
If ll_length = 0 Or ll_lost <> 0 Then Return ""
Return Left(ls_gbk, ll_length)
end function

private function long of_number (string as_text, long al_radix);
// 数 as_text 的值，al_radix 为 10 或 16；as_text 不是数，或太大，为 -1。
Long ll_i, ll_digit, ll_value

If as_text = "" Then Return -1
ll_value = 0
For ll_i = 1 To Len(as_text)
    ll_digit = Pos("0123456789abcdef", Lower(Mid(as_text, ll_i, 1))) - 1
    If ll_digit < 0 Or ll_digit >= al_radix Or ll_value > 1114111 Then Return -1
    ll_value = ll_value * al_radix + ll_digit
Next
Return ll_value
end function

private function string of_xml_reference (string as_reference);
// 引用（& 与 ; 之间的）的字；不认识的为空。
Long ll_c

Choose Case as_reference
    Case "amp"
        Return "&"
    Case "lt"
        Return "<"
    Case "gt"
        Return ">"
    Case "quot"
        Return '"'
    Case "apos"
        Return "'"
End Choose
If Left(as_reference, 2) = "#x" Then
    ll_c = of_number(Mid(as_reference, 3), 16)
ElseIf Left(as_reference, 1) = "#" Then
    ll_c = of_number(Mid(as_reference, 2), 10)
Else
    Return ""
End If
If ll_c < 1 Or ll_c > 1114111 Or (ll_c >= 55296 And ll_c <= 57343) Then Return ""
Return of_character(ll_c)
end function

private function boolean of_xml_decode (string as_text);
// 把 as_text 中的引用换成字，放在 is_text 中；写错了返回 False。
Long ll_i, ll_last
String ls_decoded, ls_value

ls_decoded = ""
ll_i = Pos(as_text, "&")
Do While ll_i > 0
    ll_last = of_after(as_text, ll_i, ";")
    If ll_last = 0 Then Return False
    ls_value = of_xml_reference(Mid(as_text, ll_i + 1, ll_last - ll_i - 2))
    If ls_value = "" Then Return False
    ls_decoded = ls_decoded + Left(as_text, ll_i - 1) + ls_value
    as_text = Mid(as_text, ll_last)
    ll_i = Pos(as_text, "&")
Loop
is_text = ls_decoded + as_text
Return True
end function

private function long of_xml_tag_end (string as_text, long al_at);
// 开始标签（al_at 在元素名之后）的 > 之后的位置；属性的值中可以有 >。没有则为 0。
String ls_c

Do While True
    ls_c = Mid(as_text, al_at, 1)
    If ls_c = "" Or ls_c = "<" Then Return 0
    al_at = al_at + 1
    If ls_c = ">" Then Return al_at
    If ls_c = '"' Or ls_c = "'" Then
        al_at = of_after(as_text, al_at, ls_c)
        If al_at = 0 Then Return 0
    End If
Loop
Return 0
end function

private function boolean of_xml_text (string as_xml, string as_path);
// 元素的文字放在 is_text 中，没有则为空。as_path 例如 /response/Header/msg；有几个时取第一个。
// as_xml 不是完整的 XML 时返回 False，is_text 为空。
String ls_here, ls_value, ls_part, ls_tag
Boolean lb_begun, lb_done, lb_leaving
Long ll_i, ll_first

ls_here = ""
ls_value = ""
lb_begun = False
lb_done = False
ll_i = 1
Do While True
    // 标签之前的文字
    ll_first = of_after(as_xml, ll_i, "<") - 1
    If ll_first < 0 Then ll_first = Len(as_xml) + 1
    ls_part = Mid(as_xml, ll_i, ll_first - ll_i)
    If ls_here = "" Then
        If of_trim(ls_part) <> "" Then
            is_text = ""
            Return False
        End If
    Else
        If Not of_xml_decode(ls_part) Then
            is_text = ""
            Return False
        End If
        ls_part = is_text
    End If
    is_text = ""
    ll_i = ll_first
    If Mid(as_xml, ll_i, 2) = "<?" Then
        ll_i = of_after(as_xml, ll_i, "?>")
    Else
        If Mid(as_xml, ll_i, 4) = "<!--" Then
            ll_i = of_after(as_xml, ll_i + 4, "-->")
        Else
            If Mid(as_xml, ll_i, 9) = "<![CDATA[" And ls_here <> "" Then
                ll_i = of_after(as_xml, ll_i + 9, "]]>")
                If ll_i > 0 Then
                    ls_part = ls_part + Mid(as_xml, ll_first + 9, ll_i - ll_first - 12)
                End If
            Else
                ll_i = 0
            End If
        End If
    End If
    If ls_here = as_path And Not lb_done Then ls_value = ls_value + ls_part
    If ll_first > Len(as_xml) Then Exit

    If ll_i = 0 Then // 开始或结束标签，或写错了
        If Mid(as_xml, ll_first, 2) = "</" Then
            ll_i = of_after(as_xml, ll_first, ">")
            If ll_i = 0 Then Return False
            ls_tag = of_trim("." + Mid(as_xml, ll_first + 2, ll_i - ll_first - 3)) // 只去掉后面的
            ls_tag = Mid(ls_tag, 2)
            If ls_tag = "" Or Right(ls_here, Len(ls_tag) + 1) <> "/" + ls_tag Then Return False
            lb_leaving = True
        Else
            ll_i = ll_first + 1
            Do While ll_i <= Len(as_xml) And Pos(of_blanks() + "/>", Mid(as_xml, ll_i, 1)) = 0
                ll_i = ll_i + 1
            Loop
            ls_tag = Mid(as_xml, ll_first + 1, ll_i - ll_first - 1)
            ll_i = of_xml_tag_end(as_xml, ll_i)
            If ll_i = 0 Or ls_tag = "" Or Left(ls_tag, 1) = "!" Or Left(ls_tag, 1) = "?" Or (lb_begun And ls_here = "") Then
                Return False
            End If
            lb_begun = True
            ls_here = ls_here + "/" + ls_tag
            lb_leaving = Mid(as_xml, ll_i - 2, 1) = "/"
        End If
        If lb_leaving Then
            If ls_here = as_path Then lb_done = True
            ls_here = Left(ls_here, Len(ls_here) - Len(ls_tag) - 1)
        End If
    End If
Loop
If Not lb_begun Or ls_here <> "" Then Return False
is_text = ls_value
Return True
end function

private function long of_json_unit (string as_text, long al_at);
// 第 al_at 个字符处的 \uXXXX 的值，不是则为 -1。
If Mid(as_text, al_at, 2) <> "\u" Or Len(Mid(as_text, al_at + 2, 4)) < 4 Then Return -1
Return of_number(Mid(as_text, al_at + 2, 4), 16)
end function

private function long of_json_escape (string as_text, long al_at);
// 第 al_at 个字符处的转义（\）换成字接在 is_text 之后，返回转义之后的位置；写错了为 0。
String ls_c
Long ll_c, ll_low

ls_c = Mid(as_text, al_at + 1, 1)
Choose Case ls_c
    Case '"', "\", "/"
        is_text = is_text + ls_c
    Case "b"
        is_text = is_text + Char(8)
    Case "f"
        is_text = is_text + Char(12)
    Case "n"
        is_text = is_text + "~n"
    Case "r"
        is_text = is_text + "~r"
    Case "t"
        is_text = is_text + "~t"
    Case "u"
        ll_c = of_json_unit(as_text, al_at)
        If ll_c < 1 Or (ll_c >= 56320 And ll_c <= 57343) Then Return 0
        al_at = al_at + 4
        If ll_c >= 55296 And ll_c <= 56319 Then // 两个 \uXXXX 是一个字
            ll_low = of_json_unit(as_text, al_at + 2)
            If ll_low < 56320 Or ll_low > 57343 Then Return 0
            ll_c = 65536 + (ll_c - 55296) * 1024 + (ll_low - 56320)
            al_at = al_at + 6
        End If
        is_text = is_text + of_character(ll_c)
    Case Else
        Return 0
End Choose
Return al_at + 2
end function

private function long of_json_string (string as_text, long al_at);
// 第 al_at 个字符处的字符串，转义换成字，放在 is_text 中，返回它之后的位置；写错了为 0。
String ls_c
Long ll_n

is_text = ""
If Mid(as_text, al_at, 1) <> '"' Then Return 0
al_at = al_at + 1
Do While True
    ls_c = Mid(as_text, al_at, 1)
    If ls_c = "" Then Return 0
    If ls_c = '"' Then Exit
    If Asc(ls_c) < 32 Then Return 0
    If ls_c = "\" Then
        al_at = of_json_escape(as_text, al_at)
        If al_at = 0 Then Return 0
    Else
        ll_n = 1
        If ib_gbk And Asc(ls_c) > 128 Then // 双字节的字，第二个字节可以是 \
            ll_n = 2
        End If
        is_text = is_text + Mid(as_text, al_at, ll_n)
        al_at = al_at + ll_n
    End If
Loop
Return al_at + 1
end function

private function long of_json_number (string as_text, long al_at);
// 第 al_at 个字符处的数字之后的位置；不是数字为 0。
String ls_digits
Long ll_first

ls_digits = "0123456789"
If Mid(as_text, al_at, 1) = "-" Then
    al_at = al_at + 1
End If
ll_first = al_at
If Mid(as_text, al_at, 1) = "0" Then
    al_at = al_at + 1
Else
    al_at = of_skip(as_text, al_at, ls_digits)
End If
If al_at = ll_first Then Return 0
If Mid(as_text, al_at, 1) = "." Then
    ll_first = al_at + 1
    al_at = of_skip(as_text, ll_first, ls_digits)
    If al_at = ll_first Then Return 0
End If
If Lower(Mid(as_text, al_at, 1)) = "e" Then
    ll_first = al_at + 1
    If Mid(as_text, ll_first, 1) = "+" Or Mid(as_text, ll_first, 1) = "-" Then
        ll_first = ll_first + 1
    End If
    al_at = of_skip(as_text, ll_first, ls_digits)
    If al_at = ll_first Then Return 0
End If
Return al_at
end function

private function long of_json_value (string as_text, long al_at, long al_depth, string as_member);
// 返回第 al_at 个字符处的值之后的位置；写错了为 0。as_member 不为空时，值是对象，il_found 为其成员 as_member 的
// 值的位置；同名的成员以最后一个为准，没有则 il_found 不变。
String ls_c, ls_last

ls_c = Mid(as_text, al_at, 1)
If ls_c = '"' Then Return of_json_string(as_text, al_at)
If Mid(as_text, al_at, 4) = "true" Or Mid(as_text, al_at, 4) = "null" Then Return al_at + 4
If Mid(as_text, al_at, 5) = "false" Then Return al_at + 5
If ls_c <> "{" And ls_c <> "[" Then Return of_json_number(as_text, al_at)
If al_depth > 64 Then Return 0
ls_last = "}"
If ls_c = "[" Then
    ls_last = "]"
End If
al_at = of_skip(as_text, al_at + 1, of_blanks())
If Mid(as_text, al_at, 1) = ls_last Then Return al_at + 1
Do While True
    If ls_last = "}" Then
        al_at = of_json_string(as_text, al_at)
        If al_at = 0 Then Return 0
        al_at = of_skip(as_text, al_at, of_blanks())
        If Mid(as_text, al_at, 1) <> ":" Then Return 0
        al_at = of_skip(as_text, al_at + 1, of_blanks())
        If as_member <> "" And is_text = as_member Then il_found = al_at
    End If
    al_at = of_json_value(as_text, al_at, al_depth + 1, "")
    If al_at = 0 Then Return 0
    al_at = of_skip(as_text, al_at, of_blanks())
    If Mid(as_text, al_at, 1) = ls_last Then Exit
    If Mid(as_text, al_at, 1) <> "," Then Return 0
    al_at = of_skip(as_text, al_at + 1, of_blanks())
Loop
Return al_at + 1
end function

private function boolean of_json_find (string as_json, string as_member);
// 对象 as_json 的成员 as_member 的值的位置放在 il_found 中，没有则为 0；as_json 不是一个完整的对象时返回 False。
Long ll_i

il_found = 0
ll_i = of_skip(as_json, 1, of_blanks())
If Mid(as_json, ll_i, 1) <> "{" Then Return False
ll_i = of_json_value(as_json, ll_i, 0, as_member)
If ll_i = 0 Then Return False
Return of_skip(as_json, ll_i, of_blanks()) > Len(as_json)
end function

private function boolean of_json_text (string as_json, string as_member);
// 对象 as_json 的成员 as_member 放在 is_text 中：字符串的文字，或数字原来的写法，前后不带空格；没有，或是
// 别的，则为空。as_json 不是一个完整的对象时返回 False。
Boolean lb_good
String ls_c
Long ll_i

lb_good = of_json_find(as_json, as_member)
is_text = ""
If Not lb_good Or il_found = 0 Then Return lb_good
ll_i = il_found
ls_c = Mid(as_json, ll_i, 1)
If ls_c = '"' Then
    of_json_string(as_json, ll_i)
    is_text = of_trim(is_text)
Else
    If Pos("-0123456789", ls_c) > 0 Then
        is_text = Mid(as_json, ll_i, of_json_number(as_json, ll_i) - ll_i)
    End If
End If
Return True
end function

private function boolean of_json_object (string as_json, string as_member);
// 对象 as_json 的成员 as_member 的 JSON 放在 is_text 中：对象，或字符串中装着的；没有，或是别的，则为 {}。
// as_json 不是一个完整的对象时返回 False。
Boolean lb_good
String ls_c
Long ll_i, ll_last

lb_good = of_json_find(as_json, as_member)
is_text = "{}"
If Not lb_good Or il_found = 0 Then Return lb_good
ll_i = il_found
ls_c = Mid(as_json, ll_i, 1)
If ls_c = '"' Then
    of_json_string(as_json, ll_i)
Else
    If ls_c = "{" Then
        ll_last = of_json_value(as_json, ll_i, 0, "")
        is_text = Mid(as_json, ll_i, ll_last - ll_i)
    End If
End If
Return True
end function

on n_mps_answer.create
call super::create
TriggerEvent(this, "constructor")
end on

on n_mps_answer.destroy
TriggerEvent(this, "destructor")
call super::destroy
end on
