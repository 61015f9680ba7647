package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// latin matches two words of English.
var latin = regexp.MustCompile(`[a-z']{2,},? [a-z]{2,}`)

// Every mistake on the command line is told in Chinese, and ends with 2.
func TestUsage(t *testing.T) {
	for line, want := range map[string]string{
		"nonsense":                             "多了“nonsense”\n",
		"callx":                                "多了“callx”（是不是call？）",
		"call --nonsense":                      "没有选项--nonsense\n",
		"call --crd":                           "没有选项--crd（是不是--card、--code？）",
		"call -x":                              "没有选项-x\n",
		"--card":                               "没有选项--card",
		"call --card --voucher":                "--card 与 --voucher 不能同时使用",
		"call --voucher --card":                "--card 与 --voucher 不能同时使用",
		"call --capacity=x":                    "选项 --capacity 的值应为整数",
		"call --capacity=99999999999999999999": "选项 --capacity 的值应为整数",
		"call --capacity":                      "选项 --capacity 之后缺少它的值",
		"call --capacity --card":               "选项 --capacity 之后缺少它的值",
		"call --code":                          "选项 --code 之后缺少它的值",
		"--config":                             "选项 --config 之后缺少它的值",
		"-c":                                   "选项 --config 之后缺少它的值",
		"call --card=maybe":                    "选项 --card 不带值",
		"doctor --trace=x":                     "选项 --trace 不带值",
		"call a b":                             "多了“b”",
		"doctor x":                             "多了“x”",
		"version extra":                        "多了“extra”",
		"server 350203199003071236":            "多了“350203**********36”",
		"server institution":                   "还应写明做什么：add、list、disable",
		"server institution add":               "缺少<机构编号> <名称>",
		"server institution add H1":            "缺少<名称>",
		"server institution disable":           "缺少<机构编号>",
		"server journal --limit=1.5":           "选项 --limit 的值应为整数",
		"--":                                   "还应写明做什么：agent、server",
		"call ——card":                          "“——card”开头的横线不是英文的，应为 --card",
		"call －－ｃａｒｄ":                          "应为 --card",
		"call –card":                           "应为 --card",
	} {
		code, stderr := runOut(t, strings.Fields(line)...)
		if code != 2 || !strings.HasPrefix(stderr, "mps：命令不对：") || !strings.Contains(stderr, want) {
			t.Errorf("mps %s: %d %s\n\twant %s", line, code, stderr, want)
		}
		if latin.MatchString(strings.ReplaceAll(stderr, "mps --help", "")) {
			t.Errorf("mps %s: %s is half English", line, stderr)
		}
	}
	// What kong may say in a later version.
	if err := explainUsage(errors.New("something new")); err.Code() != "command_form" {
		t.Errorf("%v", err)
	}
}

// The help of every command is Chinese.
func TestHelp(t *testing.T) {
	for _, line := range []string{"", "agent", "server", "server start", "server institution", "server institution add", "server journal", "sandbox", "demo", "call", "doctor", "version"} {
		out := filepath.Join(t.TempDir(), "out")
		f, err := os.Create(out)
		if err != nil {
			t.Fatal(err)
		}
		code := run(t.Context(), append(strings.Fields(line), "--help"), f, os.Stderr)
		f.Close()
		b, err := os.ReadFile(out)
		if err != nil || code != 0 || !bytes.Contains(b, []byte("用法：mps")) {
			t.Errorf("mps %s --help: %d %v %s", line, code, err, b)
		}
		for text := range strings.Lines(string(b)) {
			if word := regexp.MustCompile(`\b(Usage|Flags|Arguments|Commands|Show|Run|for|more|default)\b`).FindString(text); word != "" && !strings.Contains(text, "--") {
				t.Errorf("mps %s --help has %q in %s", line, word, text)
			}
		}
	}
}

// runOut runs a command line in this process and returns its end and its stderr.
func runOut(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	code = run(t.Context(), args, null, f)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return code, string(b)
}
