"""Rasters of a map beyond coverage and level, each with its legend and what it means."""

from collections.abc import Iterator

import numpy as np

from phusong.analysis.gaps import COVERED, UNKNOWN
from phusong.analysis.link_budget import DOWNLINK, UPLINK
from phusong.analysis.reach import ANY
from phusong.analysis.service_quality import (
    RATE_BELOW,
    RATE_FLOOR,
    RATE_GOOD,
    RATE_NONE,
    rate_class,
)
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.layers import RasterLayer
from phusong.reporting.palette import (
    CIVIDIS,
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    ClassStyle,
    percent_classes,
)
from phusong.reporting.relief import UInt8Array
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import said

PERCENT_EDGES = (99, 95, 80, 50, 20)
"""Bands of probability; whatever the study's own lines are, its classes stand beside."""
_NOBODY = 0
_FEWEST = 2
_SPARE = said("Probability of service when the best site of that place is down.")
_DIRECTION = said(
    "Which direction fails first on the way out: the handset no longer hears "
    "the site, or the site the handset."
)


def service_rasters(facts: StudyFacts, key: str, group: Bilingual) -> Iterator[RasterLayer]:
    """Probability, environments, throughput, spare probability and weaker direction.

    Parameters
    ----------
    facts
        Results, cut down to their reader.
    key
        Operator's key, or ``any``.
    group
        Words of the layer control.

    Yields
    ------
    RasterLayer
        Those that the study has for the operator; none where its own map stands for it, which
        tells nothing of the kind.
    """
    if (key, facts.technology) in facts.gaps.basis.told_layers:
        return
    extras = facts.extras
    layer = facts.layers.get((key, facts.technology))
    if layer is not None:
        yield RasterLayer(
            name=said("Probability of service"),
            group=group,
            classes=percent_bands(layer.probability_percent),
            legend=percent_classes(PERCENT_EDGES),
            further=True,
            operator=key,
            column="probability",
        )
    yield from _deepest(facts, key, group)
    if key in extras.rate_mbps:
        yield _rates(facts, key, group)
    if key in extras.spare_percent:
        yield RasterLayer(
            name=said("Spare when a site fails"),
            group=group,
            classes=percent_bands(extras.spare_percent[key]),
            legend=percent_classes(PERCENT_EDGES),
            note=_SPARE,
            further=True,
            operator=key,
            column="spare",
        )
    if key in extras.direction:
        yield RasterLayer(
            name=said("Weaker direction"),
            group=group,
            classes=extras.direction[key],
            legend=_direction_classes(),
            note=_DIRECTION,
            further=True,
            operator=key,
            column="direction",
        )


def percent_bands(percent: UInt8Array) -> UInt8Array:
    """Bands of a probability as class codes.

    Parameters
    ----------
    percent
        Whole percent, 255 unknown [%].

    Returns
    -------
    numpy.ndarray
        0 below the lowest edge, then one more for each edge reached; 255 unknown.
    """
    bands = np.searchsorted(np.sort(PERCENT_EDGES), percent, side="right").astype(np.uint8)
    return np.where(percent == UNKNOWN, np.uint8(UNKNOWN), bands)


def _deepest(facts: StudyFacts, key: str, group: Bilingual) -> Iterator[RasterLayer]:
    """The hardest environment in which a cell is still covered."""
    classes = facts.extras.environments
    named = [name for name in facts.study.environments if (name, key) in classes]
    if not _FEWEST <= len(named) <= len(CIVIDIS):
        return
    who = ANY if (named[0], ANY) in classes else key
    order = sorted(named, key=lambda name: -int((classes[name, who] == COVERED).sum()))
    depth = np.zeros(facts.grid.shape, dtype=np.uint8)
    for step, name in enumerate(order, 1):
        depth[classes[name, key] == COVERED] = step
    depth[classes[order[0], key] == UNKNOWN] = UNKNOWN
    share = f"{100 * facts.study.service.covered.value:g}\u00a0%"
    yield RasterLayer(
        name=said("Where it still serves"),
        group=group,
        classes=depth,
        legend=_environment_classes(facts, order),
        note=said(
            "The hardest environment in which the probability of service is still {share} or more.",
            share=share,
        ),
        further=True,
        operator=key,
        column="environment",
    )


def _environment_classes(facts: StudyFacts, order: list[str]) -> tuple[ClassStyle, ...]:
    """From the environment that most cells serve, code 1, to the hardest one."""
    environments = facts.study.environments
    last = len(CIVIDIS) - 1
    styles = [
        ClassStyle(
            step + 1,
            Bilingual(environments[name].title_vi, environments[name].title_en),
            CIVIDIS[last - round(last * step / (len(order) - 1))],
        )
        for step, name in enumerate(order)
    ]
    nowhere = said("Nowhere")
    return (*reversed(styles), ClassStyle(_NOBODY, nowhere, NO_SIGNAL_COLOUR, hatched=True))


def _rates(facts: StudyFacts, key: str, group: Bilingual) -> RasterLayer:
    quality = facts.study.service.quality
    floor, good = quality.floor.value, quality.good.value
    rates = facts.extras.rate_mbps[key].astype(np.float64)
    legend = (
        ClassStyle(RATE_GOOD, same(f"≥ {good:g} Mbit/s"), COVERED_COLOUR),
        ClassStyle(RATE_FLOOR, same(f"{floor:g} … {good:g} Mbit/s"), (125, 160, 190)),
        ClassStyle(RATE_BELOW, same(f"< {floor:g} Mbit/s"), MARGINAL_COLOUR),
        ClassStyle(RATE_NONE, said("No signal"), NO_SIGNAL_COLOUR, hatched=True),
    )
    return RasterLayer(
        name=said("Download rate"),
        group=group,
        classes=rate_class(rates, floor_mbps=floor, good_mbps=good),
        legend=legend,
        note=said("One user's rate outdoors in the busy hour, as modelled."),
        further=True,
        operator=key,
        column="rate",
    )


def _direction_classes() -> tuple[ClassStyle, ...]:
    return (
        ClassStyle(DOWNLINK, said("Downlink"), COVERED_COLOUR),
        ClassStyle(UPLINK, said("Uplink"), MARGINAL_COLOUR),
        ClassStyle(
            _NOBODY,
            said("No site within the radius"),
            NO_SIGNAL_COLOUR,
            hatched=True,
        ),
    )
