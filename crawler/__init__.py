"""Reads notes and finds out the state of every link in them."""
