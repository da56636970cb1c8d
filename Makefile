# Two commands matter: `make demo` and `make test`. Everything else is a part of them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DATA ?= data/demo
export HF_HUB_OFFLINE := 1
export ANONYMIZED_TELEMETRY := False

.PHONY: demo test soak check bench page clean

demo: $(VENV)/installed
	CADDIE_DATA=$(DEMO_DATA) CADDIE_MODEL= $(BIN)/python -m bot demo $(if $(filter 0,$(SERVE)),--no-serve)

# two processes: the suite is bounded by work, not by waiting
test: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist worksteal $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

# kills, load, redeliveries, rebuilt indexes, a real browser: they end by progress
soak: $(VENV)/installed
	$(BIN)/python -m pytest -m slow
	EXAMPLES=50 $(BIN)/python -m pytest tests/records

check: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/house

bench: $(VENV)/installed
	$(BIN)/python -m bot bench

# torch first and by itself: asked for through another package, pip may choose a build of several gigabytes
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

# the page is built from bot/playground/page and committed; this builds it anew
page:
	cd bot/playground/page && npm ci && npm run build

clean:
	rm -rf $(VENV) data
