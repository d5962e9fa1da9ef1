"""Reading reported lists of villages without signal, and finding the villages they mean."""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from phusong.errors import DataError
from phusong.geo.gazetteer import Gazetteer
from phusong.geo.names import NameRules, bare_forms, bare_key, has_marks, marked_forms
from phusong.geo.places import Places
from phusong.sources.lists import read_text_table
from phusong.sources.tables import Columns, Number, Text, checked
from phusong.study import Study, TableInput

KEY = "inputs.reported"
STATES = {"trang song": "trang_song", "lom song": "lom_song", "covered": "covered",
          "co song": "covered", "": "trang_song"}  # fmt: skip
"""Words of a list, without marks; an empty cell of a list of villages without signal."""
MATCHED, BY_POSITION, AMBIGUOUS, UNMATCHED = "matched", "by_position", "ambiguous", "unmatched"
NO_COMMUNE, NOT_PLACED = "commune_unknown", "not_placed"
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")

COLUMNS: Columns = {
    "village": Text(required=True, remedy="name the village"),
    "commune_code": Text(),
    "commune": Text(),
    "district": Text(),
    "vintage": Text(),
    "operator": Text(),
    "state": Text(),
    "date": Text(),
    "latitude": Number(-90, 90, "deg", remedy="give WGS 84 degrees or leave the cell empty"),
    "longitude": Number(-180, 180, "deg", remedy="give WGS 84 degrees or leave the cell empty"),
}


@dataclass(frozen=True, slots=True)
class _Where:
    """What a list is matched against."""

    study: Study
    places: Places
    gazetteer: Gazetteer | None
    villages: gpd.GeoDataFrame

    @property
    def communes(self) -> NameRules:
        """How communes are spelled."""
        return self.rules("commune")

    def rules(self, level: str) -> NameRules:
        """How names of a level are spelled."""
        if self.gazetteer is None:
            return NameRules(letters={"đ": "d"})
        return self.gazetteer.rules.get(level, NameRules())


def read_reported(
    section: TableInput, study: Study, places: Places, gazetteer: Gazetteer | None
) -> pd.DataFrame:
    """Read a reported list, and find the village that each row means.

    A row is matched by commune, by code and vintage where they are given, and within it by the
    village's name: with its marks first, without them only then. A code of the next vintage
    stands for all communes that went into it. Villages without coordinates are found too.

    Parameters
    ----------
    section
        The table: ``village``; ``commune_code`` or ``commune`` (with ``district``); and where
        known ``vintage`` (that of the study when empty), ``operator`` (all when empty),
        ``state`` (``trắng sóng``, ``lõm sóng``; trắng sóng when empty), ``date``, ``latitude``,
        ``longitude``.
    study
        Operators and vintage.
    places
        The villages.
    gazetteer
        Spellings, vintages and what the communes became.

    Returns
    -------
    pandas.DataFrame
        ``row``, ``village``, ``commune_code``, ``commune``, ``vintage``, ``operator`` (key, or
        ``any``), ``date``, ``reported``, ``latitude``, ``longitude``, ``match``, ``village_id``,
        ``candidates`` (what it may mean when that is not clear).

    Raises
    ------
    DataError
        A column is missing, or a date, operator, state or vintage cannot be understood.
    """
    file = study.path(section.file)
    table = read_text_table(file, encoding=section.encoding, key=KEY)
    frame = checked(table, COLUMNS, file=file)
    where = _Where(study, places, gazetteer, _all_villages(places))
    faults = []
    rows = []
    for line, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        try:
            rows.append({"row": line, **_row(cells, where)})
        except DataError as error:
            faults.append(f"{file.name} row {line}: {error}")
    if faults:
        raise DataError("\n".join(faults))
    return pd.DataFrame(rows)


def _all_villages(places: Places) -> gpd.GeoDataFrame:
    """Villages that lie somewhere, and those that nobody has placed yet, without a point."""
    columns = ["village_id", "name", "commune_code", "geometry"]
    if places.unplaced is None or places.unplaced.empty:
        return places.villages[columns]
    nowhere = gpd.GeoDataFrame(
        places.unplaced[columns[:-1]],
        geometry=gpd.GeoSeries([None] * len(places.unplaced), crs=places.villages.crs),
    )
    both = pd.concat([places.villages[columns], nowhere], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=places.villages.crs)


def _row(cells: dict[str, object], where: _Where) -> dict[str, object]:
    text = {key: str(value) for key, value in cells.items() if isinstance(value, str)}
    vintage = text["vintage"] or where.study.area.vintage
    position = (cells["latitude"], cells["longitude"])
    codes = _communes(text, vintage, where)
    inside = where.villages[where.villages["commune_code"].isin(codes)]
    match, meant = _match(text["village"], inside, where.rules("village"), position)
    if not codes:
        match = NO_COMMUNE
    one = meant.iloc[0] if match in {MATCHED, BY_POSITION} else None
    if one is not None and one.geometry is None:
        match = NOT_PLACED
    names = where.places.communes.names
    return {
        "village": text["village"],
        "commune_code": one["commune_code"] if one is not None else text["commune_code"],
        "commune": names.get(one["commune_code"], "") if one is not None else text["commune"],
        "vintage": where.study.area.vintage if one is not None else vintage,
        "operator": _operator(text["operator"], where.study),
        "date": _date(text["date"]),
        "reported": _state(text["state"]),
        "latitude": cells["latitude"],
        "longitude": cells["longitude"],
        "match": match,
        "village_id": one["village_id"] if one is not None else "",
        "candidates": "; ".join(f"{v.village_id} {v.name}" for v in meant.itertuples(index=False))
        if one is None
        else "",
    }


def _communes(text: dict[str, str], vintage: str, where: _Where) -> list[str]:
    """Codes of the study's vintage that a row's commune may stand for; none when unknown."""
    own = where.study.area.vintage
    code, asked = text["commune_code"], where.places.communes.codes
    if not code:
        return _by_name(text, vintage, where)
    if vintage == own:
        return [code] if code in asked else []
    if where.gazetteer is None:
        raise DataError(
            f"vintage = {vintage!r} is not the study's ({own}); name a gazetteer that says what "
            "the communes became"
        )
    where.gazetteer.unit(code, vintage=vintage)
    walk = where.gazetteer.crosswalk(own, vintage)
    return [c.from_code for c in walk.changes if c.to_code == code and c.from_code in asked]


def _by_name(text: dict[str, str], vintage: str, where: _Where) -> list[str]:
    name = text["commune"]
    if not name:
        return []
    if where.gazetteer is not None and text["district"]:
        try:
            unit = where.gazetteer.find(name, within=text["district"], vintage=vintage)
        except DataError:
            return []
        return _communes({**text, "commune_code": unit.code}, vintage, where)
    if vintage != where.study.area.vintage:
        return []
    wanted = set(marked_forms(name, where.communes))  # without a district, marks must agree
    return [
        code
        for code, official in where.places.communes.names.items()
        if wanted & _spellings(code, official, where)
    ]


def _spellings(code: str, official: str, where: _Where) -> set[str]:
    names = [official]
    if where.gazetteer is not None:
        names += where.gazetteer.unit(code, vintage=where.study.area.vintage).variants
    return {form for name in names for form in marked_forms(name, where.communes)}


def _match(
    name: str, villages: gpd.GeoDataFrame, rules: NameRules, position: tuple[object, object]
) -> tuple[str, gpd.GeoDataFrame]:
    """How a name was matched, and what it may mean."""
    full = marked_forms(name, rules)
    written = [marked_forms(str(v), rules) for v in villages["name"]]
    meant = villages[[full[0] == forms[0] for forms in written]]
    if meant.empty:
        meant = villages[[bool(set(full) & set(forms)) for forms in written]]
    if meant.empty:
        bare = set(bare_forms(name, rules))
        meant = villages[
            [
                bool(bare & set(bare_forms(str(v), rules)))
                and not (has_marks(name, rules) and has_marks(str(v), rules))
                for v in villages["name"]
            ]
        ]
        if meant.empty:  # both have marks, and they differ: a slip of the pen, or another village
            near = [bool(bare & set(bare_forms(str(v), rules))) for v in villages["name"]]
            return (AMBIGUOUS, villages[near]) if any(near) else (UNMATCHED, villages[near])
    placed = len(meant) > 1 and meant.geometry.notna().all()
    if placed and not pd.isna(position[0]) and not pd.isna(position[1]):
        here = gpd.GeoSeries.from_xy([position[1]], [position[0]], crs="EPSG:4326")
        distance = meant.distance(here.to_crs(villages.crs).iloc[0])
        return BY_POSITION, meant.loc[[distance.idxmin()]]
    return (MATCHED if len(meant) == 1 else AMBIGUOUS), meant


def _operator(given: str, study: Study) -> str:
    if not given:
        return "any"
    rules = NameRules(letters={"đ": "d"})
    known = {bare_key(n, rules): op.key for op in study.operators for n in (op.name, op.key)}
    key = known.get(bare_key(given, rules))
    if key is None:
        names = ", ".join(op.name for op in study.operators)
        raise DataError(
            f"operator = {given!r} is not an operator of the study; allowed are {names}, or an "
            "empty cell for all of them"
        )
    return key


def _state(given: str) -> str:
    state = STATES.get(bare_key(given, NameRules()))
    if state is None:
        raise DataError(
            f"state = {given!r} is not understood; allowed are trắng sóng, lõm sóng, có sóng"
        )
    return state


def _date(given: str) -> str:
    if not given:
        return ""
    for form in DATE_FORMS:
        try:
            return dt.datetime.strptime(given, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    raise DataError(f"date = {given!r} is not a date; write it as 2025-07-30 or 30/07/2025")
