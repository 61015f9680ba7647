package main

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"mps/failure"
	"mps/mask"
)

// mistakes are the texts of kong about a command line, and what a person reads
// instead: the failure and how it is made of the parts that the pattern finds.
// The first that matches counts. A test walks every mistake that can be made.
var mistakes = []struct {
	pattern *regexp.Regexp
	explain func(parts []string) *failure.Error
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:, did you mean (.*)\?)?$`), func(p []string) *failure.Error {
		return unknownFlag.With(p[1], meant(p[2]))
	}},
	{regexp.MustCompile(`(?s)^unexpected argument (.*?)(?:, did you mean (.*)\?)?$`), func(p []string) *failure.Error {
		return extraArgument.With(mask.Text(p[1]), meant(p[2]))
	}},
	{regexp.MustCompile(`(?s)^unexpected (?:flag argument|token) (.*)$`), func(p []string) *failure.Error {
		return extraArgument.With(mask.Text(p[1]), "")
	}},
	{regexp.MustCompile(`^expected one of (.*)$`), func(p []string) *failure.Error {
		return noSubcommand.With(listed(p[1]))
	}},
	{regexp.MustCompile(`^(?:expected|missing positional arguments|missing flags:) (.*)$`), func(p []string) *failure.Error {
		return noArgument.With(listed(p[1]))
	}},
	{regexp.MustCompile(`^--(\S+) and --(\S+) can't be used together`), func(p []string) *failure.Error {
		return exclusiveFlags.With(p[1], p[2])
	}},
	{regexp.MustCompile(`^(\S+): expected \S+ value but got `), func(p []string) *failure.Error {
		return noFlagValue.With(p[1])
	}},
	{regexp.MustCompile(`^(\S+): expected a valid \d+ bit u?int but got `), func(p []string) *failure.Error {
		return noNumber.With(p[1])
	}},
	{regexp.MustCompile(`^(\S+): bool value must be `), func(p []string) *failure.Error {
		return flagWithValue.With(p[1])
	}},
	{regexp.MustCompile(`^(\S+) must be one of (.*) but got `), func(p []string) *failure.Error {
		return noChoice.With(p[1], listed(p[2]))
	}},
	{regexp.MustCompile(`^flag (\S+) applies to the default command "(.*)", not `), func(p []string) *failure.Error {
		return foreignFlag.With(p[1], p[2])
	}},
}

// explainUsage returns in Chinese what kong says about a command line.
func explainUsage(err error) *failure.Error {
	for _, m := range mistakes {
		if parts := m.pattern.FindStringSubmatch(err.Error()); parts != nil {
			return m.explain(parts)
		}
	}
	return badUsage.Because(err)
}

// listed returns the names in quotes that kong lists, as in 甲、乙.
func listed(names string) string {
	return strings.ReplaceAll(strings.ReplaceAll(names, `"`, ""), ", ", "、")
}

// meant returns a question about the names that kong finds near, which may be
// none. Those of one letter are near to everything.
func meant(names string) string {
	var near []string
	for name := range strings.SplitSeq(strings.TrimPrefix(names, "one of "), ", ") {
		if name = strings.Trim(name, `"`); len(name) > len("-c") {
			near = append(near, name)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return "（是不是" + strings.Join(near, "、") + "？）"
}

// dashes are what input methods and word processors make of "-".
const dashes = "－—–−―‐﹣"

// checkDashes finds an option with other dashes, which would be taken for a file
// or a name.
func checkDashes(args []string) error {
	for _, arg := range args {
		if first := []rune(arg); len(first) > 0 && strings.ContainsRune(dashes, first[0]) {
			ascii := "--" + strings.TrimLeft(width.Narrow.String(arg), "-"+dashes)
			return wideDash.With(mask.Text(arg), mask.Text(ascii))
		}
	}
	return nil
}
