# Everything a developer does, on a machine with Python ≥ 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
PIN := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

# a demo or a run of the tests starts a hundred processes: none of them should compile what another has
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test crash check bench lock clean

help: ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: .venv/installed ## make .venv from the hash-pinned requirements.lock

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("paldies needs Python 3.11 or newer; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install ## a shop, its customers and their first month in two minutes; ARGS="--once --seed 7" for a quick one
	$(BIN)/paldies demo $(ARGS)

test: install ## all tests; ARGS="-k words" for some
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

crash: install ## the long crash run; goes on where it was ended; ARGS="--seed 7" or "--sabotage all"
	$(BIN)/python -m tests.crash $(ARGS)

check: install ## style, types, the direction of imports, and known vulnerabilities
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit

bench: install ## speed, side by side with others, as ratios; ARGS="--size quick", or a question: ARGS="growth"
	$(BIN)/python -m tests.benchmarks $(ARGS)

lock: ## pin every dependency again (needs uv)
	$(PIN) --extra dev -o requirements.lock pyproject.toml
	$(PIN) --extra image --extra apprise -o requirements.image.lock pyproject.toml

clean: ## remove what make made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
