"""Plan the notes that have changed for all outputs, in other processes where WORKERS allows it."""
