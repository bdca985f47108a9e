"""Where the shards of a run are executed: in processes of this machine, or on a Dask cluster."""
