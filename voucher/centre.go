package voucher

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"mps/charset"
)

const (
	// DefaultCodeField is the member of "data" that carries the scanned text.
	// Interfaces beside NationECCode.dll use this name; what the library
	// itself posts is not public, so it is configurable.
	DefaultCodeField = "ecQrCode"

	// DefaultCentreTimeout bounds a query of the centre.
	DefaultCentreTimeout = 10 * time.Second

	transType = "ec.query"
)

// Options say where a [Centre] is and what it requires. Only URL must be set.
type Options struct {
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
	// Charset is what an answer is in whose Content-Type does not say so;
	// empty means charset.Auto. JSON is UTF-8 (RFC 8259), but not that of all
	// centres, and the name of a patient is not to be guessed.
	Charset charset.Charset
	// Roots must have signed the centre's certificate; nil means the system's.
	Roots *x509.CertPool
}

// Centre queries the e-voucher centre. It never repeats a query, because a
// code is valid once. It is safe for concurrent use.
type Centre struct {
	peer      *Peer
	orgID     string
	codeField string
	extra     []member
	charset   charset.Charset
	timeout   time.Duration
}

// NewCentre returns the centre that o describes. The error is a failure of kind
// [ErrConfig].
func NewCentre(o Options) (*Centre, error) {
	peer, err := NewPeer("电子凭证中心", o.URL, o.Roots)
	if err != nil {
		return nil, err
	}
	c := &Centre{
		peer:      peer,
		orgID:     o.OrgID,
		codeField: cmp.Or(o.CodeField, DefaultCodeField),
		charset:   cmp.Or(o.Charset, charset.Auto),
		timeout:   o.Timeout,
	}
	if c.timeout <= 0 {
		c.timeout = DefaultCentreTimeout
	}
	for _, name := range slices.Sorted(maps.Keys(o.Extra)) {
		value, err := EncodeJSON(o.Extra[name])
		if err != nil {
			return nil, extraNotJSON.Because(because(ErrConfig, err))
		}
		c.extra = append(c.extra, member{name, json.RawMessage(value)})
	}
	sent := make(map[string]bool)
	for _, m := range c.data(Query{}) {
		if sent[m.name] {
			return nil, extraRepeated.Because(ErrConfig, m.name)
		}
		sent[m.name] = true
	}
	return c, nil
}

// Query sends the query to the centre. The result is an [*Answer] whenever the
// centre answered well-formed JSON with HTTP status 200, a refusal included
// (see [Answer.Err]); otherwise the error is a failure whose kind is
// [ErrUnreachable], [ErrTimeout], [ErrMalformed] or context.Canceled.
func (c *Centre) Query(ctx context.Context, q Query) (*Answer, error) {
	body, err := c.request(q)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.peer.Post(ctx, http.Header{
		"Content-Type": {"application/json; charset=utf-8"},
		"Accept":       {"application/json"},
	}, body)
	if err != nil {
		return nil, err
	}
	if r.Status != http.StatusOK {
		return nil, c.peer.OtherStatus(r.Status)
	}
	return DecodeAnswer(r.Body, cmp.Or(charset.Declared(r.Header.Get("Content-Type")), c.charset))
}

// request returns the JSON to post, in the member order that programs in the
// field use. orgId stands in it twice.
func (c *Centre) request(q Query) ([]byte, error) {
	q.OrgID = cmp.Or(q.OrgID, c.orgID)
	data, err := encodeObject(c.data(q))
	if err != nil {
		return nil, err
	}
	return encodeObject([]member{
		{"orgId", q.OrgID},
		{"transType", transType},
		{"data", json.RawMessage(data)},
	})
}

// data returns the members of "data".
func (c *Centre) data(q Query) []member {
	return append([]member{
		{"orgId", q.OrgID},
		{"businessType", q.BusinessType},
		{"operatorId", q.OperatorID},
		{"operatorName", q.OperatorName},
		{"officeId", q.OfficeID},
		{"officeName", q.OfficeName},
		{"deviceType", q.DeviceType},
		{c.codeField, q.Code},
	}, c.extra...)
}
