"""What can go wrong, as types that a caller can catch.

Every message names the parameter or the place in the file, the value, what is allowed
(with its unit) and what to do next.
"""

import difflib
from collections.abc import Iterable


class PhusongError(Exception):
    """Base of every error that Phusong raises on purpose."""


class DomainError(PhusongError, ValueError):
    """A physical quantity has a value that is impossible for the model."""


class DataError(PhusongError, ValueError):
    """Input data cannot be used: missing file or column, wrong CRS, bad row."""


class StudyError(DataError):
    """The study file is wrong: unknown key, wrong unit, impossible value."""


class StoreError(PhusongError, RuntimeError):
    """An artefact on disk cannot be written, or is not what it should be."""


class ClusterError(PhusongError, RuntimeError):
    """Workers of a cluster cannot be reached, or are not fit to do the work."""


class ModelRangeWarning(UserWarning):
    """A value is outside a model's recommended range; the result is still computed."""


class DataWarning(UserWarning):
    """Input data is usable but incomplete or suspicious."""


def unknown_name(parameter: str, value: object, allowed: Iterable[str]) -> DomainError:
    """The error of a name that is none of those that are known, with the nearest of them.

    Parameters
    ----------
    parameter
        What was given.
    value
        Its value.
    allowed
        What is known, in the order in which the message lists it.

    Returns
    -------
    DomainError
        To be raised by the caller.

    Examples
    --------
    >>> print(unknown_name("operator", "Mang-A", ["any", "mang-a", "mang-b"]))
    operator='Mang-A' is not known; did you mean 'mang-a'? Known are any, mang-a, mang-b
    """
    known = list(dict.fromkeys(allowed))
    near = _near(value, known)
    hint = f"did you mean {near!r}? Known are" if near else "give one of"
    return DomainError(f"{parameter}={value!r} is not known; {hint} {', '.join(known)}")


def nearest(value: object, allowed: Iterable[str]) -> str:
    """Words about the nearest of the names that are known, for the middle of a message.

    Parameters
    ----------
    value
        What was given.
    allowed
        What is known.

    Returns
    -------
    str
        In brackets, after a space; empty where none is near.

    Examples
    --------
    >>> nearest("Vietel", ["viettel", "vnpt"]), nearest("x", ["viettel"])
    (" (did you mean 'viettel'?)", '')
    """
    near = _near(value, sorted(set(allowed)))
    return f" (did you mean {near!r}?)" if near else ""


def _near(value: object, known: list[str]) -> str:
    folded = {name.casefold(): name for name in reversed(known)}
    found = difflib.get_close_matches(str(value).casefold(), folded, n=1)
    return folded[found[0]] if found else ""
