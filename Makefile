# `make` alone lists what there is. Any Python from 3.10 on will do: make lab PYTHON=python3.12

WINDOWS := $(filter Windows_NT,$(OS))
BIN     := .venv/$(if $(WINDOWS),Scripts,bin)
RUN     := $(BIN)/python
STAMP   := .venv/.set-up-for
# What only the editions need: Sphinx and its friends, reveal.js, JupyterLite.
EDITIONS := .venv/.set-up-for-editions
PYTHON  ?=
WORKERS ?= 2

# An outer environment's settings would lead Python and pip elsewhere, or have every module compiled
# again by every kernel.
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PYTHONDONTWRITEBYTECODE

# One thread a worker: several workers with several threads each get in each other's way.
check test soak mutation notebooks: export OPENBLAS_NUM_THREADS = 1
check test soak mutation notebooks: export OMP_NUM_THREADS = 1

# The project is installed by its path: a folder that was moved is set up again.
ifneq "$(shell cat $(STAMP) 2>/dev/null)" "$(CURDIR)"
$(shell rm -f $(STAMP))
endif

.PHONY: help setup ruff lab check test soak bench mutation notebooks book slides lecture ko lite picture grade
.DEFAULT_GOAL := help

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 14

lab: setup ## set up what is needed, and open the chapters in JupyterLab
	@"$(RUN)" -m jupyterlab --config=.jupyter/jupyter_lab_config.py $(ROOT_FLAG) $(ARGS)

check: setup ruff ## after every edit: ruff and the quick tests, in seconds
	@"$(RUN)" -m pytest -q -p no:nbval -n $(WORKERS) -m "not slow and not long" $(ARGS) $(QUICK)

test: setup ruff ## set up what is needed, and run every check
	@# Which tests share a worker: conftest.py.
	@"$(RUN)" -m pytest --nbval -n $(WORKERS) $(ARGS) tests chapters chapters_ko

# Of tests/ all rooms but the one of the browser.
QUICK = $(filter-out tests/browser/,$(wildcard tests/*/))

ruff:
	@"$(RUN)" -m ruff check -q .
	@"$(RUN)" -m ruff format -q --check .

soak: setup ruff ## the same with all that is long, as in the nightly run: docs/soak.md
	@DLFS_SOAK=1 "$(RUN)" -m pytest --nbval --timeout=3600 -n $(WORKERS) $(ARGS) tests chapters chapters_ko

bench: setup ## measure speed, side by side (with PyTorch, if it is installed)
	@"$(RUN)" benchmarks/run.py $(ARGS)

mutation: setup ## change common in small ways, and see whether the tests notice: ten minutes
	@"$(RUN)" -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[mutation]'
	@rm -rf mutants
	@"$(RUN)" -m mutmut run --max-children $(WORKERS)
	@"$(RUN)" scripts/mutation_report.py $(ARGS)

notebooks: setup ## run all chapters and store their outputs
	@"$(RUN)" scripts/refresh_notebooks.py $(ARGS)

book: $(EDITIONS) ## write the chapters as web pages to build/book (FAST=1: no live panels; PDF=1: on paper, too)
	@"$(RUN)" -m editions.book $(if $(FAST),--fast) $(if $(PDF),--pdf)

lite: $(EDITIONS) ## write a site that computes in the browser to build/lite
	@"$(RUN)" -m editions.lite $(ARGS)

picture: setup ## draw the picture of README.md, which moves
	@"$(RUN)" -m editions.moving

slides: $(EDITIONS) ## write a deck of slides for each chapter to build/slides
	@"$(RUN)" -m editions.slides $(if $(FAST),--fast)

# Apart from .venv: RISE shows panels by an older ipywidgets only. NumPy: pyproject.toml, [tool.uv].
LECTURE := .venv/lecture/$(notdir $(BIN))/python

lecture: setup ## the same slides live, in JupyterLab: open a chapter there, and press Alt + R
	@"$(RUN)" -m venv .venv/lecture
	@"$(LECTURE)" -m pip install --quiet --disable-pip-version-check -e '.[lab,lecture]' 'numpy<2.5'
	@"$(RUN)" -m editions.lecture
	@"$(LECTURE)" -m jupyterlab --config=.jupyter/jupyter_lab_config.py --LabApp.default_url=/lab/tree/build/lecture $(ROOT_FLAG) $(ARGS)

ko: setup ## the Korean edition follows the English: its catalogues, and what stays English
	@"$(RUN)" -m editions.ko

grade: setup ## judge handed-in notebooks, make grade FOLDER=handed-in: docs/grading.md
	@"$(RUN)" -m exercises.grade --workers $(WORKERS) $(ARGS) $(if $(FOLDER),"$(FOLDER)")

$(EDITIONS): $(STAMP) editions/requirements.lock
	@echo "Setting up what the editions need: once, a minute."
	@"$(RUN)" -m pip install --quiet --disable-pip-version-check --require-hashes -r editions/requirements.lock
	@touch $(EDITIONS)

setup: $(STAMP) ## only set up: .venv with pinned packages and this project

# JupyterLab asks root, who is everybody in a container, to say so.
ROOT_FLAG = $(shell [ "$$(id -u 2>/dev/null)" = 0 ] && echo --allow-root)

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 10))

$(STAMP): pyproject.toml requirements.lock
	@if ! "$(RUN)" -c '$(NEW_ENOUGH)' 2>/dev/null || ! "$(RUN)" -m pip --version >/dev/null 2>&1; then \
	    python=; \
	    for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python python3.14 python3.13 python3.12 python3.11 python3.10); do \
	        if "$$candidate" -c '$(NEW_ENOUGH)' 2>/dev/null; then python=$$candidate; break; fi; \
	    done; \
	    if [ -z "$$python" ]; then \
	        echo "$(if $(PYTHON),$(PYTHON) is not a Python 3.10 or newer,There is no Python 3.10 or newer on the PATH): install one, or name one by 'make PYTHON=/path/to/python3'." >&2; \
	        exit 1; \
	    fi; \
	    if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	        echo "$$python has no venv or no ensurepip: install them (on Debian and Ubuntu: apt install python3-venv), or name another Python by 'make PYTHON=/path/to/python3'." >&2; \
	        exit 1; \
	    fi; \
	    echo "Making .venv with $$("$$python" --version)."; \
	    "$$python" -m venv --clear .venv; \
	fi
	@echo "Installing the pinned packages into .venv: the first time takes a few minutes."
	@"$(RUN)" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@"$(RUN)" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "$(CURDIR)" > $(STAMP)
