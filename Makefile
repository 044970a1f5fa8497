# Everything that these targets make stays in .venv/ and .hotseat/ of this checkout (and, where
# something is missing and you are root, in packages from apt). A second clone is a second instance.

VENV := .venv
HOTSEAT := $(VENV)/bin/hotseat
# The distribution's own first: it is built with all optimisations, which a python3 that somebody
# compiled seldom is, and that is a quarter of the server's processor time.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.1[1-9]) python3)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test check screens fuzz bench soak setup postgresql sipp chromium asterisk site clean

help: ## explain the targets
	@echo "hotseat: a hotline server for Asterisk"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "After \`make run\`, in another terminal here: $(HOTSEAT) --help"

run: $(VENV)/.installed asterisk site ## set up and run the demo hotline; says what to dial (Ctrl-C ends it)
	@$(HOTSEAT) asterisk render
	@$(HOTSEAT) asterisk up
	@exec $(HOTSEAT) serve --guide

demo: $(VENV)/.installed-demo asterisk site ## run + simulated callers and agents; RATE=6 calls a minute, SEED=, EVENING=1
	@$(HOTSEAT) asterisk render
	@$(HOTSEAT) demo $(if $(RATE),--rate $(RATE)) $(if $(SEED),--seed $(SEED)) $(if $(EVENING),--evening)

# What runs beside what: tests/sides.py.
test: check postgresql sipp chromium asterisk ## everything: also on PostgreSQL, with a real Asterisk, real phones, a real browser
	$(VENV)/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "live or postgresql"

check: setup ## style, types, import rules and the fast tests; two minutes
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -n auto -m "not live and not postgresql"

screens: setup chromium ## every page in both languages, light and dark, wide and narrow: .hotseat/screens
	$(VENV)/bin/pytest -q tests/web/screens.py

fuzz: setup ## a million wild inputs; N=, SEED=, ONLY=ami|fastagi|site, INPUT=one that was kept
	@$(VENV)/bin/python -m tests.fuzz $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED)) \
		$(if $(FIRST),--first $(FIRST)) $(if $(ONLY),--only $(ONLY)) $(if $(INPUT),--input $(INPUT))

bench: $(VENV)/.installed-bench $(if $(filter floor wire admin,$(B)),,sipp asterisk) ## measure: all, or B=floor|wire|calls|waiting|viewers|admin; JSON=1 ends with a line of JSON
	@$(VENV)/bin/python -m benchmarks $(B)

soak: sipp asterisk ## ten minutes of callers who hang up at any moment, leaks looked for; MINUTES=, SEED=
	@$(VENV)/bin/python -m benchmarks.soak $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(SEED),--seed $(SEED))

setup: $(VENV)/.installed-dev ## the Python environment with all tools of development

# Debian would also make a database cluster and start it; the tests make their own.
postgresql: ## PostgreSQL's programs, for the tests that run on it
	@if [ ! -d /usr/lib/postgresql ] && ! command -v postgres >/dev/null && \
			command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "installing PostgreSQL …"; \
		set -e; own=/etc/postgresql-common/createcluster.d/hotseat.conf; \
		mkdir -p "$${own%/*}"; echo "create_main_cluster = false" > "$$own"; \
		trap 'rm -f "$$own"' EXIT; \
		apt-get -q update; \
		apt-get -q install --yes --no-install-recommends postgresql; \
	fi

sipp: ## SIPp, which makes hundreds of calls for tests and benchmarks
	@if ! command -v sipp >/dev/null && \
			command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "installing SIPp …"; \
		apt-get -q update; \
		apt-get -q install --yes --no-install-recommends sip-tester; \
	fi

# Its fonts too: without them Chinese pages are boxes.
chromium: ## Chromium, for the tests of the web pages
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "installing Chromium …"; \
		set -e; apt-get -q update; \
		apt-get -q install --yes --no-install-recommends chromium fonts-noto-cjk; \
	fi

asterisk: $(VENV)/.installed ## an Asterisk for this checkout: the machine's own, or Debian's in a folder
	@$(HOTSEAT) asterisk install

site: $(VENV)/.installed ## the database, with the demo site if it is empty
	@$(HOTSEAT) db upgrade
	@$(HOTSEAT) site apply --demo --yes --if-empty

clean: ## stop Asterisk and remove all that these targets made, the database too
	@if [ -x $(HOTSEAT) ]; then $(HOTSEAT) asterisk down || true; fi
	rm -rf $(VENV) .hotseat build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environments. The stamps make a second run free; pyproject.toml renews them.

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/pip
	@echo "installing hotseat and what it needs …"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/pip
	@echo "installing hotseat and the tools of development …"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-demo: pyproject.toml | $(VENV)/bin/pip
	@echo "installing hotseat and the softphones of its demo …"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable ".[demo]"
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml | $(VENV)/bin/pip
	@echo "installing hotseat and what it is measured beside …"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@touch $@ $(VENV)/.installed

# Debian's python3 cannot make environments before python3-venv is there.
$(VENV)/bin/pip:
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || { \
		if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
			echo "Python's venv is missing: install python3-venv (or run this as root)" >&2; exit 1; \
		fi; \
		echo "installing python3-venv …"; \
		apt-get -q update && apt-get -q install --yes --no-install-recommends python3 python3-venv; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "hotseat needs Python 3.11 or newer; say which: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
