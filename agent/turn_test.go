package agent

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mps/card"
	"mps/voucher"
)

// A device serves one call at a time; a second caller waits and is then told.
func TestTurns(t *testing.T) {
	for _, tt := range []struct {
		name, request string
		use           func(*testing.T, operation) Options
		full, busy    string
	}{
		{"two cards", cardRequest, func(t *testing.T, op operation) Options {
			return Options{Cards: cardFunc(func(ctx context.Context) (*card.Card, error) { op(); return goodCard(ctx) })}
		}, "读卡设备正忙：排队的读卡请求已满，请稍候重试", "读卡设备正忙：前一次读卡还未结束，请稍候重试"},
		{"two scans", voucherRequest, func(t *testing.T, op operation) Options {
			return Options{Vouchers: ScanThenAsk{
				Codes:   codeFunc(func(context.Context) (string, error) { op(); return "1", nil }),
				Querier: answering(patientAnswer),
			}}
		}, "扫码设备正忙：排队的扫码请求已满，请稍候重试", "扫码设备正忙：前一次扫码还未结束，请稍候重试"},
		{"two libraries that scan", voucherRequest, func(t *testing.T, op operation) Options {
			return Options{Vouchers: LibraryScans{
				Querier: voucherFunc(func(_ context.Context, q voucher.Query) (*voucher.Answer, error) {
					if q.Code != "" {
						t.Errorf("code is %q", q.Code)
					}
					op()
					return voucher.ParseAnswer([]byte(patientAnswer))
				}),
			}}
		}, "扫码设备正忙：排队的扫码请求已满，请稍候重试", "扫码设备正忙：前一次扫码还未结束，请稍候重试"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				inside := 0
				options := tt.use(t, func() {
					inside++
					if inside > 1 {
						t.Error("two operations at once")
					}
					defer func() { inside-- }()
					<-release
				})
				options.Queue, options.QueueWait = 1, 5*time.Second
				a, _ := newAgent(options)
				results := make(chan string, 3)
				start := func() {
					go func() { results <- call(t, a, request(tt.request)).Msg }()
					synctest.Wait()
				}
				start() // has the turn
				start() // waits
				start() // finds the queue full
				if got := <-results; got != tt.full {
					t.Errorf("third caller got %q", got)
				}
				time.Sleep(5 * time.Second) // of the test's own clock
				if got := <-results; got != tt.busy {
					t.Errorf("second caller got %q", got)
				}
				start() // waits
				release <- struct{}{}
				if got := <-results; got != "操作成功" {
					t.Errorf("first caller got %q", got)
				}
				release <- struct{}{}
				if got := <-results; got != "操作成功" {
					t.Errorf("fourth caller got %q", got)
				}
			})
		})
	}
}

// An operation is what a device of a test does while it is used.
type operation func()

// A patient who looks for the code on the telephone keeps nobody's card from
// being read, and a card that is being read keeps nobody from scanning.
func TestDevicesDoNotWaitForEachOther(t *testing.T) {
	for name, lookup := range map[string]func(show <-chan struct{}) VoucherLookup{
		"scan, then ask": func(show <-chan struct{}) VoucherLookup {
			return ScanThenAsk{
				Codes:   codeFunc(func(context.Context) (string, error) { <-show; return "1", nil }),
				Querier: answering(patientAnswer),
			}
		},
		"the library scans": func(show <-chan struct{}) VoucherLookup {
			return LibraryScans{
				Querier: voucherFunc(func(context.Context, voucher.Query) (*voucher.Answer, error) {
					<-show
					return voucher.ParseAnswer([]byte(patientAnswer))
				}),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				show, insert := make(chan struct{}), make(chan struct{})
				a, _ := newAgent(Options{Vouchers: lookup(show), Cards: cardFunc(func(ctx context.Context) (*card.Card, error) {
					<-insert
					return goodCard(ctx)
				})})
				scanned, read := make(chan string), make(chan string)
				go func() { scanned <- call(t, a, request(voucherRequest)).Msg }()
				synctest.Wait()
				go func() { read <- call(t, a, request(cardRequest)).Msg }()
				insert <- struct{}{}
				if got := <-read; got != "操作成功" {
					t.Errorf("card caller got %q while somebody scanned", got)
				}
				go func() { read <- call(t, a, request(cardRequest)).Msg }()
				synctest.Wait()
				show <- struct{}{}
				if got := <-scanned; got != "操作成功" {
					t.Errorf("voucher caller got %q while a card was read", got)
				}
				insert <- struct{}{}
				<-read
			})
		})
	}
}

// A code that the caller brought is asked about while somebody else scans.
func TestBroughtCodeNeedsNoScanner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		show := make(chan struct{})
		a, _ := newAgent(Options{Vouchers: ScanThenAsk{
			Codes:   codeFunc(func(context.Context) (string, error) { <-show; return "1", nil }),
			Querier: answering(patientAnswer),
		}})
		scanned := make(chan string)
		go func() { scanned <- call(t, a, request(voucherRequest)).Msg }()
		synctest.Wait()
		if got := call(t, a, request(voucherRequest+"<ec_qr_code>2</ec_qr_code>")).Msg; got != "操作成功" {
			t.Errorf("caller with a code got %q", got)
		}
		show <- struct{}{}
		<-scanned
	})
}

// A device that never comes back costs its caller an error and nobody else
// gets into it, but calls that need no device go on.
func TestDeviceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		a, _ := newAgent(Options{
			Timeout: 10 * time.Second, QueueWait: time.Second,
			Cards:    cardFunc(func(ctx context.Context) (*card.Card, error) { <-release; return goodCard(ctx) }),
			Vouchers: ScanThenAsk{Querier: answering(patientAnswer)},
		})
		began := time.Now()
		if got := call(t, a, request(cardRequest)).Msg; !strings.Contains(got, "超时") {
			t.Errorf("caller got %q", got)
		}
		if took := time.Since(began); took != 10*time.Second+stopWait {
			t.Errorf("answered after %v", took)
		}
		if got := call(t, a, request(cardRequest)).Msg; !strings.Contains(got, "正忙") {
			t.Errorf("next caller got %q", got)
		}
		if got := call(t, a, request(voucherRequest+"<ec_qr_code>1</ec_qr_code>")).Msg; got != "操作成功" {
			t.Errorf("voucher caller got %q", got)
		}
		close(release)
		synctest.Wait()
		if got := call(t, a, request(cardRequest)).Msg; got != "操作成功" {
			t.Errorf("after the device came back: %q", got)
		}
	})
}

// An operation that stops when told to is asked for its own error.
func TestTimeoutKeepsTheDevicesWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newAgent(Options{Timeout: time.Second, Cards: cardFunc(func(ctx context.Context) (*card.Card, error) {
			<-ctx.Done()
			return nil, deviceBroken.Because(ctx.Err())
		})})
		if got := call(t, a, request(cardRequest)).Msg; got != "接口SSC_ReadCard 失败:坏了，请重试！" {
			t.Errorf("caller got %q", got)
		}
	})
}
