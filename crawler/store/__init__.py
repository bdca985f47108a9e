"""The link database: tables, queue of due links, results, reads for outputs, runs and their hosts."""
