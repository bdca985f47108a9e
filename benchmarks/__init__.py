"""Speed, memory and accuracy, measured beside other programs; `benchmarks/README.md` says what and how."""
