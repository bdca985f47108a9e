"""The link database: tables, queue of due links, results, reads for outputs, leases."""
