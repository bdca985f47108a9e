"""What people see in a terminal: messages, progress bar, summary; base class of the commands."""
