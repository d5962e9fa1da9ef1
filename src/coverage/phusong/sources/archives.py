"""What is asked of every archive before anything in it is believed."""

import zipfile
from pathlib import PurePosixPath


def points_outside(member: zipfile.ZipInfo) -> bool:
    """Whether a member of an archive would land outside of the archive's folder.

    Parameters
    ----------
    member
        The member.

    Returns
    -------
    bool
        It is a link, or its name leads away.
    """
    path = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    return path.is_absolute() or ".." in path.parts or ":" in member.filename or is_link
