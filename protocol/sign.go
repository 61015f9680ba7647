package protocol

import (
	"cmp"
	"crypto/hmac"
	"encoding/hex"

	"github.com/emmansun/gmsm/sm3"
)

// Unsigned is the sign of a message that carries none, specification section
// 2.3.1.
const Unsigned = "0000000000000000"

// A Key signs messages. The specification says only that a sign is 16
// lower-case characters; the algorithm is this product's: the first 16
// hexadecimal digits of HMAC-SM3(key, the bytes between <Body> and </Body>).
// An empty key signs nothing and accepts every sign of the right length.
type Key []byte

// Sign returns the sign of a Body's content as it stands on the wire.
func (k Key) Sign(body []byte) string {
	if len(k) == 0 {
		return Unsigned
	}
	mac := hmac.New(sm3.New, k)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))[:len(Unsigned)]
}

// verify checks a sign of the right length in constant time; "" counts as Unsigned.
// body finds the bytes that are signed and is called only where a key asks for
// it.
func (k Key) verify(sign string, body func() []byte) error {
	sign = cmp.Or(sign, Unsigned)
	switch {
	case len(k) == 0:
		return nil
	case sign == Unsigned:
		return signAbsent.With()
	case !hmac.Equal([]byte(sign), []byte(k.Sign(body()))):
		return signWrong.With()
	}
	return nil
}
