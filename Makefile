# `make run` and `make test` do all the set-up they need: Python >= 3.11, git and the package registry are enough.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= out/demo

OUT_SERVE ?= out/serve

# many tests start the program anew: it need not be compiled each time
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run help serve test lint bench lock clean

run: .venv/run.stamp ## a simulated day checked, from set-up to report
	$(BIN)/truckban simulate --out $(OUT)
	$(BIN)/truckban zone build --streets zones/data/linyi_schematic.osm --notice linyi-2023-5 --out $(OUT)/zone.geojson
	$(BIN)/truckban check $(OUT)/traces.csv --vehicles $(OUT)/vehicles.csv --permits $(OUT)/permits.csv --zone $(OUT)/zone.geojson --out $(OUT)/report
	$(BIN)/truckban score $(OUT)/report/leads.csv --truth $(OUT)
	@echo "$(OUT)/report/report.html"

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1	\2/p' $(firstword $(MAKEFILE_LIST))

serve: .venv/serve.stamp ## the service, for trying: local only, one account a role, passwords printed once
	@# a store of an earlier version is brought to this one
	@[ ! -e $(OUT_SERVE)/truckban.sqlite ] || TRUCKBAN_DATA_DIR=$(OUT_SERVE) $(BIN)/truckban db migrate
	TRUCKBAN_DATA_DIR=$(OUT_SERVE) TRUCKBAN_DEMONSTRATION=true $(BIN)/truckban serve

test: .venv/dev.stamp lint ## lint and all tests
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

lint: .venv/dev.stamp ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports

bench: .venv/dev.stamp ## decisions a second on this machine
	$(BIN)/python benchmarks/decide.py

# Lock files are universal: one for every system and Python that is supported. They name versions and hashes, no registry.
lock: ## the lock files of requirements/ anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml --extra build -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml --extra build --extra service --extra pdf --extra maps --extra fast -o requirements/serve.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml --extra build --extra dev -o requirements/dev.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "truckban needs Python 3.11 or later; call make PYTHON=python3.12, say"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/serve.stamp: .venv/bin/python requirements/serve.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ .venv/run.stamp

.venv/dev.stamp: .venv/bin/python requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ .venv/run.stamp .venv/serve.stamp

clean: ## removes .venv, out and cache
	rm -rf .venv out cache
