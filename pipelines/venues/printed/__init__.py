"""Read names of venues as references print them: journals of a kept list, names that no table has, years."""
