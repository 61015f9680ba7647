# shellcheck shell=sh
# What the 32-bit machine does: see test/guest32/run. The calling convention
# matters to calls that come back only.
pattern=$(cat pattern)
status=0
for convention in stdcall cdecl decorated; do
    for test in driverhost card-driver voucher-nationec; do
        echo "@@ $test/$convention"
        MPS_DRIVERS=$convention wine $test.exe -test.v -test.run "$pattern" || status=1
    done
    pattern='^(TestCall|TestInspect|TestSSCard|TestGeneric|TestSieafLibrary|TestNational)$'
done
exit $status
