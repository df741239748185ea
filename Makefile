# Two commands do everything: `make lab` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
OLDEST := .venv-oldest
BROWSER := .venv-browser
BENCH := .venv-bench
BIN := $(VENV)/bin
LAB_FLAGS ?= $(if $(filter 0,$(shell id -u)),--allow-root)
NOTEBOOKS ?= notebooks

# One BLAS thread: the products of a small network get slower with more.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help lab install test lint test-library test-notebooks browser attack bench test-oldest notebooks models data results clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: install ## install what is missing and open the course in JupyterLab
	$(BIN)/jupyter lab $(LAB_FLAGS) --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate notebooks/00_start_here.ipynb

install: $(VENV)/installed ## make .venv with everything in it

$(VENV)/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else \
		f"TinyGPT needs Python 3.11 or newer, and $(PYTHON) is {v[0]}.{v[1]}: try make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e .
	@touch $@

test: install lint test-library test-notebooks ## install what is missing, then run every test and every notebook

lint: install ## check the style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check tinygpt_lib tests

test-library: install ## run the library's tests
	$(BIN)/python -m pytest tests --ignore tests/browser -q -n 2

test-notebooks: install ## run every notebook and compare its outputs
	$(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=180 -q -n 2 --dist loadfile $(NOTEBOOKS)

test-oldest: $(OLDEST)/installed ## run the library's tests on the oldest versions allowed
	$(OLDEST)/bin/python -m pytest tests --ignore tests/browser -q -n 2

$(OLDEST)/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(OLDEST)
	sed 's/>=\([^,]*\),[^ ]*/==\1/' requirements.txt > $(OLDEST)/requirements.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check -r $(OLDEST)/requirements.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

attack: install ## the long form of tests/attack, about 6 minutes: what was tried, how much of it survived
	TINYGPT_LONG=1 $(BIN)/python -m pytest tests/attack -q

browser: $(BROWSER)/installed ## run the notebooks with widgets in JupyterLab in a browser (needs chromium; 7 minutes)
	$(BROWSER)/bin/python -m pytest tests/browser -q

$(BROWSER)/installed: requirements.txt tests/browser/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BROWSER)
	$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt \
		-r tests/browser/requirements.txt -e .
	@touch $@

bench: $(BENCH)/installed ## time the library beside PyTorch, JAX and Hugging Face's tokenizers (about 5 minutes)
	@echo "$(BENCH) takes $$(du -sh $(BENCH) | cut -f1) of disk"
	$(BENCH)/bin/python tests/benchmarks

$(BENCH)/installed: requirements.txt tests/benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check \
		-r requirements.txt -r tests/benchmarks/requirements.txt -e .
	@touch $@

notebooks: install ## run the notebooks and store their outputs (NOTEBOOKS=notebooks/01... for one)
	$(BIN)/python -m tinygpt_lib.course.make.notebooks $(NOTEBOOKS)

models: install ## train the stored models of data/models again (NAME=... for one)
	$(BIN)/python -m tinygpt_lib.course.make.models $(NAME)

data: install ## write the questions and answers of data/conversations again
	$(BIN)/python -m tinygpt_lib.course.make.conversations

results: install ## run the stored experiments again, about 4 hours (NAME=... for one)
	$(BIN)/python -m tinygpt_lib.course.experiments $(NAME)

clean: ## remove all environments
	rm -rf $(VENV) $(OLDEST) $(BROWSER) $(BENCH)
