"""Speed tests by telephones, as a table for readers."""

import pandas as pd

from phusong.reporting.facts import Column, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.wording import said

NO_SPEED_TESTS = said(
    "This study has no speed tests of telephones. Open ones are had by inputs.speed_tiles and "
    "phusong fetch."
)


def speed_table(table: pd.DataFrame, quarter: str) -> PageTable:
    """Speed tests by commune.

    Parameters
    ----------
    table
        ``speed-tiles/communes.csv``.
    quarter
        When they were made.

    Returns
    -------
    PageTable
        One row per commune; rates are empty where nobody tested.
    """
    rows = tuple(
        (
            same(row.commune), int(row.speed_tiles), int(row.tests), int(row.devices),
            *(None if pd.isna(rate) else float(rate)
              for rate in (row.download_mbps, row.upload_mbps, row.latency_ms)),
            int(row.tiles_without_modelled_signal), int(row.tests_without_modelled_signal),
        )
        for row in table.itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Speed tests of telephones, {quarter}", quarter=quarter),
        columns=(
            Column(said("Commune")),
            Column(said("Squares with tests"), "", 0),
            Column(said("Tests"), "", 0),
            Column(said("Telephones"), "", 0),
            Column(said("Download"), "Mbit/s", 1),
            Column(said("Upload"), "Mbit/s", 1),
            Column(said("Latency"), "ms", 0),
            Column(said("Squares where no signal is modelled"), "", 0),
            Column(said("Tests there"), "", 0),
        ),
        rows=rows,
        note=said(
            "All operators and technologies together, in squares of some 600 m; means over tests. "
            "A square without a test says nothing: nobody tested there. Tests where no signal is "
            "modelled tell of a site that the lists lack, of a model that is too strict, or of a "
            "position that is wrong. They never enter a map of coverage."
        ),
    )
