package sandbox

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"mps/voucher"
)

const (
	// Path is the end of the address under which a centre answers, whatever
	// stands before it (observed in the field).
	Path = "/localcfc/api/hsecfc/localQrCodeQuery"

	// DefaultSlow is how long the answer to a slow code takes.
	DefaultSlow = 20 * time.Second

	maxRequest = 64 << 10
)

// Options of a centre. The zero value has the defaults.
type Options struct {
	// CodeField is the member of "data" that holds the scanned text; empty
	// means ecQrCode.
	CodeField string
	// Slow is how long the answer to a slow code takes; 0 means DefaultSlow.
	Slow time.Duration
}

// Centre is an e-voucher centre that knows the test patients. It is an
// http.Handler.
type Centre struct {
	codeField string
	slow      time.Duration

	mu      sync.Mutex
	queries map[string]int // by code, of the patients only
}

// NewCentre returns a centre that was never asked anything.
func NewCentre(o Options) *Centre {
	return &Centre{
		codeField: cmp.Or(o.CodeField, voucher.DefaultCodeField),
		slow:      cmp.Or(o.Slow, DefaultSlow),
		queries:   make(map[string]int),
	}
}

// Queries returns how often the centre was asked about the code of a patient.
func (c *Centre) Queries(code string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queries[code]
}

// ServeHTTP answers as a centre does: HTTP status 200 with a code in the JSON
// for everything that is a query.
func (c *Centre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, Path) {
		refuse(w, http.StatusNotFound, nil, refuseBadRequest, "接口地址不存在")
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, nil, refuseBadRequest, "请使用POST方法")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, nil, refuseBadRequest, "请求过大或不完整")
		return
	}
	q := new(query)
	if err := json.Unmarshal(body, q); err != nil {
		refuse(w, http.StatusBadRequest, nil, refuseBadRequest, "请求不是规定的JSON")
		return
	}
	if code, message := q.check(c.codeField); code != "" {
		refuse(w, http.StatusOK, q, code, message)
		return
	}
	c.answer(w, r, q)
}

// query is the JSON of a request.
type query struct {
	OrgID     string         `json:"orgId"`
	TransType string         `json:"transType"`
	Data      map[string]any `json:"data"`
}

// field returns a member of "data", empty unless it is a string.
func (q *query) field(name string) string {
	s, _ := q.Data[name].(string)
	return s
}

// check returns the code and message of a refusal, empty for a good query.
func (q *query) check(codeField string) (code, message string) {
	switch {
	case q.TransType != "ec.query":
		return refuseTransType, "不支持的transType"
	case q.OrgID == "" || q.field("orgId") != q.OrgID:
		return refuseInstitution, "orgId为空或前后不一致"
	case q.field(codeField) == "":
		return refuseBadRequest, "缺少" + codeField
	}
	return "", ""
}

// answer answers a good query.
func (c *Centre) answer(w http.ResponseWriter, r *http.Request, q *query) {
	p, n := c.ask(q.field(c.codeField))
	form := p.code
	if form == codeOnce && n > 1 {
		form = codeUsed
	}
	trace := "[" + traceID(p.Code, n) + "]"
	switch form {
	case codeExpired:
		refuse(w, http.StatusOK, q, refuseExpired, expiredMessage+trace)
	case codeUnknown:
		refuse(w, http.StatusOK, q, refuseUnknownCode, unknownCodeMessage+trace)
	case codeUsed:
		refuse(w, http.StatusOK, q, refuseUsedCode, usedCodeMessage+trace)
	case codeFailure:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case codeMalformed:
		body := p.answer(q)
		write(w, http.StatusOK, body[:len(body)/2])
	case codeSlow:
		timer := time.NewTimer(c.slow)
		defer timer.Stop()
		select {
		case <-timer.C:
			write(w, http.StatusOK, p.answer(q))
		case <-r.Context().Done():
		}
	default:
		write(w, http.StatusOK, p.answer(q))
	}
}

// ask returns the patient who shows the code and how often it was asked about.
// A code that is nobody's is as unknown as one made for that.
func (c *Centre) ask(code string) (Patient, int) {
	for _, p := range patients {
		if p.Code == code {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.queries[code]++
			return p, c.queries[code]
		}
	}
	return Patient{Code: code, code: codeUnknown}, 1
}

// refuse answers without data. q may be nil.
func refuse(w http.ResponseWriter, status int, q *query, code, message string) {
	a := answer{Code: code, Message: message}
	if q != nil {
		a.OrgID, a.TransType = q.OrgID, q.TransType
	}
	write(w, status, indented(a))
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	w.Write(body)
}
