# make crawl            demo: check the links of the sample notes, with a local test server instead of the web
# make crawl NOTES=DIR  check the links of your notes
# make test             all checks: style, layers, types, tests
#                       HYPOTHESIS_PROFILE=random tries 100 new examples of each property, otherwise the same 60
# make stress           interrupt 130 crawls at random points, let each change of the disk fail, use the program for long
#                       in random ways, read and edit 120,000 random notes, and repeat tests of `make test` with more
#                       examples, nights and links: an hour
# make coverage         the tests with a report of the lines that no test runs: nearly twice as long
# make mutants          mutation tests of the pure core: scores and surviving mutants; about two hours;
#                       ONLY=links,notes selects packages, SAMPLE=250 takes so many mutants of each: about four minutes
# make fuzz            feed mutated inputs to the readers of what strangers write: ten minutes; FOR=60 is the time in seconds,
#                       TARGETS=notes,svg selects readers; inputs that reach new code are kept in .fuzz/
# make bench            measure speed and memory of this and other programs, write benchmarks/results.md: half an hour;
#                       ONLY=speed,pace selects scenarios, QUICK=1 uses small sizes, NOTES=DIR your own notes
# make reference        write the tables of docs/reference.md from the code
# make venues FROM=DIR  write the list of conferences in pipelines/data/ccf_venues.tsv from a checkout of
#                       https://github.com/ccfddl/ccf-deadlines
# make journals FROM=DIR
#                       write the list of journals in pipelines/data/journals.tsv from a checkout of
#                       https://github.com/JabRef/abbrv.jabref.org
# make accuracy         measure how many verdicts, venues and entries are right: verdicts on the table of odd answers, with
#                       lychee beside them; venues read from comments, TABLE=FILE replaces the shared table; entries on
#                       lists of papers

PYTHON ?= python3
BIN := .venv/bin
OPTIONS ?=
comma := ,
# The demo has its own database: results from the test server must not mix with results from the web.
DEMO := -s 'DOWNLOAD_DELAYS={"*": 0}' -s DATABASE_URL=sqlite:///output/sample.sqlite -s HTTP_CACHE=output/sample_http_cache.sqlite

# Tests start hundreds of processes: without bytecode each compiles the program anew.
pytest stress coverage: export PYTHONDONTWRITEBYTECODE =

.PHONY: crawl test lint pytest stress coverage mutants fuzz bench accuracy reference venues journals clean

ifdef NOTES
crawl: .venv/ready
	$(BIN)/scrapy crawl notes -a notes="$(patsubst ~/%,$(HOME)/%,$(NOTES))" $(OPTIONS)
else
crawl: .venv/demo
	$(BIN)/python -m tests.internet -- $(BIN)/scrapy crawl notes -a notes=notes $(DEMO) $(OPTIONS)
endif
	@echo "Results are in output/. Open output/report.html first; README.md says what the other files are."

test: .venv/dev
	$(MAKE) --no-print-directory --jobs=2 lint pytest

# mypy computes while tests wait.
lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	nice $(BIN)/mypy

pytest: .venv/dev
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadgroup

stress: .venv/dev
	$(BIN)/python -m pytest -m stress --capture=no

coverage: .venv/dev
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadgroup --cov --cov-report=term

mutants: .venv/dev
	$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY)) $(if $(SAMPLE),--sample $(SAMPLE))

fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(if $(FOR),--seconds $(FOR)) $(subst $(comma), ,$(TARGETS))

bench: .venv/dev
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) \
		$(if $(NOTES),--notes "$(patsubst ~/%,$(HOME)/%,$(NOTES))")

accuracy: .venv/dev
	$(BIN)/python -m benchmarks.scenarios.verdict_accuracy
	$(BIN)/python -m benchmarks.scenarios.venue_accuracy $(TABLE)
	$(BIN)/python -m benchmarks.scenarios.entry_accuracy

reference: .venv/dev
	$(BIN)/python -m tests.reference

venues: .venv/dev
	$(BIN)/python -m tests.venues "$(FROM)"

journals: .venv/dev
	$(BIN)/python -m tests.journals "$(FROM)"

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
	rm -rf .venv mutants .coverage* .fuzz .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
