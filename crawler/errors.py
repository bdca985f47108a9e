"""The one exception that ends a run with one line for the user instead of a traceback."""


class UserError(Exception):
    """Something only the user can mend; the message is one line that names the file or setting and the place."""
