"""Exceptions that end a command with one line for the user instead of a traceback."""


class UserError(Exception):
    """Something only the user can mend; the message is one line that names the file or setting and the place."""


class ImageStoreError(Exception):
    """The pictures' place does not answer, or has no room; the text says which and why."""
