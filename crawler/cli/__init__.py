"""Terminal output: messages, progress, summary, exit codes and signals; base class of the commands."""
