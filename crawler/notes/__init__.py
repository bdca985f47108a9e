"""Read Markdown notes: files of a folder, URLs and their byte spans, entries, ignore comments."""
