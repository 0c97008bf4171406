# Tidemark. Needs make and Python 3.11 or newer; the rest is installed into .venv.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

WORKSPACE ?=
DATA ?=
PORT ?= 8501
SIZE ?= 1

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet install
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help
help:  ## Say what can be made
	@echo "Tidemark: product metrics you can trust, from the Parquet you already have."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

.PHONY: run
run: .venv/run.stamp  ## Open the dashboard: the demo, or WORKSPACE=folder [DATA=folder] [PORT=8501]
	@$(BIN)/python app.py

.PHONY: test
test: .venv/dev.stamp browser lint  ## Everything that must pass, in a browser too
	@$(BIN)/python -m pytest

.PHONY: lint
lint: .venv/dev.stamp  ## Style and types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: clean
clean:  ## Remove what was made here, not your data
	@rm -rf .venv
