package driver

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"mps/card"
	"mps/driverhost"
	"mps/web"
)

// An HSM is the security module of the authority, which knows the keys of cards that
// the PSAM of a reader lacks or that a reader without one has. It stands behind a
// service of which the form differs everywhere.
//
// What the service is sent, and where its answer is, is described by names in a form
// or paths in JSON, "data.result". A value that is sent may hold what the first step
// has read: {step1} is all of it, {region}, {reset}, {algorithm}, {code}, {random1},
// {random2}, {random3} and {random4} are its fields.
type HSM struct {
	URL    string            `toml:"url"`    // "": there is none
	Format string            `toml:"format"` // of the request: json or form; "": json
	Fields map[string]string `toml:"fields"` // of the request: name or path, and value

	// Result is where in a JSON answer the two results are: in one text or in one
	// each. None: wherever they stand in the answer, whatever its form.
	Result []string `toml:"result"`
	// Code is where in a JSON answer the service says whether it has succeeded,
	// which it has with one of Success (none: "0"), and Message where it says
	// why not.
	Code    string   `toml:"code"`
	Success []string `toml:"success"`
	Message string   `toml:"message"`

	Steps []string `toml:"steps"` // the two functions; none: iReadCardBas_HSM_Step1 and 2

	Timeout time.Duration `toml:"-"` // of one exchange; 0: hsmTimeout
}

// hsmSteps are the functions of the two steps, after LD/T 6001.5:
//
//	long __stdcall iReadCardBas_HSM_Step1(int iType, char *pOutInfo)
//	long __stdcall iReadCardBas_HSM_Step2(char *pKey, char *pOutInfo)
var hsmSteps = []string{"iReadCardBas_HSM_Step1", "iReadCardBas_HSM_Step2"}

// hsmCodes are the codes of iReadCardBas with which programs of the field go on to
// the security module (domain.md, section 2): the PSAM is missing, or lacks
// algorithm, key or level; the card does not know the key that was referred to.
var hsmCodes = []int32{-2201, -2202, -2203, -24, -27272}

// reads reports whether a read that has failed so may succeed with a security module.
func (HSM) reads(err error) bool {
	if code, is := errors.AsType[CodeError](err); is {
		return slices.Contains(hsmCodes, int32(code))
	}
	status, is := errors.AsType[card.StatusError](err)
	return is && slices.Contains(hsmCodes, -int32(status))
}

// placeholder matches what stands for a field of the first step.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// check finds a description that cannot work. Its errors are failures, in Chinese.
func (h HSM) check() error {
	if h.URL == "" {
		if h.Format != "" || len(h.Fields)+len(h.Result)+len(h.Success)+len(h.Steps) > 0 || h.Code != "" || h.Message != "" || h.Timeout != 0 {
			return badURL.With("hsm.url")
		}
		return nil
	}
	if _, ok := web.ParseURL(h.URL); !ok {
		return badURL.With("hsm.url")
	}
	if h.Format != "" && h.Format != "json" && h.Format != "form" {
		return hsmFormat.With(h.Format)
	}
	if len(h.Fields) == 0 {
		return hsmFields.With()
	}
	for _, value := range h.Fields {
		for _, p := range placeholder.FindAllString(value, -1) {
			if !slices.Contains(hsmPlaceholders, p) {
				return hsmPlaceholder.With(p, strings.Join(hsmPlaceholders, "、"))
			}
		}
	}
	if h.Format != "form" {
		if _, err := h.encodeJSON(firstStep{}); err != nil {
			return err
		}
	}
	if len(h.Result) > 2 || len(h.Steps) != 0 && len(h.Steps) != 2 {
		return hsmLists.With()
	}
	if h.Code == "" && (len(h.Success) > 0 || h.Message != "") {
		return hsmNoCode.With()
	}
	return nil
}

// readWithHSM reads in two steps, between which the security module makes of what
// the card said in the first what the card wants to hear in the second. Both must be
// made in one process, and for one card.
func (s SSCard) readWithHSM(ctx context.Context, session driverhost.Session) (*card.Card, error) {
	steps := s.HSM.Steps
	if len(steps) == 0 {
		steps = hsmSteps
	}
	said, err := s.call(ctx, session, steps[0], driverhost.Int(cmp.Or(s.Type, ContactFirst)))
	if err != nil {
		return nil, err
	}
	first, err := parseFirstStep(steps[0], said[0].text)
	if err != nil {
		return nil, err
	}
	key, f := s.HSM.ask(ctx, first)
	if f != nil {
		cause := f.Unwrap()
		if cause == nil || ctx.Err() == nil {
			cause = wrap(card.ErrAuthentication, f)
		}
		return nil, &card.Error{Function: steps[0], Failure: f, Err: cause}
	}
	said, err = s.call(ctx, session, steps[1], driverhost.Arg{Kind: driverhost.TextArg, Text: []byte(key)})
	if err != nil {
		return nil, err
	}
	c, err := SSCardLayout.read(steps[1], said)
	if err != nil {
		return nil, err
	}
	// The library cannot be trusted to notice another card.
	if c.IdentificationCode != strings.ToUpper(first.code()) {
		return nil, &card.Error{Function: steps[1], Failure: hsmExchanged.With(), Err: card.ErrRemoved}
	}
	return c, nil
}

// A firstStep is what the card has said in the first step: region, reset information,
// algorithm, card identification code and four random numbers.
type firstStep struct {
	text   string
	fields [8]string
}

// hsmPlaceholders stand for the text of the first step and its fields, in order.
var hsmPlaceholders = []string{"{step1}", "{region}", "{reset}", "{algorithm}", "{code}", "{random1}", "{random2}", "{random3}", "{random4}"}

// code is the card identification code.
func (f firstStep) code() string { return f.fields[3] }

// has reports whether s is one of the fields.
func (f firstStep) has(s string) bool { return slices.Contains(f.fields[:], s) }

// fill puts the fields into a value.
func (f firstStep) fill(value string) string {
	return placeholder.ReplaceAllStringFunc(value, func(p string) string {
		if i := slices.Index(hsmPlaceholders, p); i > 0 {
			return f.fields[i-1]
		}
		return f.text
	})
}

// parseFirstStep reads the text of the first step, of the function of that name. It
// asks for what the second cannot do without: whose card it is, and a random number.
func parseFirstStep(function, text string) (firstStep, error) {
	f := firstStep{text: trimField(text)}
	for i, field := range strings.Split(f.text, "|") {
		if i >= len(f.fields) {
			break
		}
		f.fields[i] = trimField(field)
		if !isVisible(64)(f.fields[i]) {
			return f, answerError(function, "认证数据")
		}
	}
	switch {
	case f.code() == "" || !isCode(f.code()):
		return f, answerError(function, "卡识别码")
	case f.fields[4] == "":
		return f, answerError(function, "认证数据")
	}
	return f, nil
}
