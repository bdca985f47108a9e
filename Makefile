# make crawl            crawl the sample notes against the small internet on loopback: no network needed
# make crawl NOTES=DIR  crawl your own notes on the real web
# make test             every check: style, layers, types, tests
# make stress           interrupt a hundred crawls at random points: about ten minutes
# make coverage         the tests again, with the lines that none of them runs: nearly twice as long
# make bench            speed and memory beside other programs, into benchmarks/results.md: about half an hour;
#                       ONLY=speed,pace some of it, QUICK=1 in small sizes, NOTES=DIR with your own notes
# make reference        write the tables of docs/reference.md out of the code
# make accuracy         how well venues are read from comments; TABLE=FILE for another table than the shared one

PYTHON ?= python3
BIN := .venv/bin
OPTIONS ?=
# What the demonstration learns of its small internet must not be taken for the real one: it has a store of its own.
DEMO := -s 'DOWNLOAD_DELAYS={"*": 0}' -s DATABASE_URL=sqlite:///output/sample.sqlite -s HTTP_CACHE=output/sample_http_cache.sqlite

.PHONY: crawl test stress coverage bench accuracy reference clean

ifdef NOTES
crawl: .venv/ready
	$(BIN)/scrapy crawl notes -a notes="$(patsubst ~/%,$(HOME)/%,$(NOTES))" $(OPTIONS)
else
crawl: .venv/demo
	$(BIN)/python -m tests.internet -- $(BIN)/scrapy crawl notes -a notes=notes $(DEMO) $(OPTIONS)
endif
	@echo "See output/: report.html (look at it first), link_health.csv, report.json, junit.xml, changes.csv, findings.csv, entries.csv, papers.bib, notes/ (your notes, mended), edits.jsonl"

test: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses=auto

stress: .venv/dev
	$(BIN)/python -m pytest -m stress --capture=no

coverage: .venv/dev
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term

bench: .venv/dev
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) \
		$(if $(NOTES),--notes "$(patsubst ~/%,$(HOME)/%,$(NOTES))")

accuracy: .venv/dev
	$(BIN)/python -m benchmarks.scenarios.accuracy $(TABLE)

reference: .venv/dev
	$(BIN)/python -m tests.reference

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/demo: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[demo]"
	touch $@

.venv/dev: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
