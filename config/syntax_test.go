package config

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"mps/failure"
)

// latin matches two words of English, which a person who sets mps up would have
// to look up.
var latin = regexp.MustCompile(`[A-Za-z]{2,}[ ,:]+[a-z]{2,} |toml:|strconv|syntax|U\+`)

// Every mistake is told in Chinese, with its line and the code that tells what
// to do.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		// Typed with a Chinese input method.
		{"[agent]\nlisten ＝ \"127.0.0.1:7936\"", "第2行：「＝」是中文或全角符号，请用英文输入法写成「=」"},
		{"[agent]\nlisten = “127.0.0.1:7936”", "第2行：「“」是中文或全角符号，请用英文输入法写成「\"」"},
		{"[agent]\nlisten = \"127.0.0.1:7936”", "第2行：「”」是中文"},
		{"[agent]\nlisten = ‘127.0.0.1:7936’", "第2行：「‘」是中文"},
		{"[agent]\nlisten = '127.0.0.1:7936’", "第2行：「’」是中文"},
		{"【agent】\nqueue = 8", "第1行：「【」是中文或全角符号，请用英文输入法写成「[」"},
		{"[agent］\nqueue = 8", "第1行：「］」是中文"},
		{"[card]\nsources = [\"pcsc\"，\"driver:x\"]", "第2行：「，」是中文"},
		{"[card]\nsources = [“pcsc”]", "第2行：「“」是中文"},
		{"[agent]\nqueue：8", "第2行：「：」是中文或全角符号，请用英文输入法写成「=」"},
		{"[agent]\nqueue = ８", "第2行：「８」是中文或全角符号，请用英文输入法写成「8」"},
		{"[agent]\nqueue = 8 ＃ 注释", "第2行：「＃」是中文"},
		{"[agent]\n\u3000queue = 8", "第2行：「\u3000」是中文或全角符号"},
		{"[agent]\nqueue = 8；", "第2行：「；」是中文"},
		// Paths and other texts without the right quotes.
		{"[log]\nfile = \"C:\\mps\\agent.log\"", "第2行：双引号里不能直接写反斜杠，Windows路径请改用单引号，例如'C:\\mps\\data'"},
		{"[log]\nfile = \"C:\\users\\mps.log\"", "第2行：双引号里不能直接写反斜杠"},
		{"[log]\nfile = \"D:\\\"", "第2行：文字没有写完"},
		{"[log]\nfile = \"C:\\temp\\new.log\"", "第2行：log.file：路径中有控制字符，双引号里的反斜杠另有含义"},
		{"[server]\ndata = \"C:\\new\"", "第2行：server.data：路径中有控制字符"},
		{"[driver.x]\nlibrary = \"C:\\bin\\fine.dll\"", "第2行：driver.x.library：路径中有控制字符"},
		{"driver = { x = { host = \"C:\\temp\" } }", "driver.x.host：路径中有控制字符"},
		{"[log]\nfile = C:\\mps\\agent.log", "第2行：file的值是文字，要放在英文引号里"},
		{"[agent]\nlisten = 127.0.0.1:7936", "第2行：listen的值是文字"},
		{"[agent]\ntimeout = 60s", "第2行：timeout的值是文字"},
		{"[agent]\ntimeout = 60秒", "第2行：timeout的值是文字"},
		{"[agent]\nterminal = 一号窗口", "第2行：terminal的值是文字"},
		{"[centre]\nurl = http://10.0.0.1/x", "第2行：url的值是文字"},
		// TOML.
		{"[agent\nqueue = 8", "第1行：小节的名称之后应为“]”"},
		{"[agent] queue = 8", "第1行：从「q」起是多余的内容"},
		{"[agent]\nqueue 8", "第2行：配置项的名称之后应为“=”"},
		{"[agent]\nqueue", "第2行：配置项的名称之后应为“=”"},
		{"[agent]\nqueue =", "第2行：“=”之后没有值"},
		{"[agent]\nqueue = # 八", "第2行："},
		{"[agent]\nqueue = 8 9", "第2行：从「9」起是多余的内容"},
		{"[agent]\nlisten = \"a\" \"b\"", "第2行：从「\"」起是多余的内容"},
		{"[agent]\nlisten = \"127.0.0.1:7936\nqueue = 8", "第2行：文字没有写完"},
		{"[agent]\nlisten = '127.0.0.1:7936", "第2行：文字没有写完"},
		{"[agent]\nlisten = \"\"\"127", "第2行：文字没有写完"},
		{"[card]\nsources = [\"pcsc\"", "方括号里的各项之间"},
		{"[card]\nsources = [\"pcsc\" \"x\"]", "第2行：方括号里的各项之间"},
		{"[centre]\nextra = { a = \"1\"", "第2行：花括号里应为"},
		{"[agent]\nqueue = 08", "第2行：数字写得不对"},
		{"[agent]\nqueue = 1__0", "第2行：数字写得不对"},
		{"[agent]\nqueue = 99999999999999999999", "第2行：数字写得不对或过大"},
		{"[driver.x]\ntype = 9999999999", "第2行：数字写得不对或过大"},
		{"[agent]\nqueue = 2026-13-01", "第2行：日期或时间写得不对"},
		{"监听 = 1", "第1行：名称不能以「监」开头"},
		{"[监听]\n", "第1行：名称不能以「监」开头"},
		{"[agent]\nterminal = \"a\x01b\"", "第2行：含有看不见的控制字符"},
		{"# a\x01", "第1行：含有看不见的控制字符"},
		{"[agent]\nqueue = 8\n[agent]\n", "第3行：agent前面已经写过，只能写一次"},
		{"[agent]\nqueue = 8\nqueue = 9", "第3行：queue前面已经写过"},
		{"agent.queue = 8\n[agent]\n", "第2行：agent前面已经写过"},
		{"x = " + strings.Repeat("[", 20000), "第1行："},
		// Values of another kind.
		{"[agent]\nqueue = \"8\"", "第2行：agent.queue应为整数，不用引号，例如8"},
		{"[agent]\nqueue = 8.5", "第2行：agent.queue应为整数"},
		{"[agent]\nqueue = true", "第2行：agent.queue应为整数"},
		{"[agent]\nlisten = 7936", "第2行：agent.listen应为英文双引号里的文字"},
		{"[agent]\nlisten = 2026-11-25", "第2行：agent.listen应为英文双引号里的文字"},
		{"[agent]\nlisten = [\"x\"]", "第2行：agent.listen应为英文双引号里的文字"},
		{"[card]\nsources = \"pcsc\"", "第2行：card.sources应为方括号里的几段文字"},
		{"[card]\nsources = [1]", "第2行：card.sources"},
		{"agent = 8", "第1行：agent应为一个小节，或花括号里的几项"},
		{"driver = 8", "第1行：driver应为一个小节"},
		{"[driver]\nx = 8", "第2行：driver.x应为一个小节"},
		{"[driver.x]\nlayout = 8", "第2行：driver.x.layout应为一个小节"},
		{"[[agent]]\nqueue = 8", "第1行：agent只有一个，应写成[…]"},
		{"[agent.listen]\n", "第1行：agent.listen是一个配置项，不是小节"},
		{"[agent.listen.x]\n", "第1行："},
		{"[agent]\nlisten.x = 1", "第2行："},
		{"[agent.timeout]\nx = 1", "带单位的时长"},
		{"[log]\nlevel = 0", "第2行：log.level：0：应为\"DEBUG\""},
		{"[log]\nlevel = \"verbose\"", "第2行：log.level：\"verbose\"：应为"},
		{"[agent]\noutside_gbk = 1", "第2行：agent.outside_gbk：1：应为\"reference\""},
		{"[voucher]\ncode_pattern = 5", "第2行：voucher.code_pattern：5不是正则表达式"},
		{"[voucher]\ncode_pattern = {}", "第2行：voucher.code_pattern"},
		// Names that there are not.
		{"[agent]\nlissten = \"\"", "第2行：没有[agent.lissten]这个配置项（是不是[agent.listen]？）"},
		{"[agnet]\nqueue = 8", "没有[agnet]这个配置项（是不是[agent]？）"},
		{"[agent]\nwait = \"5s\"", "（是不是[card.wait]？）"},
		{"queue = 8", "第1行：没有[queue]这个配置项（是不是[agent.queue]？）"},
		{"[driver.sscard]\nlibary = 'x'", "（是不是[driver.sscard.library]？）"},
		{"[driver.x]\nlayout = { nmae = \"1\" }", "（是不是[driver.x.layout.name]？）"},
		{"[voucher]\ntimout = \"1s\"", "（是不是[voucher.timeout]？）"},
		{"[nonsense]\nxyz = 1", "没有[nonsense]这个配置项，请对照"},
	} {
		_, err := Parse([]byte(tt.file))
		if err == nil {
			t.Errorf("%.60q is accepted", tt.file)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: %v\n\twant %s", tt.file, err, tt.want)
		}
		if f, ok := errors.AsType[failure.Failure](err); !ok || f.Next() == "" {
			t.Errorf("%.60q: %v is no failure", tt.file, err)
		}
		if latin.MatchString(err.Error()) {
			t.Errorf("%.60q: %v is half English", tt.file, err)
		}
	}
}

// What stands in the file is not repeated where it may be a secret.
func TestMistakesKeepSecrets(t *testing.T) {
	for _, file := range []string{
		"[voucher]\ntoken = geheim", "[voucher]\ntoken = \"geheim\\q\"", "[voucher]\ntoken = “geheim”", "[voucher]\ntoken = 'geheim", "[agent]\nsign_key = [\"geheim\"]",
		"[voucher]\ntoken = \"x\" geheim", "[driver.x]\npassword = {geheim}", "[voucher]\nserver = \"geheim\"",
	} {
		if _, err := Parse([]byte(file)); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", file, err)
		}
	}
}
