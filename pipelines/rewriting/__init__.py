"""Plan and apply the edits of a note: links, images, fact lines, dead marks, missing lines, index pages."""
