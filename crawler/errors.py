"""Exceptions that end a command with one line for the user instead of a traceback."""


class UserError(Exception):
    """An error that the user has to fix; the message is one line that begins with the setting or the path."""


class ImageStoreError(Exception):
    """The image store cannot be reached or written; the message names the store and the cause."""
