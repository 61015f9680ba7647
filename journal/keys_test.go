package journal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"mps/failure"
)

func TestLoadKeysMakesThemOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.fingerprint, again.fingerprint) {
		t.Error("the second call gave other keys")
	}
	other, err := LoadKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first.fingerprint, other.fingerprint) {
		t.Error("two directories have the same key")
	}
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm != 0o600 {
		t.Errorf("permissions %o", perm)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("files in the directory: %v, error %v", files, err)
	}
}

func TestLoadKeysAtTheSameMoment(t *testing.T) {
	dir := t.TempDir()
	prints := make([]string, 16)
	var wg sync.WaitGroup
	for i := range prints {
		wg.Go(func() {
			k, err := LoadKeys(dir)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = hex.EncodeToString(k.fingerprint)
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p != prints[0] {
			t.Fatal("two callers got different keys")
		}
	}
}

func TestLoadKeysRefuses(t *testing.T) {
	good := strings.Repeat("ab", masterSize)
	cases := []struct {
		name, text string
		perm       os.FileMode
		want       string
	}{
		{"empty", "", 0o600, "已损坏"},
		{"short", good[2:], 0o600, "已损坏"},
		{"long", good + "00", 0o600, "已损坏"},
		{"very long", strings.Repeat(good, 100), 0o600, "已损坏"},
		{"no hex", strings.Repeat("zz", masterSize), 0o600, "已损坏"},
	}
	if runtime.GOOS != "windows" {
		for _, perm := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o666} {
			cases = append(cases, struct {
				name, text string
				perm       os.FileMode
				want       string
			}{perm.String(), good, perm, "chmod 600"})
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, KeyFile)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.perm); err != nil {
				t.Fatal(err)
			}
			_, err := LoadKeys(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v", err)
			}
			if f, ok := errors.AsType[failure.Failure](err); !ok || f.Next() == "" {
				t.Errorf("error %v was not written for an operator", err)
			}
			if c.text != "" && strings.Contains(err.Error(), c.text[:8]) {
				t.Error("the error quotes the key")
			}
			if text, _ := os.ReadFile(path); string(text) != c.text {
				t.Error("the file was changed")
			}
		})
	}
	t.Run("directory", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, KeyFile), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKeys(dir); !errors.Is(err, keyIrregular) {
			t.Fatalf("error %v", err)
		}
	})
	t.Run("below a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKeys(filepath.Join(file, "data"))
		if f, ok := errors.AsType[failure.Failure](err); !ok || f.Next() == "" {
			t.Errorf("error %v was not written for an operator", err)
		}
	})
	t.Run("texts", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), KeyFile)
		for text, err := range map[string]error{
			"密钥文件 " + path + " 已损坏（应为 64 位十六进制数），请从备份恢复":                            keyDamaged.With(path, 2*masterSize),
			"密钥文件 " + path + " 的权限为 0640，其他用户可以访问；请执行 chmod 600 " + path + " 后重新启动": keyExposed.With(path, os.FileMode(0o640), path),
		} {
			if err.Error() != text {
				t.Errorf("got  %s\nwant %s", err, text)
			}
		}
	})
	t.Run("tolerated", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, KeyFile), []byte(strings.ToUpper(good)+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKeys(dir); err != nil {
			t.Fatal(err)
		}
	})
}

// Journals outlive programs: what a key derives to must never change.
func TestDerivationIsStable(t *testing.T) {
	k := testKeys(t)
	for _, c := range []struct{ name, got, want string }{
		{"fingerprint", hex.EncodeToString(k.fingerprint), goldenFingerprint},
		{"id number", hex.EncodeToString(k.hash(idNumberKind, "350102199001011238")), goldenIDNumber},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
	sealed, err := hex.DecodeString(goldenSealed)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := k.open(sealed, "H35000000001", "r-1"); err != nil || string(answer) != `{"code":"0"}` {
		t.Errorf("sealed answer opens to %q, error %v", answer, err)
	}
}

func TestHash(t *testing.T) {
	k := testKeys(t)
	equal := [][3]string{
		{idNumberKind, "35010219900101123X", "35010219900101123x"},
		{idNumberKind, " 350102199001011238 ", "350102199001011238"},
		{idNumberKind, "350102 19900101 1238", "350102199001011238"},
		{idNumberKind, "３５０１０２１９９００１０１１２３８", "350102199001011238"},
		{nameKind, "林测试", "林测试 "},
	}
	for _, c := range equal {
		if !bytes.Equal(k.hash(c[0], c[1]), k.hash(c[0], c[2])) {
			t.Errorf("%q and %q differ", c[1], c[2])
		}
	}
	if bytes.Equal(k.hash(codeKind, "1"), k.hash(tokenKind, "1")) {
		t.Error("equal values of two kinds have the same hash")
	}
	if bytes.Equal(k.hash(codeKind, "a"), k.hash(codeKind, "A")) {
		t.Error("the case of a code does not count")
	}
	if k.hash(nameKind, "  ") != nil {
		t.Error("an empty value has a hash")
	}
}

func TestSealedAnswerOpensOnlyWhereItBelongs(t *testing.T) {
	k := testKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		answer := rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(t, "answer")
		sealed := k.seal(answer, "H1", "r-1")
		if len(answer) > 8 && bytes.Contains(sealed, answer) {
			t.Fatal("the answer is readable")
		}
		got, err := k.open(sealed, "H1", "r-1")
		if err != nil || !bytes.Equal(got, answer) {
			t.Fatalf("opened to %q, error %v", got, err)
		}
		for _, other := range [][2]string{{"H2", "r-1"}, {"H1", "r-2"}, {"H1r", "-1"}, {"", "H1\x00r-1"[1:]}} {
			if _, err := k.open(sealed, other[0], other[1]); err == nil {
				t.Fatalf("opened for %q", other)
			}
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := k.open(sealed, "H1", "r-1"); err == nil {
			t.Fatal("opened although damaged")
		}
	})
	if bytes.Equal(k.seal([]byte("x"), "H1", "r"), k.seal([]byte("x"), "H1", "r")) {
		t.Error("two seals of one answer are equal: the nonce does not change")
	}
}

func FuzzOpen(f *testing.F) {
	k := testKeys(f)
	f.Add([]byte{})
	f.Add([]byte{sealVersion})
	f.Add(bytes.Repeat([]byte{sealVersion}, 13))
	f.Add(bytes.Repeat([]byte{sealVersion}, 64))
	f.Add(k.seal([]byte("x"), "H2", "r")) // no change of it is one for H1
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := k.open(sealed, "H1", "r"); err == nil {
			t.Fatal("opened what was not sealed")
		}
	})
}
