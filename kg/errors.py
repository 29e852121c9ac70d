"""The one exception that crosses the boundary between the engine and its callers."""


class ComityError(Exception):
    """A mistake the user can mend: one line that says what is wrong, where, and what to do.

    `code` is the exit code of the command line: 1 does not conform, 2 wrong usage or input,
    3 not supported.
    """

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
