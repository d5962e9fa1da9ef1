"""The models that ``phusong path`` knows: from a checked link to the keys that are added."""

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from phusong.errors import DataWarning, DomainError
from phusong.sources.link_objects import (
    Cost231LinkObject,
    DistanceLinkObject,
    EhataLinkObject,
    FreeSpaceLinkObject,
    HataLinkObject,
    ItmLinkObject,
    LinkObject,
    P1812LinkObject,
    RmaLinkObject,
    SharedLinkObject,
    SightLinkObject,
    UmaLinkObject,
)

Results = dict[str, Any]
ELSEWHERE_KM, ELSEWHERE_SHARE = 0.5, 0.05
"""How far coordinates and length may disagree: rounded coordinates, another Earth."""


@dataclass(frozen=True)
class LinkModel:
    """A model that ``phusong path`` knows.

    Parameters
    ----------
    schema
        What its link objects look like.
    results
        From a checked link to the keys that are added; ``intermediate`` is always among them.
    """

    schema: type[LinkObject]
    results: Callable[[Any], Results]


def _p1812_results(link: P1812LinkObject) -> Results:
    """Loss and field strength by ITU-R P.1812."""
    from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss  # noqa: PLC0415

    values = link.model_dump(exclude={"model"})
    profile = {key: values.pop(key) for key in P1812Profile.__dataclass_fields__}
    result = p1812_loss(P1812Profile(**profile), link=P1812Link(**values))
    _say_if_elsewhere(link)
    return {
        "basic_transmission_loss_db": result.basic_transmission_loss_db,
        "field_strength_dbuvm_1kw": result.field_strength_dbuvm_1kw,
        # NaN stands for a step that this path does not take; JSON has null for it
        "intermediate": {
            symbol: None if value != value else value  # noqa: PLR0124 — true for NaN alone
            for symbol, value in result.intermediates.items()
        },
    }


def _say_if_elsewhere(link: P1812LinkObject) -> None:
    """Warn of ends that are not as far apart as the profile is long: a link copied wrongly."""
    from phusong.models.sight import EARTH_RADIUS_KM  # noqa: PLC0415

    tx, rx = math.radians(link.latitude_tx), math.radians(link.latitude_rx)
    turn = math.radians(link.longitude_rx - link.longitude_tx)
    half_chord = math.hypot(
        math.sin((rx - tx) / 2.0), math.sqrt(math.cos(tx) * math.cos(rx)) * math.sin(turn / 2.0)
    )
    apart_km = 2.0 * EARTH_RADIUS_KM * math.asin(min(1.0, half_chord))
    length_km = link.distance_km[-1]
    if not abs(apart_km - length_km) <= ELSEWHERE_KM + ELSEWHERE_SHARE * length_km:
        warnings.warn(
            f"the ends are {apart_km:.2f} km apart by their coordinates, the profile is "
            f"{length_km:.2f} km long; check the coordinates, or the profile",
            DataWarning,
            stacklevel=2,
        )


def _itm_results(link: ItmLinkObject) -> Results:
    """Loss by Longley-Rice ITM, with its warning bits."""
    from phusong.models.itm import ItmConditions, itm_point_to_point  # noqa: PLC0415

    _check_equal_steps(link, "ITM")
    _say_left_out(link, "ITM", ("clutter_height_m", "zone"))
    names = ItmConditions.__dataclass_fields__
    result = itm_point_to_point(
        link.height_m,
        step_m=link.step_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        conditions=ItmConditions(**{name: getattr(link, name) for name in names}),
    )
    return {
        "basic_transmission_loss_db": result.basic_transmission_loss_db,
        "warnings": result.warnings,
        "intermediate": result.by_symbol,
    }


def _free_space_results(link: FreeSpaceLinkObject) -> Results:
    """Loss over the slant distance, ground heights counted where they are given."""
    from phusong.models.free_space import free_space_loss_db  # noqa: PLC0415

    length_m = _length_m(link)
    _say_left_out(link, "free space", [key for key in _STATISTICAL if key != "height_m"])
    ground = link.height_m or [0.0, 0.0]
    rise_m = ground[-1] + link.rx_height_m - ground[0] - link.tx_height_m
    slant_m = math.hypot(length_m, rise_m)
    loss = free_space_loss_db(slant_m, frequency_mhz=link.frequency_mhz)
    return {"basic_transmission_loss_db": float(loss), "intermediate": {"d_m": slant_m}}


def _hata_results(link: HataLinkObject) -> Results:
    """Loss by Okumura-Hata."""
    from phusong.models.hata import hata_loss_db  # noqa: PLC0415

    length_m = _length_m(link)
    _say_left_out(link, "Okumura-Hata", _STATISTICAL)
    loss = hata_loss_db(
        length_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        surroundings=link.surroundings,
        city_size=link.city_size,
    )
    return {"basic_transmission_loss_db": float(loss), "intermediate": {"d_m": length_m}}


def _cost231_results(link: Cost231LinkObject) -> Results:
    """Loss by COST 231-Hata."""
    from phusong.models.hata import cost231_loss_db  # noqa: PLC0415

    length_m = _length_m(link)
    _say_left_out(link, "COST 231-Hata", _STATISTICAL)
    loss = cost231_loss_db(
        length_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        city_size=link.city_size,
    )
    return {"basic_transmission_loss_db": float(loss), "intermediate": {"d_m": length_m}}


def _ehata_results(link: EhataLinkObject) -> Results:
    """Loss by extended Hata over the profile, with every correction."""
    from phusong.models.ehata import ehata_point_to_point  # noqa: PLC0415

    _check_equal_steps(link, "extended Hata")
    _say_left_out(link, "extended Hata", ("clutter_height_m", "zone", "time_percent"))
    result = ehata_point_to_point(
        link.height_m,
        step_m=link.step_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        surroundings=link.surroundings,
        location_percent=link.location_percent,
    )
    parts = asdict(result)
    return {
        "basic_transmission_loss_db": parts.pop("basic_transmission_loss_db"),
        "intermediate": parts,
    }


def _rma_results(link: RmaLinkObject) -> Results:
    """Loss by TR 38.901 RMa."""
    from phusong.models.tr38901 import tr38901_rma  # noqa: PLC0415

    return _sight_results(
        link,
        "TR 38.901 RMa",
        tr38901_rma,
        street_width_m=link.street_width_m,
        building_height_m=link.building_height_m,
    )


def _uma_results(link: UmaLinkObject) -> Results:
    """Loss by TR 38.901 UMa."""
    from phusong.models.tr38901 import tr38901_uma  # noqa: PLC0415

    return _sight_results(link, "TR 38.901 UMa", tr38901_uma)


def _sight_results(
    link: SightLinkObject, name: str, model: Callable[..., Any], **more: float
) -> Results:
    """Loss by a model of 3GPP, the sight taken from the profile where it is not given."""
    length_m = _length_m(link)
    visibility = link.visibility or _visibility(link)
    used = ("height_m", "clutter_height_m") if link.visibility is None else ()
    _say_left_out(link, name, [key for key in _STATISTICAL if key not in used])
    result = model(
        length_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        visibility=visibility,
        **more,
    )
    return {
        "basic_transmission_loss_db": float(result.basic_transmission_loss_db),
        "visibility": visibility,
        "shadow_sigma_db": float(result.shadow_sigma_db),
        "line_of_sight_share": float(result.line_of_sight_share),
        "intermediate": {"d_m": length_m},
    }


def _visibility(link: SightLinkObject) -> str:
    """Whether the direct ray is free, from the profile."""
    from phusong.models.sight import direct_sight  # noqa: PLC0415

    if link.height_m is None:
        raise DomainError(
            "visibility is missing; give 'los' or 'nlos', or height_m to see it from the terrain"
        )
    sight = direct_sight(
        link.height_m,
        distance_km=link.distance_km,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        frequency_mhz=link.frequency_mhz,
        delta_n=link.delta_n,
        clutter_height_m=link.clutter_height_m,
    )
    return "los" if sight.visible else "nlos"


_STATISTICAL = ("height_m", "clutter_height_m", "zone", "time_percent", "location_percent")
"""Keys that a model without terrain and without statistics leaves out."""

_MEDIAN = 50.0


def _say_left_out(link: SharedLinkObject, name: str, keys: Sequence[str]) -> None:
    """Warn of keys that were given and do not enter a model."""
    given = [
        key
        for key in keys
        if key in link.model_fields_set and getattr(link, key) not in (None, _MEDIAN)
    ]
    if given:
        do, they = ("does", "it was") if len(given) == 1 else ("do", "they were")
        warnings.warn(
            f"{', '.join(given)} {do} not enter {name}; {they} left out", DataWarning, stacklevel=2
        )


def _length_m(link: DistanceLinkObject) -> float:
    """Path length of a model that needs no more [m]."""
    if len(link.distance_km) != 1:
        _check_distances(link.distance_km)
    if not link.distance_km[-1] > 0.0:
        raise DomainError(
            f"distance_km={link.distance_km[-1]:g} is impossible, above 0 km is allowed; "
            "give the path length"
        )
    if link.height_m is not None:
        _check_same_length(link)
    return 1000.0 * link.distance_km[-1]


def _check_same_length(link: SharedLinkObject) -> None:
    """Refuse a ground that does not fit the distances."""
    if link.height_m is not None and len(link.height_m) != len(link.distance_km):
        raise DomainError(
            f"height_m has {len(link.height_m)} values, distance_km has {len(link.distance_km)}; "
            "give one per point"
        )


def _check_distances(distance_km: Sequence[float]) -> None:
    """Refuse distances that do not begin with 0 and ascend."""
    if not distance_km or distance_km[0] != 0.0:
        first = f"[0]={distance_km[0]:g} is not 0" if distance_km else " is empty"
        raise DomainError(f"distance_km{first}; distances count from the transmitter")
    for i in range(1, len(distance_km)):
        if not distance_km[i] > distance_km[i - 1]:
            raise DomainError(
                f"distance_km[{i}]={distance_km[i]:g} is not above distance_km[{i - 1}]="
                f"{distance_km[i - 1]:g}; distances must be strictly ascending"
            )


def _check_equal_steps(link: SharedLinkObject, name: str) -> None:
    """Refuse distances that do not fit the heights; say so where the steps are not equal."""
    distance_km, points = link.distance_km, len(link.distance_km)
    _check_same_length(link)
    if points < 3:
        raise DomainError(
            f"distance_km has {points} values, a profile needs at least 3 points; "
            "sample the terrain more finely"
        )
    _check_distances(distance_km)
    step_km = link.step_m / 1000.0
    if any(abs(distance - i * step_km) > 0.01 * step_km for i, distance in enumerate(distance_km)):
        warnings.warn(
            f"distance_km has unequal steps, {name} takes equal ones of {link.step_m:g} m; "
            "resample the profile",
            DataWarning,
            stacklevel=2,
        )


LINK_MODELS: Mapping[str, LinkModel] = {
    "p1812": LinkModel(P1812LinkObject, _p1812_results),
    "itm": LinkModel(ItmLinkObject, _itm_results),
    "free_space": LinkModel(FreeSpaceLinkObject, _free_space_results),
    "hata": LinkModel(HataLinkObject, _hata_results),
    "cost231": LinkModel(Cost231LinkObject, _cost231_results),
    "ehata": LinkModel(EhataLinkObject, _ehata_results),
    "tr38901_rma": LinkModel(RmaLinkObject, _rma_results),
    "tr38901_uma": LinkModel(UmaLinkObject, _uma_results),
}
"""Every model by the word that stands under ``model``."""
