"""Words for coverage that is not computed from a whole list of sites, on every product."""

import math
from collections.abc import Mapping

import pandas as pd

from phusong.analysis.basis import Basis, KnownSites, Layer, SuppliedMap, not_to_rank
from phusong.analysis.reach import ANY
from phusong.reporting.facts import Bilingual
from phusong.reporting.wording import joined, said, shortest
from phusong.study import Study

SUPPLIED = said("operator-supplied")
KNOWN_SITES = said("gaps of the known sites")
BASIS_COLUMN = "coverage_basis"
BASIS_TAG = "COVERAGE_BASIS"
"""What says it in a GeoTIFF."""
_APART = "; "


def plain(words: Bilingual) -> str:
    """Words for a table that a machine may read: English, then Vietnamese.

    Parameters
    ----------
    words
        In both languages.

    Returns
    -------
    str
        One line.
    """
    return f"{words.en} / {words.vi}"


def marks(basis: Basis, *layers: Layer) -> tuple[Bilingual, ...]:
    """What must stand beside results of layers.

    Parameters
    ----------
    basis
        What each layer rests on.
    *layers
        Operators' keys and technologies.

    Returns
    -------
    tuple of Bilingual
        None where all of them are computed from whole lists.
    """
    found = []
    if not basis.known_only.isdisjoint(layers):
        found.append(KNOWN_SITES)
    if not basis.told_layers.isdisjoint(layers):
        found.append(SUPPLIED)
    return tuple(found)


def titled(title: Bilingual, basis: Basis, *layers: Layer) -> Bilingual:
    """Title of a product, which says what its gaps are.

    Parameters
    ----------
    title
        As it is for whole lists.
    basis
        What each layer rests on.
    *layers
        Operators' keys and technologies that the product shows.

    Returns
    -------
    Bilingual
        The same, or with more words after it.
    """
    more = marks(basis, *layers)
    if not more:
        return title
    if basis.told_layers.isdisjoint(layers):
        words = list(more)
    else:  # a layer of all operators is supplied in part only
        part = said("coverage {SUPPLIED} in part", SUPPLIED=SUPPLIED)
        whole = all(layer[0] != ANY for layer in layers if layer in basis.told_layers)
        words = [*more[:-1], SUPPLIED if whole else part]
    return said("{title} ({marks})", title=title, marks=joined(words))


def titled_by_rows(title: Bilingual, table: pd.DataFrame) -> Bilingual:
    """Title of a table whose rows say themselves what they rest on.

    Parameters
    ----------
    title
        As it is for whole lists.
    table
        With ``coverage_basis`` where something has to be said.

    Returns
    -------
    Bilingual
        The same, or with "gaps of the known sites" after it.
    """
    rows = table[BASIS_COLUMN].astype(str) if BASIS_COLUMN in table else pd.Series(dtype="object")
    if not rows.str.contains(plain(KNOWN_SITES), regex=False).any():
        return title
    return said("{title} ({marks})", title=title, marks=KNOWN_SITES)


def basis_text(basis: Basis, *layers: Layer) -> str:
    """The same for a cell of a table.

    Parameters
    ----------
    basis
        What each layer rests on.
    *layers
        Operators' keys and technologies.

    Returns
    -------
    str
        Empty where all of them are computed from whole lists.
    """
    return _APART.join(plain(words) for words in marks(basis, *layers))


def with_basis(table: pd.DataFrame, basis: Basis, technology: str) -> pd.DataFrame:
    """A table that says what its numbers rest on.

    Parameters
    ----------
    table
        Rows by operator and technology, or places with columns for each layer, or neither.
    basis
        What each layer rests on.
    technology
        The technology of a table that names none.

    Returns
    -------
    pandas.DataFrame
        The same where nothing has to be said; else with ``coverage_basis``, or with a column for
        each layer of which something has to be said.
    """
    if not basis:
        return table
    if {"operator", "technology"} <= set(table.columns):
        layers = zip(table["operator"], table["technology"], strict=True)
        return table.assign(**{BASIS_COLUMN: [basis_text(basis, layer) for layer in layers]})
    wide = {}
    for layer in sorted(basis.told_layers | basis.known_only):
        prefix = f"{layer[0]}_{layer[1].lower()}"
        if any(str(column).startswith(f"{prefix}_") for column in table.columns):
            wide[f"{prefix}_basis"] = basis_text(basis, layer)
    if wide:
        return table.assign(**wide)
    said = basis_text(basis, (ANY, technology))
    return table.assign(**{BASIS_COLUMN: said}) if said else table


def with_plan_basis(
    table: pd.DataFrame, basis: Basis, technology: str, keys: Mapping[str, str]
) -> pd.DataFrame:
    """A table of the plan that says what its numbers of people rest on.

    Parameters
    ----------
    table
        Rows with an operator's name.
    basis
        What each layer rests on.
    technology
        The technology that is planned.
    keys
        Operators' keys by name.

    Returns
    -------
    pandas.DataFrame
        The same where nothing has to be said; else with ``coverage_basis``, which speaks of the
        operator and of all operators together, as white zones need both.
    """
    if not basis or "operator" not in table:
        return table
    everybody = (ANY, technology)
    said = [
        basis_text(basis, *([(keys[name], technology)] if name else []), everybody)
        for name in table["operator"]
    ]
    return table.assign(**{BASIS_COLUMN: pd.Series(said, index=table.index, dtype="object")})


def basis_findings(study: Study, basis: Basis, technology: str) -> tuple[Bilingual, ...]:
    """What a reader must know of where coverage comes from, in sentences.

    Parameters
    ----------
    study
        Names of operators.
    basis
        What each layer rests on; cut down to the reader already.
    technology
        The technology that coverage is decided for.

    Returns
    -------
    tuple of Bilingual
        One sentence per operator; without names where the reader may see none.
    """
    names = {op.key: op.name for op in study.operators}
    found = [
        _known_sites(names[known.operator], known, _ranking(study, basis, known, technology))
        for known in basis.incomplete
        if (known.operator, technology) in basis.known_only
    ]
    if (ANY, technology) in basis.known_only and not found:
        found.append(
            said(
                "The list of sites of at least one operator is incomplete: areas without "
                "signal of any operator are {KNOWN_SITES}.",
                KNOWN_SITES=KNOWN_SITES,
            )
        )
    told = [_supplied(names[m.operator], m) for m in basis.supplied if m.technology == technology]
    if (ANY, technology) in basis.told_layers and not told:
        told.append(
            said(
                "Coverage of all operators is {SUPPLIED} in part, not computed from sites.",
                SUPPLIED=SUPPLIED,
            )
        )
    return (*found, *told)


def _ranking(study: Study, basis: Basis, known: KnownSites, technology: str) -> Bilingual:
    """What that means for the ranking."""
    rank = study.planning.rank_incomplete
    if known.operator in not_to_rank(basis, technology, rank_incomplete=rank):
        return said("No ranking is made for this operator (planning.rank_incomplete).")
    return said(
        "This operator is ranked all the same, by the study's choice (planning.rank_incomplete)."
    )


def _known_sites(name: str, known: KnownSites, ranking: Bilingual) -> Bilingual:
    if known.crowd_sourced:
        why = said(
            "sites of {name} are known from reports of phones alone, which are never complete",
            name=name,
        )
    else:
        count = f"{known.stations:g}"
        why = said(
            "the list of {name} holds only {listed} of {counts} stations in the "
            "communes ({source})",
            name=name,
            listed=known.listed,
            counts=count,
            source=known.source,
        )
    return said(
        "Note: {why}; these are {KNOWN_SITES}. {ranking}",
        why=why,
        KNOWN_SITES=KNOWN_SITES,
        ranking=ranking,
    )


def _supplied(name: str, told: SuppliedMap) -> Bilingual:
    level = (
        said("threshold not stated")
        if math.isnan(told.threshold_dbm)
        else said("threshold {level}", level=shortest(told.threshold_dbm, unit="dBm"))
    )
    return said(
        "{technology} coverage of {name} is {SUPPLIED} ({source}, {date}, {level}), not computed "
        "from sites; outside that map it is unknown.",
        technology=told.technology, name=name, SUPPLIED=SUPPLIED, source=told.source,
        date=told.date, level=level,
    )  # fmt: skip
