"""A commented study file for any region, with what is known of it filled in."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from phusong.errors import DataError
from phusong.language import spoken_language
from phusong.sources.fetch.catalogue import OpenSource, open_source
from phusong.sources.fetch.ranges import Bounds
from phusong.sources.study_edit import toml_of

KEPT = re.compile(
    r"(technologies\.LTE|environments|propagation|service|verdicts|towers|costs(?!\.exchange)|"
    r"planning(?!\.revenue)(?!\.consent)(?!\.choice))\b"
)
"""Tables of the practice study whose values are starting values everywhere."""
HEADER = re.compile(r"^\[+([^\]]+)\]+", re.MULTILINE)
OF_THE_PRACTICE_STUDY = re.compile(r"^(# )?\w*(consent|local_crs)\w* = ")
"""Lines in them that speak of invented operators, or of its place."""
SPOTS = re.compile(r"^candidates_kept = .*$", re.MULTILINE)
SPOTS_OF_A_NEW_STUDY = (
    "candidates_kept = 100   # spots for new masts that are computed in full, chosen by a rule; "
    "more takes longer"
)
"""The practice study keeps fewer, so that it takes minutes."""
ELSEWHERE = {
    "not a Vietnamese quote": "not a local quote",
    "not Vietnamese quotes": "not local quotes",
    ", verified = true": "",
    "LTE at 900 MHz in Vietnam is an option, not confirmed": "ask which bands operators hold",
    '# currency = "VND"': '# currency = "XXX"',
    'value = 25000.0, unit = "VND/USD"': 'value = 1.0, unit = "XXX/USD"',
}
"""What starting values say outside Vietnam: its rules were verified for nowhere else."""
FINE_KM2 = 3000.0
"""Up to this area a grid of 30 m is quick; 90 m above."""
POLAR_DEG = 84.0

VIETNAM: Bounds = (102.0, 8.0, 110.0, 23.5)
"""Box around the country's land, for studies that do not name their country [deg]."""

# Country code of three letters -> operators by name, key, colour and MCC-MNC (domain of the ITU).
OPERATORS: dict[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    "VNM": (
        ("Viettel", "viettel", "#b5121b", ("452-04",)),
        ("VNPT", "vnpt", "#1b6ca8", ("452-02",)),
        ("MobiFone", "mobifone", "#2e7d32", ("452-01",)),
    )
}
UNKNOWN_OPERATOR = {
    "vi": (("Nhà mạng 1", "nha-mang-1", "#1b6ca8", ()),),
    "en": (("Operator 1", "operator-1", "#1b6ca8", ()),),
}
"""By the language of the study."""


@dataclass(frozen=True)
class NewStudy:
    """What a new study file says of its region.

    Parameters
    ----------
    name
        Of the study: small letters, digits and hyphens.
    title
        For people.
    bounds
        West, south, east and north of the region [degrees, WGS 84].
    area_km2
        Of the region.
    codes, names
        Of the areas that are asked about, in one order.
    boundaries
        File with their outlines, as the study writes it.
    code_column, name_column
        Columns of that file.
    vintage
        Of the codes.
    country
        ISO 3166 code of three letters, or empty.
    boundary_source, boundary_licence
        Where the outlines are from.
    """

    name: str
    title: str
    bounds: Bounds
    area_km2: float
    codes: tuple[str, ...]
    names: tuple[str, ...]
    boundaries: str
    code_column: str
    name_column: str
    vintage: str
    country: str
    boundary_source: str
    boundary_licence: str

    @property
    def language(self) -> str:
        """What its pages show first: Vietnamese in Vietnam, English elsewhere."""
        if self.country:
            return "vi" if self.country == "VNM" else "en"
        west, south, east, north = self.bounds
        left, bottom, right, top = VIETNAM
        return "vi" if left < west < east < right and bottom < south < north < top else "en"

    @property
    def _spoken(self) -> str:
        """What the one who has the file written speaks, or reads."""
        return "vi" if spoken_language() == "vi" else self.language

    def text(self) -> str:
        """The study file.

        Returns
        -------
        str
            TOML with comments in English and Vietnamese.
        """
        values = starting_values()
        if self.language != "vi":
            values = elsewhere(values)
        return "\n".join([self._head(), self._inputs(), self._operators(), values])

    def _head(self) -> str:
        listed = "\n".join(
            f"    {toml_of(code)},   # {_comment(name)}"
            for code, name in zip(self.codes, self.names, strict=True)
        )
        country = (
            f"country = {toml_of(self.country)}\n"
            if self.country
            else (
                '# country = "XXX"   # ISO 3166, three letters: some open data is had by country\n'
            )
        )
        metres = 30.0 if self.area_km2 <= FINE_KM2 else 90.0
        return f"""\
# {_comment(self.title)}
#
# Every assumption of the study stands here with its source: change what you know better. Next:
# Mọi giả định đều nằm ở đây, kèm nguồn: hãy sửa những gì bạn biết rõ hơn. Tiếp theo:
#   phusong fetch FILE    open data into data/raw / tải dữ liệu mở
#   phusong check FILE    what is missing, guessed or suspicious / kiểm tra dữ liệu
#   phusong run FILE      maps, tables, priorities / tính toán và xuất kết quả
schema_version = 1

[study]
name = {toml_of(self.name)}
title_en = {toml_of(self.title)}
title_vi = {toml_of(self.title)}
question_en = "Where is there no mobile signal, and where should operators build first?"
question_vi = "Nơi nào chưa có sóng di động, và doanh nghiệp nên đầu tư trước ở đâu?"
output = {toml_of(f"data/processed/{self.name}")}
language = "{self.language}"   # what pages show first: vi, en or both / ngôn ngữ hiện trước

[area]
vintage = {toml_of(self.vintage)}   # which list the codes below are of
margin_km = 10.0
{country}communes = [
{listed}
]

[grid]
crs = {toml_of(utm(self.bounds))}   # metric, of this place
resolution_m = {metres}
"""

    def _inputs(self) -> str:
        raw = f"data/raw/{self.name}"
        towers = ""
        known = OPERATORS.get(self.country, UNKNOWN_OPERATOR[self._spoken])
        if any(mnc for *_, mnc in known):
            towers = 'fetch = "opencellid"   # needs your token in OPENCELLID_TOKEN\n'
        else:
            towers = _cells_of_telephones(known[0][0])
        named = "".join(
            f"{toml_of(mnc)} = {toml_of(name)}\n" for name, _, _, codes in known for mnc in codes
        )
        dem, people = open_source("copernicus-dem-30"), open_source("worldpop-2020-100m")
        places = [
            ("villages", "osm-places", "villages.csv"),
            ("facilities", "osm-facilities", "facilities.csv"),
            ("roads", "osm-roads", "roads.geojson"),
            ("power_lines", "osm-power-lines", "power-lines.geojson"),
        ]
        blocks = [
            _block("terrain", dem, f'files = ["{raw}/dem"]\nkind = "surface"', fetched=True),
            _land_cover(raw),
            f"""\
# The operators' own lists are what counts: ask them. What telephones have seen is never complete,
# and then every gap is one of the known sites only.
# Danh sách trạm của doanh nghiệp mới đầy đủ; dữ liệu cộng đồng luôn thiếu.
[inputs.towers]
file = "{raw}/towers.csv"
source = "OpenCelliD (crowd-sourced, incomplete), or the operators' lists"
licence = "CC BY-SA 4.0"
attribution = "OpenCelliD (opencellid.org)"
{towers}"""
            + (f"\n[inputs.towers.operators]\n{named}" if named else ""),
            f"""\
[inputs.boundaries]
file = {toml_of(self.boundaries)}
code_column = {toml_of(self.code_column)}
name_column = {toml_of(self.name_column)}
source = {toml_of(self.boundary_source)}
licence = {toml_of(self.boundary_licence)}
""",
            _block("population", people, f'file = "{raw}/people.tif"', fetched=bool(self.country)),
            _buildings(raw),
            *(
                _block(key, open_source(source), f'file = "{raw}/{file}"', fetched=True)
                for key, source, file in places
            ),
        ]
        return "\n".join(blocks)

    def _operators(self) -> str:
        known = OPERATORS.get(self.country, UNKNOWN_OPERATOR[self._spoken])
        return "\n".join(
            f"""\
[[operators]]
name = {toml_of(name)}
key = {toml_of(key)}
colour = {toml_of(colour)}
"""
            for name, key, colour, _ in known
        )


def _cells_of_telephones(operator: str) -> str:
    """How to have crowd-sourced cells of operators that are not known here."""
    return (
        '# fetch = "opencellid"   # needs your token in OPENCELLID_TOKEN, and the lines below\n'
        "#\n# [inputs.towers.operators]   # MCC-MNC of each operator / mã mạng của từng nhà mạng\n"
        f'# "999-01" = {toml_of(operator)}\n'
    )


def _land_cover(raw: str) -> str:
    block = _block(
        "clutter", open_source("worldcover-2021"), f'files = ["{raw}/land-cover"]', fetched=True
    )
    return (
        "# Trees and buildings in the way. This terrain is a surface model and has them in part\n"
        '# already, so they would count twice: use it with a terrain model (kind = "terrain").\n'
        "# Cây và nhà che sóng: chỉ dùng khi mô hình số là địa hình trần.\n#\n"
        + "".join(f"# {line}\n" for line in block.splitlines())
    )


def _buildings(raw: str) -> str:
    source = open_source("open-buildings-v3")
    least = 'value = 0.7, unit = "fraction", source = "assumption: surer than the least of 0.65"'
    place = f'file = "{raw}/buildings.csv"\nleast_confidence = {{ {least} }}'
    block = _block("buildings", source, place, fetched=True)
    return (
        "# People stand in buildings and not beside them, where these are known: Africa, Latin\n"
        "# America, South and South-East Asia (up to a gigabyte is had for an area).\n"
        "# Dân được đặt vào đúng nơi có nhà.\n#\n"
        + "".join(f"# {line}\n" for line in block.splitlines())
    )


def _block(key: str, source: OpenSource, place: str, *, fetched: bool) -> str:
    fetch = f'fetch = "{source.key}"' if fetched else f'# fetch = "{source.key}"'
    return f"""\
[inputs.{key}]
{place}
{fetch}
source = {toml_of(source.title_en)}
licence = {toml_of(source.licence)}
attribution = {toml_of(source.attribution)}
date = {toml_of(source.vintage)}
"""


@cache
def starting_values() -> str:
    """Tables of a study file that start from the same values everywhere.

    Returns
    -------
    str
        Those of the practice study that do not speak of invented things, with their comments.
    """
    shipped = files("phusong.sources.practice") / "demo.toml"
    text = SPOTS.sub(SPOTS_OF_A_NEW_STUDY, shipped.read_text(encoding="utf-8"))
    starts = [found.start() for found in HEADER.finditer(text)]
    blocks = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    kept = []
    for block in blocks:
        header = HEADER.match(block)
        if header is not None and KEPT.match(header[1]):
            kept.append(_for_everybody(block))
    exchange = """\
# Money is shown in the currency of the cost table. To show it in your own as well:
# Muốn hiển thị thêm bằng đồng tiền của bạn:
#
# [costs.exchange]
# currency = "VND"
# rate = { value = 25000.0, unit = "VND/USD", source = "..." }
# date = "..."
"""
    return "\n".join([*kept, exchange])


def elsewhere(values: str) -> str:
    """Starting values of a place where Vietnamese rules and quotes are those of another country.

    Parameters
    ----------
    values
        Tables of a study file.

    Returns
    -------
    str
        The same values, with sources and comments that are true there.
    """
    for here, there in ELSEWHERE.items():
        values = values.replace(here, there)
    return values


def _for_everybody(block: str) -> str:
    """Leave out what speaks of the practice study, and comments that belong to the next block."""
    lines = [x for x in block.rstrip().split("\n") if not OF_THE_PRACTICE_STUDY.match(x)]
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return "\n".join(lines) + "\n"


def utm(bounds: Bounds) -> str:
    """UTM zone of the middle of a box.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees, WGS 84]; east is below west across the antimeridian.

    Returns
    -------
    str
        EPSG code, WGS 84.

    Raises
    ------
    DataError
        The box lies nearer to a pole than UTM goes.
    """
    west, south, east, north = bounds
    middle = (west + east + (360.0 if east < west else 0.0)) / 2
    middle = (middle + 180.0) % 360.0 - 180.0
    latitude = (south + north) / 2
    if abs(latitude) > POLAR_DEG:
        raise DataError(
            f"the middle of the region is at {latitude:.1f} degrees, UTM goes to {POLAR_DEG:g}; "
            "write a polar metric CRS into grid.crs by hand"
        )
    zone = min(int((middle + 180.0) // 6) + 1, 60)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
