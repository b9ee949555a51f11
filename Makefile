# Every verb is dev.py's: `python3 dev.py NAME` does the same without make. `make` alone lists them.
# Extra words for a verb: make test ARGS="tests/support -x"
PYTHON ?= python3
VERBS = demo test test-pg lint fix fences docs messages lock

.PHONY: help $(VERBS)
help:
	@$(PYTHON) dev.py

$(VERBS):
	@$(PYTHON) dev.py $@ $(ARGS)
