"""What in a note does not fit what is known of its links, and which links it lacks."""
