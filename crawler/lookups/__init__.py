"""Batched clients of other people's APIs: blocking, polite, each in a thread of its own."""
