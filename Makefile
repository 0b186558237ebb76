# One way to do each thing. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help setup check fix test demo run bench fuzz serve docs clean

help:  ## list what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## set everything up in .venv, from the lock file

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed, this is %d.%d. Say which with: make setup PYTHON=python3.11" % v)'
	@$(PYTHON) -c 'import venv, ensurepip' || { echo 'Python lacks venv. On Debian or Ubuntu: apt-get install python3-venv'; exit 1; }
	@echo 'Setting up .venv (about 1 GB) ...'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

check: $(READY)  ## style, types, SQL and YAML, all of them, then say what failed
	@$(BIN)/python tests/check.py

fix: $(READY)  ## put right what a tool can put right
	@$(BIN)/ruff check --quiet --fix flows tests
	@$(BIN)/ruff format --quiet flows tests
	@$(BIN)/python tests/check.py --fix

test: $(READY)  ## every test, on two cores
	@$(BIN)/python -m pytest -n 2

demo: $(READY)  ## invent a place, run the whole road, say where to look
	@$(BIN)/commonground demo

run: $(READY)  ## run the road over the data folder
	@$(BIN)/commonground run

bench: $(READY)  ## measure stages, as ratios to a plain baseline in the same run
	@$(BIN)/python -m tests.bench_ingest --workbook
	@$(BIN)/python -m tests.bench_linkage --saved-model
	@$(BIN)/python -m tests.bench_nights
	@$(BIN)/python tests/bench.py

fuzz: $(READY)  ## 10,000 damaged or invented exports: none may crash, rows must balance
	@$(BIN)/python -m tests.fuzz

serve: $(READY)  ## run the road every night at 02:30 London time, until stopped
	@$(BIN)/commonground serve

docs: $(READY)  ## a page per measure, and dbt's lineage, in build/docs
	@$(BIN)/python -m flows.describing build/docs

clean:  ## remove what can be made again; data folders stay
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
