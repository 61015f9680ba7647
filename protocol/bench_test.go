package protocol

import "testing"

func BenchmarkDecode(b *testing.B) {
	wire := readGolden(b, "request-evoucher.xml")
	var c Codec
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Decode(wire); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	r, err := DecodeResponse(readGolden(b, "response-evoucher-ok.xml"))
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range []struct {
		charset  Charset
		capacity int
	}{{GBK, 2048}, {UTF16LE, 8192}} {
		c := Codec{Charset: tt.charset}
		b.Run(tt.charset.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Fit(r, tt.capacity)
			}
		})
	}
}
