"""Read Markdown notes: files of a folder, URLs and their bytes, entries, ignore comments."""
