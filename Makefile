# `make up` needs Python 3.11 or newer and nothing else. Settings come from the environment: see README.md.
.DEFAULT_GOAL := up
VENV ?= .venv
RUN := $(VENV)/bin/python
STACK := $(RUN) -m collabweb.stack
# The first interpreter that really starts and is new enough; a name on the PATH alone proves nothing.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 /usr/bin/python3.11 /usr/bin/python3; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v "$$name"; break; fi; done)

.PHONY: up down restart status test bench lint install

up: install
	@$(STACK) up

down:
	@if [ -x $(RUN) ]; then $(STACK) down; else echo "Nothing runs."; fi

restart: install
	@$(STACK) restart

status: install
	@$(STACK) status

# One part: make test ARGS="tests/stack -x"
test: install
	@$(STACK) test -- $(ARGS)

bench: install
	@$(STACK) services --home var/bench $(RUN) -m tests.benchmarks $(ARGS)

# Everything that needs no database, cheapest first.
lint: install
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/djade --check $$(git ls-files 'templates/*.html')
	$(VENV)/bin/djlint --lint --quiet templates
	$(STACK) run $(VENV)/bin/lint-imports
	$(STACK) run $(RUN) -m pytest -q tests/architecture
	$(STACK) run $(RUN) -m mypy
	$(STACK) run $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

install:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed: install it, or set PYTHON to it." >&2; exit 1; fi
	@$(PYTHON) -I collabweb/stack/install.py $(VENV)
