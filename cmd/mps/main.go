// Mps finds out who a patient is, from a social security card or a medical
// e-voucher. This program is everything but the client library: the agent on a
// workstation, the server of an institution, a sandbox, and the tools to try
// and to check them.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"mps"
)

type commands struct {
	Config string `short:"c" type:"path" placeholder:"文件" help:"配置文件（TOML），各项见 mps.example.toml；不给则用本程序旁边的 mps.toml，没有则用默认值。"`

	Agent   agentCommand   `cmd:"" help:"读卡服务：为本机的医院程序读卡、解析电子凭证。"`
	Server  serverCommands `cmd:"" help:"服务端：代机构查询电子凭证中心并记账。"`
	Sandbox sandboxCommand `cmd:"" help:"模拟的电子凭证中心和病人，供测试。"`
	Demo    demoCommand    `cmd:"" help:"在本机把整条路走一遍：医院程序、动态库、读卡服务、服务端、模拟中心。"`
	Call    callCommand    `cmd:"" help:"发一个请求，把请求和应答都显示出来。"`
	Doctor  doctorCommand  `cmd:"" help:"检查本机能不能读卡、差什么、下一步做什么。"`
	Version versionCommand `cmd:"" help:"显示版本。"`

	DriverHost driverHostCommand `cmd:"" hidden:"" help:"装载厂商驱动的子进程，由读卡服务启动。"`
}

// A program is what every command runs in.
type program struct {
	command    string
	configFile string // as given; "" is the one beside the program
	stdout     io.Writer
	stderr     *os.File
	log        *slog.Logger // goes nowhere until open
	logFiles   []io.Closer  // none when the log goes to stderr
	unseen     bool         // nobody reads stderr
	exit       int          // code for a command without an error
}

// ready tells other programs, which wait for it on the standard output, that a
// part serves and where: one line "ready PART URL".
func ready(stdout io.Writer, part, url string) {
	fmt.Fprintf(stdout, "ready %s %s\n", part, url) // nobody may be reading
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and returns the exit code: 0 for success,
// 1 for failure, 2 for a command line that makes no sense, or one that the
// command has chosen.
func run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("mps"),
		kong.Description("医保读卡：社会保障卡与电子医保凭证，一次调用得知病人是谁。版本 "+mps.Version()),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.Help(chineseHelp),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	err = checkDashes(args)
	var command *kong.Context
	if err == nil {
		if command, err = parser.Parse(args); err != nil {
			err = explainUsage(err)
		}
	}
	if exit >= 0 { // --help has been shown
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "mps：命令不对：%v\n用 mps --help 查看用法\n", err)
		return 2
	}
	p := program{
		command:    command.Command(),
		configFile: c.Config,
		stdout:     stdout,
		stderr:     stderr,
		log:        slog.New(slog.DiscardHandler),
	}
	defer p.close()
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(&p)
	if err == nil {
		return p.exit
	}
	fmt.Fprintf(stderr, "mps：%v\n", err)
	if p.logFiles != nil { // where stderr may not be seen
		p.log.Error("未能完成", "error", err)
	}
	return 1
}
