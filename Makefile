# The two commands for newcomers: `make demo` (set up and run the main job) and `make test` (set up and prove it).
# Windows has no make: README.md gives the one-line equivalents.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: help demo test check docs site pictures lock bench fuzz search clean office release-check audit

# The first Python that is new enough; `make PYTHON=... demo` names another.
PYTHON ?= $(shell bash tools/python.sh)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links

help:
	@echo "make demo    set everything up and run the main job on invented sheets"
	@echo "make test    set everything up and run all checks and tests"
	@echo "make check   formatting, lint, types, imports only"
	@echo "make docs    write anew what is made from the code: pages, VBA, ribbon"
	@echo "make site    the documentation, into build/site"
	@echo "make pictures  the pictures of the documentation"
	@echo "make bench   the benchmarks"
	@echo "make search  the generated tests, each time with new examples (make test tries the same ones)"
	@echo "make fuzz    mutated files against the reader, on Linux; make FUZZ_SECONDS=3600 fuzz for an hour"
	@echo "make release-check  build, install from nothing, run, read the licences; before a release"
	@echo "make lock    renew the three lists of locked packages"
	@echo "make clean   remove the virtual environment and what was built"

demo: $(VENV)/.ready
	$(BIN)/evalxl demo

test: office check
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What make test leaves out: it judges each change by the same examples. One that fails is printed.
search: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile search

docs: $(VENV)/.ready-dev
	$(BIN)/python -m evalxl.rules.docs docs/rules
	$(BIN)/python tools/generate.py

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.rollup
	$(BIN)/python -m benchmarks.summary

# Coverage-guided; ends with an error, and leaves the input in build/fuzz, when one breaks the reader.
FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.ready-dev
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(PIP) install --group fuzz
	$(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS)

# Built, installed from nothing and run, with the licences of all packages: what one could publish.
release-check: $(VENV)/.ready-dev
	PYTHONPATH=. $(BIN)/python tools/release_check.py --licences docs/licences.md

# LibreOffice is the judge of the books that are written; without it those tests are skipped, and that is said.
office:
	@bash tools/office.sh

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { \
	  echo "Python cannot make virtual environments here. On Debian and Ubuntu: sudo apt install python3-venv" >&2; \
	  exit 1; }
	"$(PYTHON)" -m venv $(VENV)

# The locked packages with their hashes, then this project, built with the locked setuptools. Pip compiles what
# it installs, but not what it only links to: without that each start would, where Python may not write here.
# compat: a line in a path file, which starts sooner than a finder of modules.
LINK := $(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat -e . && \
  $(BIN)/python -m compileall -q evalxl workbook udfs

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what evalxl needs into $(VENV) ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(LINK)
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what evalxl and its tests need into $(VENV) ..."
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(LINK)
	@touch $@ $(VENV)/.ready

lock: | $(BIN)/python
	@command -v uv >/dev/null || $(PIP) install uv
	PATH="$(BIN):$$PATH" uv $(COMPILE) --quiet --upgrade --group build -o requirements.lock
	PATH="$(BIN):$$PATH" uv $(COMPILE) --quiet --upgrade --group build --group dev -c requirements.lock -o requirements-dev.lock
	PATH="$(BIN):$$PATH" uv $(COMPILE) --quiet --upgrade --group offline --extra excel -c requirements-dev.lock -o udfs/bundle/offline.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The documentation site, read from file:// or a server: build/site/index.html.
site: $(VENV)/.ready-dev
	$(BIN)/python -m tools.reference docs/reference
	$(BIN)/sphinx-build --quiet -W --keep-going -b html docs build/site
	@echo "build/site/index.html"

# Needs LibreOffice, poppler and Chromium; the pictures are kept in docs/pictures.
pictures: $(VENV)/.ready-dev
	$(BIN)/python -m tools.pictures docs/pictures

# Known vulnerabilities of the locked packages; needs a network, and says so where there is none.
audit: $(VENV)/.ready-dev
	@$(BIN)/python -c "import pip_audit" 2>/dev/null || $(PIP) install pip-audit
	$(BIN)/python -m tools.audit
