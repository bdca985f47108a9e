"""What the benchmarks share: generated notes, the test server, measured runs, results."""
