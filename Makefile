# Two commands matter: `make run` and `make test`. Each sets up what it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test proof lint bench setup lock messages clean packages architecture

help:  ## Show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.words  ## Set up everything and serve the site (PORT, MAARAG_HOME may be set)
	@exec $(BIN)/maarag run

setup: $(VENV)/.words  ## Set up everything, without serving
	@$(BIN)/maarag setup

test: $(VENV)/.dev $(VENV)/.words packages  ## All tests, in a real PostgreSQL and a real browser
	@bash .ci/test

proof: $(VENV)/.dev $(VENV)/.words packages  ## The long proofs, on all cores: an hour on two
	@$(BIN)/python -m tests.prepared
	@$(BIN)/pytest -q -n auto --dist worksteal -m proof tests --ignore tests/reliability --ignore tests/database
	@$(BIN)/pytest -q -m proof tests/reliability tests/database

lint: $(VENV)/.dev  ## Style, types, direction of dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy src/maarag/values src/maarag/language src/maarag/engines src/maarag/kernel

bench: $(VENV)/.dev  ## Speed, as ratios to what people would otherwise use
	@$(BIN)/python -m bench

messages: $(VENV)/.dev  ## Gather the words to translate, and compile the translations
	@$(BIN)/maarag messages

lock: $(VENV)/.dev  ## Pin the requirements again, with hashes and without addresses
	$(BIN)/pip install -q uv
	for name in base dev; do $(BIN)/uv pip compile -q --python-version 3.11 --no-header --no-emit-index-url \
	  --no-emit-find-links --generate-hashes $$([ $$name = dev ] && echo "-c requirements/base.txt") \
	  -o requirements/$$name.txt requirements/$$name.in; done

packages:
	@bash .ci/packages

$(VENV)/bin/python:
	@bash .ci/python "$(PYTHON)" "$(VENV)"

$(VENV)/.run: requirements/base.txt pyproject.toml $(VENV)/bin/python
	@echo "Installing what Maarag runs on …"
	@$(BIN)/pip install -q --require-hashes -r requirements/base.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.words: $(wildcard src/maarag/locale/*/LC_MESSAGES/*.po) $(VENV)/.run
	@$(BIN)/maarag messages --compile-only
	@touch $@

architecture: $(VENV)/.dev  ## Draw docs/architecture.svg from the code
	@$(BIN)/python docs/draw_architecture.py

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the tests need …"
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

clean:  ## Remove the environment and what the tests left; never the data
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis build
