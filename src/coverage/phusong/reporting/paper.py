"""A page as a browser prints it: letters of its own, so that every machine prints the same."""

import base64
from functools import cache
from importlib import resources

from phusong.errors import DataError

_SANS, _MONO = "PaperSans", "PaperMono"
_FACES = (
    (_SANS, "DejaVuSans.ttf", 400, "normal"),
    (_SANS, "DejaVuSans-Bold.ttf", 700, "normal"),
    (_SANS, "DejaVuSans-Oblique.ttf", 400, "italic"),
    (_MONO, "DejaVuSansMono.ttf", 400, "normal"),
)
"""DejaVu, which matplotlib brings along, has every Vietnamese letter."""
_BOXES = ("top-center", "bottom-left", "bottom-center", "bottom-right")
_END = "</head>"


def for_paper(page: str) -> str:
    """A page with the fonts that it is printed with inside.

    Parameters
    ----------
    page
        A sealed page whose policy lets it bring fonts.

    Returns
    -------
    str
        The same page; its text and its margins are set in DejaVu.

    Raises
    ------
    DataError
        It has no head.
    """
    before, head, after = page.partition(_END)
    if not head:
        raise DataError("page has no </head>; fonts cannot be put into it")
    return f"{before}<style>{_style()}</style>{head}{after}"


def paper_language(language: str) -> str:
    """The one language that a page is printed in.

    Parameters
    ----------
    language
        The study's: ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        ``vi`` or ``en``; Vietnamese, which officials sign, where the screen shows both.
    """
    return "en" if language == "en" else "vi"


@cache
def _style() -> str:
    faces = "".join(
        f"@font-face{{font-family:{family};font-weight:{weight};font-style:{slant};"
        f"src:url(data:font/ttf;base64,{_letters(name)})}}"
        for family, name, weight, slant in _FACES
    )
    boxes = "".join(f"@{box}{{font-family:{_SANS}}}" for box in _BOXES)
    return (
        f"{faces}body,body *{{font-family:{_SANS}!important}}"
        f"body pre,body code,body .code,body .path{{font-family:{_MONO}!important}}"
        f"@media print{{@page{{{boxes}}}}}"
    )


def _letters(name: str) -> str:
    content = resources.files("matplotlib").joinpath("mpl-data", "fonts", "ttf", name).read_bytes()
    return base64.b64encode(content).decode("ascii")
