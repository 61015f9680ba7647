package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Every duration of the file takes a text with a unit and nothing else, says what
// to write instead, and has bounds that catch a wrong unit.
func TestDurations(t *testing.T) {
	c := Default()
	c.Driver = map[string]Driver{"x": {}}
	n := 0
	for key, v := range values(reflect.ValueOf(c)) {
		if v.Type() != reflect.TypeFor[Duration]() {
			continue
		}
		n++
		i := strings.LastIndex(key, ".")
		parse := func(value string) (time.Duration, error) {
			c, err := Parse(fmt.Appendf(nil, "# 第一行\n[%s]\n%s = %s\n", key[:i], key[i+1:], value))
			if err != nil {
				return 0, err
			}
			for k, v := range values(reflect.ValueOf(c)) {
				if k == key {
					return time.Duration(v.Interface().(Duration)), nil
				}
			}
			return 0, nil
		}
		for _, value := range []string{"\"10s\"", "'10s'", "\"\"\"10s\"\"\""} {
			if d, err := parse(value); err != nil || d != 10*time.Second {
				t.Errorf("%s = %s: %v, %v", key, value, d, err)
			}
		}
		for value, remedy := range map[string]string{
			"60": "60s", "\"60\"": "60s", "1.5": "1.5s", "\"1.5\"": "1.5s", "-60": "60s", "60000": "60000ms", "\"60000\"": "60000ms",
			"true": "60s", "[\"60s\"]": "60s", "\"\"": "60s", "\"forever\"": "60s", "2026-11-25": "60s", "{}": "60s", "{ s = 60 }": "60s",
			"\"60秒\"": "60s", "\"60 秒\"": "60s", "\"6０秒\"": "60s", "\"１０\"": "10s", "\"１０ｓ\"": "10s", "\"10 s\"": "10s", "\"10S\"": "10s", "\"10sec\"": "10s",
			"\"5分钟\"": "5m", "\"5min\"": "5m", "\"1小时\"": "1h", "\"500毫秒\"": "500ms", "\"1分30秒\"": "1m30s", "'“10s”'": "10s",
			"0x3c": "60s", "inf": "60s", "nan": "60s",
		} {
			_, err := parse(value)
			want := "第3行：" + key + "："
			if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "请写成\""+remedy+"\"") {
				t.Errorf("%s = %s: %v, want %s … %s", key, value, err, want, remedy)
			}
		}
		for _, value := range []string{"-1s", "1ns", "60ns", "1us", "-1h", "999h", "2562047h"} {
			_, err := parse("\"" + value + "\"")
			if want := "第3行：" + key + "="; err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "之间") {
				t.Errorf("%s = %q: %v", key, value, err)
			}
		}
		zero := key == "card.wait" || key == "driver.x.timeout" || key == "driver.x.hsm_timeout"
		if _, err := parse("\"0s\""); (err == nil) != zero {
			t.Errorf("%s = \"0s\": %v", key, err)
		}
		if _, err := parse("0"); err == nil {
			t.Errorf("%s = 0 is accepted", key)
		}
	}
	if n < 8 {
		t.Errorf("only %d durations are found", n)
	}
}

func TestDurationIsWrittenAsRead(t *testing.T) {
	for _, s := range []string{"100ms", "1m", "1h", "1m30s", "1h1m", "24h", "0s", "1.5s"} {
		d, err := time.ParseDuration(s)
		if err != nil || Duration(d).String() != s {
			t.Errorf("%s: %v, %v", s, Duration(d), err)
		}
	}
}
