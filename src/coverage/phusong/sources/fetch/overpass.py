"""OpenStreetMap by Overpass: villages, facilities, roads, power lines and masts as inputs."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.ranges import Bounds, unbroken
from phusong.store.files import parsed_json, sha256_of, write_whole

SECONDS = 180
"""Longest time that the server may work on a question [s]."""

PLACES = 'node["place"~"^(village|hamlet|isolated_dwelling)$"]["name"]({box});'
FACILITIES = (
    'nwr["amenity"~"^(school|clinic|hospital|doctors|post_office|townhall)$"]({box});'
    'nwr["office"="government"]({box});'
)
ROADS = (
    'way["highway"~"^(motorway|trunk|primary|secondary|tertiary|unclassified|residential|'
    'service|track|road)(_link)?$"]({box});'
)
MASTS = (
    'nwr["man_made"~"^(mast|tower|communications_tower)$"]'
    '[~"^communication:(gsm|umts|lte|nr|[2-5]g)$"~"^yes$"]({box});'
)
POWER_LINES = 'way["power"~"^(line|minor_line)$"]({box});'

_FORMULA = re.compile("^[\\s=+@＝＋－＠\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff-]+")
"""What a spreadsheet takes for the beginning of a formula, and what it skips before that."""

FACILITY_OF = {
    "school": "school",
    "clinic": "clinic",
    "hospital": "clinic",
    "doctors": "clinic",
    "post_office": "postal_point",
    "townhall": "commune_office",
}
"""What ``amenity`` means in a table of facilities."""

Feature = Mapping[str, Any]
TECHNOLOGY_OF = {
    "communication:gsm": "GSM", "communication:2g": "GSM", "communication:umts": "UMTS",
    "communication:3g": "UMTS", "communication:lte": "LTE", "communication:4g": "LTE",
    "communication:nr": "NR", "communication:5g": "NR",
}  # fmt: skip
"""Technology that a tag of a mast stands for."""
_METRES = re.compile(r"(\d+(?:\.\d+)?)\s*m?")
COLUMNS: dict[str, tuple[str, ...]] = {
    "villages": ("village_id", "name", "latitude", "longitude"),
    "towers": (
        "site_id",
        "operator",
        "latitude",
        "longitude",
        "technology",
        "mast_height_m",
    ),
    "facilities": ("facility_id", "kind", "name", "latitude", "longitude"),
}
"""Columns of the tables that are written, by input."""


def overpass(job: Job) -> Iterator[Artefact]:
    """Ask OpenStreetMap for what one input needs, inside the study's frame.

    Parameters
    ----------
    job
        What to fetch; the target is a CSV file of points, or a GeoJSON file of lines.

    Yields
    ------
    Artefact
        The file.

    Raises
    ------
    FetchError
        The server has a fault of its own, or finds nothing.
    """
    asked, write = QUESTIONS[job.source.fills]
    features = ask(job, asked)
    kept = write(features, job.target)
    if not kept:
        raise FetchError(
            f"OpenStreetMap has nothing for inputs.{job.source.fills} in the study's frame; that "
            "does not mean that there is nothing: take the input out of the study file, or use a "
            "list of your own"
        )
    yield Artefact(
        job.target, job.source.url, sha256_of(job.target), job.target.stat().st_size,
        made=f"{kept} of {len(features)} features, question: {asked}",
    )  # fmt: skip


def ask(job: Job, asked: str) -> list[Feature]:
    """Send a question, and take the answer apart.

    Parameters
    ----------
    job
        The source and the frame.
    asked
        Statements of Overpass QL, with ``{box}``.

    Returns
    -------
    list of dict
        The elements, by kind and id.

    Raises
    ------
    FetchError
        The server ran out of time or memory, or its answer cannot be understood.
    """
    boxes = "".join(asked.replace("{box}", box) for box in _boxes(job.bounds))
    question = f"[out:json][timeout:{SECONDS}];({boxes});out geom qt;"
    body = job.wire.text(job.source.url, most_bytes=job.source.most_bytes, form={"data": question})
    try:
        answer = parsed_json(body)
        elements = sorted(
            answer["elements"], key=lambda e: (str(e.get("type")), int(e.get("id", 0)))
        )
        remark = str(answer.get("remark", ""))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise FetchError(
            f"{job.source.hosts[0]} answers with something else than JSON: {body[:160]!r}; "
            "it is busy or the question is too large: try later"
        ) from None
    if "error" in remark.lower():
        raise FetchError(
            f"{job.source.hosts[0]} could not answer the whole question ({remark}); part of an "
            "answer is not used: try later, or with a smaller area"
        )
    return elements


def _boxes(bounds: Bounds) -> list[str]:
    return [
        f"{south:.6f},{west:.6f},{north:.6f},{east:.6f}"
        for west, south, east, north in unbroken(bounds)
    ]


def _name(tags: Mapping[str, str]) -> str:
    return _plain(tags.get("name:vi") or tags.get("name"))


def _plain(words: object) -> str:
    """A name that anybody may have drawn; in a table it must not begin a formula."""
    return _FORMULA.sub("", str(words or "")).strip()


def _middle(feature: Feature) -> tuple[float, float] | None:
    """Latitude and longitude of a node, or of the middle of what a way or relation spans."""
    if "lat" in feature:
        return float(feature["lat"]), float(feature["lon"])
    box = feature.get("bounds")
    if not box:
        return None
    return (box["minlat"] + box["maxlat"]) / 2, (box["minlon"] + box["maxlon"]) / 2


def _identity(feature: Feature) -> str:
    return f"osm-{feature['type'][0]}{feature['id']}"


def _write_rows(target: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> int:
    def write(aside: Path) -> None:
        with aside.open("w", encoding="utf-8-sig", newline="") as stream:
            out = csv.writer(stream, lineterminator="\n")
            out.writerow(header)
            out.writerows(rows)

    write_whole(target, write)
    return len(rows)


def _villages(features: list[Feature], target: Path) -> int:
    rows = [
        (_identity(f), _name(f.get("tags", {})), f"{f['lat']:.7f}", f"{f['lon']:.7f}")
        for f in features
        if "lat" in f and _name(f.get("tags", {}))
    ]
    return _write_rows(target, COLUMNS["villages"], rows)


def _facilities(features: list[Feature], target: Path) -> int:
    rows = []
    for feature in features:
        tags = feature.get("tags", {})
        kind = FACILITY_OF.get(str(tags.get("amenity", "")))
        if kind is None and tags.get("office") == "government":
            kind = "commune_office" if tags.get("admin_level") in {"6", "7", "8"} else None
        place = _middle(feature)
        if kind and place:
            rows.append(
                (_identity(feature), kind, _name(tags), f"{place[0]:.7f}", f"{place[1]:.7f}")
            )
    return _write_rows(target, COLUMNS["facilities"], rows)


def _lines(features: list[Feature], target: Path) -> int:
    drawn = []
    for feature in features:
        points = [[p["lon"], p["lat"]] for p in feature.get("geometry") or () if p]
        if len(points) > 1:
            tags = feature.get("tags", {})
            drawn.append(
                {
                    "type": "Feature",
                    "properties": {
                        "id": _identity(feature),
                        "class": str(tags.get("highway") or tags.get("power") or ""),
                        "name": _name(tags),
                    },
                    "geometry": {"type": "LineString", "coordinates": points},
                }
            )
    text = json.dumps(
        {"type": "FeatureCollection", "features": drawn}, ensure_ascii=False, indent=0
    )
    write_whole(target, lambda aside: aside.write_text(text + "\n", encoding="utf-8"))
    return len(drawn)


def _masts(features: list[Feature], target: Path) -> int:
    """A tower list: one row for each technology that a mast is said to carry."""
    rows = []
    for feature in features:
        tags, place = feature.get("tags", {}), _middle(feature)
        operator = _plain(tags.get("operator"))
        height = _METRES.fullmatch(str(tags.get("height", "")).strip())
        carried = [name for tag, name in TECHNOLOGY_OF.items() if tags.get(tag) == "yes"]
        if place:
            rows += [
                (_identity(feature), operator, f"{place[0]:.7f}", f"{place[1]:.7f}", technology,
                 height[1] if height else "")
                for technology in dict.fromkeys(carried)
                if operator
            ]  # fmt: skip
    return _write_rows(target, COLUMNS["towers"], rows)


QUESTIONS: dict[str, tuple[str, Callable[[list[Feature], Path], int]]] = {
    "villages": (PLACES, _villages),
    "facilities": (FACILITIES, _facilities),
    "towers": (MASTS, _masts),
    "roads": (ROADS, _lines),
    "power_lines": (POWER_LINES, _lines),
}
"""Question and writer of each input that OpenStreetMap can fill."""
