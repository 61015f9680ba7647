package journal

// What the master key of 32 bytes 07 derives to, see TestDerivationIsStable. The
// first two agree with openssl dgst -sm3 -mac hmac.
const (
	goldenFingerprint = "92f7675b8744ebe38b60f2c1fa6d73e3edb8e12ad11f3a2fb605cfa528763568"
	goldenIDNumber    = "cefa8767c6be9df142af67fbb7405cddbf3486a222d9ac5a9ef2f59df1d1aeb6"
	goldenSealed      = "01e857502df506c9e21f008d28b3e5b66a81e0098a06abc6a5cab5ffffedb2cf458e04bdcb5b242348"
)
