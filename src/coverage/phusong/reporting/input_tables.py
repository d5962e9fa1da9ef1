"""What a study was made from, as tables for readers."""

from collections.abc import Sequence

from phusong.geo.network import Network
from phusong.reporting.facts import Column, Source
from phusong.reporting.notices import UNVERIFIED, VERIFIED, licence_words, source_words
from phusong.reporting.page_tables import PageTable
from phusong.reporting.wording import said, sourced
from phusong.reporting.words import field_names, gathered_assumptions
from phusong.study import Study

_TOTAL = said("Total")


def source_table(sources: Sequence[Source]) -> PageTable:
    """Where the inputs come from.

    Parameters
    ----------
    sources
        Origins of the inputs.

    Returns
    -------
    PageTable
        One row per input.
    """
    return PageTable(
        title=said("Data sources"),
        columns=(
            Column(said("Data")),
            Column(said("Attribution")),
            Column(said("Licence")),
            Column(said("Source, date, file")),
        ),
        rows=tuple(
            (s.name, sourced(s.attribution), licence_words(s.licence), sourced(s.detail))
            for s in sources
        ),
    )


def network_table(study: Study, network: Network) -> PageTable:
    """Sites and sectors of each operator.

    Parameters
    ----------
    study
        Operators.
    network
        The tower list as read.

    Returns
    -------
    PageTable
        One row per operator, and the total.
    """
    on_air = set(network.on_air().sectors)
    rows = []
    for operator in study.operators:
        sectors = [s for s in network.sectors if s.operator == operator.name]
        live = [s for s in sectors if s in on_air]
        rows.append(
            (
                operator.name,
                len({s.site_id for s in sectors}), len({s.site_id for s in live}),
                len(sectors), len(live), sum(bool(s.filled) for s in live),
            )
        )  # fmt: skip
    return PageTable(
        title=said("The network as read"),
        columns=(
            Column(said("Operator")),
            Column(said("Sites")),
            Column(said("Of them on air")),
            Column(said("Sectors")),
            Column(said("Of them on air")),
            Column(said("With a filled field")),
        ),
        rows=tuple(rows),
        total=(_TOTAL, *(sum(int(row[i]) for row in rows) for i in range(1, 6))),
        note=said("Only what is on air is counted as coverage."),
    )


def filled_table(network: Network) -> PageTable:
    """Fields that the tower list lacked.

    Parameters
    ----------
    network
        The tower list as read.

    Returns
    -------
    PageTable
        One row per field that was filled from the study's defaults.
    """
    return PageTable(
        title=said("Missing fields, filled from defaults"),
        columns=(
            Column(said("Field")),
            Column(said("Column")),
            Column(said("Sectors filled")),
        ),
        rows=tuple(
            (field_names([column]), column, count)
            for column, count in sorted(network.filled.items())
        ),
    )


def assumption_table(study: Study) -> PageTable:
    """Every assumed number of a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    PageTable
        One row per assumption.
    """
    return PageTable(
        title=said("Assumptions"),
        columns=(
            Column(said("Assumption")),
            Column(said("Value")),
            Column(said("Standing")),
            Column(said("Source")),
        ),
        rows=tuple(
            (
                a.name, a.value, VERIFIED if a.verified else UNVERIFIED,
                source_words(a),
            )
            for a in gathered_assumptions(study.assumptions(), study)
        ),
    )  # fmt: skip
