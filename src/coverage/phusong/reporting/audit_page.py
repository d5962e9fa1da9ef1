"""The page of a data audit: what is wrong, doubtful, guessed, and how the inputs were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phusong.analysis.audit import Finding, GuessShare
from phusong.geo.network import Network
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.input_tables import assumption_table
from phusong.reporting.input_words import INPUT_NAMES
from phusong.reporting.page_tables import PageTable, table_html
from phusong.reporting.policy import closed
from phusong.reporting.shell import document
from phusong.reporting.study_facts import practice_words
from phusong.reporting.wording import amount, as_told, said
from phusong.reporting.words import field_names
from phusong.study import Study

_TITLE = said("Data audit")
_FOUND = said("What was found")
_SEVERITIES = {
    "error": said("Errors: cannot be used"),
    "warning": said("Warnings: look at these"),
    "note": said("Notes"),
}
_KINDS = {
    "bad-cell": said("Bad cell"),
    "unusable": said("Unusable"),
    "noticed": said("Noticed in reading"),
    "unknown-ground": said("Unknown ground (sea?)"),
    "far-from-communes": said("Far from the communes"),
    "near-sites": said("Two sites at one place"),
    "shared-sites": said("Shared place"),
    "scattered-site": said("One site, several places"),
    "antenna-above-mast": said("Antenna above the mast"),
    "tall-mast": said("Tall mast"),
    "strong-eirp": said("Strong EIRP"),
    "operator-without-sites": said("Operator without sites"),
    "operator-without-4g": said("Operator without 4G"),
    "incomplete-list": said("Incomplete list"),
    "crowd-sourced": said("Crowd-sourced alone"),
    "planned-sectors": said("Planned sectors"),
    "broken-sectors": said("Broken sectors"),
}
_FACTS = {
    "grid": said("Grid"),
    "terrain": said("Terrain"),
    "people": said("People"),
    "communes": said("Communes"),
    "places": said("Villages, facilities, lines"),
    "network": said("Network"),
}
_SUBJECTS = {
    **INPUT_NAMES,
    "limits": said("Limits and no-build areas"),
    "criterion8": said("Criterion 8"),
}
_FROM = "from "
"""Before the coordinate system that positions were given in."""
CHANGES = {
    "encoding": said("Encoding"),
    "sheet": said("Sheet"),
    "header": said("Header"),
    "heading": said("Heading"),
    "not used": said("Not used"),
    "value of the study": said("Value of the study"),
    "merged cells": said("Merged cells"),
    "hidden characters": said("Hidden characters"),
    "axis": said("Axis"),
    "split": said("Split"),
    "decimal comma": said("Decimal comma"),
    "thousands": said("Thousands"),
    "degrees, minutes, seconds": said("Degrees, minutes, seconds"),
    "coarse position": said("Coarse position"),
    "unit removed": said("Unit removed"),
    "unit converted": said("Unit converted"),
    "band": said("Band"),
    "word": said("Word"),
    "word for missing": said("Word for missing"),
    "omnidirectional": said("Omnidirectional"),
    "cells grouped": said("Cells grouped"),
    "same cell twice": said("Same cell twice"),
    "few observations": said("Few observations"),
    "wide site": said("Wide site"),
}
_ANY = said("Any field")


def resting_words(share: GuessShare) -> Bilingual:
    """How many people and how much area have a filled value at their nearest site, in a line.

    Parameters
    ----------
    share
        What was counted for one column, or for any of them.

    Returns
    -------
    Bilingual
        One line.
    """
    column = said("any filled value") if share.column == "any" else same(share.column)
    return said(
        "{column}: {people} people, {area} km², sites: {sites}",
        column=column, people=round(share.people), area=round(share.area_km2, 1),
        sites=share.sites,
    )  # fmt: skip


def change_words(kind: str) -> Bilingual:
    """What a kind of reading is called.

    Parameters
    ----------
    kind
        Of a change that was made to a list when it was read.

    Returns
    -------
    Bilingual
        Words for it; the kind itself where it has none.
    """
    if kind.startswith(_FROM):
        return said("From {crs}", crs=kind.removeprefix(_FROM))
    return CHANGES.get(kind, same(kind))


@dataclass(frozen=True)
class AuditContent:
    """Everything that the page of an audit says.

    Parameters
    ----------
    study
        The study.
    facts
        What the inputs hold: a name and a sentence each.
    findings
        Errors, warnings and notes.
    network
        The tower list as read; None when it cannot be.
    shares
        How much rests on filled values.
    defaults
        The study's values that fill a column, in words, by column.
    """

    study: Study
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    network: Network | None
    shares: tuple[GuessShare, ...]
    defaults: Mapping[str, str]


def audit_page(content: AuditContent) -> str:
    r"""Write an audit as one self-contained page.

    Parameters
    ----------
    content
        What it says, as data; all of it is encoded here.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.
    """
    study = content.study
    name = Bilingual(study.study.title_vi, study.study.title_en)
    cards = "".join(_card(severity, content.findings) for severity in _SEVERITIES)
    told = (*audit_tables(content), assumption_table(study))
    tables = "".join(table_html(table) for table in told)
    body = (
        f'<header class="head"><div class="words"><h1>{_TITLE.html()}</h1>'
        f"<p>{name.html()}</p></div></header>\n"
        f'<main><section><h2>{_FOUND.html()}</h2><div class="cards">{cards}</div>{tables}'
        "</section></main>"
    )
    page = document(
        title=_TITLE,
        body=body,
        practice=practice_words(study),
        language=study.study.language,
    )
    return closed(page, "audit page")


def _card(severity: str, findings: Sequence[Finding]) -> str:
    count = sum(finding.severity == severity for finding in findings)
    alarm = " alarming" if severity == "error" and count else ""
    return (
        f'<div class="card{alarm}"><div class="number">{amount(count).html()}</div>'
        f"<div>{_SEVERITIES[severity].html()}</div></div>"
    )


def audit_tables(content: AuditContent) -> list[PageTable]:
    """Tables of an audit: what was found, read, changed, filled and left out.

    Parameters
    ----------
    content
        What the audit says.

    Returns
    -------
    list of PageTable
        In the order of the page.
    """
    tables = [
        _findings_table(severity, content.findings)
        for severity in _SEVERITIES
        if any(finding.severity == severity for finding in content.findings)
    ]
    tables.append(
        PageTable(
            said("What was read"),
            (Column(said("Data")), Column(said("Content"))),
            tuple((_FACTS.get(name, same(name)), as_told(words)) for name, words in content.facts),
        )
    )
    if content.network is not None:
        tables += [
            _changes_table(content.network),
            _filled_table(content.network, content.defaults),
            _left_out_table(content.network),
        ]
    if content.shares:
        tables.append(_shares_table(content.shares))
    return tables


def _findings_table(severity: str, findings: Sequence[Finding]) -> PageTable:
    return PageTable(
        _SEVERITIES[severity],
        (
            Column(said("Kind")),
            Column(said("Input")),
            Column(said("Row")),
            Column(said("Detail")),
            Column(said("Cases")),
        ),
        tuple(
            (
                _KINDS.get(f.kind, same(f.kind)), subject_words(f.subject),
                f.line, as_told(f.text),
                "; ".join(f.cases) + (" …" if f.count > len(f.cases) > 0 else ""),
            )
            for f in findings
            if f.severity == severity
        ),
    )  # fmt: skip


def subject_words(key: str) -> Bilingual:
    """What an audit calls a part of the inputs.

    Parameters
    ----------
    key
        For example ``towers``.

    Returns
    -------
    Bilingual
        Its words; the key where it has none.
    """
    return _FACTS.get(key) or _SUBJECTS.get(key) or same(key)


def _changes_table(network: Network) -> PageTable:
    return PageTable(
        said("How the tower list was read"),
        (
            Column(said("What was done")),
            Column(said("Column")),
            Column(said("Times")),
            Column(said("First case")),
        ),
        tuple((change_words(c.kind), c.column, c.count, c.example) for c in network.changes),
    )


def _filled_table(network: Network, defaults: Mapping[str, str]) -> PageTable:
    return PageTable(
        said("Missing fields, filled from defaults"),
        (
            Column(said("Field")),
            Column(said("Column")),
            Column(said("Sectors")),
            Column(said("Filled with")),
        ),
        tuple(
            (field_names([column]), column, count, defaults.get(column, ""))
            for column, count in network.filled.items()
        ),
    )


def _left_out_table(network: Network) -> PageTable:
    return PageTable(
        said("Left out"),
        (Column(said("Why")),),
        tuple((as_told(line),) for line in network.left_out),
    )


def _shares_table(shares: Sequence[GuessShare]) -> PageTable:
    return PageTable(
        said("How much rests on filled values"),
        (
            Column(said("Field")),
            Column(said("Sectors")),
            Column(said("Sites")),
            Column(said("People"), decimals=0),
            Column(said("Area"), unit="km²"),
        ),
        tuple(
            (
                (_ANY if s.column == "any" else field_names([s.column])),
                s.sectors, s.sites, s.people, s.area_km2,
            )
            for s in shares
        ),
        note=said("By the nearest site within the communes, not by coverage."),
    )  # fmt: skip
