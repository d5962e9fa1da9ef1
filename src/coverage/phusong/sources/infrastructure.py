"""Reading what villages and commune offices have: fibre, broadband, grid, road, networks."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from phusong.errors import DataError
from phusong.geo.places import Communes, Places
from phusong.sources.lists import read_text_table
from phusong.sources.tables import Columns, Text, checked
from phusong.study import Study, TableInput

INFRASTRUCTURE = ("fibre", "fixed_broadband", "grid", "road")
"""What a village may have: fibre, fixed broadband, electricity of the grid, a road for cars."""
CONNECTIONS = ("fibre", "copper", "microwave", "mobile", "satellite", "none", "unknown")
ANSWERS = ("yes", "no", "unknown")
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "village_id": ("mã thôn",),
    "fibre": ("fiber", "cáp quang"),
    "fixed_broadband": ("fixed broadband", "băng rộng cố định", "internet cố định"),
    "grid": ("grid electricity", "grid power", "điện lưới", "điện lưới quốc gia"),
    "road": ("car road", "đường ô tô", "đường", "đường giao thông"),
    "commune_code": ("commune code", "mã xã"),
    "vintage": ("danh mục",),
    "lan": ("mạng lan",),
    "connection": ("kết nối", "đường truyền"),
    "date": ("ngày",),
    "evidence": ("căn cứ", "nguồn"),
}
_WORDS: Mapping[str, str] = {
    "": "unknown", "có": "yes", "x": "yes", "không": "no", "chưa": "no", "chưa có": "no",
    "chưa rõ": "unknown", "không rõ": "unknown", "?": "unknown",
}  # fmt: skip
_CONNECTION_WORDS: Mapping[str, str] = {
    "": "unknown", "fiber": "fibre", "cáp quang": "fibre", "cáp đồng": "copper",
    "vi ba": "microwave", "di động": "mobile", "4g": "mobile", "vệ tinh": "satellite",
    "không": "none", "không có": "none", "chưa có": "none", "chưa rõ": "unknown",
}  # fmt: skip
_REMEDY = "write yes or no (có, không), or leave the cell empty where it is not known"


def read_infrastructure(section: TableInput, study: Study, places: Places) -> pd.DataFrame:
    """Read what villages have.

    Parameters
    ----------
    section
        A table with ``village_id`` and any of ``fibre``, ``fixed_broadband``, ``grid`` and
        ``road``, headings in English or Vietnamese; yes, no, or empty where it is not known.
    study
        The study.
    places
        Its villages, placed or not.

    Returns
    -------
    pandas.DataFrame
        ``village_id`` and the four columns, each ``yes``, ``no`` or ``unknown``.

    Raises
    ------
    DataError
        A column is missing, a value is not known, a village stands twice or in no list.
    """
    file = study.path(section.file)
    table = _translated(
        section, file, "inputs.infrastructure", dict.fromkeys(INFRASTRUCTURE, _WORDS)
    )
    given = [name for name in INFRASTRUCTURE if name in table.columns]
    if not given:
        raise DataError(
            f"{file.name}: none of the columns {', '.join(INFRASTRUCTURE)} is there; the table has "
            f"{', '.join(table.columns)}; rename or add one"
        )
    columns: Columns = {
        "village_id": Text(required=True, remedy="give the id of the village list"),
        **{name: Text(allowed=ANSWERS, remedy=_REMEDY) for name in given},
    }
    frame = checked(table, columns, file=file)
    _refuse_twins(frame, "village_id", file)
    known = set(places.villages["village_id"])
    if places.unplaced is not None:
        known |= set(places.unplaced["village_id"])
    strangers = frame.index[~frame["village_id"].isin(known)]
    if len(strangers):
        raise DataError(
            f"{file.name} row {strangers[0]}: village_id = "
            f"{frame['village_id'][strangers[0]]!r} is not in the list of villages; correct it "
            "there or here"
        )
    for name in INFRASTRUCTURE:
        if name not in frame:
            frame[name] = "unknown"
    return frame[["village_id", *INFRASTRUCTURE]].reset_index(drop=True)


def read_offices(section: TableInput, study: Study, communes: Communes) -> pd.DataFrame:
    """Read which commune offices have a local network and a connection.

    Parameters
    ----------
    section
        A table with ``commune_code``, ``lan`` (yes, no, empty), ``connection`` (fibre, copper,
        microwave, mobile, satellite, none, empty), ``date`` and ``evidence``, headings in English
        or Vietnamese; ``vintage`` where the codes are of another list.
    study
        The vintage of the codes.
    communes
        The communes.

    Returns
    -------
    pandas.DataFrame
        Rows of the study's communes.

    Raises
    ------
    DataError
        A column or value is missing or not known, a commune stands twice, or the vintage is
        another one.
    """
    file = study.path(section.file)
    words = {"lan": _WORDS, "connection": _CONNECTION_WORDS}
    table = _translated(section, file, "inputs.offices", words)
    columns: Columns = {
        "commune_code": Text(required=True, remedy="give the official code with its zeros"),
        "lan": Text(allowed=ANSWERS, remedy=_REMEDY),
        "connection": Text(allowed=CONNECTIONS, remedy="name one of these, or leave it empty"),
        "date": Text(),
        "evidence": Text(),
        "vintage": Text(),
    }
    for name in ("connection", "date", "evidence", "vintage"):
        if name not in table:
            table[name] = "unknown" if name == "connection" else ""
    frame = checked(table, columns, file=file)
    others = ~frame["vintage"].isin(["", study.area.vintage])
    if others.any():
        line = frame.index[others][0]
        raise DataError(
            f"{file.name} row {line}: vintage = {frame['vintage'][line]!r}, the study's is "
            f"{study.area.vintage}; the same code may mean another commune"
        )
    _refuse_twins(frame, "commune_code", file)
    own = frame[frame["commune_code"].isin(communes.codes)]
    return own.drop(columns="vintage").reset_index(drop=True)


def _translated(
    section: TableInput, file: Path, key: str, words: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """A table with headings and answers in the words of Phusong."""
    table = read_text_table(file, encoding=section.encoding, key=key)
    by_word = {word: name for name, own in _HEADINGS.items() for word in (name, *own)}
    table = table.rename(columns={c: by_word.get(_folded(c), c) for c in table.columns})
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise DataError(f"{file.name}: two headings mean {twice[0]}; keep one of them")
    for name, own in words.items():
        if name in table:
            folded = table[name].map(_folded)
            table[name] = folded.map(lambda word, own=own: own.get(word, word))
    return table


def _folded(text: object) -> str:
    """NFC, without capitals, one space for each run of spaces."""
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def _refuse_twins(frame: pd.DataFrame, identity: str, file: Path) -> None:
    twins = frame.index[frame[identity].duplicated(keep=False)]
    if len(twins):
        raise DataError(
            f"{file.name} rows {', '.join(map(str, twins[:10]))}: {identity} = "
            f"{frame[identity][twins[0]]!r} stands more than once; keep one row"
        )
