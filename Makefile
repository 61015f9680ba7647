# MPS. "make help" lists what there is.

.DEFAULT_GOAL := help
.PHONY: help build dist demo check test bench fmt setup clean

MPS = CGO_ENABLED=0 go build -trimpath -ldflags='-s -w'

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

build: ## bin/mps, bin/libmps_client.so and bin/mps-host
	$(MPS) -o bin/mps ./cmd/mps
	$(MAKE) --no-print-directory -C capi all

dist: ## dist/windows-386 and dist/windows-amd64: mps.exe, mps_client.dll and what belongs to it
	$(MAKE) --no-print-directory -C cmd/mps/resource
	GOOS=windows GOARCH=386 $(MPS) -o dist/windows-386/mps.exe ./cmd/mps
	GOOS=windows GOARCH=amd64 $(MPS) -o dist/windows-amd64/mps.exe ./cmd/mps
	$(MAKE) --no-print-directory -C capi windows

demo: build ## show the whole way of a call, for a card and for e-vouchers
	bin/mps demo

# TestOtherWidth runs a 32-bit program in an emulator where the kernel cannot.
check: build ## form, mistakes and unit tests, in a minute and without root, network or emulator
	scripts/form
	go test -skip '^TestOtherWidth$$' $$(go list ./... | grep -v /test/scenario/)
	@echo "left to make test: test/scenario/, TestOtherWidth, Windows, examples, the C library's tests, races, fuzzing"

test: setup ## every check there is, three at a time: they often wait
	@$(MAKE) --no-print-directory --keep-going -j3 -f scripts/test.mk
	@echo "all checks passed"

bench: setup build ## measure, each figure beside its aim
	go run ./bench

fmt: ## bring Go and C into form
	gofmt -w .
	clang-format -i capi/*.[ch] capi/*/*.[ch]

setup: ## install what the checks need (Debian packages when root)
	scripts/setup

clean: ## remove what was built
	rm -rf bin dist .cache cmd/mps/*.syso
