package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"mps/mask"
	"mps/voucher"
)

// Codes that package voucher does not name because an agent does the same for
// them as for any unknown one.
const (
	codeRequestIDExpired = "request_id_expired"
	codeNotFound         = "not_found"
)

// failure is an answer other than the centre's. message tells the person who
// called what failed, why, and what to do.
type failure struct {
	status  int
	code    string
	message string
}

// Messages of failures that have one each.
var (
	errUnauthorized = &failure{http.StatusUnauthorized, voucher.CodeUnauthorized,
		"机构凭证无效或已停用，请联系信息科核对本机配置的机构凭证！"}
	errMethod = &failure{http.StatusMethodNotAllowed, voucher.CodeMethod,
		"请求方法不受支持，请联系信息科核对服务器地址和客户端版本！"}
	errNotFound = &failure{http.StatusNotFound, codeNotFound,
		"服务器没有这个地址，请联系信息科核对配置的服务器地址！"}
	errTooLarge = &failure{http.StatusRequestEntityTooLarge, voucher.CodeTooLarge,
		fmt.Sprintf("请求超过 %d 字节，服务器不予处理，请检查传入的参数！", voucher.MaxRequest)}
	errRequestIDReused = &failure{http.StatusConflict, voucher.CodeRequestIDReused,
		"请求编号已用于另一个电子凭证二维码，请用新的请求编号重新发起！"}
	errRequestIDExpired = &failure{http.StatusConflict, codeRequestIDExpired,
		"该请求的应答已超过保存时间，请让患者刷新电子凭证二维码后重新扫码！"}
	errBusy = &failure{http.StatusServiceUnavailable, voucher.CodeBusy,
		"服务器正忙，请稍后重试！"}
	errInternal = &failure{http.StatusInternalServerError, voucher.CodeInternal,
		"服务器内部错误，请稍后重试，仍不成功请联系信息科查看服务器日志！"}
)

func badRequest(format string, args ...any) *failure {
	return &failure{http.StatusBadRequest, voucher.CodeBadRequest, fmt.Sprintf(format, args...)}
}

// centreFailure returns what a querier's error means to the caller.
func centreFailure(err error) *failure {
	f := *errInternal
	switch {
	case errors.Is(err, voucher.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		f = failure{http.StatusGatewayTimeout, voucher.CodeCentreTimeout,
			"等待电子凭证中心应答超时，请稍后重试！"}
	case errors.Is(err, voucher.ErrUnreachable):
		f = failure{http.StatusBadGateway, voucher.CodeCentreUnreachable,
			"服务器无法连接电子凭证中心，请稍后重试，仍不成功请联系信息科！"}
	case errors.Is(err, voucher.ErrMalformed):
		f = failure{http.StatusBadGateway, voucher.CodeCentreMalformed,
			"电子凭证中心的应答无法识别，请稍后重试，仍不成功请联系信息科！"}
	}
	if e, ok := errors.AsType[*voucher.Error](err); ok && e.Text != "" {
		f.message = mask.Text(e.Text) // it knows more
	}
	return &f
}

func writeFailure(w http.ResponseWriter, f *failure) {
	body, err := json.Marshal(voucher.Failure{Error: voucher.FailureDetail{Code: f.code, Message: f.message}})
	if err != nil {
		panic(err) // two strings
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeJSON(w, f.status, body)
}

// logPanic logs where a panic came from. Its value is masked, and the stack
// holds no values but addresses.
func (s *Server) logPanic(p any) {
	s.options.Log.Error("程序异常", "panic", mask.Text(fmt.Sprint(p)), "stack", string(debug.Stack()))
}
