"""The frame of every page that is not a map: style, banner, policy."""

from phusong.reporting.escape import css_string, text
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import asset
from phusong.reporting.panel import NOT_REAL, practice_banner
from phusong.reporting.policy import sealed


def document(
    *,
    title: str,
    body: str,
    practice: Bilingual | None,
    marking: str = "",
    styles: str = "",
    inner: tuple[str, ...] = (),
) -> str:
    r"""A whole page around a body.

    Parameters
    ----------
    title
        Title of the page, plain text.
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

    Returns
    -------
    str
        The page with its content security policy, for a file in UTF-8 with ``newline="\n"``.
    """
    styles += printed_marking(marking)
    mark = "" if practice is None else f' data-practice="{text(practice.plain)}"'
    page = (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{asset('page.css')}{styles}</style>\n</head>\n"
        f"<body{mark}>\n{practice_banner(practice, marking)}\n{body}\n</body>\n</html>\n"
    )
    return sealed(page.replace("\r\n", "\n").replace("\r", "\n"), inner=inner)


def printed_margins(title: str, study_title: str, practice: Bilingual | None) -> str:
    """Style for the margins of every printed page: banner, title, page number.

    Parameters
    ----------
    title, study_title
        Of the page and of the study, plain text.
    practice
        Words of the banner when practice data went in, else None.

    Returns
    -------
    str
        Style sheet.
    """
    top = ""
    if practice is not None:
        words = f"{practice.plain.upper()}: {NOT_REAL.vi}"
        top = f"@top-center {{ content: {css_string(words)}; }}"
    foot = css_string(f"{title} · {study_title}")
    return (
        f"@media print {{ @page {{ {top} @bottom-left {{ content: {foot}; }} "
        '@bottom-right { content: counter(page) " / " counter(pages); } } }'
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
    return (
        "@media print { @page { @bottom-center { font: 700 9pt sans-serif; color: #8d1515; "
        f"content: {css_string(marking)}; }} }} }}"
    )
