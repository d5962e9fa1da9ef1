"""Parts of a page that fold, and its table of contents."""

from collections.abc import Sequence
from dataclasses import dataclass

from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import asset
from phusong.reporting.wording import said

_CONTENTS = said("Contents")
_OPEN_ALL = said("Open all")
_FOLD_ALL = said("Fold all")


@dataclass(frozen=True)
class Part:
    """A part of a page under a heading of its own.

    Parameters
    ----------
    key
        Its name in addresses, letters, digits and hyphens.
    heading
        Words of the heading.
    markup
        What stands under it, encoded, before its own parts; empty for nothing.
    parts
        Parts within it, of which the first are open.
    opened
        Whether it is open when the page is opened.
    """

    key: str
    heading: Bilingual
    markup: str
    parts: tuple["Part", ...] = ()
    opened: bool = True


def folded_html(part: Part, level: int = 2) -> str:
    """A part that its reader can fold.

    Without a script it folds all the same. Searching a page opens what holds the words, printing
    opens everything.

    Parameters
    ----------
    part
        The part.
    level
        Level of its heading.

    Returns
    -------
    str
        Markup.
    """
    inner = part.markup + "".join(folded_html(one, level + 1) for one in part.parts)
    opened = " open" if part.opened else ""
    return (
        f'<section id="{text(part.key)}"><details class="fold"{opened}>'
        f"<summary><h{level}>{part.heading.html()}</h{level}></summary>{inner}</details></section>"
    )


def contents_html(parts: Sequence[Part]) -> str:
    """Table of contents, two levels deep, with buttons that open or fold everything.

    Parameters
    ----------
    parts
        In their order.

    Returns
    -------
    str
        Markup; the buttons are hidden where no script runs.
    """
    items = "".join(_item(part) for part in parts)
    buttons = "".join(
        f'<button type="button" data-fold="{act}">{words.html()}</button>'
        for act, words in (("open", _OPEN_ALL), ("fold", _FOLD_ALL))
    )
    return (
        f'<nav class="contents" {_CONTENTS.attribute("aria-label")}><ul>{items}</ul>'
        f'<div class="folding" hidden>{buttons}</div></nav>'
    )


def _item(part: Part) -> str:
    within = "".join(_item(one) for one in part.parts)
    listed = f"<ul>{within}</ul>" if within else ""
    return f'<li><a href="#{text(part.key)}">{part.heading.html()}</a>{listed}</li>'


def folding_script() -> str:
    """What opens parts for links, for printing and for the two buttons; comes last on a page.

    Returns
    -------
    str
        Markup.
    """
    return f"<script>{asset('folding.js')}</script>"
