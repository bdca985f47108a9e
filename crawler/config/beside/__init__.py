"""The file of settings beside the notes: `notemend.toml`, or `[tool.notemend]` in `pyproject.toml`."""
