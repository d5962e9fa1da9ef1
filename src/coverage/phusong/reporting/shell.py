"""The frame of every page that is not a map: style, banner, policy."""

from collections.abc import Callable
from operator import attrgetter

from phusong.language import LANGUAGES
from phusong.reporting.escape import css_string
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import asset
from phusong.reporting.notices import NOT_REAL, page_banner
from phusong.reporting.policy import sealed
from phusong.reporting.switch import LANGUAGE, root_attributes, switch_head, switch_html, title_html

_ONE_LINE = 40
"""Letters of a marking that stay on one line beside the title and the number of a page."""


def document(
    *,
    title: Bilingual,
    body: str,
    practice: Bilingual | None,
    marking: str = "",
    styles: str = "",
    inner: tuple[str, ...] = (),
    language: str = "vi",
) -> str:
    r"""A whole page around a body.

    Parameters
    ----------
    title
        Title of the page.
    body
        Markup with every name encoded.
    practice
        Words of the banner when practice data went in, else None.
    marking
        Words that stand on top of the page and at the foot of each printed one; empty for none.
    styles
        Further style sheet of ours.
    inner
        Pages that frames in the body hold.
    language
        What is shown first, ``vi``, ``en`` or ``both``; the page has a switch.

    Returns
    -------
    str
        The page with its content security policy, for a file in UTF-8 with ``newline="\n"``.
    """
    styles += printed_marking(marking)
    mark = "" if practice is None else f" {practice.attribute('data-practice')}"
    page = (
        f"<!DOCTYPE html>\n<html {root_attributes(language)}>\n<head>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{title_html(title)}\n<style>{asset('page.css')}{styles}</style>\n"
        f"{switch_head()}</head>\n<body{mark}>\n{page_banner(practice, marking)}\n"
        f'<div class="choice" role="region" {LANGUAGE.attribute("aria-label")}>'
        f"{switch_html()}</div>"
        f"\n{body}\n</body>\n</html>\n"
    )
    return sealed(page.replace("\r\n", "\n").replace("\r", "\n"), inner=inner)


def printed_margins(title: Bilingual, study_title: Bilingual, practice: Bilingual | None) -> str:
    """Style for the margins of every printed page: banner, title, page number.

    Parameters
    ----------
    title, study_title
        Of the page and of the study.
    practice
        Words of the banner when practice data went in, else None.

    Returns
    -------
    str
        Style sheet: both languages, and each for itself where the page shows one alone.
    """

    def margin(read: Callable[[Bilingual], str]) -> str:
        top = ""
        if practice is not None:
            words = f"{read(practice).upper()}: {read(NOT_REAL)}"
            top = f"@top-center {{ content: {css_string(words)}; }} "
        foot = css_string(f"{read(title)} – {read(study_title)}")
        return f"{top}@bottom-left {{ content: {foot}; }}"

    named = "".join(
        f'html[data-language="{language}"] body {{ page: {language}; }} '
        f"@page {language} {{ {margin(attrgetter(language))} }} "
        for language in LANGUAGES
    )
    return (
        f"@media print {{ @page {{ {margin(attrgetter('plain'))} "
        f'@bottom-right {{ content: counter(page) " / " counter(pages); }} }} {named}}}'
    )


def printed_marking(marking: str) -> str:
    """Style that prints words at the foot of each page.

    Parameters
    ----------
    marking
        The words; empty for none.

    Returns
    -------
    str
        Style sheet; empty for none.
    """
    if not marking:
        return ""
    whole = " white-space: nowrap;" if len(marking) <= _ONE_LINE else ""
    return (
        "@media print { @page { @bottom-center { font: 700 9pt sans-serif; color: #8d1515; "
        f"content: {css_string(marking)};{whole} }} }} }}"
    )
