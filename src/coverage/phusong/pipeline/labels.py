"""Labels and lists of household address codes on disk, village by village."""

from collections.abc import Iterator
from pathlib import Path

from phusong.pipeline.session import Session
from phusong.reporting.address_labels import (
    INDEX,
    LabelledVillage,
    label_file,
    label_index,
    label_page,
)
from phusong.reporting.facts import PRACTICE
from phusong.store.files import write_text
from phusong.store.tables import read_csv, write_csv

TEXTS = (
    "point_id", "point_kind", "name", "village_id", "commune_code", "postcode", "plus_code",
    "address_code", "short_code_experimental", "data_status",
)  # fmt: skip


def write_labels(session: Session) -> Iterator[Path]:
    """Write the labels and the list of each village's households, where a study has them.

    Parameters
    ----------
    session
        The study in use; its step ``gaps`` must be done. Only the province gets these files.

    Yields
    ------
    pathlib.Path
        A page and a table for each village, and a page that leads to them.
    """
    study, places = session.study, session.inputs.places
    if places.households is None:
        return
    codes = read_csv(study.output / "gaps" / "address-codes.csv", text=TEXTS)
    own = codes[codes["point_kind"] == "household"]
    villages = dict(zip(places.villages["village_id"], places.villages["name"], strict=True))
    if places.unplaced is not None:
        villages |= dict(zip(places.unplaced["village_id"], places.unplaced["name"], strict=True))
    practice = PRACTICE if study.study.practice_data else None
    labelled = []
    for number, (key, rows) in enumerate(own.groupby(["commune_code", "village_id"]), 1):
        code, village_id = (str(part) for part in key)
        stem = label_file(code, village_id, number)
        village, commune = (
            villages.get(village_id, village_id),
            places.communes.names.get(code, code),
        )
        shared = int((rows["in_cell"] > 1).sum())
        labelled.append(LabelledVillage(stem, village, commune, len(rows), shared))
        page, table = study.output / f"{stem}.html", study.output / f"{stem}.csv"
        write_text(
            page,
            label_page(
                rows.to_dict("records"),
                village=village,
                commune=commune,
                practice=practice,
                language=study.study.language,
            ),
        )
        yield page
        write_csv(table, rows)
        yield table
    index = study.output / INDEX
    write_text(index, label_index(labelled, practice=practice, language=study.study.language))
    yield index
