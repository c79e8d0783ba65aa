# Everything a person does with this checkout. `make help` lists it; git, make and Python from 3.11 to 3.13 are enough.

PYTHON ?= python3
READY := $(PYTHON) infra/local/bootstrap.py
RUN := .venv/bin/python
MADE := test -x $(RUN) || { echo "Nothing was brought up here yet: run make up."; exit 1; }

# The certificates that this machine trusts: a force's proxy has one of its own.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
export PATH := $(CURDIR)/.tools/node:$(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help up down reset status logs code catalogue sample verify trust test check format bench load deploy audit lock

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## bring up Harbour on this machine (TRANSLATE=aws: with the real Amazon Translate)
	@$(READY) python node cloud translation
	@$(RUN) -m infra.local.up

down: ## stop what `make up` started; everything is kept
	@$(MADE)
	@$(RUN) -m infra.local down

reset: ## stop, and forget conversations, officers, keys and logs
	@$(MADE)
	@$(RUN) -m infra.local reset

status: ## what runs, and where
	@$(MADE)
	@$(RUN) -m infra.local status

logs: ## what the parts write
	@$(MADE)
	@$(RUN) -m infra.local logs

# USER is also a variable of every shell: only the one on make's command line is meant.
code: ## the authenticator's code of an officer (USER=amelia.hart) or of all
	@$(MADE)
	@$(RUN) -m infra.local code $(if $(filter command%,$(origin USER)),--user $(USER))

catalogue: ## print every message type as a line of JSON (FORCE=eastshire: as that force uses them)
	@$(READY) python >&2
	@$(RUN) -m infra.local.catalogue $(if $(FORCE),--force $(FORCE))

sample: ## hold one conversation in Spanish and English, and keep its sealed package
	@$(MADE)
	@$(RUN) -m infra.local.sample

verify: ## check a sealed package (PACKAGE=… TRUST=…)
	@$(READY) python
	@.venv/bin/harbour-verify $(PACKAGE) --trust $(TRUST) $(if $(CONVERSATION),--conversation $(CONVERSATION))

trust: ## print the trust file that joins two when the signing key was changed (OLD=… NEW=…, CHANGED=…)
	@$(READY) python >&2
	@$(RUN) -m infra.delivery.trust $(OLD) $(NEW) $(if $(CHANGED),--changed $(CHANGED))

test: ## run every test (PART="unit web": only those)
	@$(READY)
	@$(RUN) -m infra.local.suite $(PART)

check: ## style, formatting, import rules, types and cdk-nag
	@$(READY) python node
	@$(RUN) -m infra.local.check

format: ## put the sources into their one form
	@$(READY) python node
	ruff check --fix .
	ruff format .
	cd web_widget && npm run --silent format

bench: ## measure, against floors and peers in the same run
	@$(READY)
	@$(RUN) -m tests.bench

load: ## 20,000 updates of crime systems in a burst
	@$(READY)
	@$(RUN) -m tests.bench updates

deploy: ## deploy to AWS (ENV=dev or prod, FORCE=eastshire) with the caller's credentials
	@$(READY) python node
	@$(RUN) -m infra.delivery --env "$(ENV)" $(if $(FORCE),--force $(FORCE))

audit: ## known vulnerabilities in what we install
	@$(READY) python node audit
	@$(RUN) -m infra.local.audit

lock: ## lock all dependencies anew
	@$(READY) python node
	@$(RUN) -m infra.local.lock
