# The steps of "make test". A single one: make -f scripts/test.mk fuzz
#
# Each recipe is one script, which scripts/step runs; make calls that as its shell. The order is the
# one in which they begin: first what others wait for, then the longest.

SHELL       := scripts/step
.SHELLFLAGS = $@
.ONESHELL:
.SILENT:

FUZZ_SECONDS ?= 3
FUZZ_RUNS    ?= 5000

STEPS := build guest windows race guest-calls wine guest-drivers guest-conventions guest-faults fuzz \
         capi examples guest-examples form platforms
.PHONY: all $(STEPS)
all: $(STEPS)

# Little is begun beside the emulated machine, which a third of the steps wait for.
ifeq ($(MAKECMDGOALS),)
race: | windows
fuzz capi examples form platforms: | guest
endif

# What others need.

build:
	make build

guest: # the emulated machine
	test/rig/guest32/build

windows: build # the programs in dist/ are the same in two builds
	make dist
	make -C cmd/mps/resource check
	for arch in 386 amd64; do
	    CGO_ENABLED=0 GOOS=windows GOARCH=$$arch go build -trimpath -ldflags='-s -w' -o .cache/again/mps-$$arch.exe ./cmd/mps
	    cmp .cache/again/mps-$$arch.exe dist/windows-$$arch/mps.exe
	done
	make -s -C test/scenario/windows
	make -s -C test/standin/drivers/libraries windows
	make -s -C test/standin/winscard

# On Windows. The scenarios are spread over two machines that take about the same time.

scenarios := --with .cache/windows ./test/scenario/windows
drivers   := --with .cache/drivers/windows ./driverhost ./card/driver ./voucher/nationec

guest-calls: guest windows
	test/rig/on-windows --width 32 --run Calls --skip Calls/1000_loads $(scenarios)

guest-faults: guest windows
	test/rig/on-windows --width 32 --run 'Autostart|Faults|Resources|Calls/1000_loads' $(scenarios)
	test/rig/on-windows --width 32 --before 'ifconfig lo down' --run Outages $(scenarios)

guest-drivers: guest windows # in which words errors are told is no matter of the width
	test/rig/on-windows --width 32 --skip Errors --set MPS_DRIVERS=stdcall $(drivers)
	test/rig/on-windows --width 32 --with .cache/winscard ./card/pcsc

guest-conventions: guest windows # the other ones matter to calls that come back only
	test/rig/on-windows --width 32 --set 'MPS_DRIVERS=cdecl decorated' \
	    --run '^(TestCall|TestInspect|TestSSCard|TestGeneric|TestSieafLibrary|TestNational)$$' $(drivers)

guest-examples: guest windows
	examples/run-windows-tests

wine: windows
	test/rig/on-windows --width 64 --skip Outages $(scenarios)
	test/rig/on-windows --width 64 --set MPS_DRIVERS=stdcall $(drivers)
	test/rig/on-windows --width 64 --with .cache/winscard ./card/pcsc

# On Linux.

form:
	scripts/form

race: build
	go test -race -count=1 ./...

examples: build
	examples/run-tests

capi: build windows
	make -C capi test FUZZ_SECONDS=$(FUZZ_SECONDS)

fuzz:
	scripts/fuzz $(FUZZ_RUNS)

platforms:
	for platform in linux/arm64 linux/loong64; do
	    CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -trimpath -o /dev/null ./cmd/mps
	done
