# The whole workshop: every target is one line that says what it is for.
# Steps live in scripts/, so that they can be read, run and changed one at a time.

CARGO ?= cargo
DEMO_ARGS ?=
TEST_STEPS ?=

.PHONY: help demo build web test lint fmt codegen bench scale screens film

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: build ## build everything and start the demo (DEMO_ARGS="--lan" and so on)
	exec target/debug/recourse demo $(DEMO_ARGS)

build: web ## build the pages and the binary
	$(CARGO) build -p server --bin recourse

web: ## install the pages' packages and build web/dist
	scripts/npm-ci.sh web
	npm --prefix web run --silent build

test: ## everything that must be green; TEST_STEPS="rust e2e" runs a part
	scripts/test.sh $(TEST_STEPS)

lint: ## format, clippy with warnings denied, the rules of the house, page types
	scripts/lint.sh

fmt: ## format the Rust code
	$(CARGO) fmt --all

codegen: ## write web/generated from the wire types
	$(CARGO) run -q -p xtask -- codegen

bench: web ## measure the release build beside Debian's janus; writes target/bench.json
	scripts/install-test-deps.sh --bench
	node e2e/bench.mjs

scale: ## prove a log of a million entries: time, memory, length of a proof (SCALE_ENTRIES=N)
	scripts/scale.sh

screens: build ## photograph every page into docs/screens
	scripts/install-test-deps.sh
	scripts/npm-ci.sh e2e
	node e2e/screens.mjs

film: build ## film a recovery into docs/walk.webp, for the README
	scripts/install-test-deps.sh
	scripts/npm-ci.sh e2e
	node e2e/film.mjs
