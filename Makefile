# Every command anyone runs. `make` and `make test` need Python 3.11 or newer, and nothing else.

PYTHON ?= python3
VENV ?= .venv
DATA ?=
OPTIONS ?=

BIN := $(VENV)/bin
UV := $(BIN)/uv pip
INSTALL := $(UV) install --quiet --python $(BIN)/python
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) compile --quiet --universal \
	--generate-hashes --python-version 3.11
# IPython and ipykernel complete and debug code with these: in JupyterLab, and nowhere else.
UNUSED := --no-emit-package debugpy --no-emit-package jedi --no-emit-package parso
PIP_INSTALL := install --quiet --disable-pip-version-check --require-hashes --requirement
OLD_PYTHON := The companion needs Python 3.11 or newer, and $(PYTHON) is Python {}.{}. \
	Name a newer one: make PYTHON=python3.11

# Where this is set, every notebook compiles all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.PHONY: all test lint style lab live deck clear screenshot sweep bench lock clean help

all: $(VENV)/made-job  ## run the four notebooks and write outputs/ (DATA=dir: your tables, into outputs-supplied/)
	@$(BIN)/companion build $(if $(DATA),--cohort "$(DATA)" --output outputs-supplied)

test: style  ## check the style, then run every test; one of them checks the types
	@$(BIN)/pytest --quiet --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: style  ## check style, docstrings and types
	@$(BIN)/mypy --no-error-summary

style: $(VENV)/made-test  ## check style and docstrings
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

lab: $(VENV)/made-lab  ## open the notebooks in JupyterLab (OPTIONS="--no-browser --port 9999": for Jupyter)
	@mkdir -p work
	@$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(OPTIONS)

live: $(VENV)/made-job  ## write work/live/index.html: change any number and watch the verdicts (needs npm)
	@$(BIN)/companion live

deck: $(VENV)/made-job  ## write work/deck.html: slides for a projector (DATA=dir: of your tables)
	@$(BIN)/companion deck $(if $(DATA),outputs-supplied --cohort "$(DATA)" --output work/deck-supplied.html)

clear: $(VENV)/made-job  ## clear the notebooks of outputs and of what Jupyter adds, before a commit
	@$(BIN)/python .ci/clear notebooks/*.ipynb

screenshot: $(VENV)/made-test  ## take the picture of the report that README.md shows, docs/report.png
	@$(BIN)/python tests/helpers/screenshot.py

sweep: $(VENV)/made-distributed  ## run a grid of analyses (GRID=my-grid.yml; by default the example for teaching)
	@$(BIN)/companion sweep $(or $(GRID),docs/examples/cohorts.yml)

bench: $(VENV)/made-test  ## measure time and memory into docs/benchmarks.md (ONLY=figures: one subject)
	@$(BIN)/python tests/bench $(ONLY)

lock: $(VENV)/made-setup  ## make the locks again from pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(COMPILE) $(UPGRADE) $(UNUSED) pyproject.toml --group build --output-file requirements.lock
	for extra in test distributed; do \
		$(COMPILE) $(UPGRADE) $(UNUSED) pyproject.toml --group build --extra $$extra \
			--constraints requirements.lock --output-file requirements-$$extra.lock || exit; \
	done
	$(COMPILE) $(UPGRADE) pyproject.toml --group build --extra lab \
		--constraints requirements.lock --output-file requirements-lab.lock
	$(COMPILE) $(UPGRADE) --group setup --output-file requirements-setup.lock

clean:  ## remove the environment and the caches; outputs/ stays
	rm -rf $(VENV) .hypothesis .mypy_cache .ruff_cache

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

# A file `made-NAME` inside the environment says that the lock NAME is installed: the next run skips it.

$(VENV)/made-setup: requirements-setup.lock
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Name a Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
		sys.exit(v < (3, 11) and " ".join("$(OLD_PYTHON)".split()).format(*v))'
	@echo "Making $(VENV) (this once)"
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python $(PIP_INSTALL) $< 2>/dev/null || { \
		$(BIN)/python -m ensurepip >/dev/null && $(BIN)/python -m pip $(PIP_INSTALL) $<; }
	@touch $@

$(VENV)/made-job: requirements.lock pyproject.toml $(VENV)/made-setup
	@echo "Installing $<"
	@$(INSTALL) --no-deps --require-hashes --requirement $<
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/made-%: requirements-%.lock $(VENV)/made-job
	@echo "Installing $<"
	@$(INSTALL) --no-deps --require-hashes --requirement $<
	@touch $@
