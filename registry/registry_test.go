package registry_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mps/database/sqlite"
	"mps/failure"
	"mps/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newRegistry(t *testing.T) (*registry.Registry, *sqlite.Database) {
	t.Helper()
	d, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mps.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return registry.New(d.Registry()), d
}

func TestInstitutions(t *testing.T) {
	r, _ := newRegistry(t)
	if _, err := r.Add(t.Context(), "H1", "第一医院"); err != nil {
		t.Fatal(err)
	}
	token, err := r.Add(t.Context(), "H35000000001", "协和医院")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, "mps_") || len(token) != len("mps_")+43 {
		t.Errorf("token %q", token)
	}
	got, err := r.Authenticate(t.Context(), token)
	if err != nil || got.ID != "H35000000001" || got.Name != "协和医院" || got.Created.IsZero() {
		t.Errorf("got %+v, error %v", got, err)
	}
	if _, err := r.Add(t.Context(), "H35000000001", "别的名称"); !errors.Is(err, registry.ErrInstitutionExists) {
		t.Errorf("adding again: %v", err)
	}
	if _, err := r.Authenticate(t.Context(), token); err != nil {
		t.Errorf("the refused Add changed the token: %v", err)
	}
	for range 2 {
		if err := r.Disable(t.Context(), "H35000000001"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Authenticate(t.Context(), token); !errors.Is(err, registry.ErrUnauthorized) {
			t.Errorf("disabled: %v", err)
		}
	}
	list, err := r.List(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != "H1" || list[1].Disabled.IsZero() || !list[0].Disabled.IsZero() {
		t.Errorf("list %+v, error %v", list, err)
	}
	renewed, err := r.Add(t.Context(), "H35000000001", "协和医院新院")
	if err != nil || renewed == token {
		t.Fatalf("enabling again: token is the same: %v, error %v", renewed == token, err)
	}
	if _, err := r.Authenticate(t.Context(), token); !errors.Is(err, registry.ErrUnauthorized) {
		t.Errorf("the old token: %v", err)
	}
	if got, err := r.Authenticate(t.Context(), renewed); err != nil || got.Name != "协和医院新院" {
		t.Errorf("the new token: %+v, %v", got, err)
	}
	if err := r.Disable(t.Context(), "H2"); !errors.Is(err, registry.ErrNoInstitution) {
		t.Errorf("disabling a stranger: %v", err)
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	r, _ := newRegistry(t)
	token, err := r.Add(t.Context(), "H1", "第一医院")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"", "mps_", token[:len(token)-1], token + "x", strings.ToUpper(token), " " + token} {
		if i, err := r.Authenticate(t.Context(), c); !errors.Is(err, registry.ErrUnauthorized) || i != (registry.Institution{}) {
			t.Errorf("%q: %+v, error %v", c, i, err)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	r, _ := newRegistry(t)
	for _, c := range []struct{ id, name string }{
		{"", "x"}, {strings.Repeat("H", 41), "x"}, {"H-1", "x"}, {"医院", "x"}, {"H1 ", "x"}, {"H1\n", "x"},
		{"H9", ""}, {"H9", strings.Repeat("x", registry.MaxName+1)}, {"H9", "a\nb"}, {"H9", "\xff"},
	} {
		if token, err := r.Add(t.Context(), c.id, c.name); err == nil || token != "" {
			t.Errorf("%q %q was added", c.id, c.name)
		}
	}
}

// What operators read is written for them.
func TestFailures(t *testing.T) {
	r, d := newRegistry(t)
	add := func(id, name string) error { _, err := r.Add(t.Context(), id, name); return err }
	if err := add("H1", "第一医院"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		err  error
		code string
		want string
	}{
		{add("H-1", "x"), "registry_bad_id", `机构编号 "H-1" 不正确：应为 1 到 40 位字母或数字（即 orgId）`},
		{add("H2", ""), "registry_bad_name", "机构名称不正确：应为 1 到 200 字节的文字，不含控制字符"},
		{add("H1", "x"), "registry_institution_exists", "机构 H1：机构已存在；如需更换凭证，请先停用该机构再重新添加"},
		{r.Disable(t.Context(), "H2"), "registry_no_institution", `机构 "H2"：没有这个机构，请核对机构编号`},
	} {
		if f, ok := errors.AsType[failure.Failure](c.err); !ok || f.Code() != c.code || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
	_, err := r.Authenticate(t.Context(), "")
	if want := "机构凭证无效或已停用"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	d.Close()
	_, listing := r.List(t.Context())
	for _, err := range []error{add("H3", "x"), r.Disable(t.Context(), "H1"), listing} {
		if f, ok := errors.AsType[failure.Failure](err); !ok || f.Code() != "registry_unusable" || f.Next() == "" {
			t.Errorf("closed: %v", err)
		}
	}
	if _, err := r.Authenticate(t.Context(), "mps_x"); err == nil || errors.Is(err, registry.ErrUnauthorized) {
		t.Errorf("closed: authenticated with error %v", err)
	}
}
