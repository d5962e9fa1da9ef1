"""What a reader sees of a page, and which of it is in the other language."""

import re
import string
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from playwright.sync_api import Frame, Page

from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import catalogue

READ = r"""() => {
  const found = [], letters = /\p{L}/u;
  const seen = element => element.checkVisibility
    ? element.checkVisibility({ visibilityProperty: true }) : element.getClientRects().length > 0;
  const say = (element, kind, words) => {
    if (!words || !letters.test(words)) return;
    const marked = element.closest('[lang]:not(html)');
    found.push({
      kind, words: words.trim(), language: marked ? marked.lang : '',
      always: element.closest('.always, .highlight, code') !== null,
      data: element.closest('.t:not([lang]), code, pre, math, [data-from-data]') !== null,
      follows: element.getAttribute('data-said') === kind,
      where: element.outerHTML.slice(0, 160),
    });
  };
  document.querySelectorAll('details').forEach(part => { part.open = true; });
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('script, style, template') || !seen(element)) continue;
    for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'aria-description']) {
      say(element, name, element.getAttribute(name));
    }
    if (element.matches("input[type=button], input[type=submit]")) {
      say(element, "value", element.value);
    }
    if (!element.closest('math')) {
      for (const node of element.childNodes) {
        if (node.nodeType === 3) say(element, "text", node.data);
      }
    }
    for (const part of ['::before', '::after']) {
      const written = getComputedStyle(element, part).content.match(/^"(.*)"$/);
      if (written) say(element, part, written[1]);
    }
  }
  say(document.body, 'page title', document.title);
  return found;
}"""
"""Every text, label and generated text that is seen, with the mark of its language."""

SMALL = {
    language: frozenset(words.split())
    for language, words in (
        (
            "en",
            "the of and is are was were with from that which where not for by has have than "
            "this these they their its as at be been but if when who whom each other",
        ),
        (
            "vi",
            "của và là các không có được những này thì để khi nếu mà cũng theo từ với hoặc "
            "trong cho mỗi đã chưa phải",
        ),
    )
}
"""Small words that the other language does not have."""
UNITS = re.compile(r"[\W\d]*(?:(?:km|m|dBm|dB|dBi|MHz|Mbit/s|MB|kB|km²|W|°)[\W\d]*)?")
"""Numbers with their unit, which are read in both languages."""
MOST_SMALL = 1
"""More small words of a language than this make a text one of that language."""


@dataclass(frozen=True)
class Seen:
    """One text that is seen.

    Parameters
    ----------
    kind
        Text, or the attribute that holds it.
    words
        What it says.
    language
        Language that it is marked with; empty for none.
    always
        Whether it is meant to be seen in every language, as a program's text is.
    data
        Whether it is marked as a name or a value of the data.
    follows
        Whether the switch of languages changes the attribute.
    where
        The element.
    """

    kind: str
    words: str
    language: str
    always: bool
    data: bool
    follows: bool
    where: str


def seen(frame: Frame | Page) -> list[Seen]:
    """Every text that is seen in a frame."""
    return [Seen(**one) for one in frame.evaluate(READ)]


def strays(found: Iterable[Seen], language: str) -> Iterator[str]:
    """What a reader of a language meets that is in the other one, or in none."""
    other = "en" if language == "vi" else "vi"
    for one in found:
        if one.always:
            continue
        fault = (
            "marked as the other language" if one.language == other
            else "said in the other language" if _is_message(one.words, other)
            else "reads as the other language" if small_words(one.words, other) > MOST_SMALL
            else "is in both languages" if not one.data and _is_both(one.words)
            else "has no mark"
            if one.kind == "text" and not (one.language or one.data or UNITS.fullmatch(one.words))
            else ""
        )  # fmt: skip
        if fault:
            yield f"{fault}: {one.kind}: {one.words[:160]!r} in {one.where}"


def _is_both(words: str) -> bool:
    """Whether a text is put together of parts in one language and parts in the other."""
    parts = [part.strip() for part in re.split(r" [·/–] ", words)]
    return len(parts) > 1 and all(
        any(part in _plain(language) or small_words(part, language) for part in parts)
        for language in SMALL
    )


def small_words(words: str, language: str) -> int:
    """How many small words of a language a text has; names of files are no words."""
    plain = re.sub(r"\S*[/\\]\S*", " ", unicodedata.normalize("NFC", words).lower())
    parts = re.findall(r"[^\W\d_]+", plain)
    return sum(part in SMALL[language] for part in parts)


def _is_message(words: str, language: str) -> bool:
    """Whether a whole text is a message of the catalogue in a language, and not in the other."""
    bare = " ".join(words.split())
    return bare in _plain(language)


@cache
def _plain(language: str) -> frozenset[str]:
    """Messages without fields that are told otherwise in the other language."""
    both = [
        (forms[0], str(known.string if isinstance(known.string, str) else known.string[0]))
        for (context, forms) in ((key[0], value) for key, value in catalogue.messages().items())
        if (known := _read().get(forms[0], context or None)) is not None
    ]
    said = {"en": {en for en, _ in both}, "vi": {vi for _, vi in both}}
    other = "en" if language == "vi" else "vi"
    return frozenset(
        " ".join(words.split()) for words in said[language] - said[other] if not _fields(words)
    )


@cache
def _read():  # type: ignore[no-untyped-def]
    return catalogue.read_catalogue("vi")


def _fields(words: str) -> bool:
    try:
        return any(name is not None for _, name, _, _ in string.Formatter().parse(words))
    except ValueError:
        return True
