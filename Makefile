# Every target is a plain command that README.md also gives for systems without make.
PYTHON ?= python3
VENV ?= .venv
STUDY ?= configs/demo.toml
PYTESTFLAGS ?=

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench fuzz soak docs lab run report lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

$(BIN)/pip:
	@$(PYTHON) -c "import sys; (3, 11) <= sys.version_info < (3, 15) or sys.exit('Python 3.11 to 3.14 is needed; name one: make PYTHON=python3.12 ...')"
	$(PYTHON) -m venv $(VENV)

# The stamps stand for what is installed: only a changed lock or pyproject.toml installs again.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/pip
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.stamp: requirements-test.lock $(VENV)/run.stamp
	$(PIP) --require-hashes -r requirements-test.lock
	touch $@

demo: $(VENV)/run.stamp  ## environment, practice study, every map, table and notebook of it
	$(BIN)/phusong demo data/raw/demo
	$(BIN)/phusong run configs/demo.toml

test: $(VENV)/test.stamp  ## environment with test tools, the whole suite
	$(BIN)/python -m pytest $(PYTESTFLAGS)

lint: $(VENV)/test.stamp  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/test.stamp  ## the benchmarks, each a ratio in one run
	$(BIN)/python -m benchmarks

docs: $(VENV)/test.stamp  ## the documentation as a site: build/docs/index.html
	$(BIN)/python -m sphinx -W --keep-going -q -c docs -d build/doctrees . build/docs

fuzz: $(VENV)/test.stamp  ## 10,000 damaged files for each reader, by other chances each time
	PHUSONG_FUZZ=10000 $(BIN)/python -m pytest --timeout=0 tests/fuzz

soak: $(VENV)/test.stamp  ## 200 kills of a small study and 10 of the practice study, hours
	PHUSONG_SOAK=200 PHUSONG_SOAK_PRACTICE=10 $(BIN)/python -m pytest tests/faults/test_kills.py

lab: $(VENV)/run.stamp  ## the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

run: $(VENV)/run.stamp  ## one study: make run STUDY=configs/lao-cai.toml
	$(BIN)/phusong run $(STUDY)

report: $(VENV)/run.stamp  ## its maps, tables and notebooks again
	$(BIN)/phusong report $(STUDY)

lock: $(VENV)/test.stamp  ## pin the dependencies of pyproject.toml again
	$(PIP) uv
	$(BIN)/python scripts/lock.py

clean:  ## what can be made again, but no inputs and no environment
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
