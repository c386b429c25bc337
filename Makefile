.DEFAULT_GOAL := help
.PHONY: help setup venv pythons run lint check test soak bench lock audit clean

BIN := .venv/bin
ON_SERVICES := tests/integration tests/e2e

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Install everything: .venv, Java, Kafka, PostgreSQL (again only when something changed)
	@sh deploy/setup.sh

venv:
	@sh deploy/setup.sh --no-services

pythons: venv ## Other Pythons on this machine get msgspec, so that recordings are replayed on them too
	@sh deploy/pythons.sh

run: setup ## Start the demo: a book city, its contacts, its agents; Ctrl-C stops it
	@$(BIN)/hubline run

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: venv ## Lint, types, the quick tests that need no service, and 20 s of drawn inputs beside them
	@$(BIN)/hubline fuzz --seed 1 --steps 10000000 --seconds 20 & drawn=$$!; \
	trap 'kill $$drawn 2> /dev/null' EXIT; \
	$(MAKE) --no-print-directory lint && \
	$(BIN)/pytest -n 2 -m "not long and not soak" $(ON_SERVICES:%=--ignore=%) && \
	{ wait $$drawn || { echo 'check: hubline fuzz broke a promise, see above' >&2; exit 1; }; }

test: setup pythons lint ## All tests, on a real Kafka and PostgreSQL that it starts itself
	$(BIN)/pytest -n 2

soak: setup ## Long runs: the fault matrix, hours of changes, tens of millions of drawn inputs
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -n 2 --timeout 0 tests/property
	$(BIN)/pytest --timeout 0 -m soak
	@for seed in 1001 1002; do $(BIN)/hubline fuzz --seed $$seed --steps 10000000 & pids="$$pids $$!"; done; \
	for pid in $$pids; do wait $$pid || exit 1; done

bench: setup ## Measure the product beside its peers
	@$(BIN)/hubline bench

lock: venv ## Write the locks anew (UPGRADE=1 takes newer versions)
	@sh deploy/lock.sh $(if $(UPGRADE),--upgrade)

audit: venv ## Look the locked versions up among known weaknesses (asks the network)
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

clean: ## Remove what was built here (data and downloads elsewhere stay)
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
