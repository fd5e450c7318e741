# What people and CI do with this repository. `make` alone lists it. The scripts lie in dev/, and run by themselves too.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PARLEY_STARTED := $(shell date +%s)
# tools that were installed, the lockfile's Node among them, before what else is on PATH
tools = eval "$$(dev/tools/env)"

.PHONY: help setup demo demo-down test check unit integration e2e build lint format generate verify images bench clean cluster cluster-down

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	echo "  make bench-NAME     one benchmark: $$(cd bench 2>/dev/null && ls */bench.ts src/*/bench.ts 2>/dev/null | sed 's#/bench.ts##; s#.*/##' | paste -sd' ')"

demo: ## a cluster, Parley on it, and a meeting with two robots in it; prints what to look at
	@dev/demo/up

demo-down: ## takes the demo and its cluster away
	@dev/demo/down

test: ## everything that CI checks: check, then every test, the end-to-end ones on a cluster of their own
	@dev/test/all

check: setup ## what needs no server: generated code is fresh, lint, types, format
	@$(tools)
	dev/test/check

unit: setup ## unit tests
	@$(tools)
	vitest run --project unit

integration: setup ## tests against a real API server, Redis and media workers
	@$(tools)
	vitest run --project integration

e2e: setup ## end-to-end tests on a cluster of their own; KEEP=yes leaves it up
	@dev/test/e2e

build: setup ## compiles everything
	@$(tools)
	npm run build

lint: setup ## lint and the boundaries between packages
	@$(tools)
	npm run lint

format: setup ## formats everything
	@$(tools)
	npm run format

generate: setup ## writes everything that is generated
	@$(tools)
	dev/generate/all

verify: setup ## generates again, and fails where that changes a file
	@$(tools)
	dev/generate/verify

images: build ## builds the container images
	@dev/images/build

cluster: ## brings the local cluster up; CLUSTER=kind, k3d or current for another
	@dev/cluster/up

cluster-down: ## takes the local cluster down
	@dev/cluster/down

bench: setup ## every benchmark; figures in out/bench/
	@$(tools)
	npm run bench --workspace bench

bench-%: setup
	@$(tools)
	npm run bench --workspace bench -- $* $(OPTIONS)

clean: ## removes what was built in the checkout; caches outside stay
	@rm -rf out node_modules/.vite
	find . -name node_modules -prune -o \( -name dist -type d -o -name '*.tsbuildinfo' \) -print0 | xargs -0 rm -rf

setup: ## packages, tools and npm modules that are missing
	@dev/setup
