"""The doors through which text from data leaves: into a page, its styles, a spreadsheet.

A name on its way to the screen meets three interpreters: Jinja (folium compiles finished text a
second time as a template), JavaScript template literals, and HTML. ``text`` disarms all three.
"""

import html
import unicodedata

NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
"""Classes of what MathJax leaves alone in JupyterLab and plain nbconvert: a name may hold ``$``."""
_LITERALS = {ord(c): f"&#{ord(c)};" for c in "\\`${}"}
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def text(value: object) -> str:
    r"""Encode a value so that a page shows it verbatim and nothing in it runs.

    HTML's own characters become entities, and so do the backslash, the backtick, the dollar
    sign and the braces, which template literals and Jinja read.

    Parameters
    ----------
    value
        Anything; it is turned into a string first. Lone surrogates, which UTF-8 cannot carry,
        become question marks.

    Returns
    -------
    str
        Text for element content or for a quoted attribute.

    Examples
    --------
    >>> text("<b>`${1}` & {{2}}")
    '&lt;b&gt;&#96;&#36;&#123;1&#125;&#96; &amp; &#123;&#123;2&#125;&#125;'
    """
    plain = str(value).encode("utf-8", "replace").decode("utf-8")
    return html.escape(plain, quote=True).translate(_LITERALS)


def css_string(value: object) -> str:
    r"""Encode a value as a string of a style sheet, in which nothing but the value can be read.

    Parameters
    ----------
    value
        Anything; it is turned into a string first. Control characters, which a style sheet
        cannot carry, become spaces.

    Returns
    -------
    str
        The string with its quotes; all but letters and digits of ASCII are numbers of
        characters.

    Examples
    --------
    >>> css_string("a</style>")
    '"a\\3c \\2f style\\3e "'
    """
    plain = str(value).encode("utf-8", "replace").decode("utf-8")
    shown = (" " if unicodedata.category(c) == "Cc" else c for c in plain)
    return (
        '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in shown) + '"'
    )


def spreadsheet_text(value: object) -> object:
    """Disarm a cell that a spreadsheet program would read as a formula.

    Parameters
    ----------
    value
        A cell. Only strings are changed; numbers pass, since a level in dBm is negative.

    Returns
    -------
    object
        The cell, an apostrophe before text whose first visible character is ``= + - @``, or
        which begins with a tab or a line break. The wide forms of East Asian keyboards count too.

    Examples
    --------
    >>> spreadsheet_text("=1+1"), spreadsheet_text("Dìn Chin"), spreadsheet_text(-110.5)
    ("'=1+1", 'Dìn Chin', -110.5)
    """
    if not isinstance(value, str) or not value:
        return value
    visible = next((c for c in value if not _invisible(c)), "")
    return "'" + value if value[0] in _FORMULA_STARTS or visible in _FORMULA_STARTS else value


def _invisible(character: str) -> bool:
    """Whether a spreadsheet may skip the character before it looks for a formula."""
    return unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cf", "Cc"}
