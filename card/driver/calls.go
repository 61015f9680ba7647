package driver

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mps/charset"
	"mps/driverhost"
)

// maxCalls bounds the calls of one read.
const maxCalls = 16

// A WrittenCall is one element of calls in the configuration.
type WrittenCall struct {
	Export string `toml:"export"` // the function's name
	// Args are the arguments, as driverhost.ParseArg reads them. Two forms are
	// more: "buffer:2048:card" has a name, and "result:Open" is the integer that
	// a call before has returned, such as a handle.
	Args    []string `toml:"args"`
	Returns string   `toml:"returns"` // int, text, or none for a function without a result; "": int
	// Success are the values that mean success: texts, or integers in decimal,
	// ">0" or ">=0". None: "0", and at the end any.
	Success []string `toml:"success"`
	When    string   `toml:"when"` // one of the words of When; "": each
}

// When says when a call is made.
type When string

const (
	Each When = "each" // for each read
	Once When = "once" // before the first read of each process of the library
	End  When = "end"  // after each read, even when a call before has failed
)

// A Step is one call of a read.
type Step struct {
	Call    driverhost.Call
	Names   []string       // of the arguments of Call; "" for what has none. nil: none has
	Results map[int]string // arguments that are what another export has returned
	Success []string       // as in WrittenCall; nil: "0", and at the end any
	Void    bool           // the function has no result: it always succeeds
	When    When
}

// parseCalls reads the calls of the configuration. Its errors are failures, in
// Chinese, that name the call.
func parseCalls(written []WrittenCall, c charset.Charset) ([]Step, error) {
	if len(written) > maxCalls {
		return nil, callsTooMany.With(maxCalls)
	}
	var steps []Step
	var exports, names []string
	for _, w := range written {
		step, err := w.parse(c)
		if err != nil {
			if len(written) == 1 {
				return nil, err
			}
			return nil, callNth.Because(err, w.Export, err)
		}
		for _, export := range step.Results {
			if !slices.Contains(exports, export) {
				return nil, callNth.With(w.Export, callNoResult.With(export))
			}
		}
		for _, name := range step.outputs() {
			if name != "" && name != errorBuffer && slices.Contains(names, name) {
				return nil, callNth.With(w.Export, callNameTwice.With(name))
			}
			names = append(names, name)
		}
		if step.When != Once { // one that is made once has no result at the next read
			exports = append(exports, w.Export)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// bufferName matches the name of a buffer.
var bufferName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,31}$`)

func (w WrittenCall) parse(c charset.Charset) (Step, error) {
	step := Step{Call: driverhost.Call{Export: w.Export}, Success: w.Success, When: cmp.Or(When(w.When), Each)}
	switch step.When {
	case Each, Once, End:
	default:
		return Step{}, callWhen.With(w.When)
	}
	switch w.Returns {
	case "", "int":
	case "text":
		step.Call.TextResult = true
	case "none":
		step.Void = true
	default:
		return Step{}, callReturns.With(w.Returns)
	}
	if step.Void && len(w.Success) > 0 {
		return Step{}, callVoid.With()
	}
	if !step.Call.TextResult {
		for _, s := range w.Success {
			if _, err := strconv.ParseInt(s, 10, 32); err != nil && s != ">0" && s != ">=0" {
				return Step{}, callSuccess.With(s)
			}
		}
	}
	for i, written := range w.Args {
		arg, name, err := parseArg(written, c)
		if err != nil {
			return Step{}, err
		}
		if export, is := strings.CutPrefix(written, "result:"); is {
			if step.Results == nil {
				step.Results = make(map[int]string)
			}
			step.Results[i] = export
		}
		step.Call.Args = append(step.Call.Args, arg)
		step.Names = append(step.Names, name)
	}
	return step, nil
}

// parseArg reads an argument and the name of a buffer. A result is an integer that
// is not known yet.
func parseArg(written string, c charset.Charset) (arg driverhost.Arg, name string, err error) {
	kind, value, _ := strings.Cut(written, ":")
	switch kind {
	case "result":
		return driverhost.Int(0), "", nil
	case "text":
		arg, err = driverhost.ParseArg(written)
		if err == nil {
			arg = text(c, value)
		}
		return arg, "", err
	case "buffer":
		size, name, named := strings.Cut(value, ":")
		if named && !bufferName.MatchString(name) {
			return arg, "", callName.With(written)
		}
		arg, err = driverhost.ParseArg("buffer:" + size)
		return arg, name, err
	}
	arg, err = driverhost.ParseArg(written)
	return arg, "", err
}

// outputs are the names of the buffers, in the order of driverhost.Result.Outputs.
func (s Step) outputs() []string {
	var names []string
	for i, a := range s.Call.Args {
		switch {
		case a.Kind != driverhost.BufferArg:
		case i < len(s.Names):
			names = append(names, s.Names[i])
		default:
			names = append(names, "")
		}
	}
	return names
}

// has reports whether all is there that the call takes from others.
func (s Step) has(results map[string]int32) bool {
	for _, export := range s.Results {
		if _, ok := results[export]; !ok {
			return false
		}
	}
	return true
}

// call is the call with what it takes from others.
func (s Step) call(results map[string]int32) driverhost.Call {
	c := s.Call
	if len(s.Results) > 0 {
		c.Args = slices.Clone(c.Args)
		for i, export := range s.Results {
			c.Args[i] = driverhost.Int(results[export])
		}
	}
	return c
}

// succeeded reports whether what the call has returned means success.
func (s Step) succeeded(returned string) bool {
	if s.Void || s.Success == nil && s.When == End {
		return true
	}
	if s.Success == nil {
		return returned == "0"
	}
	n, err := strconv.ParseInt(returned, 10, 32)
	number := err == nil && !s.Call.TextResult
	return slices.ContainsFunc(s.Success, func(success string) bool {
		return success == returned || number && (success == ">0" && n > 0 || success == ">=0" && n >= 0)
	})
}

// words is where a call that has failed says why: in the buffer that is called so,
// otherwise in its first.
func (s Step) words(r driverhost.Result) []byte {
	return r.Output(max(slices.Index(s.outputs(), errorBuffer), 0))
}
