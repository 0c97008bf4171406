# Tidemark. Needs make and Python 3.11 or newer; the rest is installed into .venv.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

WORKSPACE ?= $(TIDEMARK_WORKSPACE)
DATA ?= $(TIDEMARK_DATA)
PORT ?= 8501
SIZE ?= 1

# The first Python on the path that is new enough; PYTHON=… chooses another.
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c '$(IS_NEW_ENOUGH)' 2>/dev/null && echo "$$name" && break; done)
VENV := .venv/bin
INSTALL := $(VENV)/python -m pip --disable-pip-version-check --quiet install --requirement

.PHONY: help
help:  ## Say what can be made
	@echo "Tidemark: product metrics you can trust, from the Parquet you already have."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 22

.PHONY: run
run: export TIDEMARK_WORKSPACE := $(WORKSPACE)
run: export TIDEMARK_DATA := $(DATA)
run: .venv/run.stamp  ## Open the dashboard: the demo, or WORKSPACE=folder [DATA=folder] [PORT=8501]
ifeq ($(WORKSPACE),)
	@$(VENV)/python app.py demo
endif
	@$(VENV)/python app.py build --no-answers
	@echo "Starting the dashboard (Ctrl+C stops it)"
	@$(VENV)/python app.py serve --port $(PORT)

.PHONY: test
test: lint browser  ## Everything that must pass, in a browser too
	@$(VENV)/python -m pytest --numprocesses auto --dist loadfile

.PHONY: test-postgres
test-postgres: .venv/dev.stamp postgres  ## The tests of the store beside a PostgreSQL server of their own
	@$(VENV)/python tests/with_postgres.py pytest $(wildcard tests/test_store_*.py)

.PHONY: postgres
postgres: # PostgreSQL's programs: the machine's, else Debian's
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing PostgreSQL"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install postgresql >/dev/null; \
	else \
		echo "There is no PostgreSQL here. On Debian, as root: apt-get install postgresql"; exit 1; \
	fi

.PHONY: lint
lint: .venv/dev.stamp  ## Style and types
	@$(VENV)/ruff check
	@$(VENV)/mypy

.PHONY: browser
browser: .venv/dev.stamp  # A Chromium for the journeys: the machine's, else Debian's, else Playwright's
	@if command -v chromium chromium-browser google-chrome >/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing Chromium"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install chromium >/dev/null; \
	else \
		$(VENV)/playwright install chromium; \
	fi || echo "No Chromium, and none could be installed: the tests in tests/browser will be skipped."

.PHONY: editor
editor:  ## Build the SQL page's editor anew from its sources (needs npm)
	@cd pages/shared/code_editor/source && npm ci --silent --ignore-scripts --no-audit --no-fund \
		&& npm run --silent build && rm -rf node_modules

.PHONY: bench
bench: .venv/bench.stamp  ## Measure, beside ClickHouse: SIZE=1 is 5 million events, SIZE=20 100 million
	@$(VENV)/python -m bench --size $(SIZE)

.PHONY: calibrate
calibrate: .venv/dev.stamp  ## Simulate: do p-values and intervals keep their promises?
	@OMP_NUM_THREADS=1 $(VENV)/python -m bench.calibrate

.PHONY: clean
clean:  ## Remove what was installed and measured here; roll-ups and data stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results bench/data
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Tidemark needs Python 3.11 or newer, and none is on the path."; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.11"; exit 1; fi
	@"$(PYTHON)" -c '$(IS_NEW_ENOUGH)' || { \
		echo "Tidemark needs Python 3.11 or newer, $(PYTHON) is $$($(PYTHON) --version)."; exit 1; }
	@echo "Making .venv with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make environments here (on Debian: apt-get install python3-venv)."; exit 1; }

# A stamp is newer than its pins once they are installed, so the second time takes no time.
.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "Installing what Tidemark runs on"
	@$(INSTALL) $< && touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what the tests need"
	@$(INSTALL) $< && touch $@ .venv/run.stamp

.venv/bench.stamp: requirements-bench.txt requirements.txt | .venv/bin/python
	@echo "Installing what Tidemark is compared with"
	@$(INSTALL) $< && touch $@ .venv/run.stamp
