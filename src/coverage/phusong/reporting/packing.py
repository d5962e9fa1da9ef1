"""Files of several parts: ZIP archives that depend on nothing but their entries."""

import io
import zipfile
from collections.abc import Sequence

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def packed(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP archive, the same bytes for the same entries on every system.

    Parameters
    ----------
    entries
        Name and content of each part, in their order.

    Returns
    -------
    bytes
        The archive.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, date_time=_DATE)
            info.create_system = _UNIX
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=6)
    return out.getvalue()
