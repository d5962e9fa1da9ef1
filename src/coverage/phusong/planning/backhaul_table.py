"""Links of a plan as a table, and in words."""

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from phusong.geo.grid import Grid
from phusong.planning.hops import POINT_COLUMNS, End, Link, Links
from phusong.planning.priorities import Priority

COLUMNS = (
    "link", "operator", "kind", "from", "to", "from_latitude", "from_longitude", "to_latitude",
    "to_longitude", "length_m", "clearance_m", "frequency_mhz", "rain_fade_db", "fade_margin_db",
    "mast_height_m", "extra_mast_m", "to_mast_height_m", "option_id", "rank", "capex",
    "opex_per_year", "repurchases", "salvage", "present_value", "currency",
)  # fmt: skip
PROFILE_COLUMNS = ("link", "operator", "from", "to", "option_id", *POINT_COLUMNS)
TEXT = ("from", "to", "kind")
_KINDS_VI = {"microwave": "vi ba", "fibre": "cáp quang", "satellite": "vệ tinh"}


def backhaul_table(
    ranked: Sequence[Priority], grid: Grid, operators: Mapping[str, str]
) -> pd.DataFrame:
    """Links that the ranked options need, each once.

    Parameters
    ----------
    ranked
        Priorities with their links.
    grid
        Frame of the options.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per link, in the order in which they are built; ``option_id`` and ``rank`` are of
        the option that it is built for first. ``to`` is a site of the tower list, another option
        or a relay.
    """
    names = _names(ranked)
    rows: list[dict[str, object]] = []
    for number, priority, link in each_link(ranked):
        operator = priority.option.operator
        rows.append(
            {
                "link": number,
                "operator": operators[operator],
                "kind": link.kind,
                "from": _name(link.start, operator, names),
                "to": "" if link.end is None else _name(link.end, operator, names),
                **_position("from", link.start, grid),
                **_position("to", link.end, grid),
                "length_m": link.length_m,
                "clearance_m": link.clearance_m,
                "frequency_mhz": link.frequency_mhz,
                "rain_fade_db": link.rain_fade_db,
                "fade_margin_db": link.fade_margin_db,
                "mast_height_m": link.mast_m,
                "extra_mast_m": link.extra_mast_m,
                "to_mast_height_m": math.nan if link.end is None else link.end.mast_m,
                "option_id": priority.option.option_id,
                "rank": priority.rank,
                "capex": link.price.capex,
                "opex_per_year": link.price.opex_per_year,
                "repurchases": link.price.wear.repurchases,
                "salvage": link.price.wear.salvage,
                "present_value": link.price.base,
                "currency": priority.option.cost.currency,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def each_link(ranked: Sequence[Priority]) -> Iterator[tuple[int, Priority, Link]]:
    """Links that the ranked options need, each once.

    Parameters
    ----------
    ranked
        Priorities with their links.

    Yields
    ------
    number, priority, link
        Number from 1, the option that the link is built for first, and the link, in the order in
        which they are built.
    """
    seen = set()
    for priority in ranked:
        for link in reversed(priority.path):
            key = (priority.option.operator, link.kind, link.start, link.end)
            if key not in seen:
                seen.add(key)
                yield len(seen), priority, link


def profiles_table(
    ranked: Sequence[Priority], links: Links, operators: Mapping[str, str]
) -> pd.DataFrame:
    """Ground and ray of each microwave hop that the ranked options need.

    Parameters
    ----------
    ranked
        Priorities with their links.
    links
        Terrain and rules of the study.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        A row for each point of each hop, from its new end: ground, the ray, the radius of the
        first Fresnel zone, what the Earth's bulge is in both states of the atmosphere, and the
        height that the ray must not pass below.
    """
    names = _names(ranked)
    parts = []
    for number, priority, link in each_link(ranked):
        if link.kind != "microwave" or link.end is None:
            continue
        operator = priority.option.operator
        points = links.hop_profile(link)
        points.insert(0, "option_id", priority.option.option_id)
        points.insert(0, "to", _name(link.end, operator, names))
        points.insert(0, "from", _name(link.start, operator, names))
        points.insert(0, "operator", operators[operator])
        points.insert(0, "link", number)
        parts.append(points)
    if not parts:
        return pd.DataFrame(columns=list(PROFILE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(PROFILE_COLUMNS)]


def _names(ranked: Sequence[Priority]) -> dict[tuple[str, str], str]:
    """Option by operator and place."""
    return {
        (p.option.operator, _place(p.option.spot.easting, p.option.spot.northing)):
        p.option.option_id
        for p in ranked
    }  # fmt: skip


def _place(easting: float, northing: float) -> str:
    return f"{easting:.0f} {northing:.0f}"


def _name(end: End, operator: str, names: Mapping[tuple[str, str], str]) -> str:
    """Option at the end, a relay mast, or a site of the tower list."""
    if end.name != _place(end.easting, end.northing):
        return end.name
    return names.get((operator, end.name), f"relay-{operator}-{end.name.replace(' ', '-')}")


def _position(which: str, end: End | None, grid: Grid) -> dict[str, float]:
    longitude, latitude = math.nan, math.nan
    if end is not None:
        longitude, latitude = grid.longitude_latitude(end.easting, end.northing)
    return {f"{which}_latitude": latitude, f"{which}_longitude": longitude}


def backhaul_kinds(path: Sequence[Link]) -> str:
    """Kinds of link between an option and what stands already.

    Parameters
    ----------
    path
        Links, the option's own first.

    Returns
    -------
    str
        For example ``microwave`` or ``microwave+fibre``; empty without a link.
    """
    return "+".join(dict.fromkeys(link.kind for link in path))


def backhaul_en(path: Sequence[Link]) -> str:
    """The links in an English sentence.

    Parameters
    ----------
    path
        Links, the option's own first; at least one.

    Returns
    -------
    str
        One sentence.
    """
    parts = []
    for link in path:
        words: str = link.kind
        if link.kind != "satellite":
            words += f" {link.length_m / 1000:.1f} km"
        if link.kind == "microwave":
            words += f" at {link.frequency_mhz / 1000:.0f} GHz"
            words += f", line of sight with {link.clearance_m:.0f} m to spare"
            if not math.isnan(link.rain_fade_db):
                words += f", fade by rain {link.rain_fade_db:.0f} dB"
                words += f" of a margin of {link.fade_margin_db:.0f} dB"
        if link.extra_mast_m > 0:
            words += f" with {link.extra_mast_m:.0f} m more mast"
        parts.append(words)
    return f"Backhaul: {', then '.join(parts)}."


def backhaul_vi(path: Sequence[Link]) -> str:
    """The links in a Vietnamese sentence.

    Parameters
    ----------
    path
        Links, the option's own first; at least one.

    Returns
    -------
    str
        One sentence.
    """
    parts = []
    for link in path:
        words = _KINDS_VI[link.kind]
        if link.kind != "satellite":
            words += f" {link.length_m / 1000:.1f}".replace(".", ",") + " km"
        if link.kind == "microwave":
            words += f" ở {link.frequency_mhz / 1000:.0f} GHz"
            words += f", tầm nhìn thẳng còn dư {link.clearance_m:.0f} m"
            if not math.isnan(link.rain_fade_db):
                words += f", mưa làm suy hao {link.rain_fade_db:.0f} dB"
                words += f" trong {link.fade_margin_db:.0f} dB dự trữ"
        if link.extra_mast_m > 0:
            words += f", thêm {link.extra_mast_m:.0f} m cột"
        parts.append(words)
    return f"Truyền dẫn: {', rồi '.join(parts)}."
