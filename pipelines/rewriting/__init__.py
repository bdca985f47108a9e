"""Plan and apply the edits of a note: links, facts, dead marks, missing lines."""
