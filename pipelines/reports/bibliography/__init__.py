"""The papers as a bibliography: `papers.bib`, `papers.json` (CSL-JSON) and `papers.ris`."""
