#!/bin/sh
# check_dll.sh PREFIX FOLDER VERSION: what is in FOLDER for programs of one width: export table,
# calling convention, imports, TLS, version and size of mps_client.dll; the import library.
# PREFIX is that of the mingw tools.
set -eu
prefix=$1 folder=$2 version=$3
dll=$folder/mps_client.dll
fail() { echo "check_dll.sh: $folder: $*" >&2; exit 1; }

headers=$("${prefix}objdump" -p "$dll")

# The table of names, between its heading and the next empty line: "[   0] MPS_Call".
exports=$(echo "$headers" |
    awk '/\[Ordinal\/Name Pointer\] Table/ {on = 1; next} on && /^ *$/ {exit} on {print $NF}' |
    sort | tr '\n' ' ')
[ "$exports" = "MPS_Call MPS_CallEx MPS_Version " ] || fail "exports: $exports"

# Every one is documented for Windows XP or earlier; ws2_32 and msvcrt are older anyway.
allowed='
kernel32.dll CloseHandle
kernel32.dll CreateDirectoryW
kernel32.dll CreateFileW
kernel32.dll CreateProcessW
kernel32.dll DuplicateHandle
kernel32.dll GetCurrentProcess
kernel32.dll GetEnvironmentVariableA
kernel32.dll GetEnvironmentVariableW
kernel32.dll GetExitCodeProcess
kernel32.dll GetFileAttributesW
kernel32.dll GetLastError
kernel32.dll GetModuleFileNameW
kernel32.dll GetModuleHandleExW
kernel32.dll GetShortPathNameW
kernel32.dll GetTickCount
kernel32.dll ReadFile
kernel32.dll SetHandleInformation
kernel32.dll SetLastError
kernel32.dll Sleep
kernel32.dll VirtualQuery
kernel32.dll WaitForSingleObject
msvcrt.dll memcpy
msvcrt.dll memmove
msvcrt.dll memset
msvcrt.dll strchr
msvcrt.dll strcmp
msvcrt.dll strcpy
msvcrt.dll strlen
ws2_32.dll WSACleanup
ws2_32.dll WSAGetLastError
ws2_32.dll WSAStartup
ws2_32.dll closesocket
ws2_32.dll connect
ws2_32.dll getsockopt
ws2_32.dll htonl
ws2_32.dll htons
ws2_32.dll ioctlsocket
ws2_32.dll recv
ws2_32.dll select
ws2_32.dll send
ws2_32.dll setsockopt
ws2_32.dll socket'

# imports FILE: "dll name", one a line: "	a198	  136  CloseHandle" under "DLL Name: KERNEL32.dll".
imports() {
    "${prefix}objdump" -p "$1" | awk '
        /DLL Name:/ {dll = tolower($3); next}
        /^ *$/ {dll = ""}
        dll != "" && $1 != "vma:" {print dll, $3}'
}
unknown=$(imports "$dll" | grep -vxF "$allowed" || true)
[ -z "$unknown" ] || fail "imports $unknown"
imports "$dll" | grep -q . || fail "imports nothing, it seems"

tls=$(echo "$headers" | awk '/^Entry 9 / {print $3 $4}')
[ -z "$(echo "$tls" | tr -d 0)" ] || fail "has a TLS directory: $tls"

# The callee cleans the stack in 32 bit: 2 arguments 8 bytes, 3 arguments 12, none 0.
returns() { # name: the operand of the first ret behind the exported function's start
    start=$(echo "$headers" | awk -v name="$1" '
        /^ImageBase/ {base = $2}
        /Export RVA$/ {rva[$2] = $(NF - 2)}
        /^\t\[/ && $NF == name {print base, rva[$2]}')
    start=$(printf '0x%x' $((0x${start% *} + 0x${start#* })))
    "${prefix}objdump" -d --start-address="$start" "$dll" | awk '/[[:space:]]ret/ {print $NF; exit}'
}
case $("${prefix}objdump" -f "$dll" | awk '/file format/ {print $NF}') in
pei-i386)
    for pair in "MPS_Call \$0x8" "MPS_CallEx \$0xc" "MPS_Version ret"; do
        got=$(returns "${pair% *}")
        [ "$got" = "${pair#* }" ] || fail "${pair% *} returns with '$got', not '${pair#* }'"
    done
    # No SEH handlers: an exception in here is not led to an address that somebody made up.
    characteristics=0x$(echo "$headers" | awk '/^DllCharacteristics/ {print $2}')
    [ $((characteristics & 0x400)) != 0 ] || fail "DLL characteristics $characteristics, without NO_SEH"
    subsystem=5.1
    ;;
*)
    subsystem=5.2 # the first 64-bit Windows XP
    ;;
esac
got=$(echo "$headers" | awk '/^(Major|Minor)SubsystemVersion/ {print $2}' | paste -sd.)
[ "$got" = $subsystem ] || fail "subsystem version $got, not $subsystem"

# FileVersion and ProductVersion, in Chinese and in English.
[ "$("${prefix}strings" -el "$dll" | grep -cxF "$version")" = 4 ] || fail "version resource"

size=$(wc -c <"$dll")
[ "$size" -lt 65536 ] || fail "$size bytes, 64 KiB or more"

# A program that is linked with the import library asks for the undecorated names.
host=$(mktemp -d)
trap 'rm -r "$host"' EXIT
for library in "$folder/libmps_client.dll.a" "$folder/mps_client.lib"; do
    "${prefix}gcc" -Wall -Wextra -Wpedantic -Werror -I"$folder" -o "$host/import.exe" "$(dirname "$0")/import.c" "$library"
    names=$(imports "$host/import.exe" | awk '$1 == "mps_client.dll" {print $2}' | sort | tr '\n' ' ')
    [ "$names" = "MPS_Call MPS_CallEx MPS_Version " ] || fail "$library imports: $names"
done
echo "ok   check_dll $(basename "$folder") ($size bytes)"
