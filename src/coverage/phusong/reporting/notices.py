"""What every page says of what it shows: practice data, assumptions, sources, their standing."""

from collections.abc import Sequence

from phusong.reporting.escape import text
from phusong.reporting.facts import Assumption, Bilingual, Source, same
from phusong.reporting.wording import cell_words, joined, said, sourced

NOT_REAL = said("not the real situation, not to be decided upon")
VERIFIED = said("verified")
UNVERIFIED = said("not verified")
NO_SOURCE = said("no source found")
_NOT_STATED = said("not stated")
_RESULTS = said("results, in all")
_NOTICE = said("Notice")


def page_banner(practice: Bilingual | None, marking: str = "") -> str:
    """The strip on top of a page, which programs that read pages aloud find as a part of it.

    Parameters
    ----------
    practice
        Its words, or None for real data.
    marking
        Further words of the strip, for example who may read the product; empty for none.

    Returns
    -------
    str
        Markup; empty for real data without a marking.
    """
    label = _NOTICE.attribute("aria-label")
    return practice_banner(practice, marking).replace('role="note"', f'role="region" {label}', 1)


def practice_banner(practice: Bilingual | None, marking: str = "") -> str:
    """The strip that says that a product shows practice data.

    Parameters
    ----------
    practice
        Its words, or None for real data.
    marking
        Further words of the strip, for example who may read the product; empty for none.

    Returns
    -------
    str
        Markup; empty for real data without a marking.
    """
    if practice is None and not marking:
        return ""
    mark = f'<strong class="marking t">{text(marking)}</strong>' if marking else ""
    if practice is None:
        return f'<div class="practice real" role="note">{mark}</div>'
    return (
        f'<div class="practice" role="note">{mark}<span>{practice.html()}</span>'
        f"<small>{NOT_REAL.html()}</small></div>"
    )


def assumption_items(assumptions: Sequence[Assumption]) -> list[str]:
    """Assumptions as the items of a list.

    Parameters
    ----------
    assumptions
        In the order to be printed.

    Returns
    -------
    list of str
        Markup of each: what, value, source, whether verified.
    """
    return [
        f'<li>{a.name.html()} <span class="value">{cell_words(a.value).html()}</span> '
        f"{verification_mark(verified=a.verified)}"
        f'<span class="from">{source_words(a).html()}</span></li>'
        for a in assumptions
    ]


def source_items(sources: Sequence[Source]) -> list[str]:
    """Data sources as the items of a list.

    Parameters
    ----------
    sources
        In the order to be printed.

    Returns
    -------
    list of str
        Markup of each: what, attribution, licence, detail.
    """
    return [
        f'<li>{s.name.html()}<span class="from always">{sourced(s.attribution).html()}</span>'
        f'<span class="from">{origin_words(s).html()}</span></li>'
        for s in sources
    ]


def source_words(assumption: Assumption) -> Bilingual:
    """Where an assumption comes from, or that it has no source.

    Parameters
    ----------
    assumption
        The assumption.

    Returns
    -------
    Bilingual
        The words.
    """
    return sourced(assumption.source) if assumption.source else NO_SOURCE


def origin_words(source: Source) -> Bilingual:
    """Licence, edition and files of a data source.

    Parameters
    ----------
    source
        The source.

    Returns
    -------
    Bilingual
        What is known of them.
    """
    parts = (part for part in source.detail.split(" · ") if part != source.attribution)
    known = ((licence_words, source.licence), (sourced, " · ".join(parts)))
    return joined((words(given) for words, given in known if given), " · ")


def licence_words(licence: str) -> Bilingual:
    """A licence, or that a study says none.

    Parameters
    ----------
    licence
        Its name.

    Returns
    -------
    Bilingual
        The name as it is, or words that there is none.
    """
    return _NOT_STATED if licence in {"", "not stated"} else same(licence)


def identity_words(name: str) -> Bilingual:
    """What a value that tells results apart is called, for example a program.

    Parameters
    ----------
    name
        Name of a program, or ``results`` for the key of the results.

    Returns
    -------
    Bilingual
        The words; names of programs as they are.
    """
    return _RESULTS if name == "results" else same(name)


def verification_mark(*, verified: bool) -> str:
    """A small sign: verified or not.

    Parameters
    ----------
    verified
        Whether the source was checked.

    Returns
    -------
    str
        Markup.
    """
    words, kind = (VERIFIED, "yes") if verified else (UNVERIFIED, "no")
    return f'<span class="mark {kind}">{words.html()}</span>'
