"""Fuzzing by coverage: `make fuzz` feeds mutated inputs to the readers of what strangers write.

`targets/` has one module per reader. Its function `one_input` reads bytes as the program does and asserts what has to
hold whatever they are; an exception is a finding. `corpus/` has a few inputs of our own for each, to begin with; what
was found on the way is kept in `.fuzz/`, which is not part of the repository.
"""
