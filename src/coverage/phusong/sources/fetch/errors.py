"""What can go wrong between this machine and a provider of open data."""

from phusong.errors import DataError


class FetchError(DataError):
    """A file cannot be had from where the catalogue says; the message tells what to do."""


class AbsentError(FetchError):
    """The provider does not have the file."""


class OfflineError(FetchError):
    """The network may not be used."""


class PassingError(Exception):
    """A fault that may be gone at the next try.

    Parameters
    ----------
    message
        What went wrong.
    wait_s
        Pause that the host asked for before it [s].
    """

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s
