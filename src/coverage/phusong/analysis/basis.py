"""What coverage rests on: computed from sites, told by an operator, or from a list with holes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from phusong.analysis.reach import ANY
from phusong.geo.network import Network
from phusong.geo.places import Communes

Layer = tuple[str, str]
"""Operator's key and technology."""


@dataclass(frozen=True, slots=True)
class SuppliedMap:
    """An operator's own map that stands for its reach.

    Parameters
    ----------
    operator
        Operator's key.
    technology
        For example ``LTE``.
    threshold_dbm
        Level that the operator calls covered; NaN where it does not say [dBm].
    source, date
        Who made the map, and when.
    """

    operator: str
    technology: str
    threshold_dbm: float
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class KnownSites:
    """An operator whose list of sites is known, or bound, to lack some.

    Parameters
    ----------
    operator
        Operator's key.
    listed
        Sites on the air within the communes that the list holds.
    stations
        How many there are; NaN where that is not known [sites].
    crowd_sourced
        Whether the sites are known from reports of phones alone.
    source
        Who says how many there are, and when.
    """

    operator: str
    listed: int
    stations: float
    crowd_sourced: bool
    source: str


@dataclass(frozen=True)
class Basis:
    """What each layer of coverage rests on, where that is not a whole list of sites.

    Parameters
    ----------
    supplied
        Operators' own maps that are in use.
    incomplete
        Operators whose lists lack sites.
    told_layers
        Layers that hold what an operator told, those of all operators together among them.
    known_only
        Layers whose gaps are only those of the known sites.
    """

    supplied: tuple[SuppliedMap, ...] = ()
    incomplete: tuple[KnownSites, ...] = ()
    told_layers: frozenset[Layer] = frozenset()
    known_only: frozenset[Layer] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.told_layers or self.known_only)

    def seen(self, operators: frozenset[str]) -> "Basis":
        """What a reader may know: details of some operators, layers of them and of all together.

        Parameters
        ----------
        operators
            Keys; ``any`` for all together.

        Returns
        -------
        Basis
            The rest of it is gone.
        """
        return Basis(
            tuple(s for s in self.supplied if s.operator in operators),
            tuple(k for k in self.incomplete if k.operator in operators),
            frozenset(layer for layer in self.told_layers if layer[0] in operators),
            frozenset(layer for layer in self.known_only if layer[0] in operators),
        )


COMPUTED = Basis()
"""Every layer is computed from a whole list of sites."""


def basis_of(
    supplied: Sequence[SuppliedMap], incomplete: Sequence[KnownSites], layers: Sequence[Layer]
) -> Basis:
    """Say of each layer what it rests on.

    Parameters
    ----------
    supplied
        Operators' own maps that are in use.
    incomplete
        Operators whose lists lack sites.
    layers
        Every layer that reach is told for.

    Returns
    -------
    Basis
        A layer of all operators, or of all technologies, rests on what each part rests on.
    """
    own = {layer for layer in layers if ANY not in layer}
    told = {(s.operator, s.technology) for s in supplied}
    lacking = {k.operator for k in incomplete}
    known = {layer for layer in own if layer[0] in lacking} - told

    def with_any(found: set[Layer]) -> frozenset[Layer]:
        whole = {*found, *((ANY, technology) for _, technology in found)}
        return frozenset({*whole, *([(ANY, ANY)] if found else [])} & set(layers))

    lists = tuple(k for k in incomplete if any(operator == k.operator for operator, _ in known))
    return Basis(tuple(supplied), lists, with_any(told), with_any(known))


def incomplete_lists(
    network: Network,
    communes: Communes,
    *,
    keys: Mapping[str, str],
    stations: Mapping[str, tuple[float, str]],
) -> tuple[KnownSites, ...]:
    """Find the operators whose list of sites lacks some.

    Parameters
    ----------
    network
        The sectors; those that radiate count.
    communes
        The communes asked about: stations are counted within them.
    keys
        Operators' keys by name.
    stations
        How many stations an operator has in the communes and who says so, by name, where known.

    Returns
    -------
    tuple of KnownSites
        Sorted by key: those with fewer sites than stations, and those known from reports of
        phones alone.
    """
    area = shapely.union_all(communes.frame.geometry.to_numpy())
    shapely.prepare(area)
    inside: dict[str, set[str]] = {}
    for sector in network.sectors:
        here = shapely.intersects_xy(area, sector.easting, sector.northing)
        if here and sector.status == "existing":
            inside.setdefault(sector.operator, set()).add(sector.site_id)
    found = []
    for name, key in sorted(keys.items(), key=lambda item: item[1]):
        count, source = stations.get(name, (float("nan"), ""))
        listed, crowd = len(inside.get(name, ())), name in network.crowd_sourced
        if crowd or listed < count:
            found.append(KnownSites(key, listed, count, crowd, source))
    return tuple(found)


def not_to_rank(basis: Basis, technology: str, *, rank_incomplete: bool) -> tuple[str, ...]:
    """Operators for whom no ranking is made: a site that is not known may serve already.

    Parameters
    ----------
    basis
        What each layer rests on.
    technology
        The technology that is planned.
    rank_incomplete
        Whether the study asks for a ranking all the same.

    Returns
    -------
    tuple of str
        Their keys, sorted.
    """
    if rank_incomplete:
        return ()
    lacking = {k.operator for k in basis.incomplete}
    return tuple(sorted(key for key in lacking if (key, technology) in basis.known_only))
