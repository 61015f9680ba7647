package voucher

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"
)

const (
	// DefaultCodeField is the member of "data" that carries the scanned text.
	// Interfaces beside NationECCode.dll use this name; what the library
	// itself posts is not public, so it is configurable.
	DefaultCodeField = "ecQrCode"

	// DefaultCentreTimeout bounds a query of the centre.
	DefaultCentreTimeout = 10 * time.Second

	transType  = "ec.query"
	centrePeer = "电子凭证中心"
)

// Centre queries the e-voucher centre. It never repeats a query, because a
// code is valid once. The zero value with a URL is ready for use, also by many
// goroutines; the fields must not be changed after the first query.
type Centre struct {
	// URL is the complete address, http or https, usually ending in
	// /localcfc/api/hsecfc/localQrCodeQuery.
	URL string
	// OrgID is used for queries that name no institution.
	OrgID string
	// CodeField is the member of "data" for the scanned text; empty means
	// DefaultCodeField.
	CodeField string
	// Extra members of "data" that a place requires. They are sent sorted by
	// name and cannot replace a member that MPS sends.
	Extra map[string]any
	// Timeout bounds one query; 0 means DefaultCentreTimeout.
	Timeout time.Duration
	// Client does the HTTP; nil means one made by NewClient. Redirects are
	// not followed in either case.
	Client *http.Client

	link link
}

// Check reports whether the fields make sense, as an [*Error] of kind
// [ErrConfig].
func (c *Centre) Check() error {
	if _, err := parseURL(centrePeer, c.URL); err != nil {
		return err
	}
	_, err := c.request(Query{})
	return err
}

// Query sends the query to the centre. The result is an [*Answer] whenever the
// centre answered well-formed JSON with HTTP status 200, a refusal included
// (see [Answer.Err]); otherwise the error is an [*Error].
func (c *Centre) Query(ctx context.Context, q Query) (*Answer, error) {
	to, err := parseURL(centrePeer, c.URL)
	if err != nil {
		return nil, err
	}
	body, err := c.request(q)
	if err != nil {
		return nil, err
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultCentreTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	header := http.Header{
		"Content-Type": {"application/json; charset=utf-8"},
		"Accept":       {"application/json"},
	}
	r, err := post(ctx, c.link.use(c.Client), centrePeer, to, header, body)
	if err != nil {
		return nil, err
	}
	if r.status != http.StatusOK {
		return nil, unexpected(centrePeer, to, r.status)
	}
	return ParseAnswer(r.body)
}

// request returns the JSON to post, in the member order that programs in the
// field use. orgId stands in it twice.
func (c *Centre) request(q Query) ([]byte, error) {
	orgID := q.OrgID
	if orgID == "" {
		orgID = c.OrgID
	}
	codeField := c.CodeField
	if codeField == "" {
		codeField = DefaultCodeField
	}
	data := []member{
		{"orgId", orgID},
		{"businessType", q.BusinessType},
		{"operatorId", q.OperatorID},
		{"operatorName", q.OperatorName},
		{"officeId", q.OfficeID},
		{"officeName", q.OfficeName},
		{"deviceType", q.DeviceType},
		{codeField, q.Code},
	}
	for _, name := range slices.Sorted(maps.Keys(c.Extra)) {
		data = append(data, member{name, c.Extra[name]})
	}
	sent := make(map[string]bool, len(data))
	for _, m := range data {
		if sent[m.name] {
			return nil, failure(ErrConfig, nil,
				"%s的附加参数%s与固定参数重名，请联系信息科更正配置！", centrePeer, m.name)
		}
		sent[m.name] = true
	}
	inner, err := encode(data)
	if err != nil {
		return nil, failure(ErrConfig, err, "%s的附加参数无法表示为JSON，请联系信息科更正配置！", centrePeer)
	}
	return encode([]member{
		{"orgId", orgID},
		{"transType", transType},
		{"data", json.RawMessage(inner)},
	})
}

// member is one member of a JSON object whose order matters.
type member struct {
	name  string
	value any
}

func encode(members []member) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encoder.Encode(m.name); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1) // the encoder ends every value with a newline
		b.WriteByte(':')
		if err := encoder.Encode(m.value); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
