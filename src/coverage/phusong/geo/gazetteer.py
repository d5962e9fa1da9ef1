"""Administrative units by code and vintage, and by name within the unit above them.

Levels, codes, vintages and spellings are data; nothing here knows a country.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from phusong.errors import DataError
from phusong.geo.names import NameRules, bare_forms, has_marks, marked_forms


@dataclass(frozen=True, slots=True)
class Vintage:
    """One official list of units.

    Parameters
    ----------
    key
        How studies name it, for example ``2025-06-30``.
    title
        What it is.
    levels
        Levels from the top down.
    source
        Where the list comes from.
    """

    key: str
    title: str
    levels: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit.

    Parameters
    ----------
    vintage, code
        Which unit; a code means nothing without its vintage.
    level
        Level of the unit.
    name
        Official name, without the word for its kind.
    parent
        Code of the unit above, of the same vintage; empty at the top.
    variants
        Other spellings of the same unit, and where each occurs.
    twins
        Places that look like this one and are not.
    """

    vintage: str
    code: str
    level: str
    name: str
    parent: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a unit: the share of it that went into a unit of the next vintage.

    Parameters
    ----------
    from_code, to_code
        The unit before and after.
    share
        Share of the old unit that went there, above 0 to 1.
    clause
        Where the decision says so.
    """

    from_code: str
    to_code: str
    share: float
    clause: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """How the units of one vintage went into those of another.

    Parameters
    ----------
    from_vintage, to_vintage
        The two lists.
    changes
        Every old unit and where it went.
    source
        The decision.
    """

    from_vintage: str
    to_vintage: str
    changes: tuple[Change, ...]
    source: str


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Units of one or more vintages, how they are spelled, and how they went over.

    Parameters
    ----------
    name
        What the gazetteer is called, for messages.
    vintages
        The official lists.
    rules
        Spelling by level.
    units
        The units; no two of one vintage and level share a code.
    crosswalks
        How vintages went over into others.
    """

    name: str
    vintages: tuple[Vintage, ...]
    rules: Mapping[str, NameRules]
    units: tuple[Unit, ...]
    crosswalks: tuple[Crosswalk, ...] = ()

    @cached_property
    def _by_code(self) -> Mapping[tuple[str, str, str], Unit]:
        return {(unit.vintage, unit.level, unit.code): unit for unit in self.units}

    def unit(self, code: str, *, vintage: str = "", level: str = "commune") -> Unit:
        """Unit of a code in one vintage.

        Parameters
        ----------
        code
            Official code, text with leading zeros.
        vintage
            Key of the list that the code is from; there is no default, only an error that
            says what the code means in each.
        level
            Level of the unit.

        Returns
        -------
        Unit
            The unit.

        Raises
        ------
        DataError
            The vintage is missing or unknown, or the code is not of that list.
        """
        self._check_vintage(code, vintage, level)
        found = self._by_code.get((vintage, level, code))
        if found is not None:
            return found
        padded = [c for v, lv, c in self._by_code if (v, lv) == (vintage, level) and _same(c, code)]
        elsewhere = self._meanings(code, level)
        hint = (
            f"codes are text, did you mean {padded[0]!r}?"
            if padded
            else f"in other lists it is {elsewhere}"
            if elsewhere
            else "check the code"
        )
        raise DataError(
            f"code {code!r} is no {level} of the list {vintage} in the gazetteer "
            f"{self.name}; {hint}"
        )

    def _check_vintage(self, what: str, vintage: str, level: str) -> None:
        known = [v.key for v in self.vintages]
        if vintage in known:
            return
        meanings = self._meanings(what, level)
        says = f" ({meanings})" if meanings else ""
        problem = f"vintage {vintage!r} is not known" if vintage else "the vintage is missing"
        raise DataError(
            f"{what}: {problem}; the same code or name means another place in another "
            f"list{says}; give one of {', '.join(known)}"
        )

    def _meanings(self, code: str, level: str) -> str:
        found = [u for u in self.units if u.code == code and u.level == level]
        return ", ".join(f"{u.name} in {u.vintage}" for u in found)

    def children(self, parent: str, *, vintage: str, level: str) -> tuple[Unit, ...]:
        """Units directly below another.

        Parameters
        ----------
        parent
            Code of the unit above.
        vintage
            Key of the list.
        level
            Level of the units asked for.

        Returns
        -------
        tuple of Unit
            In the order of the data.
        """
        return tuple(
            u for u in self.units if (u.vintage, u.level, u.parent) == (vintage, level, parent)
        )

    def find(self, name: str, *, within: str, vintage: str = "", level: str = "commune") -> Unit:
        """Unit of a name, within the unit above it and one vintage.

        The name is first compared with its marks; only then, and only among the units of
        ``within``, without. A name that with its marks is another unit's is never taken for
        this one.

        Parameters
        ----------
        name
            Name as it was written.
        within
            Code or name of the unit above, for example a district.
        vintage
            Key of the list.
        level
            Level of the unit asked for.

        Returns
        -------
        Unit
            The unit meant.

        Raises
        ------
        DataError
            The vintage is missing or unknown, nothing of that name is there, or several are.
        """
        self._check_vintage(name, vintage, level)
        above = self._above(within, vintage, level)
        rules = self.rules.get(level, NameRules())
        inside = self.children(above.code, vintage=vintage, level=level)
        exact = _matching(inside, set(marked_forms(name, rules)), rules, bare=False)
        if exact:
            return self._one(name, exact, above)
        others = [u for u in self.units if (u.vintage, u.level) == (vintage, level)]
        elsewhere = _matching(others, set(marked_forms(name, rules)), rules, bare=False)
        near = _matching(inside, set(bare_forms(name, rules)), rules, bare=True)
        if near and not (elsewhere and has_marks(name, rules)):
            return self._one(name, near, above)
        raise DataError(self._not_found(name, above, level, elsewhere, near))

    def _above(self, within: str, vintage: str, level: str) -> Unit:
        levels = next(v.levels for v in self.vintages if v.key == vintage)
        if level not in levels[1:]:
            raise DataError(
                f"{level!r} has no level above it in the list {vintage}; "
                f"allowed: {', '.join(levels[1:])}"
            )
        upper = levels[levels.index(level) - 1]
        if (vintage, upper, within) in self._by_code:
            return self._by_code[vintage, upper, within]
        rules = self.rules.get(upper, NameRules())
        units = [u for u in self.units if (u.vintage, u.level) == (vintage, upper)]
        found = _matching(units, set(marked_forms(within, rules)), rules, bare=False)
        found = found or _matching(units, set(bare_forms(within, rules)), rules, bare=True)
        if len(found) != 1:
            raise DataError(
                f"{upper} {within!r} is {'not known' if not found else 'not the only one'} in the "
                f"list {vintage}; give its code or one of {', '.join(u.name for u in units)}"
            )
        return found[0]

    def _one(self, name: str, found: list[Unit], above: Unit) -> Unit:
        if len(found) > 1:
            shown = ", ".join(f"{u.code} {u.name}" for u in found)
            raise DataError(
                f"{name!r} in {above.name} may be {shown}; write its marks, or give the code"
            )
        return found[0]

    def _not_found(
        self, name: str, above: Unit, level: str, elsewhere: list[Unit], near: list[Unit]
    ) -> str:
        where = ", ".join(f"{u.code} {u.name} in {self._parent_name(u)}" for u in elsewhere)
        message = f"no {level} {name!r} in {above.name} ({above.vintage})"
        if where:
            message += f"; that is {where}"
        if near:
            message += f"; not to be taken for {', '.join(f'{u.code} {u.name}' for u in near)}"
        return f"{message}; check the name and the unit above it"

    def _parent_name(self, unit: Unit) -> str:
        upper = next(
            (u for u in self.units if (u.vintage, u.code) == (unit.vintage, unit.parent)), None
        )
        return upper.name if upper else unit.parent

    def crosswalk(self, from_vintage: str, to_vintage: str) -> Crosswalk:
        """How units of one vintage went into those of another.

        Parameters
        ----------
        from_vintage, to_vintage
            Keys of the two lists.

        Returns
        -------
        Crosswalk
            The changes.

        Raises
        ------
        DataError
            The gazetteer does not know this step.
        """
        for walk in self.crosswalks:
            if (walk.from_vintage, walk.to_vintage) == (from_vintage, to_vintage):
                return walk
        steps = [f"{w.from_vintage} to {w.to_vintage}" for w in self.crosswalks]
        raise DataError(
            f"the gazetteer {self.name} has no crosswalk from {from_vintage} to {to_vintage}; "
            f"it has {', '.join(steps) or 'none'}"
        )

    def crosswalk_from(self, vintage: str) -> Crosswalk | None:
        """What became of the units of a vintage.

        Parameters
        ----------
        vintage
            Key of the list.

        Returns
        -------
        Crosswalk or None
            None when nothing is known to have followed.
        """
        return next((w for w in self.crosswalks if w.from_vintage == vintage), None)


def _same(code: str, given: str) -> bool:
    return code.lstrip("0") == given.strip().lstrip("0")


def _matching(
    units: Iterable[Unit], wanted: set[str], rules: NameRules, *, bare: bool
) -> list[Unit]:
    forms = bare_forms if bare else marked_forms
    return [
        unit
        for unit in units
        if any(wanted & set(forms(spelling, rules)) for spelling in (unit.name, *unit.variants))
    ]
