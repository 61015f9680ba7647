// Package failure is the one form of everything that goes wrong and that a
// person has to read about: a stable code for programs, a Chinese text for the
// person, and what to do next.
//
// A package defines each of its failures once, as a variable:
//
//	var cardAbsent = failure.New("card_absent", "未检测到卡片，", "请插入社会保障卡后重试！")
//
// and makes an error of it where it happens, cardAbsent.With() or
// cardAbsent.Because(cause). There is no other way to a [Failure] of this
// package, so none is without a code, and whoever passes errors on to a person
// asks for the interface and needs no list of types. docs/错误信息.md has a row
// for each code, which a test holds against the definitions.
package failure

import (
	"fmt"
	"strings"
)

// A Failure is an error that was written for a person.
type Failure interface {
	// Error is what the person reads: Chinese, complete, without personal data.
	error
	// Code names the failure for programs: lower-case letters, digits and
	// underscores. It stays when the text is reworded.
	Code() string
	// Next says in Chinese what to do, for surfaces that show it apart.
	Next() string
}

// A Kind is one way to fail. It is an error only so that errors.Is finds it.
type Kind struct {
	code, text, next string
	terse            bool
}

// New defines a failure that is read as text and next together: what failed and
// why, and what to do. text ends in the mark that stands between them. Both may
// have verbs of package fmt, which are filled in their order.
func New(code, text, next string) *Kind {
	return &Kind{code: code, text: text, next: next}
}

// Terse defines a failure that is read as text alone, because its bytes are
// fixed by the specification or because the text by itself says what to change.
func Terse(code, text, next string) *Kind {
	return &Kind{code: code, text: text, next: next, terse: true}
}

// Error is the code.
func (k *Kind) Error() string { return k.code }

// Code is the code.
func (k *Kind) Code() string { return k.code }

// With returns the failure with the values of its verbs.
func (k *Kind) With(args ...any) *Error { return k.Because(nil, args...) }

// Because is With for a failure that has a cause, for errors.Is and for logs.
// The person does not read the cause.
func (k *Kind) Because(cause error, args ...any) *Error {
	e := &Error{kind: k, text: k.text, next: k.next, cause: cause}
	if len(args) > 0 {
		// The two are one format, whose verbs may refer to each other's values.
		// A value may be what others wrote, and so hold anything.
		between := "\x00\x01"
		for strings.Contains(fmt.Sprintf(k.text+k.next, args...), between) {
			between += "\x01"
		}
		e.text, e.next, _ = strings.Cut(fmt.Sprintf(k.text+between+k.next, args...), between)
	}
	return e
}

// An Error is a failure that happened. It wraps its cause.
type Error struct {
	kind       *Kind
	text, next string
	cause      error
}

// Error is what the person reads.
func (e *Error) Error() string {
	if e.kind.terse {
		return e.text
	}
	return e.text + e.next
}

// Code is that of the kind.
func (e *Error) Code() string { return e.kind.code }

// Next says what to do.
func (e *Error) Next() string { return e.next }

// Unwrap returns the cause, nil when there is none.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is the kind of this failure.
func (e *Error) Is(target error) bool {
	k, ok := target.(*Kind)
	return ok && k == e.kind
}
