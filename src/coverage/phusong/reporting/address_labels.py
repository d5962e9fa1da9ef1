"""Labels with the address codes of a village's households, for printing on A4."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phusong.reporting.escape import text
from phusong.reporting.facts import UNKNOWN, Bilingual, same
from phusong.reporting.inlining import asset
from phusong.reporting.shell import document
from phusong.reporting.wording import amount, joined, said

FOLDER = "address-labels"
INDEX = f"{FOLDER}/index.html"
_LONGEST_ID = 60
"""Letters of a village's id in the name of its files: disks take 255 bytes."""
PER_SHEET = 14
"""Two columns of seven labels; the words on practice data fit above them."""
_STYLE = """
.sheet { display: grid; grid-template-columns: repeat(2, 1fr); gap: 2mm; max-width: 190mm; }
.label { box-sizing: border-box; height: 31mm; padding: 2mm 3mm; border: 1px dashed #777;
  overflow: hidden; break-inside: avoid; }
.label b { display: block; font: 700 17pt/1.2 ui-monospace, monospace; }
.label span { display: block; font-size: 9pt; line-height: 1.25; overflow-wrap: anywhere; }
.label .trial { color: #555; font-size: 8pt; }
.label .trial span { display: inline; font-size: inherit; }
@page { size: A4; margin: 12mm 10mm; }
@media print { .sheet { break-after: page; max-width: none; }
  .sheet:last-child { break-after: auto; } h1, .note, .up { display: none; } }
"""


def label_file(commune_code: str, village_id: str, number: int) -> str:
    """Where the labels of a village lie, relative to the index, without an ending.

    Parameters
    ----------
    commune_code, village_id
        Of the village; empty for households that name none.
    number
        Of the village among all; keeps files apart whose villages differ in marks only.

    Returns
    -------
    str
        In plain letters.

    Examples
    --------
    >>> label_file("02764", "Dìn Chin/1", 3)
    'address-labels/003-02764-din-chin-1'
    """
    letters = unicodedata.normalize("NFD", village_id.casefold().replace("đ", "d"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST_ID].strip("-")
    parts = [f"{number:03}", commune_code, words]
    return f"{FOLDER}/{'-'.join(re.sub('[^A-Za-z0-9-]', '', part) for part in parts if part)}"


@dataclass(frozen=True)
class LabelledVillage:
    """A village whose labels are written.

    Parameters
    ----------
    stem
        Where they lie, without an ending; see :func:`label_file`.
    village, commune
        Names; the village's may be empty.
    households, shared
        Households, and those that share a cell of 3 m.
    """

    stem: str
    village: str
    commune: str
    households: int
    shared: int


def label_index(
    villages: Sequence[LabelledVillage],
    *,
    practice: Bilingual | None,
    language: str = "vi",
) -> str:
    """The page that leads to the labels and the list of each village.

    Parameters
    ----------
    villages
        In the order of the files.
    practice
        Words of the banner when practice data went in, else None.
    language
        What the page shows first.

    Returns
    -------
    str
        The page, self-contained.
    """
    title = said("Address labels by village")
    columns = (
        said("Commune"), said("Village"), said("Households", context="column"),
        said("Share a cell of 3 m"), said("Labels"), said("List"),
    )  # fmt: skip
    counts = columns[2:4]
    head = "".join(
        f'<th scope="col"{" class=n" if column in counts else ""}>{column.html()}</th>'
        for column in columns
    )
    rows = "\n".join(_line(village) for village in villages)
    up = f'<a href="../index.html">{said("Index").html()}</a>'
    body = (
        f'<header class="brief"><h1>{title.html()}</h1></header><nav class="commune">{up}</nav>'
        '<main><section><div class="scroll" tabindex="0" role="region" '
        f"{title.attribute('aria-label')}><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
        "</section></main>"
    )
    return document(
        title=title,
        body=body,
        practice=practice,
        styles=asset("brief.css") + asset("commune.css"),
        language=language,
    )


def _line(village: LabelledVillage) -> str:
    file = village.stem.removeprefix(f"{FOLDER}/")
    named = village.village or UNKNOWN
    return (
        f'<tr><th scope="row">{same(village.commune).html()}</th><td>{same(named).html()}</td>'
        f'<td class="n">{amount(village.households).html()}</td>'
        f'<td class="n">{amount(village.shared).html()}</td>'
        f'<td><a href="{text(file)}.html">{said("Print").html()}</a></td>'
        f'<td><a href="{text(file)}.csv">{same("CSV").html()}</a></td></tr>'
    )


def label_page(
    rows: Sequence[Mapping[str, object]],
    *,
    village: str,
    commune: str,
    practice: Bilingual | None,
    marking: str = "",
    language: str = "vi",
) -> str:
    """Sheets of labels, one label for each household.

    Parameters
    ----------
    rows
        ``point_id``, ``address_code``, ``in_cell`` (households that share its cell of 3 m) and
        ``short_code_experimental``.
    village, commune
        Their names; the village's may be empty.
    practice
        Words of the banner when practice data went in, else None.
    marking
        Words that stand on the page.
    language
        What the page shows first, and so what is printed.

    Returns
    -------
    str
        The page, self-contained.
    """
    place = ", ".join(filter(None, (village, commune)))
    title = said("Address labels: {place}", place=place)
    sheets = [rows[start : start + PER_SHEET] for start in range(0, len(rows), PER_SHEET)]
    body = "\n".join(
        '<section class="sheet">\n'
        + "\n".join(_label(row, place, practice) for row in sheet)
        + "\n</section>"
        for sheet in sheets
    )
    shared = sum(int(str(row["in_cell"])) > 1 for row in rows)
    told = [
        said(
            "{households} households; {shared} share a cell of 3 m and have a number after the "
            "slash.",
            households=len(rows), shared=shared,
        )
    ]  # fmt: skip
    if any(str(row["short_code_experimental"]) for row in rows):
        told.append(said("The short code of 12 characters is experimental."))
    up = f'<p class="up"><a href="index.html">{said("Address labels by village").html()}</a></p>'
    note = joined(told, " ").html()
    head = f'{up}<h1>{title.html()}</h1>\n<p class="note">{note}</p>'
    return document(
        title=title,
        body=f"<main>\n{head}\n{body}\n</main>",
        practice=practice,
        marking=marking,
        styles=_STYLE,
        language=language,
    )


def _label(row: Mapping[str, object], place: str, practice: Bilingual | None) -> str:
    short = str(row["short_code_experimental"])
    lines = [
        f'<b class="t">{text(str(row["address_code"]))}</b>',
        same(str(row["point_id"])).html(),
        same(place).html(),
    ]
    if short:
        trial = said("{short} (experimental)", short=short)
        lines.append(f'<span class="trial">{trial.html()}</span>')
    if practice is not None:
        lines.append(f'<span class="trial">{practice.html()}</span>')
    return f'<div class="label">{"".join(lines)}</div>'
