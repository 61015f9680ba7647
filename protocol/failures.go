package protocol

import "mps/failure"

// What can be wrong with a request's parameters, function and sign.
var (
	functionUnknown  = failure.New("request_function_unknown", "不支持的功能编号[%s]：", "本版本支持%s")
	functionSpelling = failure.Terse("request_function_spelling", "不支持的功能编号[%s]：应写成%s，须为半角，注意大小写和空格", "请改正")
	choiceMissing    = failure.New("request_choice_missing", "缺少参数%s（%s）：", "应为%s")
	parameterMissing = failure.Terse("request_parameter_missing", "缺少参数%s（%s）", "请补上该参数")
	choiceWrong      = failure.New("request_choice_wrong", "参数%s（%s）的值[%s]不正确：", "应为%s")
	choiceSpelling   = failure.Terse("request_choice_spelling", "参数%s（%s）的值[%s]不正确：应写成%s，须为半角，注意空格", "请改正")
	parameterTooLong = failure.Terse("request_parameter_too_long", "参数%s（%s）过长：%d字节，最多%d字节", "请检查扫码枪的输出")

	signLength = failure.Terse("request_sign_length", "签名sign应为%d个字节，实际%d个字节", "不签名时请写16个0")
	signAbsent = failure.New("request_sign_absent", "请求未签名：读卡服务已配置签名密钥，", "请按接口说明计算sign")
	signWrong  = failure.New("request_sign_wrong", "签名sign不正确：", "请核对签名密钥，并对<Body>与</Body>之间的原始字节计算")
)

// What can be wrong with the characters of a message.
var (
	wideUnexpected = failure.New("request_utf16", "报文是UTF-16编码，应为GBK：",
		`PowerBuilder 10及以上版本的外部函数声明请写成 library "mps_client.dll" alias for "MPS_Call;ansi"`)
	encodingUnknown    = failure.New("request_encoding_unknown", "不支持的编码encoding=\"%s\"：", "请使用GBK（也接受GB18030、UTF-8）")
	encodingOther      = failure.New("request_encoding_other", "报文声明的编码是%s，内容却是%s（从第%d字节起）：", "请按声明的编码转换内容，或改正声明")
	encodingAmbiguous  = failure.New("request_encoding_ambiguous", "报文没有声明编码，内容可能是GBK，也可能是UTF-8：", "请在开头写明<?xml version=\"1.0\" encoding=\"GBK\"?>")
	notGBK             = failure.New("request_not_gbk", "报文第%d字节处不是GBK字符：", "请检查报文的编码")
	notUTF8            = failure.New("request_not_utf8", "报文第%d字节处不是UTF-8字符：", "请检查报文的编码")
	notUTF16           = failure.New("request_not_utf16", "报文第%d字节处不是UTF-16字符：", "请检查报文的编码")
	characterForbidden = failure.New("request_character_forbidden", "报文含有XML不允许的字符U+%04X：", "请检查报文的编码")
)

// What can be wrong with a message as a whole.
var (
	requestEmpty    = failure.Terse("request_empty", "请求报文为空", "请检查req")
	requestTooLong  = failure.Terse("request_too_long", "请求报文过长：最多%d字节", "请检查req")
	responseTooLong = failure.Terse("request_answer_too_long", "返回报文过长：%d字节，最多%d字节", "请检查地址，应答的不是读卡服务")
	bufferTooSmall  = failure.New("request_buffer_too_small", "返回报文需要%d字节，调用程序的缓冲区只有%d字节：", "请改为8192字节后重试")

	notXML         = failure.New("request_not_xml", "报文不是XML：", "应以<?xml或<%s>开头")
	rootAbsent     = failure.Terse("request_root_absent", "报文为空：没有<%s>元素", "请检查req")
	rootWrong      = failure.Terse("request_root_wrong", "报文的根元素应为<%s>，实际是<%s>", "请改正根元素，注意大小写")
	truncated      = failure.Terse("request_truncated", "报文不完整：共%d字节，到末尾仍没有第%d行的<%s>的结束标签</%s>，可能被截断", "请补上，或检查req和缓冲区的大小")
	unclosed       = failure.Terse("request_unclosed", "报文不完整：第%d行的%s没有结束，共%d字节，到末尾仍没有“%s”", "请补上，或检查req和缓冲区的大小")
	headerAbsent   = failure.Terse("request_header_absent", "报文缺少<Header>", "请补上，注意大小写")
	bodyAbsent     = failure.Terse("request_body_absent", "报文缺少<Body>", "请补上，注意大小写")
	funidAbsent    = failure.Terse("request_funid_absent", "报文缺少funid（功能编号）", "请补上")
	elementSpelled = failure.Terse("request_element_spelling", "报文缺少<%s>：<%s>应写成<%s>，须为半角，注意大小写", "请改正")
	headerRepeated = failure.Terse("request_header_repeated", "报文中<Header>重复", "请去掉一个")
	bodyRepeated   = failure.Terse("request_body_repeated", "报文中<Body>重复", "请去掉一个")
	fieldRepeated  = failure.Terse("request_field_repeated", "报文中<%s>重复", "请去掉一个")
	tooManyFields  = failure.Terse("request_too_many_fields", "报文中的字段过多：最多%d个", "请检查req")
)

// What is no XML, or more of it than this protocol takes. The first value is
// the line.
var (
	lessThanInData     = failure.New("request_xml_less_than", "报文第%d行XML格式错误：“<”之后应为元素名；", "数据中的“<”请写成&lt;")
	entityUnknown      = failure.New("request_xml_entity", "报文第%d行XML格式错误：不支持的实体；", "数据中的“&”请写成&amp;")
	endTagUnmatched    = failure.Terse("request_xml_end_tag", "报文第%d行XML格式错误：</%s>没有对应的开始标签", "请改正标签，注意大小写")
	endTagWrong        = failure.Terse("request_xml_end_tag_wrong", "报文第%d行XML格式错误：</%s>没有对应的开始标签，此处应为</%s>，注意大小写", "请改正标签")
	elementUnclosed    = failure.Terse("request_xml_element_unclosed", "报文第%d行XML格式错误：<%s>没有结束，第%d行的</%s>之前应有</%s>", "请补上结束标签")
	endTagOpen         = failure.Terse("request_xml_end_tag_open", "报文第%d行XML格式错误：</%s之后应为“>”", "请去掉结束标签里多余的内容")
	textBehindRoot     = failure.Terse("request_xml_text_behind", "报文第%d行XML格式错误：</%s>之后还有多余的内容", "请检查字符串是否没有清空")
	elementBehindRoot  = failure.Terse("request_xml_element_behind", "报文第%d行XML格式错误：</%s>之后还有多余的元素", "请检查字符串是否没有清空")
	declarationRefused = failure.Terse("request_xml_declaration", "报文第%d行XML格式错误：不允许DOCTYPE等声明", "请去掉")
	tooDeep            = failure.Terse("request_xml_too_deep", "报文第%d行XML格式错误：元素嵌套过深", "请减少嵌套")
	nameTooLong        = failure.Terse("request_xml_name_too_long", "报文第%d行XML格式错误：元素名过长", "请改短")
	attributeNoName    = failure.Terse("request_xml_attribute_name", "报文第%d行XML格式错误：此处应为属性名或“>”，引号可能没有成对", "请改正，或去掉属性")
	attributeNoEquals  = failure.Terse("request_xml_attribute", "报文第%d行XML格式错误：属性之后应为“=”", "请改正，或去掉属性")
	attributeNoQuotes  = failure.Terse("request_xml_attribute_quotes", "报文第%d行XML格式错误：属性的值应放在引号之内", "请改正，或去掉属性")
	attributeLessThan  = failure.Terse("request_xml_attribute_value", "报文第%d行XML格式错误：属性的值含有“<”，或引号没有结束", "请改正，或去掉属性")
	cdataOutside       = failure.Terse("request_xml_cdata", "报文第%d行XML格式错误：CDATA不在元素之内", "请改正")
)
