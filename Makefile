# Everything starts here; `make help` lists it. PYTHON can name another Python (3.11, 3.12 or 3.13), for which
# .venv is then made anew; without it, .venv keeps the one that it has.
PYTHON ?= $(firstword $(wildcard .venv/bin/python) \
  $(foreach version,3.11 3.12 3.13,$(shell python$(version) -c "" 2>&- && command -v python$(version))) python3)
EMULATOR := .venv/bin/python -m emulator
# Tests that share an environment stay in one process (conftest.py), and start first: they take longest.
PYTEST := .venv/bin/python -m pytest --dist loadgroup --no-loadscope-reorder
# Fewer examples of each property, and no plugin that unit tests don't use: it takes longer to load than a test.
QUICK := -m "not thorough" --hypothesis-profile quick -p no:schemathesis -p no:anyio

# Images of containers often set it. Then each process of a run compiles all modules anew: 0.6 s of each preview.
# PYTHONPYCACHEPREFIX would not do instead: compileall would write the bytecode of images there.
unexport PYTHONDONTWRITEBYTECODE

# They have brokers or a cluster of their own, and take longer than their share of the 20 minutes.
MORE := $(addprefix tests/e2e/test_,brokers_in_trouble.py kafka_decides.py kafka_in_place.py listeners_on_brokers.py \
  operations.py outputs_of_another_stack.py previews.py secured_broker.py side_by_side.py sweep_of_looks_on_engine.py \
  sweep_on_engine.py workload_in_a_cluster.py)

.PHONY: help up down unit test more-tests test-package test-az test-languages lint judge pythons pr-comment bench setup setup-unit \
  setup-az setup-tests

help: ## this list; times are those of two quiet cores, once .venv and Pulumi's engine are there
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## the whole environment on this machine: networks, Kafka, the page (45 s)
	@$(EMULATOR) up

down: ## destroy it and leave nothing (10 s)
	@if [ -x .venv/bin/python ]; then $(EMULATOR) down; fi

unit: setup-unit ## pure rules and components, but for the few thorough tests: no emulator, engine or browser (15 s)
	@$(PYTEST) $(QUICK) --numprocesses 2 --quiet tests/unit app/tests/test_pure.py

test: lint ## everything that must hold (20 min)
	@$(PYTEST) --numprocesses 3 $(addprefix --ignore=,$(MORE) tests/e2e/test_package.py tests/azure_cli tests/languages)

more-tests: setup-tests ## what takes longest: every preview held against its up, every trouble of a run, operations, TLS on real brokers (20 min)
	@$(PYTEST) --numprocesses 3 $(MORE)

test-package: setup-tests ## the package aks_kafka, installed, in programs of others (2 min)
	@$(PYTEST) tests/e2e/test_package.py

test-az: setup-az ## its commands on Azure's real command line, in an environment of its own of 733 MB (1 min)
	@$(PYTEST) --numprocesses 2 tests/azure_cli

test-languages: setup-tests ## programs in TypeScript and YAML, with Node.js (6 min, and 2 for the first build)
	@.venv/bin/python -m tools.languages
	@$(PYTEST) tests/languages

lint: setup-tests ## ruff, the type checker, and checks of the workflows (1 min)
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/zizmor --offline --quiet --strict-collection .github
	@tools/actionlint/run.sh

pythons: ## unit tests and an environment with each Python that is installed (3 min each)
	@$(PYTHON) -m tools.each_python

judge: setup ## the program in a real Kubernetes, which is built first, with Go (15 min)
	@.venv/bin/python -m judge

pr-comment: setup ## what a pull request would say: BASE=commit, HEAD=commit or this folder (2 min)
	@.venv/bin/python -m tools.pr_comment $(or $(BASE),$(error BASE is not set: the commit that is deployed)) $(HEAD)

bench: setup ## the numbers in the docs, one line of JSON each (9 min)
	@.venv/bin/python -m bench

setup:
	@$(PYTHON) -m tools.setup

setup-unit:
	@$(PYTHON) -m tools.setup --unit

setup-az:
	@$(PYTHON) -m tools.setup --az

setup-tests:
	@$(PYTHON) -m tools.setup --tests
