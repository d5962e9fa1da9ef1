"""Which layers an operator's own map stands for, and what every layer rests on."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phusong.analysis.basis import (
    Basis,
    KnownSites,
    Layer,
    SuppliedMap,
    basis_of,
    incomplete_lists,
)
from phusong.analysis.supplied import SuppliedServer
from phusong.geo.lattice import Lattice
from phusong.geo.network import Network
from phusong.geo.own_coverage import OwnCoverage, at_receivers
from phusong.geo.tiles import Tile
from phusong.pipeline.inputs import Inputs
from phusong.reporting.basis_words import KNOWN_SITES, SUPPLIED, plain
from phusong.study import CoverageInput, Study


def supplied_maps(study: Study, network: Network) -> dict[Layer, CoverageInput]:
    """Operators' own maps that stand for their reach.

    Parameters
    ----------
    study
        The maps.
    network
        The sectors that radiate today: an operator with a sector in the technology is computed,
        unless the study says that the map counts instead of the sites.

    Returns
    -------
    dict
        What the study says of a map, by operator's key and technology.
    """
    keys = {op.name: op.key for op in study.operators}
    with_sites = {(keys[s.operator], s.technology) for s in network.sectors}
    found = {
        (study.operator_key(given.operator), given.technology): given
        for given in study.inputs.operator_coverage
    }
    return {
        layer: given
        for layer, given in sorted(found.items())
        if given.use == "instead-of-sites" or layer not in with_sites
    }


def unused_maps(study: Study, network: Network) -> tuple[str, ...]:
    """Say which maps are left aside because the sites themselves are known.

    Parameters
    ----------
    study
        The maps.
    network
        The sectors that radiate today.

    Returns
    -------
    tuple of str
        One line per map, in both languages.
    """
    used = supplied_maps(study, network)
    return tuple(
        f"{given.operator} có trạm {given.technology}, nên bản đồ vùng phủ {Path(given.file).name} "
        f"không được dùng. / {given.operator} has {given.technology} sites, so its coverage map "
        f'{Path(given.file).name} is not used; use = "instead-of-sites" takes the map'
        for given in study.inputs.operator_coverage
        if (study.operator_key(given.operator), given.technology) not in used
    )


def supplied_servers(
    inputs: Inputs,
    layers: frozenset[Layer],
    environment: str,
    lattice: Lattice,
    tile: Tile | None = None,
) -> Mapping[Layer, SuppliedServer]:
    """Operators' own maps as best servers of one environment.

    Parameters
    ----------
    inputs
        What the study reads.
    layers
        Operators' keys and technologies whose maps count.
    environment
        Service environment; a map for another one says nothing here.
    lattice
        Where receivers stand.
    tile
        The part of the lattice's grid that is asked for; all of it when None.

    Returns
    -------
    dict
        By operator's key and technology.
    """
    marginal = round(100 * inputs.study.service.marginal.value)
    maps = {(c.operator, c.technology): at_receivers(c, lattice) for c in inputs.own_coverage}
    return {
        layer: SuppliedServer(
            lattice.grid,
            maps[layer] if maps[layer].environment == environment else None,
            marginal_percent=marginal,
            tile=tile,
        )
        for layer in sorted(layers)
    }


def lacking_sites(study: Study, inputs: Inputs) -> tuple[KnownSites, ...]:
    """Operators whose lists lack sites, as far as the study knows.

    Parameters
    ----------
    study
        How many stations operators have.
    inputs
        What the study reads.

    Returns
    -------
    tuple of KnownSites
        Sorted by key.
    """
    return incomplete_lists(
        inputs.network.on_air(),
        inputs.communes,
        keys={op.name: op.key for op in study.operators},
        stations={
            op.name: (
                op.stations.value,
                " · ".join(filter(None, (op.stations.source, op.stations_date))),
            )
            for op in study.operators
            if op.stations is not None
        },
    )


def study_basis(inputs: Inputs, layers: tuple[Layer, ...]) -> Basis:
    """What each layer of a study rests on.

    Parameters
    ----------
    inputs
        What the study reads.
    layers
        Every layer that reach is told for.

    Returns
    -------
    Basis
        Operators' own maps in use, and lists that lack sites.
    """
    study = inputs.study
    supplied = [
        SuppliedMap(
            operator, technology,
            float("nan") if given.threshold is None else given.threshold.value,
            given.source, given.date,
        )
        for (operator, technology), given in supplied_maps(study, inputs.network.on_air()).items()
    ]  # fmt: skip
    return basis_of(supplied, lacking_sites(study, inputs), layers)


def basis_facts(basis: Basis, maps: Sequence[OwnCoverage]) -> dict[str, Any]:
    """What the manifest says of operators' own maps and of lists that lack sites.

    Parameters
    ----------
    basis
        What each layer rests on.
    maps
        Operators' own maps as read.

    Returns
    -------
    dict
        Nothing where every layer is computed from whole lists.
    """
    used = {(s.operator, s.technology): s for s in basis.supplied}
    told = [
        {
            "operator": m.operator, "technology": m.technology, "basis": plain(SUPPLIED),
            "in_use": (m.operator, m.technology) in used,
            "environment": m.environment, "source": m.source, "date": m.date,
            "threshold_dbm": _number(m.threshold_dbm),
            "cells_covered": int(m.covered.sum()), "cells_marginal": int(m.marginal.sum()),
            "cells_outside": m.outside_cells, "cells_without_value": m.empty_cells,
            "cells_unknown": m.unknown_cells,
        }
        for m in maps
    ]  # fmt: skip
    lacking = [
        {
            "operator": k.operator, "basis": plain(KNOWN_SITES), "sites_listed": k.listed,
            "stations": _number(k.stations), "crowd_sourced": k.crowd_sourced, "source": k.source,
        }
        for k in basis.incomplete
    ]  # fmt: skip
    facts = {"operator_coverage": told, "incomplete_lists": lacking}
    return {key: found for key, found in facts.items() if found}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
