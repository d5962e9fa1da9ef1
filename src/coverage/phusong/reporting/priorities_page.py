"""Every priority on one page: numbers, the whole reason, and the profile of its hops."""

import dataclasses
from typing import Any
from urllib.parse import quote

from phusong.reporting.basis_words import basis_findings
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.folding import folding_script
from phusong.reporting.hop_figures import hop_pictures
from phusong.reporting.inlining import asset
from phusong.reporting.page_tables import RankReason, figure_html, reason_html
from phusong.reporting.pages import KeyNumber, card_html, listed
from phusong.reporting.policy import closed
from phusong.reporting.rank_words import rank_reasons
from phusong.reporting.shell import document, printed_margins
from phusong.reporting.study_facts import MILLION, StudyFacts, money_unit
from phusong.reporting.study_index import standing_warnings
from phusong.reporting.wording import said

FILE = "plan/priorities.html"
_TITLE = said("Every priority with its reason")
_LINKS = (
    ("../index.html", said("Index")),
    ("../maps/coverage.html", said("Map")),
    ("priorities.xlsx", said("Priorities (Excel)")),
)
_NONE = said("No option covers anybody who lacks signal: there is nothing to rank.")
_MIND = said("Mind this")


def priorities_page(facts: StudyFacts) -> str:
    r"""Write the page of all priorities.

    Parameters
    ----------
    facts
        What the reader may see, the plan among it.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.

    Raises
    ------
    DataError
        The page would load something from outside.
    """
    study, ranked = facts.study, facts.ranked
    about = study.study
    named = Bilingual(about.title_vi, about.title_en)
    most = max(1, len(ranked))
    told = rank_reasons(ranked, most=most)
    drawn = hop_pictures(study, ranked, facts.extras.hop_profiles, most=most)
    parts = [
        _part(row, reason, drawing, money_unit(study))
        for row, reason, drawing in zip(ranked.itertuples(), told, drawn, strict=True)
    ] or [f"<section><p>{_NONE.html()}</p></section>"]
    links = "".join(
        f'<a href="{text(quote(to, safe="/."))}">{words.html()}</a>' for to, words in _LINKS
    )
    basis = basis_findings(study, facts.gaps.basis, facts.technology)
    warnings = listed(standing_warnings(study, facts.places))
    body = (
        f'<header class="brief"><h1>{_TITLE.html()}</h1>'
        f'<p class="study">{named.html()}</p></header>'
        f'<nav class="commune">{links}</nav>\n<main>\n{listed(basis)}'
        + "\n".join(parts)
        + (f"<section><h2>{_MIND.html()}</h2>{warnings}</section>" if warnings else "")
        + f"\n</main>\n{folding_script()}"
    )
    page = document(
        title=_TITLE, body=body, language=about.language, practice=facts.practice,
        marking=facts.marking,
        styles=asset("brief.css") + asset("commune.css")
        + printed_margins(_TITLE, named, facts.practice),
    )  # fmt: skip
    return closed(page)


def _part(row: Any, reason: RankReason, drawing: Picture | None, unit: Bilingual) -> str:
    """One priority: what and where, its numbers, why, and its hops."""
    heading = said("{rank}. {what}", rank=reason.rank, what=reason.heading)
    numbers = (
        KeyNumber(row.people_newly_covered, said("people newly covered")),
        KeyNumber(row.people_white_zone, said("of them in white zones")),
        KeyNumber(row.capex / MILLION, said("capex, {unit}", unit=unit)),
        KeyNumber(row.present_value / MILLION, said("present value, {unit}", unit=unit)),
    )
    cards = "".join(card_html(number) for number in numbers)
    hop = "" if drawing is None else figure_html(dataclasses.replace(drawing, wide=True), "hop")
    return (
        f'<section id="{text(row.option_id)}"><h2>{heading.html()}</h2>'
        f'<div class="cards">{cards}</div>{reason_html(reason)}{hop}</section>'
    )
