package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"mps/protocol"
	"mps/registry"
	"mps/uplink"
	"mps/web"
)

// maxToken is the longest token, in bytes.
const maxToken = 128

// handleQuery answers one query and logs one line about it.
func (s *Server) handleQuery(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var about summary
	out := s.query(w, r, &about)
	switch {
	case out.abandoned:
		about.result = "abandoned"
	case out.failure != nil:
		about.result = out.failure.Code
		writeFailure(w, out.failure)
	default:
		about.result = "answered"
		if out.replayed {
			w.Header().Set(uplink.ReplayedHeader, "true")
		}
		web.WriteJSON(w, http.StatusOK, out.json)
	}
	s.logQuery(r, about, out, time.Since(began))
}

// query takes a request through all checks to its outcome, and notes for the
// log what it learns on the way, once that is checked.
func (s *Server) query(w http.ResponseWriter, r *http.Request, about *summary) outcome {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		return outcome{failure: fail(method.With())}
	}
	institution, err := s.options.Institutions.Authenticate(r.Context(), bearer(r))
	switch {
	case errors.Is(err, registry.ErrUnauthorized):
		return outcome{failure: fail(unauthorized.With())}
	case err != nil:
		return failInternal(err)
	}
	about.institution = institution.ID
	request, failure := decode(w, r)
	if failure != nil {
		return outcome{failure: failure}
	}
	about.request, about.terminal, about.function = request.RequestID, request.Terminal, request.Function
	if request.Function != protocol.PatientInfo {
		return outcome{failure: fail(unknownFunction.With(request.Function))}
	}
	query := &request.Query
	switch query.OrgID {
	case "":
		query.OrgID = institution.ID
	case institution.ID:
	default:
		return outcome{failure: failRequest(otherOrgID.With())}
	}
	return s.ask(r.Context(), institution.ID, request)
}

// bearer returns the token of a request, empty when there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > maxToken {
		return ""
	}
	return token
}

// decode reads and checks the body of a query. Unknown members are ignored:
// an agent may be newer than its server.
func decode(w http.ResponseWriter, r *http.Request) (*uplink.Request, *uplink.FailureDetail) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return nil, failRequest(badContentType.With())
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, uplink.MaxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fail(tooLarge.With(uplink.MaxRequest))
	}
	if err != nil {
		return nil, failRequest(cutOff.With())
	}
	if !utf8.Valid(body) {
		return nil, failRequest(notUTF8.With())
	}
	var request uplink.Request
	if err := json.Unmarshal(body, &request); err != nil {
		// The cause is left out: it may quote the request.
		return nil, failRequest(notJSON.With())
	}
	if err := request.Check(); err != nil {
		return nil, failRequest(err)
	}
	return &request, nil
}
