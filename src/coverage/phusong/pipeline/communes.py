"""Pages of communes on disk: one for each, and one that puts them side by side."""

from collections.abc import Iterator
from pathlib import Path

from phusong.reporting.commune_page import (
    COMPARISON,
    commune_file,
    commune_page,
    comparison_page,
)
from phusong.reporting.study_facts import StudyFacts
from phusong.store.files import write_text


def write_communes(facts: StudyFacts, folder: Path) -> Iterator[Path]:
    """Write the page of every commune, and the comparison.

    Parameters
    ----------
    facts
        What their reader may see.
    folder
        Where ``index.html`` lies.

    Yields
    ------
    pathlib.Path
        Each file, once it is there.
    """
    file = folder / COMPARISON
    write_text(file, comparison_page(facts))
    yield file
    for code, name in facts.places.communes.names.items():
        file = folder / commune_file(code, name)
        write_text(file, commune_page(facts, code))
        yield file
