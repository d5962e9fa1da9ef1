"""Briefs as PDF beside their pages, where a browser that prints is on the machine."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from phusong.errors import StoreError
from phusong.pipeline.session import Session
from phusong.reporting.paper import for_paper, paper_language
from phusong.store.printing import VARIABLE, find_browser, print_pdf, refused


def prints() -> bool:
    """Whether briefs can be printed here.

    Returns
    -------
    bool
        A browser is installed, or named.
    """
    return find_browser() is not None


def print_briefs(session: Session, pages: Iterable[Path]) -> Iterator[Path]:
    """Print each brief beside its page; a study without a browser has pages alone, and says so.

    Parameters
    ----------
    session
        The study in use; is told why nothing was printed.
    pages
        HTML files, on disk already.

    Yields
    ------
    pathlib.Path
        Each PDF, once it is there. None follow when one cannot be printed, and what an earlier
        run printed is removed: it may not say what its page says now.
    """
    browser = find_browser()
    fragment = f"lang={paper_language(session.study.study.language)}"
    why = "" if browser or refused() else "no browser that prints was found; install Chromium"
    for page in pages:
        file = page.with_suffix(".pdf")
        if browser and not why:
            words = for_paper(page.read_text(encoding="utf-8"))
            try:
                print_pdf(file, words, browser=browser, fragment=fragment)
            except StoreError as error:
                why = str(error)
            else:
                yield file
                continue
        file.unlink(missing_ok=True)
    if why:
        session.study.note(
            f"no PDF of briefs: {why}, or open the page and print it with Ctrl+P "
            f"({VARIABLE} names the browser, empty for none)"
        )
