"""The programs that are measured: notemend, and those it is compared with."""
