"""What can go wrong, as types that a caller can catch.

Every message names the parameter or the place in the file, the value, what is allowed
(with its unit) and what to do next.
"""


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
