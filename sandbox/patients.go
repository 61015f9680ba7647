package sandbox

// patients are the test patients. Three names hold what GBK cannot: 𠮷 (U+20BB7)
// and 㛃 (U+36C3) are in GB18030 only, U+E12C is in the user-defined area that
// cards use for rare characters. One name has 18 characters and so needs the
// card's name extension.
//
// A real identification code begins like these do: six digits of region,
// D15600000, and the version of the code.
var patients = describe([]Patient{
	{Key: "p01", Name: "林小测", IDNumber: "359901198503120013", CardNumber: "T00000018",
		IdentificationCode: "350200D1560000050000000000000001", Code: "9900000000000000000001350200",
		code: codeGood, card: cardV2},
	{Key: "p02", Name: "陈一次", IDNumber: "359902196207051022", CardNumber: "T00000026",
		IdentificationCode: "350100D1560000050000000000000002", Code: "9900000000000000000002350100",
		code: codeOnce, card: cardV1},
	{Key: "p03", Name: "黄数例", IDNumber: "35990319931128239X", CardNumber: "T00000034",
		IdentificationCode: "350500D1560000050000000000000003", Code: "9900000000000000000003350500",
		code: codeNumber, card: cardV3},
	{Key: "p04", Name: "吴𠮷例", IDNumber: "35990419780816031X", CardNumber: "T00000042",
		IdentificationCode: "350600D1560000050000000000000004", Code: "9900000000000000000004350600",
		code: codeGood, card: cardT0},
	{Key: "p05", Name: "郑\uE12C例", IDNumber: "359905200102240028", CardNumber: "T00000050",
		IdentificationCode: "350300D1560000050000000000000005", Code: "9900000000000000000005350300",
		code: codeGood, card: cardBlanks},
	{Key: "p06", Name: "阿卜杜热合曼·麦麦提艾力·图尔荪测试", IDNumber: "359906197004010132", CardNumber: "T00000069",
		IdentificationCode: "350400D1560000050000000000000006", Code: "9900000000000000000006350400",
		code: codeGood, card: cardV2},
	{Key: "p07", Name: "周文例", IDNumber: "359907195610090248", CardNumber: "T00000077",
		IdentificationCode: "350700D1560000050000000000000007", Code: "9900000000000000000007350700",
		code: codeString, card: cardOther},
	{Key: "p08", Name: "徐过期", IDNumber: "359908198806170151", CardNumber: "T00000085",
		IdentificationCode: "350800D1560000050000000000000008", Code: "9900000000000000000008350800",
		code: codeExpired, card: cardDead},
	{Key: "p09", Name: "孙未知", IDNumber: "359909199905300266", CardNumber: "T00000093",
		IdentificationCode: "350900D1560000050000000000000009", Code: "9900000000000000000009350900",
		code: codeUnknown, card: cardPulledOut},
	{Key: "p10", Name: "何㛃例", IDNumber: "359910201202190078", CardNumber: "T00000107",
		IdentificationCode: "350200D1560000050000000000000010", Code: "9900000000000000000010350200",
		code: codeUsed, card: cardV2},
	{Key: "p11", Name: "罗测障", IDNumber: "359911194409010189", CardNumber: "T00000115",
		IdentificationCode: "350100D1560000050000000000000011", Code: "9900000000000000000011350100",
		code: codeFailure, card: cardV1},
	{Key: "p12", Name: "谢半例", IDNumber: "359912197512120298", CardNumber: "T00000123",
		IdentificationCode: "350500D1560000050000000000000012", Code: "9900000000000000000012350500",
		code: codeMalformed, card: cardV2},
	{Key: "p13", Name: "方久候", IDNumber: "359913196711030115", CardNumber: "T00000131",
		IdentificationCode: "350200D1560000050000000000000013", Code: "9900000000000000000013350200",
		code: codeSlow, card: cardV2},
	{Key: "p14", Name: "白无名", IDNumber: "359914198708230146", CardNumber: "T0000014X",
		IdentificationCode: "350600D1560000050000000000000014", Code: "9900000000000000000014350600",
		code: codeNobody, card: cardNameless},
	{Key: "p15", Name: "空未启", IDNumber: "359915199304160218", CardNumber: "T00000158",
		IdentificationCode: "350700D1560000050000000000000015", Code: "9900000000000000000015350700",
		code: codeTokenless, card: cardBlank},
})

// describe fills in what the patients' codes and cards show.
func describe(patients []Patient) []Patient {
	for i := range patients {
		p := &patients[i]
		p.CodeShows = codeShows[p.code]
		p.CardShows = cardForms[p.card].shows
	}
	return patients
}
