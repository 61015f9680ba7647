package server

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mps/mask"
	"mps/registry"
	"mps/voucher"
)

// Limits of a request in bytes. The longest field seen in the field has 40;
// the limit of codes is that of [voucher.DefaultCodePattern].
const (
	maxToken    = 128
	maxTerminal = 128
	maxField    = 512
)

var (
	requestIDPattern = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	functionPattern  = regexp.MustCompile(`^[0-9A-Za-z.]{1,32}$`)
)

// handleQuery answers one query and logs one line about it.
func (s *Server) handleQuery(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var about summary
	out := s.query(w, r, &about)
	switch {
	case out.abandoned:
		about.result = "abandoned"
	case out.failure != nil:
		about.result = out.failure.code
		writeFailure(w, out.failure)
	default:
		about.result = "answered"
		if out.replayed {
			w.Header().Set(voucher.ReplayedHeader, "true")
		}
		writeJSON(w, http.StatusOK, out.json)
	}
	s.logQuery(r, about, out, time.Since(began))
}

// summary is what the log says about a query.
type summary struct {
	institution, request, terminal, function, result string
}

func (s *Server) logQuery(r *http.Request, about summary, out outcome, took time.Duration) {
	level := slog.LevelInfo
	if out.cause != nil {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.Any("request_id", mask.Public(about.request)),
		slog.Any("institution", mask.Public(about.institution)),
		slog.String("terminal", mask.Text(about.terminal)),
		slog.String("function", mask.Text(about.function)),
		slog.String("result", about.result),
		slog.Bool("replayed", out.replayed),
		slog.Duration("duration", took.Round(time.Millisecond)),
	}
	if out.centreCode != "" {
		attrs = append(attrs, slog.String("centre_code", mask.Text(out.centreCode)))
	}
	if out.cause != nil {
		attrs = append(attrs, slog.String("error", mask.Text(out.cause.Error())))
	}
	s.options.Log.LogAttrs(r.Context(), level, "电子凭证查询", attrs...)
}

// query takes a request through all checks to its outcome, and notes for the
// log what it learns on the way, once that is checked.
func (s *Server) query(w http.ResponseWriter, r *http.Request, about *summary) outcome {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		return outcome{failure: errMethod}
	}
	institution, err := s.options.Institutions.Authenticate(r.Context(), bearer(r))
	switch {
	case errors.Is(err, registry.ErrUnauthorized):
		return outcome{failure: errUnauthorized}
	case err != nil:
		return outcome{failure: errInternal, cause: err}
	}
	about.institution = institution.ID
	request, failure := decode(w, r)
	if failure != nil {
		return outcome{failure: failure}
	}
	about.request, about.terminal, about.function = request.RequestID, request.Terminal, request.Function
	if request.Function != voucher.DefaultFunction {
		return outcome{failure: unknownFunction(request.Function)}
	}
	query := &request.Query
	switch query.OrgID {
	case "":
		query.OrgID = institution.ID
	case institution.ID:
	default:
		return outcome{failure: badRequest("参数 orgId 与机构凭证所属的机构不一致，请联系信息科核对本机配置！")}
	}
	query.RequestID, query.Function = request.RequestID, request.Function
	return s.ask(r.Context(), institution.ID, request)
}

// bearer returns the token of a request, empty when there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > maxToken {
		return ""
	}
	return token
}

// decode reads and checks the body of a query. Unknown members are ignored:
// an agent may be newer than its server.
func decode(w http.ResponseWriter, r *http.Request) (*voucher.Request, *failure) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return nil, badRequest("请求的 Content-Type 应为 application/json，请检查客户端！")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, voucher.MaxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, badRequest("请求没有完整到达，请检查网络后重试！")
	}
	if !utf8.Valid(body) {
		return nil, badRequest("请求不是 UTF-8 编码，请检查客户端！")
	}
	var request voucher.Request
	if err := json.Unmarshal(body, &request); err != nil {
		// The cause is left out: it may quote the request.
		return nil, badRequest("请求不是约定格式的 JSON，请检查客户端的版本！")
	}
	if failure := check(&request); failure != nil {
		return nil, failure
	}
	return &request, nil
}

// check looks at every field that goes on from here.
func check(r *voucher.Request) *failure {
	if !requestIDPattern.MatchString(r.RequestID) {
		return badRequest("参数 request_id 应为 1 到 64 位字母、数字或减号，请检查客户端！")
	}
	if !functionPattern.MatchString(r.Function) {
		return badRequest("参数 funid 应为 1 到 32 位字母、数字或点，请检查客户端！")
	}
	if r.Query.Code == "" {
		return badRequest("没有电子凭证二维码的内容，请让患者打开医保电子凭证后重新扫码！")
	}
	for _, f := range []struct {
		name, value string
		limit       int
	}{
		{"terminal", r.Terminal, maxTerminal},
		{"code", r.Query.Code, maxField},
		{"orgId", r.Query.OrgID, maxField},
		{"businessType", r.Query.BusinessType, maxField},
		{"operatorId", r.Query.OperatorID, maxField},
		{"operatorName", r.Query.OperatorName, maxField},
		{"officeId", r.Query.OfficeID, maxField},
		{"officeName", r.Query.OfficeName, maxField},
		{"deviceType", r.Query.DeviceType, maxField},
	} {
		if len(f.value) > f.limit {
			return badRequest("参数 %s 超过 %d 字节，请检查传入的参数！", f.name, f.limit)
		}
		if strings.ContainsFunc(f.value, unicode.IsControl) {
			return badRequest("参数 %s 含有控制字符，请检查传入的参数！", f.name)
		}
	}
	return nil
}

func unknownFunction(function string) *failure {
	return &failure{http.StatusNotFound, voucher.CodeUnknownFunction,
		"服务器不支持功能 " + function + "，请核对功能编号或联系信息科升级服务器！"}
}
