# Efface on one machine. `make run` and `make test` need make and Python 3.11 or later, nothing else.
# Settings go behind the word: make run EFFACE_PORT=8010; a Python of your choice: make PYTHON=python3.12 setup
# Only what is passed on the line or set in the shell reaches the program; README has the table of settings.

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PY := .venv/bin/python
# When make itself is killed, what it started ends too.
WITH_US := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM --)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench experiments languages lock clean dev python

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

python:
	@test -n "$(PYTHON)" || { echo "Efface needs Python 3.11 or later. Please run: sudo apt-get install -y python3"; exit 1; }

setup: python ## Make .venv and var/; after it, .venv/bin/python manage.py ... works
	@$(PYTHON) -m deploy.local.system
	@$(PY) -m deploy.local.environment

dev: python
	@$(PYTHON) -m deploy.local.system --dev
	@$(PY) -m deploy.local.environment

run: setup ## Start everything; Ctrl-C stops all of it
	@$(WITH_US) $(PY) -m deploy.local.run

demo: setup ## Walk the whole path over HTTP and check the certificate at its end
	@$(WITH_US) $(PY) -m deploy.local.run --then $(PY) -m examples.demo $(ARGS)

test: dev ## Run the whole suite; options for pytest go in ARGS="..."
	@$(WITH_US) $(PY) -m deploy.local.suite $(ARGS)

check: dev ## Style, types, import floors, migrations, deployment settings
	@$(PY) -m deploy.local.checks

bench: dev ## How fast the consent check answers; ARGS="--big 3000000" grows it tenfold
	@$(WITH_US) $(PY) -m bench.check $(ARGS)

experiments: dev ## Withdrawals race checks, registrations and training snapshots 10,000 times
	@$(WITH_US) env RACES=$${RACES:-10000} $(PY) -m deploy.local.suite tests/races/test_false_allows.py -n 0 $(ARGS)

languages: setup ## Compile the translations after a change in locale/
	@$(PY) -m deploy.local.languages

lock: python ## Work out the locked requirements anew (maintainers)
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install -q uv
	$(PY) -m uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile -q --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt

clean: ## Remove what can be made again; var/ stays, it holds your data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
