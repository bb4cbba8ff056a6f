# Everything starts here; `make help` lists it. PYTHON can name another Python 3.11.
PYTHON ?= $(firstword $(shell command -v python3.11) $(shell command -v python3) python3)
EMULATOR := .venv/bin/python -m emulator

.PHONY: help up down test lint bench setup setup-tests

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## the whole environment on this machine: networks, Kafka, the page
	@$(EMULATOR) up

down: ## destroy it and leave nothing
	@if [ -x .venv/bin/python ]; then $(EMULATOR) down; fi

test: lint ## everything that must hold
	@.venv/bin/python -m pytest --numprocesses 3 --dist loadgroup --no-loadscope-reorder

lint: setup-tests ## ruff, the type checker, and checks of the workflows
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/zizmor --offline --quiet --strict-collection .github
	@tools/actionlint/run.sh

bench: setup ## the numbers in the docs, one line of JSON each
	@.venv/bin/python -m bench

setup:
	@$(PYTHON) tools/setup.py

setup-tests:
	@$(PYTHON) tools/setup.py --tests
