package main

import (
	"bytes"
	"strings"

	"github.com/alecthomas/kong"
)

// chineseHelp is kong's help with its few fixed words in Chinese.
func chineseHelp(options kong.HelpOptions, ctx *kong.Context) error {
	stdout := ctx.Stdout
	var help bytes.Buffer
	ctx.Stdout = &help
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = stdout
	strings.NewReplacer(
		"Usage: ", "用法：",
		"Commands:", "命令：",
		"Arguments:", "参数：",
		"Flags:", "选项：",
		"[flags]", "[选项]",
		"<command>", "<命令>",
		"Show context-sensitive help.", "显示帮助。",
		`Run "mps `, `用 "mps `,
		`" for more information on a command.`, `" 查看一个命令的用法。`,
	).WriteString(stdout, help.String())
	return err
}
