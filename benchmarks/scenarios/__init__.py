"""The benchmarks: one module each, run as `python -m benchmarks.scenarios.NAME`."""
