"""Reading a gazetteer: TOML in, units with their vintages and spellings out."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from phusong.errors import DataError
from phusong.geo.gazetteer import Change, Crosswalk, Gazetteer, Unit, Vintage
from phusong.geo.names import NameRules
from phusong.texts import plain_text

SHIPPED = "facts"
"""Folder of the gazetteers that come with Phusong."""
WHOLE = 1e-9
"""How far the shares of one old unit may be from 1 together."""

Text = Annotated[str, AfterValidator(plain_text)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Vintage(_Table):
    key: str
    title: Text
    levels: tuple[str, ...] = Field(min_length=1)
    source: Text


class _Level(_Table):
    prefixes: tuple[Text, ...] = ()
    suffixes: tuple[Text, ...] = ()


class _Names(_Table):
    shifted_clusters: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...] = ()
    shifting_marks: tuple[Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{4}$")], ...] = ()
    letters: dict[str, str] = Field(default_factory=dict)
    levels: dict[str, _Level] = Field(default_factory=dict)


class _Units(_Table):
    vintage: str
    level: str
    rows: tuple[tuple[str, str, Text], ...]


class _Variant(_Table):
    vintage: str
    level: str = "commune"
    code: str
    spelling: Text
    where: Text


class _Twin(_Table):
    vintage: str
    level: str = "commune"
    code: str
    is_not: Text


class _Crosswalk(_Table):
    level: str = "commune"
    from_vintage: str
    to_vintage: str
    source: Text
    rows: tuple[tuple[str, str, Annotated[float, Field(gt=0, le=1)], str], ...]


class _File(_Table):
    name: Text
    vintages: tuple[_Vintage, ...] = Field(min_length=1)
    names: _Names = _Names()
    units: tuple[_Units, ...] = Field(min_length=1)
    variants: tuple[_Variant, ...] = ()
    twins: tuple[_Twin, ...] = ()
    crosswalks: tuple[_Crosswalk, ...] = ()


def read_gazetteer(file: Path) -> Gazetteer:
    """Read a gazetteer of administrative units.

    Parameters
    ----------
    file
        TOML file in UTF-8, in the form of the one that comes with Phusong.

    Returns
    -------
    Gazetteer
        Units, spellings and crosswalks.

    Raises
    ------
    DataError
        The file is missing or wrong: a code stands twice, a parent, variant, twin or change
        names no unit, or the shares of a unit do not add up to 1.
    """
    if not file.is_file():
        raise DataError(f"gazetteer {file} does not exist; check inputs.gazetteer.file")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    return _parsed(text, file.name)


def shipped_gazetteer(name: str) -> Gazetteer:
    """One of the gazetteers that come with Phusong.

    Parameters
    ----------
    name
        Its name, for example ``lao-cai``.

    Returns
    -------
    Gazetteer
        Units, spellings and crosswalks.

    Raises
    ------
    DataError
        There is none of that name.
    """
    folder = files("phusong.sources").joinpath(SHIPPED)
    file = folder.joinpath(f"{name}.toml")
    if not file.is_file():
        raise DataError(
            f"gazetteer {name!r} does not come with Phusong; name one that does, or give a file "
            "as inputs.gazetteer.file"
        )
    return _parsed(file.read_text(encoding="utf-8"), f"{name}.toml")


def _parsed(text: str, name: str) -> Gazetteer:
    try:
        read = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name} is not valid TOML: {error}") from None
    except RecursionError:
        raise DataError(
            f"{name}: brackets are nested too deeply; close each where it ends"
        ) from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
        raise DataError(f"{name}: {'; '.join(faults)}") from None
    marks = "".join(chr(int(code, 16)) for code in read.names.shifting_marks)
    rules = {
        level: NameRules(
            spelled.prefixes, spelled.suffixes, read.names.shifted_clusters, marks,
            read.names.letters,
        )
        for level, spelled in read.names.levels.items()
    }  # fmt: skip
    units = _units(read, name)
    walks = tuple(_crosswalk(walk, units, name) for walk in read.crosswalks)
    vintages = tuple(Vintage(v.key, v.title, v.levels, v.source) for v in read.vintages)
    return Gazetteer(read.name, vintages, rules, tuple(units.values()), walks)


def _units(read: _File, name: str) -> Mapping[tuple[str, str, str], Unit]:
    levels = {v.key: v.levels for v in read.vintages}
    rows = [(t.vintage, t.level, *row) for t in read.units for row in t.rows]
    known = [(vintage, level, code) for vintage, level, code, _, _ in rows]
    twice = sorted({code for code in known if known.count(code) > 1})
    if twice:
        raise DataError(f"{name}: {' '.join(twice[0])} stands more than once; keep one row")
    for variant in read.variants:
        _known((variant.vintage, variant.level, variant.code), known, name, "variant")
    for twin in read.twins:
        _known((twin.vintage, twin.level, twin.code), known, name, "twin")
    units = {}
    for vintage, level, code, parent, title in rows:
        if level not in levels.get(vintage, ()):
            raise DataError(f"{name}: {code} is a {level} of {vintage}, which is not a known level")
        place = levels[vintage].index(level)
        if place:
            _known((vintage, levels[vintage][place - 1], parent), known, name, f"parent of {code}")
        own = (vintage, level, code)
        units[own] = Unit(
            vintage, code, level, title, parent,
            {v.spelling: v.where for v in read.variants if (v.vintage, v.level, v.code) == own},
            tuple(t.is_not for t in read.twins if (t.vintage, t.level, t.code) == own),
        )  # fmt: skip
    return units


def _known(
    key: tuple[str, str, str], known: Sequence[tuple[str, str, str]], name: str, what: str
) -> None:
    if key not in known:
        raise DataError(f"{name}: the {what} names {' '.join(key)}, which is no unit; add its row")


def _crosswalk(
    walk: _Crosswalk, units: Mapping[tuple[str, str, str], Unit], name: str
) -> Crosswalk:
    shares: dict[str, float] = {}
    for old, new, share, _ in walk.rows:
        _known((walk.from_vintage, walk.level, old), list(units), name, "crosswalk")
        _known((walk.to_vintage, walk.level, new), list(units), name, "crosswalk")
        shares[old] = shares.get(old, 0.0) + share
    wrong = [f"{old}: {share:g}" for old, share in shares.items() if abs(share - 1) > WHOLE]
    if wrong:
        raise DataError(f"{name}: shares of {', '.join(wrong)} do not add up to 1")
    changes = tuple(Change(*row) for row in walk.rows)
    return Crosswalk(walk.from_vintage, walk.to_vintage, changes, walk.source)
