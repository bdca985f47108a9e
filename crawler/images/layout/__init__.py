"""Where the images that a note shows stand beside the notes, and what their files are called."""
