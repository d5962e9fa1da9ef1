"""What measurements say of a study's levels, as tables and sentences for readers."""

import re

import pandas as pd

from phusong.analysis.heard import BEHIND_DEG, FEWEST, LISTED, UNLISTED
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.gap_words import POSITION, position_text
from phusong.reporting.page_tables import PageTable
from phusong.reporting.study_facts import environment_words, operator_words, technology_of
from phusong.reporting.wording import as_told, said
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

NO_MEASUREMENTS = said(
    "This study has no measurements: nothing here says whether the levels are right. Measure, and "
    "put the file into the study with: phusong add STUDY FILE."
)
CORRECTIONS = {
    "offset_db": said("Offset [dB]"),
    "slope_db_per_decade": said("Slope with distance [dB per decade]"),
    "sigma_db": said("Standard deviation of the error [dB]"),
}
LEVELS = {
    "as modelled": said("as modelled"),
    "corrected, held out": said("corrected, where nothing was fitted"),
}
_QUOTED = re.compile(r"row (?P<line>\d+): (?P<values>.*)", re.DOTALL)
_MODEL = Column(said("Model"))
_ENVIRONMENT = Column(said("Environment"))
_TECHNOLOGY = Column(said("Technology"))
_CELLS = said("cells", context="unit")
MOST_NEXT = 10
MOST_NAMED = 5


def fit_table(study: Study, table: pd.DataFrame) -> PageTable:
    """Corrections that were fitted, with their intervals.

    Parameters
    ----------
    study
        Its environments.
    table
        ``calibration/fit.csv``.

    Returns
    -------
    PageTable
        One row per correction.
    """
    rows = tuple(
        (
            *_who(study, row),
            _correction(row.correction),
            row.value_db,
            row.low_db,
            row.high_db,
        )
        for row in table.itertuples()
    )
    columns = (
        _MODEL, _ENVIRONMENT, _TECHNOLOGY, Column(said("Correction")),
        Column(said("Value"), "", 1), Column(said("95 % from"), "", 1), Column(said("to"), "", 1),
    )  # fmt: skip
    return PageTable(
        title=said("What measurements correct"),
        columns=columns,
        rows=rows,
        note=said(
            "Added to modelled levels, so that they agree with measured ones. A model without an "
            "offset here is as good without any correction."
        ),
    )


def _correction(name: str) -> Bilingual:
    if name.startswith("ground_"):
        code = name.removeprefix("ground_").removesuffix("_db")
        return said("Land cover {code} [dB]", code=code)
    return CORRECTIONS.get(name, same(name))


def error_table(study: Study, table: pd.DataFrame) -> PageTable:
    """Errors before and after correction.

    Parameters
    ----------
    study
        Its environments.
    table
        ``calibration/held-out.csv``.

    Returns
    -------
    PageTable
        One row per model, environment and technology.
    """
    rows = tuple(
        (
            *_who(study, row),
            int(row.measured_cells), int(row.cells_without_network), int(row.squares),
            row.mean_error_before_db, row.rms_error_before_db,
            row.mean_error_after_db, row.rms_error_after_db,
        )
        for row in table.itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Measured minus modelled"),
        columns=(
            _MODEL, _ENVIRONMENT, _TECHNOLOGY,
            Column(said("Measured"), _CELLS, 0), Column(said("without network"), _CELLS, 0),
            Column(said("Squares"), "", 0),
            Column(said("Mean error"), "dB", 1), Column(said("RMS error"), "dB", 1),
            Column(said("Mean error, corrected"), "dB", 1),
            Column(said("RMS error, corrected"), "dB", 1),
        ),
        rows=rows,
        note=said(
            "Corrected errors are those of squares that were left out of the fit. Mean and RMS are "
            "of places with a level; places without network count in the fit as lower than the "
            "phone's sensitivity."
        ),
    )  # fmt: skip


def confusion_table(study: Study, table: pd.DataFrame) -> PageTable:
    """Covered and not covered, as modelled and as measured.

    Parameters
    ----------
    study
        Its environments.
    table
        ``calibration/confusion.csv``.

    Returns
    -------
    PageTable
        Two rows per model, environment and technology.
    """
    rows = tuple(
        (
            *_who(study, row),
            LEVELS.get(row.levels, same(row.levels)),
            int(row.true_positive), int(row.false_positive),
            int(row.false_negative), int(row.true_negative),
            100.0 * row.reliability, 100.0 * row.white_zone_reliability,
        )
        for row in table.itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Signal and no signal: the model against the phone"),
        columns=(
            _MODEL, _ENVIRONMENT, _TECHNOLOGY, Column(said("Levels")),
            Column(said("both say signal"), _CELLS, 0),
            Column(said("only the model"), _CELLS, 0),
            Column(said("only the phone"), _CELLS, 0),
            Column(said("neither"), _CELLS, 0),
            Column(said("right where the model says signal"), "%", 1),
            Column(said("right where it says none"), "%", 1),
        ),
        rows=rows,
        note=said(
            "A median level at or above the threshold counts as signal. A road that was driven is "
            "not where people live: measure in villages, too."
        ),
    )  # fmt: skip


def next_table(table: pd.DataFrame) -> PageTable:
    """Where a measurement would settle most.

    Parameters
    ----------
    table
        ``calibration/where-next.csv``.

    Returns
    -------
    PageTable
        The first places.
    """
    rows = tuple(
        (
            int(row.order), position_text(row.latitude, row.longitude), row.people,
            row.people_undecided, 100.0 * row.measured_share,
        )
        for row in table.head(MOST_NEXT).itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Where to measure next"),
        columns=(
            Column(said("Order"), "", 0), POSITION,
            Column(said("People"), "", 0), Column(said("of them undecided"), "", 0),
            Column(said("Measured already"), "%", 1),
        ),
        rows=rows,
        note=said(
            "Squares of one kilometre. Undecided are people times 4 p (1 − p), where p is the "
            "chance of signal."
        ),
    )  # fmt: skip


def left_out_table(table: pd.DataFrame) -> PageTable:
    """Rows of measurements that were not used.

    Parameters
    ----------
    table
        ``calibration/left-out.csv``.

    Returns
    -------
    PageTable
        One row per file and reason.
    """
    rows = tuple(
        (row.file, as_told(row.reason), int(row.rows), _in_words(row.first))
        for row in table.itertuples()
    )
    return PageTable(
        title=said("Rows that were not used"),
        columns=(
            Column(said("File")), Column(said("Reason")), Column(said("Rows"), "", 0),
            Column(said("The first of them")),
        ),
        rows=rows,
    )  # fmt: skip


def _in_words(first: str) -> Bilingual:
    """A row and its values, as a table of rows that are left out quotes them."""
    found = _QUOTED.fullmatch(first)
    if found is None:
        return same(first)
    return said("row {line}: {values}", line=found["line"], values=found["values"])


def cells_table(table: pd.DataFrame) -> PageTable:
    """Cells that telephones heard, by operator, and those that ask for a look at the tower list.

    Parameters
    ----------
    table
        ``calibration/cells.csv``.

    Returns
    -------
    PageTable
        One row per operator and technology.
    """
    rows = []
    for (operator, technology), part in table.groupby(["operator", "technology"], sort=True):
        often = part[part["samples"] >= FEWEST]
        behind = (part["median_off_beam_deg"] > BEHIND_DEG) & (part["samples"] >= FEWEST)
        shares = part["same_site_share"] * part["samples"]
        listed = part[part["match"] == LISTED]
        rows.append(
            (
                operator, technology, len(part), len(listed),
                _some(often[often["match"] == UNLISTED]), _some(part[behind]),
                100.0 * float(shares.sum()) / max(float(listed["samples"].sum()), 1.0),
            )
        )  # fmt: skip
    return PageTable(
        title=said("Cells that were heard, and the tower list"),
        columns=(
            Column(said("Operator")), _TECHNOLOGY, Column(said("Cells heard"), "", 0),
            Column(said("in the list"), "", 0), Column(said("not in the list")),
            Column(said("heard from behind")), Column(said("Best server by the model"), "%", 1),
        ),
        rows=tuple(rows),
        note=said(
            "Cells with three samples or more. One that the list lacks is a site that the study "
            "does not know; one that is heard from behind may have a wrong azimuth. Best server: "
            "the share of samples where the model has the same site."
        ),
    )  # fmt: skip


def _some(cells: pd.DataFrame) -> str:
    """How many, and the first of them by samples."""
    if cells.empty:
        return "0"
    first = cells.sort_values(["samples", "cell_id"], ascending=[False, True])["cell_id"]
    more = " …" if len(first) > MOST_NAMED else ""
    return f"{len(first)}: {', '.join(first.head(MOST_NAMED))}{more}"


def one_comparison(table: pd.DataFrame, who: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of one comparison.

    Parameters
    ----------
    table
        A table of ``calibration/``.
    who
        Model, environment and technology.

    Returns
    -------
    pandas.DataFrame
        Its rows.
    """
    model, environment, technology = who
    return table[
        (table["model"] == model)
        & (table["environment"] == environment)
        & (table["technology"] == technology)
    ]


def models_table(study: Study, table: pd.DataFrame) -> PageTable:
    """People without signal under each of the study's models.

    Parameters
    ----------
    study
        Its models and operators.
    table
        ``gaps/models.csv``.

    Returns
    -------
    PageTable
        One row per operator and model, in the study's first technology.
    """
    names = operator_words(study)
    first, technology = study.propagation.models[0], technology_of(study)
    here = table[
        (table["technology"] == technology)
        & ((table["model"] != first) | (table["receiver_step"] == 1))
    ]
    sums = here.groupby(["operator", "model"], sort=False)[["people", "people_no_signal"]].sum()
    rows = tuple(
        (
            names[key], same(MODEL_NAMES[model]), float(sums.loc[(key, model), "people_no_signal"]),
            100.0 * float(sums.loc[(key, model), "people_no_signal"])
            / max(float(sums.loc[(key, model), "people"]), 1.0),
        )
        for key in names
        for model in study.propagation.models
        if (key, model) in sums.index
    )  # fmt: skip
    return PageTable(
        title=said("Model against model: people without signal"),
        columns=(
            Column(said("Operator")), _MODEL, Column(said("People"), "", 0),
            Column(said("Share"), "%", 1),
        ),
        rows=rows,
        note=said("Within the communes, in the study's first environment and technology."),
    )  # fmt: skip


def _who(study: Study, row: object) -> tuple[Bilingual, Bilingual, Bilingual]:
    model, environment, technology = row.model, row.environment, row.technology  # type: ignore[attr-defined]
    return same(MODEL_NAMES[model]), environment_words(study, environment), same(technology)
