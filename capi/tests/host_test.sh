#!/bin/sh
# host_test.sh HOST LIBRARY DIR: mps-host where no agent listens (port 1).
set -eu
host=$1 lib=$2 dir=$3
request=$dir/host_test.xml
export MPS_CLIENT_PORT=1 MPS_CLIENT_AUTOSTART=0 XDG_RUNTIME_DIR=/nonexistent
fail() { echo "host_test.sh: $*" >&2; exit 1; }
utf8() { iconv -f GBK -t UTF-8; }

printf '<request><Header><funid>N04.00.00.01</funid></Header>' >"$request"
printf '<Body><mdtrt_cert_type>01</mdtrt_cert_type></Body></request>' >>"$request"

out=$("$host" "$lib" "$request" | utf8)
case $out in
*'<funid>N04.00.00.01</funid>'*'读卡服务未启动'*'<out_put></out_put>'*'</response>') ;;
*) fail "answer: $out" ;;
esac
[ "$("$host" "$lib" - <"$request" | utf8)" = "$out" ] || fail "from standard input"
[ "$("$host" --blank 64 "$lib" "$request")" = \
    '<response><Header><result>-1</result></Header></response>' ] || fail "--blank 64"
wide() { iconv -f UTF-16LE -t UTF-8; }
[ "$("$host" --utf16 "$lib" "$request" | wide)" = "$out" ] || fail "--utf16"
[ "$("$host" --utf16 --blank 64 "$lib" "$request" | wide)" = \
    '<response><Header><result>-1</result></Header></response>' ] || fail "--utf16 --blank 64"
"$host" --repeat 100 --blank 1024 "$lib" "$request" 2>&1 >/dev/null |
    grep -Eq '^calls=100 mean=[0-9.]+us p50=[0-9.]+us p99=[0-9.]+us$' || fail "--repeat"

status() { set +e; "$@" >/dev/null 2>&1; echo $?; set -e; }
[ "$(status "$host" "$lib" "$request")" = 0 ] || fail "status of a call"
[ "$(status "$host")" = 125 ] || fail "status without arguments"
printf '\326\320' >"$dir/host_test.gbk"
[ "$(status "$host" --utf16 "$lib" "$dir/host_test.gbk")" = 125 ] || fail "status of --utf16 with GBK"
[ "$(status "$host" --blank)" = 125 ] || fail "status with half an option"
[ "$(status "$host" --blank 0 "$lib" "$request")" = 125 ] || fail "status with a bad option"
[ "$(status "$host" "$dir/none.so" "$request")" = 125 ] || fail "status without library"
[ "$(status "$host" "$lib" "$dir/none.xml")" = 125 ] || fail "status without request"
rm "$request" "$dir/host_test.gbk"
echo "ok   host_test"
