package voucher

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"mps/test/rig/port"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var discard = log.New(io.Discard, "", 0)

const testCode = "9000000000000000000001350200"

// serve starts an HTTP server and returns its address.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// answering answers every request alike.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

// hangUp ends the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// untilGone answers nothing until the client has gone.
func untilGone(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// closedPort returns a loopback address where nothing listens until the test ends.
func closedPort(t *testing.T) string {
	t.Helper()
	reserved, err := port.Reserve(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reserved.Close() })
	return net.JoinHostPort("127.0.0.1", reserved.String())
}
