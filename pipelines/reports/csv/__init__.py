"""CSV and Parquet outputs."""
