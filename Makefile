# Every target that needs the machine to be ready calls the set-up first; a second time it is a
# matter of a quarter of a second. ARGS="…" goes to the command behind a target.
SHELL := /bin/bash
PYTHON := .venv/bin/python
SETUP := @deploy/setup/setup.sh
# Calls wait for speech in real time and leave a core half idle, so one more than there are cores.
WORKERS := $(shell n=$$(nproc); echo $$((n < 5 ? n + 1 : 6)))

.DEFAULT_GOAL := help
.PHONY: help setup run demo routing test lint bench eval screens docs model lock clean

help: ## shows this list
	@echo "12349 hotline. Say make and one of:"
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  \1\t\2/' | expand -t 12

setup: ## installs everything that is needed to run (a no-op the second time)
	$(SETUP) run

run: ## starts the hotline
	$(SETUP) run
	@.venv/bin/hotline serve $(ARGS)

demo: ## starts a demonstration with callers and agents, on this machine only
	$(SETUP) run
	@.venv/bin/hotline demo $(ARGS)

routing: ## installs the street router (0.5 GB) that tells callers the way
	$(SETUP) routing

test: ## runs all tests; the tools that only tests need are installed first
	$(SETUP) test
	@echo "test: running tests/ in $(WORKERS) processes"
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: ## checks format, style, types, and who imports whom
	$(SETUP) dev
	@echo "lint: format"; .venv/bin/ruff format --check .
	@echo "lint: style"; .venv/bin/ruff check .
	@echo "lint: types"; $(PYTHON) -m mypy
	@echo "lint: who imports whom"; PYTHONPATH=. .venv/bin/lint-imports

bench: ## measures the budgets
	$(SETUP) bench
	@$(PYTHON) -m bench $(ARGS)

eval: ## measures how well speech is understood and writes docs/speech-evaluation.md
	$(SETUP) bench
	@$(PYTHON) -m bench.speech_eval $(ARGS)

screens: ## takes pictures of every page into docs/screens and has axe examine them
	$(SETUP) test
	@$(PYTHON) -m docs.screens $(ARGS)

docs: ## generates the pages and diagrams that come from the code
	$(SETUP) run
	@$(PYTHON) -m docs.generate $(ARGS)

model: ## trains the speech recogniser's models, in an environment of their own
	$(SETUP) train
	@.venv-train/bin/python -m asr.training $(if $(PROFILE),--profile $(PROFILE)) $(ARGS)

lock: ## resolves the Python and browser dependencies anew and writes their lock files
	$(SETUP) run
	@echo "lock: resolving (commit what changes, after make test)"
	@test -x .venv/lock/bin/uv || { $(PYTHON) -m venv .venv/lock && \
	    .venv/lock/bin/python -m pip install -q --disable-pip-version-check uv; }
	@.venv/lock/bin/uv pip compile setup.cfg --extra dev --generate-hashes \
	    --python-version 3.11 --upgrade -q -o requirements-dev.lock
	@.venv/lock/bin/uv pip compile setup.cfg --generate-hashes \
	    --python-version 3.11 -c requirements-dev.lock -q -o requirements.lock
	@cd deploy/setup && ../../.venv/lock/bin/uv pip compile build-requirements.in \
	    --generate-hashes --python-version 3.11 --upgrade -q -o build-requirements.lock
	@cd deploy/setup && ../../.venv/lock/bin/uv pip compile routing-requirements.in \
	    --generate-hashes --python-version 3.11 -c ../../requirements-dev.lock -q \
	    -o routing-requirements.lock
	@cd agent_ui && npm update --package-lock-only --omit-lockfile-registry-resolved \
	    --ignore-scripts --no-audit --no-fund

clean: ## removes environments and caches of this folder; data/ and the user's cache stay
	@echo "clean: removing .venv, node_modules and tool caches"
	@rm -rf .venv .venv-train build *.egg-info agent_ui/node_modules \
	    agent_ui/static/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
