# Everything a person or CI does here. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
WHEELS := --only-binary :all:  # a source distribution runs its author's code while it is installed
SPARK_WHEELS := --only-binary :all: --no-binary pyspark  # of Spark there is no wheel
MINUTES ?= 10
STEP ?= 1
NIGHTS ?= 30
SEED ?= 632
SAMPLE ?= 16
SIZE ?= region
NEWER ?= --upgrade  # make lock NEWER= keeps every pin that still fits
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# one file of tests, one process: its servers and databases start once; more than four only fight for memory
PYTEST := $(BIN)/pytest --maxprocesses 4 --dist loadfile --no-loadscope-reorder
ONE_MORE := $$(($$(nproc) + 1))  # than processors: tests of servers wait for minutes, and leave theirs idle
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=  # 300 files of tests compiled anew: five seconds of every process

.DEFAULT_GOAL := help
.PHONY: help env demo test fast thorough check format lock docs pictures site bench country spark cluster fuzz sweep soak mutation sbom audit clean
.DELETE_ON_ERROR:

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: env ## environment, install, the main job on a synthetic town; prints where the report and the extract are
	NASTAVNIK_HOME=$(CURDIR)/demo-home $(BIN)/nastavnik demo --fresh

test: check ## ruff, mypy and every test
	$(PYTEST) -n $(ONE_MORE)

fast: env ## the tests that start no server, browser or office program, kill nothing and make no history anew
	$(PYTEST) -n logical -m "not slow and not thorough"

thorough: env ## random histories by the hundred: minutes, before a change of identity, vintages or revisions
	$(PYTEST) -n $(ONE_MORE) -m thorough

check: env ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	$(BIN)/mypy

format: env ## let ruff write the code its way
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: env ## write the generated pages anew: docs/reference/
	$(BIN)/python -m expectations.dictionary docs/reference
	$(BIN)/python -m warehouse.indicators.handbook docs/reference
	$(BIN)/python -m warehouse.star.handbook docs/reference
	$(BIN)/python -m flows.cli.reference_pages docs/reference

pictures: env ## draw the pictures of the pages anew, from a demonstration: minutes, needs LibreOffice, Chromium, poppler
	$(BIN)/python docs/pictures/draw.py

site: .venv-docs/installed ## the documentation as a site with search, links checked: build/site/index.html
	.venv-docs/bin/zensical build --strict --clean --config-file zensical.toml

.venv-docs/installed: $(BIN)/uv docs.lock
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-docs
	$(UV) pip install --quiet --python .venv-docs/bin/python --require-hashes $(WHEELS) -r docs.lock
	@touch $@

bench: env ## ours, the physical floor and the peers in one run: SIZE=town, region or country
	$(BIN)/python benchmarks/bench.py --size $(SIZE)

country: env ## measure a country of 42,000 institutions on this machine: docs/engineers/scale.md
	$(BIN)/python benchmarks/country.py

spark: .venv-spark/installed ## an environment of its own for Apache Spark: 400 MB, needs Java 17

cluster: env spark ## a Spark cluster on the loopback counts what DuckDB counts, to the byte: minutes, needs Java 17
	$(BIN)/pytest -p no:xdist -m slow -k spark tests/indicators/test_packed.py

.venv-spark/installed: $(BIN)/uv spark.lock pyproject.toml
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-spark
	$(UV) pip install --quiet --python .venv-spark/bin/python --require-hashes $(SPARK_WHEELS) -r spark.lock
	$(UV) pip install --quiet --python .venv-spark/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

fuzz: env ## spoil files for MINUTES=10 and take them in: each must get its verdict
	nice -n 19 $(BIN)/python -m tests.hostile.fuzz --minutes $(MINUTES)

sweep: env ## each command meets each fault at its N-th call that changes the disk; STEP=10 tries every tenth: docs/engineers/faults.md
	nice -n 19 $(BIN)/python -m tests.faults.sweep --step $(STEP)
	nice -n 19 $(BIN)/python -m tests.faults.race

soak: env ## nights in accelerated time through Prefect on PostgreSQL, each with a fault: NIGHTS=30 SIZE=town or region SEED=632
	@mkdir -p build
	nice -n 5 $(BIN)/python -m tests.soak.soak --nights $(NIGHTS) --size $(SIZE) --seed $(SEED) --json build/soak.json

mutation: env .venv-mutation/installed ## how many wrong rules and indicators the tests notice: SAMPLE=16 mutants a module, 0 for all
	nice -n 10 $(BIN)/python -m tests.mutation.score .venv-mutation/bin/python --sample $(SAMPLE) --seed $(SEED)

.venv-mutation/installed: $(BIN)/uv mutation.lock
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-mutation
	$(UV) pip install --quiet --python .venv-mutation/bin/python --require-hashes $(WHEELS) -r mutation.lock
	@touch $@

sbom: env ## write the bill of materials, CycloneDX JSON: build/sbom.json
	@mkdir -p build
	$(BIN)/python -m deployments.supply sbom build/sbom.json

audit: env ## nothing runs here that no pinned package brought; against known vulnerabilities see docs/engineers/supply-chain.md
	$(BIN)/python -m deployments.supply check

lock: $(BIN)/uv ## pin every dependency anew: bootstrap.lock, requirements.lock, docs.lock, mutation.lock, spark.lock
	$(COMPILE) $(NEWER) --group bootstrap --output-file bootstrap.lock
	$(COMPILE) $(NEWER) pyproject.toml --group dev --extra telemetry --output-file requirements.lock
	$(COMPILE) $(NEWER) --group docs --output-file docs.lock
	$(COMPILE) $(NEWER) --group mutation --output-file mutation.lock
	$(COMPILE) $(NEWER) pyproject.toml --extra spark --constraint requirements.lock --output-file spark.lock
	@! grep -nE '(https?|file)://' bootstrap.lock requirements.lock docs.lock mutation.lock spark.lock || { echo "A lock names a registry."; exit 1; }

clean: ## remove the environment and every cache of ours
	rm -rf .venv .venv-spark .venv-docs .venv-mutation demo-home build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env: .venv/installed

.venv/installed: $(BIN)/uv requirements.lock pyproject.toml
	$(INSTALL) --require-hashes $(WHEELS) -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/uv: bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes $(WHEELS) -r bootstrap.lock
	@touch $@
