"""Antenna pattern files in the Planet format (``.msi``, ``.pln``, ``.txt``).

The format is line by line: a keyword and its value, then the blocks ``HORIZONTAL n`` and
``VERTICAL n`` of n lines with an angle and a loss. Gain without a unit is in dBd. Horizontal
angles run clockwise from the boresight, vertical angles from the horizon downwards.
"""

import math
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from phusong.errors import DataError, DataWarning
from phusong.models.antenna import AntennaPattern
from phusong.units import ERP_TO_EIRP_DB, FloatArray

MAX_FILE_BYTES = 4_000_000
"""Greatest size that can still be a pattern: 0.01 degree steps take about 1 MB."""

MIN_ANGLES = 4
"""Fewest angles that make a cut: front, back and two sides."""

ANGLE_TOLERANCE_DEG = 0.01
"""Angles are printed rounded; a gap this small is no missing angle."""

LISTED_ANGLES = 5
"""How many missing angles a message names."""

_SAME_PEAK_DEG = 2.0

_KEYWORDS = frozenset(
    {
        "NAME",
        "MAKE",
        "FREQUENCY",
        "H_WIDTH",
        "V_WIDTH",
        "FRONT_TO_BACK",
        "GAIN",
        "TILT",
        "ELECTRICAL_TILT",
        "MECHANICAL_TILT",
        "POLARIZATION",
        "COMMENT",
    }
)
_CUTS = ("HORIZONTAL", "VERTICAL")
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


@dataclass
class _Draft:
    """What has been read so far."""

    name: str = ""
    header: dict[str, tuple[int, str]] = field(default_factory=dict)
    cuts: dict[str, FloatArray] = field(default_factory=dict)


def _number(text: str) -> tuple[float, str] | None:
    """Leading number of a text and what follows it, or None; a decimal comma is understood."""
    match = _NUMBER.match(text.strip())
    number = math.nan if match is None else float(match.group().replace(",", "."))
    if match is None or math.isinf(number):
        return None
    return number, text.strip()[match.end() :].strip()


def _header_number(
    draft: _Draft, keyword: str, where: str, units: dict[str, tuple[float, float]]
) -> float:
    """Header value as ``factor * number + shift`` by its unit; NaN when the line is absent."""
    if keyword not in draft.header:
        return math.nan
    line, text = draft.header[keyword]
    parsed = _number(text)
    unit = parsed[1].lower() if parsed else ""
    if parsed is None or unit not in units:
        allowed = ", ".join(u for u in units if u)
        raise DataError(
            f"{where}, line {line}: {keyword} {text!r} is not a number with one of the units "
            f"{allowed}; correct the line"
        )
    factor, shift = units[unit]
    return factor * parsed[0] + shift


def _cut(rows: list[tuple[int, str]], keyword: str, where: str) -> FloatArray:
    """Losses of one block, at equal steps from angle 0."""
    angles, losses = [], []
    for line, text in rows:
        first = _number(text)
        second = _number(first[1]) if first else None
        if first is None or second is None or second[1]:
            raise DataError(
                f"{where}, line {line}: {text!r} in the {keyword} block is not an angle and a "
                "loss; correct the line or the count after the keyword"
            )
        if second[0] < 0.0:
            raise DataError(
                f"{where}, line {line}: loss {second[0]:g} dB is negative, Planet files hold "
                "losses >= 0 dB below the peak gain; remove the minus signs"
            )
        angles.append(first[0])
        losses.append(second[0])
    if len(angles) > 1 and math.isclose(angles[-1] - angles[0], 360.0) and losses[-1] == losses[0]:
        angles.pop()  # the circle was closed by repeating its first angle
        losses.pop()
    return _full_circle(np.array(angles) % 360.0, np.array(losses), keyword, where)


def _full_circle(
    angles_deg: FloatArray, losses_db: FloatArray, keyword: str, where: str
) -> FloatArray:
    """Losses in order of their angles, which must step equally over the full circle."""
    order = np.argsort(angles_deg, kind="stable")
    angles, losses = angles_deg[order], losses_db[order]
    step = float(np.median(np.diff(angles))) if angles.size >= MIN_ANGLES else 0.0
    steps = round(360.0 / step) if step >= ANGLE_TOLERANCE_DEG else 360
    slot = np.rint(angles * (steps / 360.0))
    off_step = np.abs(angles - slot * (360.0 / steps)) > ANGLE_TOLERANCE_DEG
    missing = np.setdiff1d(np.arange(steps), slot[~off_step] % steps) * (360.0 / steps)
    if missing.size or angles.size != steps:
        listed = ", ".join(f"{a:g}" for a in missing[:LISTED_ANGLES])
        more = " ..." if missing.size > LISTED_ANGLES else ""
        what = f"{listed}{more} deg missing" if missing.size else "some angles stand there twice"
        raise DataError(
            f"{where}: the {keyword} block has {angles.size} angles: {what}; equal steps over the "
            "full circle are needed; complete the block"
        )
    return losses


def _block(lines: list[tuple[int, str]], start: int, where: str, draft: _Draft) -> int:
    """Read the block that begins at index ``start``; returns the index after it."""
    line, text = lines[start]
    keyword = text.split()[0].upper()
    parsed = _number(text[len(keyword) :])
    if parsed is None or parsed[1] or parsed[0] != int(parsed[0]) or parsed[0] < 1:
        raise DataError(
            f"{where}, line {line}: {text!r} needs the number of angles after {keyword}, for "
            f"example {keyword} 360; correct the line"
        )
    if keyword in draft.cuts:
        raise DataError(f"{where}, line {line}: a second {keyword} block; keep one")
    count = int(parsed[0])
    rows: list[tuple[int, str]] = []
    for row in lines[start + 1 :]:
        if row[1][0].isalpha():
            break
        rows.append(row)
    if len(rows) != count:
        raise DataError(
            f"{where}, line {line}: {keyword} promises {count} angles, {len(rows)} follow; "
            "complete the block or correct the count"
        )
    draft.cuts[keyword] = _cut(rows, keyword, where)
    return start + 1 + count


def _tilt_deg(draft: _Draft, where: str) -> float:
    """Electrical tilt that the file states in degrees, NaN when it does not."""
    degrees = {"": (1.0, 0.0), "deg": (1.0, 0.0), "°": (1.0, 0.0)}
    named = _header_number(draft, "ELECTRICAL_TILT", where, degrees)
    if not math.isnan(named) or "TILT" not in draft.header:
        return named
    line, text = draft.header["TILT"]
    word, _, rest = text.partition(" ")
    if word.upper() == "MECHANICAL":
        return 0.0  # the cut was taken without electrical tilt
    if word.upper() in {"ELECTRICAL", "NONE", ""}:
        text = rest
    if not text.strip():
        return 0.0 if word.upper() == "NONE" else math.nan
    draft.header["TILT"] = (line, text)
    return _header_number(draft, "TILT", where, degrees)


def _warn_if_upside_down(pattern: AntennaPattern, where: str) -> None:
    """Warn when the vertical cut peaks as far above the horizon as its tilt lies below."""
    tilt = pattern.electrical_tilt_deg
    steps = pattern.vertical_loss_db.size
    peak = float(np.argmin(pattern.vertical_loss_db)) * 360.0 / steps
    peak = (peak + 180.0) % 360.0 - 180.0
    if (
        abs(tilt) >= 1.0
        and abs(peak + tilt) < abs(peak - tilt)
        and abs(peak + tilt) < _SAME_PEAK_DEG
    ):
        warnings.warn(
            f"{where}: the vertical cut peaks at {peak:g} deg while the tilt is {tilt:g} deg; "
            "vertical angles should run downwards from the horizon; is the cut upside down?",
            DataWarning,
            stacklevel=3,
        )


def parse_planet_pattern(text: str, *, where: str) -> AntennaPattern:
    r"""Antenna pattern from the text of a Planet file.

    Parameters
    ----------
    text
        Whole file.
    where
        What the messages call it, for example the file's name.

    Returns
    -------
    AntennaPattern
        The two cuts, peak gain in dBi, frequency in MHz and the tilt in the vertical cut.

    Raises
    ------
    DataError
        A block is missing, has the wrong number of angles or leaves some out; a loss is
        negative; the gain is missing or in an unknown unit.

    Warns
    -----
    DataWarning
        The vertical cut looks upside down.

    Notes
    -----
    Gain without a unit is in dBd, as the format has it; 2.15 dB are added. Frequency is in MHz
    unless GHz follows. A first line without a keyword is the antenna's name. ``TILT`` may hold
    degrees, ``ELECTRICAL`` (degrees then in ``ELECTRICAL_TILT``, or unknown: NaN),
    ``MECHANICAL`` or ``NONE`` (the cut is untilted: 0). Other keywords are ignored.

    Examples
    --------
    >>> cut = "0 0\n90 12.5\n180 25\n270 12.5"
    >>> pattern = parse_planet_pattern(
    ...     f"NAME Demo\nFREQUENCY 900\nGAIN 10 dBd\nHORIZONTAL 4\n{cut}\nVERTICAL 4\n{cut}",
    ...     where="demo.msi",
    ... )
    >>> pattern.gain_dbi
    12.15
    """
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise DataError(f"{where}: the file is empty; give a Planet (.msi, .pln) pattern file")
    draft = _Draft()
    at = 0
    while at < len(lines):
        line, content = lines[at]
        keyword, _, value = content.replace("\t", " ").partition(" ")
        keyword = keyword.upper()
        if keyword in _CUTS:
            at = _block(lines, at, where, draft)
            continue
        if keyword in _KEYWORDS:
            draft.header.setdefault(keyword, (line, value.strip()))
        elif at == 0:
            draft.name = content
        elif not content[0].isalpha():
            raise DataError(
                f"{where}, line {line}: {content!r} stands outside the HORIZONTAL and VERTICAL "
                "blocks; correct the count after the keyword"
            )
        at += 1
    return _pattern(draft, where)


def _pattern(draft: _Draft, where: str) -> AntennaPattern:
    """Facts of a draft, complete and checked."""
    for keyword in _CUTS:
        if keyword not in draft.cuts:
            raise DataError(f"{where}: there is no {keyword} block; give both cuts")
    gain_dbi = _header_number(
        draft, "GAIN", where, {"": (1.0, ERP_TO_EIRP_DB), "dbd": (1.0, ERP_TO_EIRP_DB),
                               "dbi": (1.0, 0.0)}
    )  # fmt: skip
    if math.isnan(gain_dbi):
        raise DataError(f"{where}: there is no GAIN line; add the peak gain, in dBd or with dBi")
    frequency_mhz = _header_number(
        draft, "FREQUENCY", where, {"": (1.0, 0.0), "mhz": (1.0, 0.0), "ghz": (1000.0, 0.0)}
    )
    pattern = AntennaPattern(
        name=draft.header.get("NAME", (0, draft.name))[1] or where,
        frequency_mhz=frequency_mhz,
        gain_dbi=gain_dbi,
        horizontal_loss_db=draft.cuts["HORIZONTAL"],
        vertical_loss_db=draft.cuts["VERTICAL"],
        electrical_tilt_deg=_tilt_deg(draft, where),
    )
    _warn_if_upside_down(pattern, where)
    return pattern


def read_planet_pattern(path: Path | str) -> AntennaPattern:
    """Antenna pattern from a Planet file on disk.

    Parameters
    ----------
    path
        File in UTF-8 (with or without BOM) or Windows-1252.

    Returns
    -------
    AntennaPattern
        See :func:`parse_planet_pattern`.

    Raises
    ------
    DataError
        The file is missing, too large, not text, or not a complete pattern.

    Warns
    -----
    DataWarning
        The vertical cut looks upside down.
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(f"{file}: there is no such antenna file; check the path")
    size = file.stat().st_size
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{file}: {size} bytes is too large for an antenna pattern, at most {MAX_FILE_BYTES} "
            "bytes are read; is it another kind of file?"
        )
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # only names and comments can suffer
    if "\0" in text:
        raise DataError(f"{file}: this is not a text file; give a Planet (.msi, .pln) pattern file")
    return parse_planet_pattern(text, where=file.name)
