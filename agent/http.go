package agent

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"mps/protocol"
)

// Headers between the client library and the agent.
const (
	// CapacityHeader is the size of the caller's buffer in bytes, including
	// the NUL at its end. Without it the answer may have any size.
	CapacityHeader = "MPS-Capacity"
	// NeededHeader is the size that the answer would have needed, in the same
	// measure, when it did not fit and a short error answer stands for it.
	NeededHeader = "MPS-Needed"
	// CharsetHeader tells that the caller's strings are UTF-16LE, with the
	// value CharsetUTF16. Without it they are what their declaration says.
	CharsetHeader = "MPS-Charset"
	CharsetUTF16  = "utf-16le"
	// SecretHeader proves that a call comes from the agent's own user.
	SecretHeader = "MPS-Secret"
	// RefusedHeader is "secret" on the refusal of a call that does not.
	RefusedHeader = "MPS-Refused"
)

func (a *Agent) serveCall(w http.ResponseWriter, req *http.Request) {
	if !a.knows(req) {
		w.Header().Set(RefusedHeader, "secret")
		http.Error(w, "this agent serves another user of this machine", http.StatusForbidden)
		return
	}
	caller := Caller{Capacity: math.MaxInt, UTF16: req.Header.Get(CharsetHeader) == CharsetUTF16}
	contentType, limit := "text/xml; charset=GBK", int64(protocol.MaxRequest)
	if caller.UTF16 {
		contentType, limit = "text/xml; charset=UTF-16LE", 2*protocol.MaxRequest
	}
	if h := req.Header.Get(CapacityHeader); h != "" {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 {
			http.Error(w, CapacityHeader+" is no size in bytes", http.StatusBadRequest)
			return
		}
		caller.Capacity = n
	}
	// One byte more than allowed is enough for the decoder to refuse it.
	request, err := io.ReadAll(io.LimitReader(req.Body, limit+1))
	if err != nil {
		http.Error(w, "the request did not arrive whole", http.StatusBadRequest)
		return
	}
	answer, needed := a.Call(req.Context(), request, caller)
	if needed > 0 {
		w.Header().Set(NeededHeader, strconv.Itoa(needed))
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	if _, err := w.Write(answer); err != nil {
		a.options.Log.Warn("应答送出前调用程序已断开", "error", err)
	}
}

// knows tells whether a call comes from the agent's own user.
func (a *Agent) knows(req *http.Request) bool {
	given := req.Header.Get(SecretHeader)
	return a.options.Secret == "" || subtle.ConstantTimeCompare([]byte(given), []byte(a.options.Secret)) == 1
}

func (a *Agent) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"status": "ok", "version": a.options.Version})
}

// localOnly refuses what does not come from a program of this machine: a Host
// that is no loopback name, which DNS rebinding leads to, and anything that a
// browser sends on behalf of a page.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case !isLoopbackHost(req.Host):
			http.Error(w, "Host must be a loopback name", http.StatusForbidden)
		case len(req.Header.Values("Origin")) > 0:
			http.Error(w, "requests of web pages are not served", http.StatusForbidden)
		default:
			next.ServeHTTP(w, req)
		}
	})
}

func isLoopbackHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	} else if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
