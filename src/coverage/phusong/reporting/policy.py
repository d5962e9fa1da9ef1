"""What a page may run and load: its content security policy, and a search for leaks."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from phusong.errors import DataError

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_SEAL = re.compile(
    r'\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="[^"]*">'
    r'\n<meta name="referrer" content="no-referrer">'
)
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]*)['"]?\s*\)""", re.IGNORECASE)
_LOADING = frozenset({"src", "srcset", "data", "poster", "background"})
_LOADING_LINKS = frozenset({"link", "use", "image", "base"})


def sealed(page: str, *, inner: tuple[str, ...] = ()) -> str:
    """Put the content security policy first in a page's head.

    Parameters
    ----------
    page
        A finished page: what is changed afterwards will not run.
    inner
        Pages that frames of this page hold. A frame inherits the policy of the page around
        it, so their scripts must be named too.

    Returns
    -------
    str
        The page with the policy in its head.
    """
    hashes = dict.fromkeys(h for part in (page, *inner) for h in _script_hashes(part))
    scripts = " ".join(f"'sha256-{h}'" for h in hashes) or "'none'"
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "font-src data:; img-src data: blob:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'"
    )
    head, tag, rest = page.partition("<head>")
    if not tag:
        raise DataError("page has no <head>; a policy cannot be put into it")
    return (
        f'{head}{tag}\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="referrer" content="no-referrer">{rest}'
    )


def unsealed(page: str) -> str:
    """Take away what ``sealed`` put into a page, so that it may be changed and sealed again.

    Parameters
    ----------
    page
        A page, sealed or not.

    Returns
    -------
    str
        The page without a policy of ours.
    """
    return _SEAL.sub("", page, count=1)


def closed(page: str, what: str = "page") -> str:
    """A page that makes the browser fetch nothing when it is opened.

    Parameters
    ----------
    page
        A page, frames with inline documents included.
    what
        What the error calls it.

    Returns
    -------
    str
        The same page.

    Raises
    ------
    DataError
        It would load something from outside.
    """
    outside = loaded_from_outside(page)
    if outside:
        raise DataError(f"{what} would load {', '.join(outside)} from outside; nothing may be")
    return page


def loaded_from_outside(page: str) -> list[str]:
    """Everything that opening a page would make the browser fetch.

    Parameters
    ----------
    page
        A page, frames with inline documents included.

    Returns
    -------
    list of str
        Addresses, once each; empty when the page is self-contained. Links to click on do not
        count.
    """
    finder = _OutsideFinder()
    finder.feed(page)
    finder.close()
    return list(dict.fromkeys(finder.found))


class _OutsideFinder(HTMLParser):
    """Collects the addresses that a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at every attribute that loads."""
        self._in_style = tag == "style"
        for name, value in attrs:
            if not value:
                continue
            if name in _LOADING or (tag in _LOADING_LINKS and name in {"href", "xlink:href"}):
                self._note(value)
            elif name == "style":
                self._note_css(value)
            elif name == "srcdoc":
                self.found += loaded_from_outside(value)
            elif tag == "meta" and name == "http-equiv" and value.lower() == "refresh":
                self.found.append("meta refresh")

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        """Look at the addresses of a style sheet."""
        if self._in_style:
            self._note_css(data)

    def _note(self, address: str) -> None:
        if not address.strip().lower().startswith(("data:", "blob:", "#")):
            self.found.append(address[:200])

    def _note_css(self, css: str) -> None:
        for address in _CSS_URL.findall(css):
            self._note(address)
        if "@import" in css.lower():
            self.found.append("@import")


def _script_hashes(page: str) -> Iterator[str]:
    for attributes, code in _SCRIPT.findall(page):
        if "application/json" not in attributes:
            yield base64.b64encode(hashlib.sha256(code.encode("utf-8")).digest()).decode("ascii")
