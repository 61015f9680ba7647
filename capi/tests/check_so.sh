#!/bin/sh
# check_so.sh LIBRARY: exports, needs and size of libmps_client.so.
set -eu
lib=$1
fail() { echo "check_so.sh: $lib: $*" >&2; exit 1; }

exports=$(nm -D --defined-only "$lib" | awk '{print $3}' | sort | tr '\n' ' ')
[ "$exports" = "MPS_Call MPS_CallEx MPS_Version " ] || fail "exports: $exports"
for need in $(objdump -p "$lib" | awk '$1 == "NEEDED" {print $2}'); do
    case $need in
    libc.so.*) ;;
    *) fail "needs $need" ;;
    esac
done
# CentOS 7 (glibc 2.17) and everything later; other machines began with later versions.
if [ "$(uname -m)" = x86_64 ]; then
    newest=$(objdump -T "$lib" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
    [ "$(printf '%s\nGLIBC_2.17\n' "$newest" | sort -V | tail -1)" = GLIBC_2.17 ] || fail "wants $newest"
fi
size=$(wc -c <"$lib")
[ "$size" -lt 65536 ] || fail "$size bytes, 64 KiB or more"
echo "ok   check_so ($size bytes)"
