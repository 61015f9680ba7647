# MPS. "make help" lists what there is.

.DEFAULT_GOAL := help
.PHONY: help build demo test bench fmt setup clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

build: ## bin/mps, bin/libmps_client.so and bin/mps-host
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/mps ./cmd/mps
	$(MAKE) --no-print-directory -C capi all

demo: build ## show the whole way of a call, for a card and for e-vouchers
	bin/mps demo

test: setup build ## run every check there is
	scripts/test

bench: setup build ## measure, each figure beside its aim
	go run ./bench

fmt: ## bring Go and C into form
	gofmt -w .
	clang-format -i capi/*.[ch] capi/*/*.[ch]

setup: ## install what the checks need (Debian packages when root)
	scripts/setup

clean: ## remove what was built
	rm -rf bin dist .cache
