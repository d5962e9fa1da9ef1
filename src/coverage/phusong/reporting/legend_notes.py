"""What the classes of a map mean, in a sentence under its legend."""

import math
from dataclasses import replace
from statistics import NormalDist

from phusong.analysis.basis import Basis, Layer
from phusong.analysis.reach import ANY
from phusong.reporting.basis_words import KNOWN_SITES, SUPPLIED
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.layers import MapContent, RasterLayer
from phusong.reporting.overlays import MAX_SIDE_PX, block_side
from phusong.reporting.wording import joined, said, shortest
from phusong.study import Study

_COMPUTED = Basis()


def coverage_note(
    study: Study, technology: str, basis: Basis = _COMPUTED, operator: str = ANY
) -> Bilingual:
    """When a cell counts as covered, marginal or without signal.

    Parameters
    ----------
    study
        Threshold and probabilities.
    technology
        For example ``LTE``.
    basis
        What each layer rests on.
    operator
        Operator's key; ``any`` for all together.

    Returns
    -------
    Bilingual
        A few sentences.
    """
    layer = (operator, technology)
    if operator != ANY and layer in basis.told_layers:
        return supplied_note(basis, layer)
    level, covered, marginal = _lines(study, technology)
    classes = said(
        "Covered: the level reaches the threshold of {level} with a probability of {covered} or "
        "more. Marginal: {marginal} to below {covered}. No signal: below {marginal}.",
        level=level, covered=covered, marginal=marginal,
    )  # fmt: skip
    return joined((classes, *_direction(study), *_notes(basis, layer)), " ")


def _notes(basis: Basis, layer: Layer) -> list[Bilingual]:
    """What else must stand under a legend."""
    found = []
    if layer in basis.told_layers:
        found.append(said("In part {SUPPLIED}, not computed from sites.", SUPPLIED=SUPPLIED))
    if layer in basis.known_only:
        found.append(said("No signal here means {KNOWN_SITES}.", KNOWN_SITES=KNOWN_SITES))
    return found


def supplied_note(basis: Basis, layer: Layer) -> Bilingual:
    """What the classes of an operator's own map mean.

    Parameters
    ----------
    basis
        What each layer rests on.
    layer
        Operator's key and technology.

    Returns
    -------
    Bilingual
        Who says so, and from which level.
    """
    told = next((m for m in basis.supplied if (m.operator, m.technology) == layer), None)
    level = math.nan if told is None else told.threshold_dbm
    source = "" if told is None else f" ({told.source}, {told.date})"
    from_level = (
        joined((SUPPLIED, same(source)), "")
        if math.isnan(level)
        else said(
            "{SUPPLIED}{source}, covered from {level}",
            SUPPLIED=SUPPLIED, source=source, level=shortest(level, unit="dBm"),
        )
    )  # fmt: skip
    return said(
        "This map is {whose}; not computed from sites, not calibrated. Outside its extent "
        "coverage is unknown.",
        whose=from_level,
    )


def level_note(study: Study, technology: str) -> Bilingual:
    """Why a level above the threshold is not yet covered.

    Parameters
    ----------
    study
        Threshold, probabilities and model error.
    technology
        For example ``LTE``.

    Returns
    -------
    Bilingual
        How the bands of level relate to the classes of coverage.
    """
    level, covered, _ = _lines(study, technology)
    meant = said(
        "Colours show the median level, not yet whether a place is covered. Covered means that "
        "the level reaches the threshold of {level} with a probability of {covered} or more.",
        level=level, covered=covered,
    )  # fmt: skip
    return joined((meant, *_needed(study, technology), *_direction(study)), " ")


def with_picture_notes(content: MapContent) -> MapContent:
    """Say under each legend what its picture leaves out, so that the page stays small.

    Parameters
    ----------
    content
        A map.

    Returns
    -------
    MapContent
        The same map; pictures in which every cell of the frame is drawn keep their words.
    """
    rasters = (
        replace(layer, note=joined((*_kept(layer.note), *left_out), " "))
        if (left_out := _left_out(content, layer))
        else layer
        for layer in content.rasters
    )
    return replace(content, rasters=tuple(rasters))


def _kept(note: Bilingual | None) -> tuple[Bilingual, ...]:
    return () if note is None else (note,)


def _left_out(content: MapContent, layer: RasterLayer) -> tuple[Bilingual, ...]:
    """Where a picture does not show each cell: away from the places, and of a wide frame."""
    rows, cols = layer.classes.shape
    cell_m, found = content.grid.resolution_m, []
    if content.near is not None and not content.near.all():
        side = block_side((rows, cols))
        if layer.further:
            found.append(said("Drawn at the places asked about and near them alone."))
        elif side > 1:
            found.append(
                said(
                    "Away from the places asked about, each block of {side} × {side} cells "
                    "({length}) has the colour of its middle; tables and GeoTIFFs have every cell.",
                    side=side, length=shortest(side * cell_m, unit="m"),
                )
            )  # fmt: skip
    if max(rows, cols) > MAX_SIDE_PX:
        found.append(
            said(
                "The frame has {rows} × {cols} cells, more than the picture has pixels: each of "
                "them shows one cell out of about {length} × {length}.",
                rows=rows, cols=cols,
                length=shortest(round(max(rows, cols) / MAX_SIDE_PX * cell_m), unit="m"),
            )
        )  # fmt: skip
    return tuple(found)


def _lines(study: Study, technology: str) -> tuple[Bilingual, Bilingual, Bilingual]:
    """Threshold and the two probabilities, as readers see them."""
    covered, marginal = (
        shortest(100.0 * chance.value, unit="%")
        for chance in (study.service.covered, study.service.marginal)
    )
    return shortest(study.technologies[technology].threshold.value, unit="dBm"), covered, marginal


def _needed(study: Study, technology: str) -> tuple[Bilingual, ...]:
    """Median level that the model's error alone asks for, when the best sector alone counts."""
    service = study.service
    if service.sites != "best":
        return ()
    error_db = service.model_error.value
    margin_db = NormalDist().inv_cdf(service.covered.value) * error_db
    needed = shortest(round(study.technologies[technology].threshold.value + margin_db), unit="dBm")
    return (
        said(
            "The model's error of {error_db} dB alone asks for a median of about {needed}, and "
            "differences between spots ask for more.",
            error_db=error_db, needed=needed,
        ),
    )  # fmt: skip


def _direction(study: Study) -> tuple[Bilingual, ...]:
    if not study.service.both_directions:
        return ()
    return (said("Where the uplink is weaker, the uplink decides."),)
