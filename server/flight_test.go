package server

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mps/failure"
	"mps/journal"
	"mps/mask"
	"mps/voucher"
)

func TestARetryGetsTheRecordedAnswer(t *testing.T) {
	for _, text := range []string{testAnswer, expiredAnswer} {
		c := always(t, text)
		f := start(t, c, nil)
		for i := range 3 {
			got := f.post(t, request("r-1", testCode))
			if got.status != 200 || got.body != text || got.replayed != (i > 0) {
				t.Errorf("try %d: %+v", i, got)
			}
		}
		if n := c.asked(); n != 1 {
			t.Errorf("the centre was asked %d times", n)
		}
		if got := f.post(t, request("r-1", "another")); got.status != 409 || got.code != "request_id_reused" {
			t.Errorf("another code: %+v", got)
		}
		token, err := f.institutions.Add(t.Context(), "H2", "第二医院")
		if err != nil {
			t.Fatal(err)
		}
		f.token = token
		if got := f.post(t, request("r-1", testCode)); got.status != 200 || got.replayed || c.asked() != 2 {
			t.Errorf("another institution: %+v", got)
		}
	}
}

// A success of the centre that names no patient has spent the code. It is recorded
// as an answer, with what it lacks as the result, and so every retry ends with the
// same failure.
func TestASuccessOfNobodyIsRecorded(t *testing.T) {
	for text, want := range map[string]string{
		`{"code":0,"data":null,"message":"success"}`:                                              "voucher_no_holder",
		`{"code":"0","data":"{}"}`:                                                                "voucher_no_holder",
		`{"code":"0","data":{"userName":"` + testName + `","idNo":"` + testNumber + `"}}`:         "voucher_no_token",
		`{"code":"0","data":{"userName":"  ","ecToken":"` + testToken + `"},"message":"success"}`: "voucher_no_person",
	} {
		c := always(t, text)
		f := start(t, c, nil)
		var failed error
		for i := range 3 {
			got := f.post(t, request("r-1", testCode))
			if got.status != 200 || got.body != text || got.replayed != (i > 0) {
				t.Errorf("try %d: %+v", i, got)
			}
			failed = parse(t, got.body).Err()
			if f, ok := errors.AsType[failure.Failure](failed); !ok || f.Code() != want {
				t.Errorf("try %d: %v", i, failed)
			}
		}
		if n := c.asked(); n != 1 {
			t.Errorf("the centre was asked %d times", n)
		}
		lines, err := f.journal.List(t.Context(), journal.Filter{RequestID: "r-1"})
		if err != nil || len(lines) != 1 || !lines[0].Answered || lines[0].Result != want || lines[0].Message != failed.Error() {
			t.Errorf("journal %+v, error %v", lines, err)
		}
		if log := f.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "lack="+want) ||
			strings.Contains(log, testName) || strings.Contains(log, testNumber) {
			t.Errorf("log:\n%s", log)
		}
	}
}

func TestARetryAfterTheLifetimeIsRefused(t *testing.T) {
	c := always(t, testAnswer)
	f := start(t, c, func(o *Options) {
		o.Journal = brokenJournal{Journal: o.Journal, recall: func() ([]byte, error) { return nil, journal.ErrExpired }}
	})
	if got := f.post(t, request("r-1", testCode)); got.status != 409 || got.code != "request_id_expired" {
		t.Errorf("%+v", got)
	}
	if n := c.asked(); n != 0 {
		t.Errorf("the centre was asked %d times", n)
	}
}

// held is a centre that answers when it is told to.
func held(t testing.TB) (c *centre, arrived chan voucher.Query, release chan struct{}) {
	answer := parse(t, testAnswer)
	arrived, release = make(chan voucher.Query, 100), make(chan struct{})
	return &centre{answer: func(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
		arrived <- q
		select {
		case <-release:
			return answer, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}, arrived, release
}

func TestOverlappingQueriesShareOne(t *testing.T) {
	c, arrived, release := held(t)
	f := start(t, c, nil)
	const callers = 8
	replies := make(chan reply, callers)
	var wg sync.WaitGroup
	ask := func() {
		got, err := f.try(t.Context(), request("r-1", testCode))
		if err != nil {
			t.Error(err)
		}
		replies <- got
	}
	wg.Go(ask)
	<-arrived
	if got := f.post(t, request("r-1", "another")); got.status != 409 || got.code != "request_id_reused" {
		t.Errorf("another code meanwhile: %+v", got)
	}
	for range callers - 1 {
		wg.Go(ask)
	}
	close(release)
	wg.Wait()
	first := 0
	for range callers {
		got := <-replies
		if got.status != 200 || got.body != testAnswer {
			t.Errorf("%+v", got)
		}
		if !got.replayed {
			first++
		}
	}
	if first != 1 || c.asked() != 1 {
		t.Errorf("%d answers are not replayed, the centre was asked %d times", first, c.asked())
	}
}

// A caller who hangs up and asks again gets the answer of the first query.
func TestAQueryOutlivesItsCaller(t *testing.T) {
	c, arrived, release := held(t)
	f := start(t, c, nil)
	ctx, hangUp := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := f.try(ctx, request("r-1", testCode))
		gone <- err
	}()
	<-arrived
	hangUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	for !strings.Contains(f.log.String(), "result=abandoned") { // the server has noticed
		time.Sleep(time.Millisecond)
	}
	close(release)
	got := f.post(t, request("r-1", testCode))
	if got.status != 200 || got.body != testAnswer || !got.replayed || c.asked() != 1 {
		t.Errorf("%+v, the centre was asked %d times", got, c.asked())
	}
}

// worded returns a querier's failure that was written for a person.
func worded(text string, kind error) error {
	return failure.Terse("centre_test", text, "再试！").Because(kind)
}

func TestFailuresAreRecordedAndMayBeRetried(t *testing.T) {
	for _, c := range []struct {
		name    string
		err     error
		status  int
		code    string
		message string
	}{
		{"unreachable", worded("无法连接电子凭证中心（10.0.0.1），请检查网络！", voucher.ErrUnreachable), 502, "centre_unreachable", "10.0.0.1"},
		{"timeout", worded("等待应答超时！", voucher.ErrTimeout), 504, "centre_timeout", "等待应答超时！"},
		{"deadline", context.DeadlineExceeded, 504, "centre_timeout", "超时"},
		{"malformed", voucher.ErrMalformed, 502, "centre_malformed", "无法识别"},
		{"configuration", worded("地址不正确！", voucher.ErrConfig), 500, "internal", "地址不正确！"},
		{"unknown", errors.New("secret 350102199001011238"), 500, "internal", "内部错误"},
		{"personal text", worded("号码350102199001011238有误！", voucher.ErrMalformed), 502, "centre_malformed", "350102**********38"},
		{"nothing", nil, 500, "internal", "内部错误"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := parse(t, testAnswer)
			fail := true
			querier := &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) {
				if fail {
					return nil, c.err
				}
				return answer, nil
			}}
			f := start(t, querier, nil)
			got := f.post(t, request("r-1", testCode))
			if got.status != c.status || got.code != c.code || !strings.Contains(got.message, c.message) || strings.Contains(got.body, testNumber) {
				t.Errorf("%+v", got)
			}
			fail = false
			if got := f.post(t, request("r-1", testCode)); got.status != 200 || got.replayed {
				t.Errorf("retry: %+v", got)
			}
			lines, err := f.journal.List(t.Context(), journal.Filter{RequestID: "r-1"})
			if err != nil || len(lines) != 2 {
				t.Fatalf("journal %v, error %v", lines, err)
			}
			if failed := lines[1]; failed.Answered || failed.Result != c.code || failed.Code == "" || failed.Message != got.message {
				t.Errorf("journal: %+v", failed)
			}
			if answered := lines[0]; !answered.Answered || answered.Result != "0" || answered.Name != mask.Name(testName) {
				t.Errorf("journal: %+v", answered)
			}
			if strings.Contains(f.log.String(), testNumber) {
				t.Error("the log shows the number")
			}
		})
	}
}

func TestTheCentreHasATimeLimit(t *testing.T) {
	c, _, _ := held(t)
	f := start(t, c, func(o *Options) { o.QueryTimeout = time.Millisecond })
	if got := f.post(t, request("r-1", testCode)); got.status != 504 || got.code != "centre_timeout" {
		t.Errorf("%+v", got)
	}
}

// Two server processes over one database may be asked the same at once.
func TestTwoServersGiveOneAnswer(t *testing.T) {
	first, arrived, release := held(t)
	f := start(t, first, nil)
	second := always(t, expiredAnswer)
	_, url := serve(t, Options{Querier: second, Journal: f.journal, Institutions: f.institutions})
	slow := make(chan reply, 1)
	go func() {
		got, err := f.try(t.Context(), request("r-1", testCode))
		if err != nil {
			t.Error(err)
		}
		slow <- got
	}()
	<-arrived
	fast := (&fixture{url: url, token: f.token}).post(t, request("r-1", testCode))
	close(release)
	late := <-slow
	if fast.body != expiredAnswer || late.body != expiredAnswer || fast.replayed || !late.replayed {
		t.Errorf("fast %+v\nlate %+v", fast, late)
	}
}

func TestBusy(t *testing.T) {
	c, arrived, release := held(t)
	f := start(t, c, func(o *Options) { o.MaxQueries = 1 })
	done := make(chan reply, 1)
	go func() {
		got, err := f.try(t.Context(), request("r-1", testCode))
		if err != nil {
			t.Error(err)
		}
		done <- got
	}()
	<-arrived
	if got := f.post(t, request("r-2", testCode)); got.status != 503 || got.code != "busy" {
		t.Errorf("%+v", got)
	}
	close(release)
	<-done
	if got := f.post(t, request("r-2", testCode)); got.status != 200 {
		t.Errorf("afterwards: %+v", got)
	}
}

func TestCloseWaitsForQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, arrived, release := held(t)
		var recorded []journal.Entry
		s := New(Options{Querier: c, Institutions: anybody{}, Journal: brokenJournal{
			recall: func() ([]byte, error) { return nil, journal.ErrNotRecorded },
			record: func(_ context.Context, e journal.Entry) error {
				recorded = append(recorded, e)
				return nil
			},
		}})
		ctx, hangUp := context.WithCancel(t.Context())
		gone := make(chan struct{})
		go func() {
			s.Handler().ServeHTTP(httptest.NewRecorder(), post(request("r-1", testCode)).WithContext(ctx))
			close(gone)
		}()
		<-arrived
		hangUp()
		<-gone
		closed := make(chan struct{})
		go func() {
			s.Close()
			close(closed)
		}()
		synctest.Wait() // Close has come as far as it can
		select {
		case <-closed:
			t.Error("closed while a query is under way")
		default:
		}
		response := httptest.NewRecorder()
		s.Handler().ServeHTTP(response, post(request("r-2", testCode)))
		if response.Code != 503 || !strings.Contains(response.Body.String(), `"busy"`) {
			t.Errorf("a new query: %d %s", response.Code, response.Body)
		}
		close(release)
		<-closed
		if len(recorded) != 1 || string(recorded[0].Answer) != testAnswer {
			t.Errorf("journal %v", recorded)
		}
	})
}

func TestManyAgents(t *testing.T) {
	c := always(t, testAnswer)
	f := start(t, c, nil)
	var wg sync.WaitGroup
	const ids, tries = 40, 4
	for i := range ids {
		for range tries {
			wg.Go(func() {
				got, err := f.try(t.Context(), request(fmt.Sprint("r-", i), testCode))
				if err != nil || got.status != 200 || got.body != testAnswer {
					t.Errorf("%+v, error %v", got, err)
				}
			})
		}
	}
	wg.Wait()
	if n := c.asked(); n != ids {
		t.Errorf("the centre was asked %d times for %d ids", n, ids)
	}
}
