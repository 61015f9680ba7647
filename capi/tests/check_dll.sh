#!/bin/sh
# check_dll.sh OBJDUMP DLL: export table, calling convention, imports, TLS and size of mps_client.dll.
set -eu
objdump=$1 dll=$2
fail() { echo "check_dll.sh: $dll: $*" >&2; exit 1; }

headers=$("$objdump" -p "$dll")

# The table of names, between its heading and the next empty line: "[   0] MPS_Call".
exports=$(echo "$headers" |
    awk '/\[Ordinal\/Name Pointer\] Table/ {on = 1; next} on && /^ *$/ {exit} on {print $NF}' |
    sort | tr '\n' ' ')
[ "$exports" = "MPS_Call MPS_CallEx MPS_Version " ] || fail "exports: $exports"

for import in $(echo "$headers" | awk '/DLL Name:/ {print tolower($3)}'); do
    case $import in
    kernel32.dll|ws2_32.dll|msvcrt.dll|advapi32.dll) ;;
    *) fail "imports $import" ;;
    esac
done

tls=$(echo "$headers" | awk '/^Entry 9 / {print $3 $4}')
[ -z "$(echo "$tls" | tr -d 0)" ] || fail "has a TLS directory: $tls"

# The callee cleans the stack in 32 bit: 2 arguments 8 bytes, 3 arguments 12, none 0.
returns() { # name: the operand of the first ret behind the exported function's start
    start=$(echo "$headers" | awk -v name="$1" '
        /^ImageBase/ {base = $2}
        /Export RVA$/ {rva[$2] = $(NF - 2)}
        /^\t\[/ && $NF == name {print base, rva[$2]}')
    start=$(printf '0x%x' $((0x${start% *} + 0x${start#* })))
    "$objdump" -d --start-address="$start" "$dll" | awk '/[[:space:]]ret/ {print $NF; exit}'
}
case $("$objdump" -f "$dll" | awk '/file format/ {print $NF}') in
pei-i386)
    for pair in 'MPS_Call $0x8' 'MPS_CallEx $0xc' 'MPS_Version ret'; do
        got=$(returns "${pair% *}")
        [ "$got" = "${pair#* }" ] || fail "${pair% *} returns with '$got', not '${pair#* }'"
    done
    echo "$headers" | grep -q '^MajorSubsystemVersion[[:space:]]*5' || fail "subsystem version is not 5.1"
    ;;
esac

size=$(wc -c <"$dll")
[ "$size" -lt 65536 ] || fail "$size bytes, 64 KiB or more"
echo "ok   check_dll $(basename "$(dirname "$dll")") ($size bytes)"
