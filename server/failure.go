package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"mps/failure"
	"mps/mask"
	"mps/uplink"
	"mps/web"
)

// fail returns what the agent is told of a failure whose code is one of the
// wire.
func fail(f failure.Failure) *uplink.FailureDetail {
	return &uplink.FailureDetail{Code: f.Code(), Message: f.Error()}
}

// failRequest returns what the agent is told of a request that is not as agreed.
func failRequest(err error) *uplink.FailureDetail {
	return &uplink.FailureDetail{Code: uplink.CodeBadRequest, Message: err.Error()}
}

// failCentre returns what the agent is told of a querier's error: its own text
// when it was written for a person, because it knows more.
func failCentre(err error) *uplink.FailureDetail {
	var f *uplink.FailureDetail
	switch uplink.CodeOf(err) {
	case uplink.CodeCentreTimeout:
		f = fail(centreTimeout.With())
	case uplink.CodeCentreUnreachable:
		f = fail(centreUnreachable.With())
	case uplink.CodeCentreMalformed:
		f = fail(centreMalformed.With())
	default:
		f = fail(internal.With())
	}
	if own, ok := errors.AsType[failure.Failure](err); ok {
		f.Message = mask.Text(own.Error())
	}
	return f
}

func writeFailure(w http.ResponseWriter, f *uplink.FailureDetail) {
	body, err := json.Marshal(uplink.Failure{Error: *f})
	if err != nil {
		panic(err) // two strings
	}
	status := uplink.Status(f.Code)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	web.WriteJSON(w, status, body)
}
