"""The user's settings: parsed, validated, and where each value comes from."""
