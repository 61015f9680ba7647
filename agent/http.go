package agent

import (
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
)

const contentType = "text/xml; charset=GBK"

func (a *Agent) serveCall(w http.ResponseWriter, req *http.Request) {
	capacity := math.MaxInt
	if h := req.Header.Get(CapacityHeader); h != "" {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 {
			http.Error(w, CapacityHeader+" is no size in bytes", http.StatusBadRequest)
			return
		}
		capacity = n
	}
	// One byte more than allowed is enough for the decoder to refuse it.
	request, err := io.ReadAll(io.LimitReader(req.Body, protocol.MaxRequest+1))
	if err != nil {
		http.Error(w, "the request did not arrive whole", http.StatusBadRequest)
		return
	}
	answer, needed := a.Call(req.Context(), request, capacity)
	if needed > 0 {
		w.Header().Set(NeededHeader, strconv.Itoa(needed))
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	if _, err := w.Write(answer); err != nil {
		a.options.Log.Warn("应答送出前调用程序已断开", "error", err)
	}
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
