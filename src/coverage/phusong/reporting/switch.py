"""The switch between the languages of a page, and what every page needs for it."""

from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import asset
from phusong.reporting.wording import said

SHOWN = ("vi", "en", "both")
"""What a page may show first: a language, or both."""

LANGUAGE = said("Language")
_BUTTONS = (("vi", "Tiếng Việt"), ("en", "English"), ("both", "VI + EN"))


def root_attributes(language: str) -> str:
    """Attributes of the root element of a page with a switch.

    Without the script both languages are seen.

    Parameters
    ----------
    language
        What the page shows first: ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        Markup for the inside of the tag.
    """
    first = "en" if language == "en" else "vi"
    return f'lang="{first}" data-language="both" data-default="{text(language)}"'


def switch_head() -> str:
    """Style and script of the switch, for the head of a page: the script runs before it is seen.

    Returns
    -------
    str
        Markup.
    """
    return f"<style>{asset('language.css')}</style>\n<script>{asset('language.js')}</script>\n"


def switch_html() -> str:
    """The switch itself: a button for each language; hidden where no script runs.

    Returns
    -------
    str
        Markup.
    """
    buttons = "".join(
        f'<button type="button" class="always" data-to-language="{language}" aria-pressed="false"'
        + (f' lang="{language}">' if language in {"vi", "en"} else ">")
        + f'<span class="t">{text(words)}</span></button>'
        for language, words in _BUTTONS
    )
    return (
        f'<div class="languages" role="group" {LANGUAGE.attribute("aria-label")} hidden>'
        f"{buttons}</div>"
    )


def title_html(title: Bilingual) -> str:
    """Title of a page; the switch changes it.

    Parameters
    ----------
    title
        The words.

    Returns
    -------
    str
        The element.
    """
    if title.vi == title.en:
        return f"<title>{text(title.vi)}</title>"
    words = f'data-vi="{text(title.vi)}" data-en="{text(title.en)}"'
    return f"<title {words}>{text(title.plain)}</title>"
