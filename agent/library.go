package agent

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"

	"mps/protocol"
	"mps/web"
)

// Handler serves the client library: calls at CallPath and a sign of life at
// HealthPath, to programs of this machine.
func (a *Agent) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+CallPath, a.serveCall)
	mux.HandleFunc("GET "+HealthPath, a.serveHealth)
	return localOnly(mux)
}

func (a *Agent) serveCall(w http.ResponseWriter, req *http.Request) {
	if !a.knows(req) {
		w.Header().Set(RefusedHeader, RefusedSecret)
		http.Error(w, "this agent serves another user of this machine", http.StatusForbidden)
		return
	}
	codec := a.options.Codec
	if req.Header.Get(CharsetHeader) == CharsetUTF16 {
		codec.Charset = protocol.UTF16LE
	}
	capacity := math.MaxInt
	if h := req.Header.Get(CapacityHeader); h != "" {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 {
			http.Error(w, CapacityHeader+" is no size in bytes", http.StatusBadRequest)
			return
		}
		capacity = n
	}
	// One byte more than allowed is enough for the codec to refuse it.
	request, err := io.ReadAll(io.LimitReader(req.Body, int64(codec.Charset.MaxRequest())+1))
	if err != nil {
		http.Error(w, "the request did not arrive whole", http.StatusBadRequest)
		return
	}
	answer, needed := a.call(req.Context(), &codec, request, capacity)
	if needed > 0 {
		w.Header().Set(NeededHeader, strconv.Itoa(needed))
	}
	w.Header().Set("Content-Type", "text/xml; charset="+codec.Charset.String())
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	if _, err := w.Write(answer); err != nil {
		a.options.Log.Warn("应答送出前调用程序已断开", "error", err)
	}
}

// call answers the bytes of a request with bytes that fit into the caller's
// buffer of capacity bytes, the NUL at the end included. needed is the capacity
// that the answer would have needed when it did not fit, otherwise 0.
func (a *Agent) call(ctx context.Context, codec *protocol.Codec, request []byte, capacity int) (answer []byte, needed int) {
	r, err := codec.Decode(request)
	var response *protocol.Response
	if err == nil {
		response = a.Answer(ctx, r)
	} else {
		response = a.Refuse(ctx, r, err)
	}
	answer, needed = codec.Fit(response, capacity)
	if needed > 0 {
		a.options.Log.Warn("应答放不下", "funid", elideLong(r.Funid), "result", response.Result, "needed", needed, "capacity", capacity)
	}
	return answer, needed
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
		case !web.IsLoopback(req.Host):
			http.Error(w, "Host must be a loopback name", http.StatusForbidden)
		case len(req.Header.Values("Origin")) > 0:
			http.Error(w, "requests of web pages are not served", http.StatusForbidden)
		default:
			next.ServeHTTP(w, req)
		}
	})
}
