package protocol

import (
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

// Verify checks the sign of a decoded request in constant time. The error is
// an *Error.
func (k Key) Verify(r *Request) error {
	sign := r.Sign
	if sign == "" {
		sign = Unsigned
	}
	switch {
	case len(sign) != len(Unsigned):
		return errorf("签名sign应为%d个字节，实际%d个字节", len(Unsigned), len(sign))
	case len(k) == 0:
		return nil
	case sign == Unsigned:
		return errorf("请求未签名：读卡服务已配置签名密钥，请按接口说明计算sign")
	case !hmac.Equal([]byte(sign), []byte(k.Sign(r.signed))):
		return errorf("签名sign不正确：请核对签名密钥，并对<Body>与</Body>之间的原始字节计算")
	}
	return nil
}
