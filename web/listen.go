// Package web is what every HTTP surface of mps shares: listening and serving
// within limits, and which addresses mean this machine.
package web

import (
	"context"
	"errors"
	"net"

	"mps/failure"
)

var cannotListen = failure.Terse("web_cannot_listen", "无法监听%s，端口可能已被另一个程序占用：%v", "核对配置中的 listen，或结束占用端口的程序后重试")

// Listen opens a TCP address, "host:port", for [Serve]. Its error is a
// [failure.Failure]; [InUse] tells whether another program has the port.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, cannotListen.Because(err, address, err)
	}
	return l, nil
}

// InUse reports whether an error of Listen means that another program listens
// there already.
func InUse(err error) bool { return errors.Is(err, addressInUse) }
