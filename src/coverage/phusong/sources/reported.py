"""Reading reported lists of villages without signal, and finding the villages they mean."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from pyproj import Transformer
from shapely.geometry import Point

from phusong.errors import DataError
from phusong.geo.gazetteer import Crosswalk, Gazetteer
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


@dataclass(frozen=True)
class _Where:
    """What a list is matched against; names are spelled out once, not for every row."""

    study: Study
    places: Places
    gazetteer: Gazetteer | None

    @cached_property
    def villages(self) -> tuple["_Village", ...]:
        """Every village, those that nobody has placed yet last."""
        rules = self.rules("village")
        return tuple(_Village.of(*row, rules=rules) for row in _all_villages(self.places))

    @cached_property
    def by_commune(self) -> dict[str, list[int]]:
        """Villages of each commune, by their numbers."""
        found: dict[str, list[int]] = {}
        for number, village in enumerate(self.villages):
            found.setdefault(village.commune_code, []).append(number)
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of the communes by code."""
        return self.places.communes.names

    @cached_property
    def spellings(self) -> dict[str, set[str]]:
        """What each commune may be written as."""
        return {code: _spellings(code, name, self) for code, name in self.names.items()}

    @cached_property
    def operators(self) -> dict[str, str]:
        """Operators' keys by their names and keys without marks."""
        rules, operators = NameRules(letters={"đ": "d"}), self.study.operators
        return {bare_key(n, rules): op.key for op in operators for n in (op.name, op.key)}

    @cached_property
    def became(self) -> dict[str, Crosswalk]:
        """How the study's communes go into those of other vintages, as far as rows have asked."""
        return {}

    @cached_property
    def to_grid(self) -> Transformer:
        """From degrees to the coordinates of the villages."""
        return Transformer.from_crs("EPSG:4326", self.places.villages.crs, always_xy=True)

    @property
    def communes(self) -> NameRules:
        """How communes are spelled."""
        return self.rules("commune")

    def rules(self, level: str) -> NameRules:
        """How names of a level are spelled."""
        if self.gazetteer is None:
            return NameRules(letters={"đ": "d"})
        return self.gazetteer.rules.get(level, NameRules())


@dataclass(frozen=True, slots=True)
class _Village:
    """A village, and what it may be written as."""

    village_id: str
    name: str
    commune_code: str
    place: Point | None
    marked: tuple[str, ...]
    bare: frozenset[str]
    has_marks: bool

    @classmethod
    def of(
        cls, village_id: str, name: str, code: str, place: Point | None, *, rules: NameRules
    ) -> "_Village":
        forms = marked_forms(name, rules), frozenset(bare_forms(name, rules))
        return cls(village_id, name, code, place, *forms, has_marks(name, rules))


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
    where = _Where(study, places, gazetteer)
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


def _all_villages(places: Places) -> Iterator[tuple[str, str, str, Point | None]]:
    """Villages that lie somewhere, and those that nobody has placed yet, without a point."""
    columns = ["village_id", "name", "commune_code"]
    placed, unplaced = places.villages, places.unplaced
    for row, place in zip(placed[columns].itertuples(index=False), placed.geometry, strict=True):
        yield row.village_id, row.name, row.commune_code, place
    if unplaced is not None:
        for row in unplaced[columns].itertuples(index=False):
            yield row.village_id, row.name, row.commune_code, None


def _row(cells: dict[str, object], where: _Where) -> dict[str, object]:
    text = {key: str(value) for key, value in cells.items() if isinstance(value, str)}
    vintage = text["vintage"] or where.study.area.vintage
    position = (cells["latitude"], cells["longitude"])
    codes = _communes(text, vintage, where)
    numbers = sorted(n for code in set(codes) for n in where.by_commune.get(code, ()))
    match, meant = _match(text["village"], [where.villages[n] for n in numbers], where, position)
    if not codes:
        match = NO_COMMUNE
    one = meant[0] if match in {MATCHED, BY_POSITION} else None
    if one is not None and one.place is None:
        match = NOT_PLACED
    return {
        "village": text["village"],
        "commune_code": one.commune_code if one is not None else text["commune_code"],
        "commune": where.names.get(one.commune_code, "") if one is not None else text["commune"],
        "vintage": where.study.area.vintage if one is not None else vintage,
        "operator": _operator(text["operator"], where),
        "date": _date(text["date"]),
        "reported": _state(text["state"]),
        "latitude": cells["latitude"],
        "longitude": cells["longitude"],
        "match": match,
        "village_id": one.village_id if one is not None else "",
        "candidates": "" if one else "; ".join(f"{v.village_id} {v.name}" for v in meant),
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
    if vintage not in where.became:
        where.became[vintage] = where.gazetteer.crosswalk(own, vintage)
    walk = where.became[vintage]
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
    return [code for code, spelled in where.spellings.items() if wanted & spelled]


def _spellings(code: str, official: str, where: _Where) -> set[str]:
    names = [official]
    if where.gazetteer is not None:
        names += where.gazetteer.unit(code, vintage=where.study.area.vintage).variants
    return {form for name in names for form in marked_forms(name, where.communes)}


def _match(
    name: str, villages: list[_Village], where: _Where, position: tuple[object, object]
) -> tuple[str, list[_Village]]:
    """How a name was matched, and what it may mean."""
    rules = where.rules("village")
    full = marked_forms(name, rules)
    meant = [v for v in villages if full[0] == v.marked[0]]
    if not meant:
        meant = [v for v in villages if not set(full).isdisjoint(v.marked)]
    if not meant:
        bare = set(bare_forms(name, rules))
        near = [v for v in villages if not bare.isdisjoint(v.bare)]
        marks = has_marks(name, rules)
        meant = [v for v in near if not (marks and v.has_marks)]
        if not meant:  # both have marks, and they differ: a slip of the pen, or another village
            return (AMBIGUOUS if near else UNMATCHED), near
    places = [v.place for v in meant if v.place is not None]
    if len(meant) > 1 and len(places) == len(meant) and not any(pd.isna(p) for p in position):
        here = Point(*where.to_grid.transform(position[1], position[0]))
        nearest = min(range(len(meant)), key=lambda n: here.distance(places[n]))
        return BY_POSITION, [meant[nearest]]
    return (MATCHED if len(meant) == 1 else AMBIGUOUS), meant


def _operator(given: str, where: _Where) -> str:
    if not given:
        return "any"
    rules, study = NameRules(letters={"đ": "d"}), where.study
    known = where.operators
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
    raise DataError(f"date = {given!r} is not a date: write 2025-07-30 or 30/07/2025")
