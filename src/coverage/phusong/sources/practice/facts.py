"""The few real facts under the practice study, and the rough shape of its landscape.

Names, codes, districts and successors of the communes are official (list of the General
Statistics Office of 4 January 2025; resolution 1673/NQ-UBTVQH15 of 16 June 2025). Positions of
the communes are map-service geocodes, uncertain by about 2 km. Areas are those of simplified
outlines of 2009. Positions of towns, rivers and ridges are rounded general knowledge, only good
enough to shape an invented landscape. People and poor households are invented except where
``note`` names a source.
"""

from dataclasses import dataclass

STATEMENT = "Practice data / Dữ liệu mô phỏng"
VINTAGE = "2025-06-30"
CRS = "EPSG:32648"

WEST, SOUTH, EAST, NORTH = 357_840.0, 2_435_040.0, 447_120.0, 2_532_240.0
"""Edges of the study's frame in the CRS, whole multiples of 360 m [m]."""

INVENTED = "Giả định / invented"


@dataclass(frozen=True, slots=True)
class CommuneFact:
    """One commune as it stood until 30 June 2025.

    Parameters
    ----------
    code, name
        Official code (five characters) and name.
    district, district_code
        District of that time.
    successor_code, successor_name
        Commune that it was merged into on 1 July 2025.
    latitude, longitude
        A point of the commune, WGS 84 [deg].
    area_km2
        Area of its simplified outline of 2009 [km²].
    population, villages
        People and villages.
    households
        Households; None: derived from the people.
    poor_percent
        Share of households that are poor [%].
    note
        Where the numbers of people and of the poor come from.
    """

    code: str
    name: str
    district: str
    district_code: str
    successor_code: str
    successor_name: str
    latitude: float
    longitude: float
    area_km2: float
    population: int
    villages: int
    households: int | None
    poor_percent: float
    note: str


_CENSUS = "Commune total: citypopulation.de (year inferred as 2009); split and poverty invented"
_DIN_CHIN = (
    "Commune totals: 3,830 people (baophapluat.vn, about 2021), 713 households and 497 poor "
    "(th389.vn, 2021, new standard); split invented"
)

COMMUNES = (
    CommuneFact(
        "02863", "Hoàng Thu Phố", "Bắc Hà", "085", "02839", "Xã Bắc Hà",
        22.563076, 104.249042, 34.9, 2539, 8, None, 48.0, _CENSUS,
    ),
    CommuneFact(
        "02842", "Lùng Cải", "Bắc Hà", "085", "02842", "Xã Tả Củ Tỷ",
        22.649070, 104.385011, 28.9, 2270, 7, None, 58.0, _CENSUS,
    ),
    CommuneFact(
        "02722", "Dền Thàng", "Bát Xát", "082", "02707", "Xã Dền Sáng",
        22.557271, 103.711541, 19.8, 2610, 6, None, 52.0, INVENTED,
    ),
    CommuneFact(
        "02737", "Pa Cheo", "Bát Xát", "082", "02725", "Xã Bản Xèo",
        22.493894, 103.769469, 28.3, 3180, 7, None, 61.0, INVENTED,
    ),
    CommuneFact(
        "03076", "Nậm Chày", "Văn Bàn", "089", "03076", "Xã Nậm Chày",
        22.124676, 104.081984, 84.8, 2940, 12, None, 55.0, INVENTED,
    ),
    CommuneFact(
        "02791", "La Pan Tẩn", "Mường Khương", "083", "02782", "Xã Cao Sơn",
        22.572570, 104.134985, 45.8, 3710, 11, None, 50.0, INVENTED,
    ),
    CommuneFact(
        "02794", "Tả Thàng", "Mường Khương", "083", "02782", "Xã Cao Sơn",
        22.591727, 104.181469, 30.3, 2790, 8, None, 57.0, INVENTED,
    ),
    CommuneFact(
        "02755", "Tả Ngài Chồ", "Mường Khương", "083", "02752", "Xã Pha Long",
        22.806828, 104.187280, 22.0, 2460, 6, None, 54.0, INVENTED,
    ),
    CommuneFact(
        "02764", "Dìn Chin", "Mường Khương", "083", "02752", "Xã Pha Long",
        22.779316, 104.233781, 30.4, 3830, 9, 713, 69.71, _DIN_CHIN,
    ),
    CommuneFact(
        "02776", "Lùng Khấu Nhin", "Mường Khương", "083", "02782", "Xã Cao Sơn",
        22.705070, 104.152415, 30.2, 3050, 8, None, 51.0, INVENTED,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownFact:
    """A town near the communes: about where it lies; its people are invented.

    Parameters
    ----------
    name
        Name.
    latitude, longitude
        Position, uncertain by about 1 km [deg].
    population
        Invented number of people.
    radius_m
        Invented radius within which most of them live [m].
    """

    name: str
    latitude: float
    longitude: float
    population: int
    radius_m: float


HUB = TownFact("Lào Cai", 22.4800, 103.9720, 112_000, 1700.0)
TOWNS = (
    HUB,
    TownFact("Sa Pa", 22.3364, 103.8438, 14_000, 800.0),
    TownFact("Bắc Hà", 22.5386, 104.2917, 9_500, 650.0),
    TownFact("Mường Khương", 22.7660, 104.1200, 8_500, 650.0),
    TownFact("Bát Xát", 22.5330, 103.8980, 7_000, 600.0),
    TownFact("Phố Lu", 22.3130, 104.1870, 12_500, 800.0),
    TownFact("Khánh Yên", 22.0900, 104.2490, 7_500, 650.0),
    TownFact("Si Ma Cai", 22.6960, 104.2870, 4_500, 500.0),
)

NORTHERN_LIMIT = (
    (103.50, 22.700), (103.64, 22.785), (103.705, 22.725), (103.795, 22.625),
    (103.895, 22.550), (103.968, 22.512), (104.030, 22.530), (104.037, 22.600),
    (104.045, 22.680), (104.055, 22.760), (104.090, 22.820), (104.160, 22.847),
    (104.230, 22.848), (104.275, 22.825), (104.300, 22.765), (104.340, 22.725),
    (104.380, 22.710), (104.420, 22.720), (104.520, 22.745),
)  # fmt: skip
"""Longitude, latitude of a line beyond which nothing is placed; it is no boundary."""

RED_RIVER = (
    (22.900, 103.520, 125.0), (22.795, 103.640, 110.0), (22.720, 103.710, 105.0),
    (22.620, 103.800, 100.0), (22.545, 103.900, 94.0), (22.497, 103.965, 90.0),
    (22.450, 104.020, 87.0), (22.380, 104.110, 84.0), (22.310, 104.195, 81.0),
    (22.240, 104.270, 79.0), (22.170, 104.360, 77.0), (22.090, 104.440, 75.0),
    (21.960, 104.560, 73.0),
)  # fmt: skip

RIVERS = (
    RED_RIVER,
    (  # Chảy
        (22.800, 104.480, 520.0), (22.765, 104.385, 440.0), (22.740, 104.310, 380.0),
        (22.720, 104.255, 340.0), (22.660, 104.222, 280.0), (22.600, 104.217, 230.0),
        (22.530, 104.205, 190.0), (22.470, 104.212, 165.0), (22.420, 104.245, 145.0),
        (22.370, 104.320, 125.0), (22.310, 104.410, 112.0), (22.240, 104.480, 102.0),
        (22.150, 104.560, 94.0),
    ),
    (  # Nậm Thi
        (22.497, 103.965, 90.0), (22.525, 104.030, 102.0), (22.600, 104.035, 122.0),
        (22.680, 103.990, 170.0), (22.760, 103.965, 260.0), (22.860, 103.940, 420.0),
    ),
    (  # towards Khánh Yên
        (22.175, 104.355, 77.0), (22.130, 104.310, 150.0), (22.090, 104.245, 320.0),
        (22.075, 104.170, 430.0),
    ),
    (  # between Dền Thàng and Pa Cheo
        (22.560, 103.885, 95.0), (22.555, 103.840, 200.0), (22.530, 103.770, 420.0),
        (22.530, 103.720, 650.0),
    ),
    (  # below Sa Pa
        (22.370, 104.120, 84.0), (22.325, 104.050, 150.0), (22.275, 103.970, 420.0),
        (22.285, 103.900, 800.0),
    ),
)  # fmt: skip
"""Latitude, longitude, height of the water above sea level along the main rivers [deg, m]."""

RIDGE_HEIGHTS = (
    # the high range in the south-west and its foothills
    (22.620, 103.570, 2750), (22.510, 103.610, 2950), (22.400, 103.690, 2850),
    (22.303, 103.775, 3040), (22.200, 103.860, 2800), (22.080, 103.950, 2650),
    (21.980, 104.030, 2450), (22.420, 103.800, 2150), (22.330, 103.870, 1950),
    (22.240, 103.950, 2050), (22.140, 104.030, 1850), (22.050, 104.100, 1650),
    (22.560, 103.680, 2150), (22.500, 103.760, 1850), (22.620, 103.700, 1650),
    (22.350, 103.980, 1000), (22.270, 104.080, 900), (22.190, 104.180, 800),
    (22.100, 104.270, 800), (22.020, 104.350, 800), (22.450, 103.920, 900),
    (22.530, 103.830, 900),
    # beyond it
    (22.300, 103.660, 1850), (22.400, 103.600, 1950), (22.180, 103.700, 1450),
    (22.080, 103.800, 1550), (22.020, 103.680, 1350), (22.250, 103.600, 1250),
    # hills between the two rivers
    (22.500, 104.020, 500), (22.430, 104.100, 700), (22.360, 104.200, 700),
    (22.270, 104.330, 750), (22.180, 104.440, 800), (22.060, 104.500, 700),
    # the northern plateaux
    (22.570, 104.100, 1350), (22.630, 104.150, 1500), (22.700, 104.140, 1650),
    (22.780, 104.150, 1700), (22.790, 104.230, 1750), (22.840, 104.300, 1700),
    (22.700, 104.070, 1100), (22.620, 104.060, 700), (22.640, 104.280, 1600),
    (22.660, 104.360, 1850), (22.600, 104.400, 1900), (22.540, 104.330, 1600),
    (22.460, 104.330, 1200), (22.500, 104.420, 1500), (22.560, 104.250, 1400),
    (22.400, 104.420, 900), (22.720, 104.400, 1500), (22.800, 104.420, 1500),
    # the north
    (22.660, 103.870, 1300), (22.750, 103.800, 1700), (22.840, 103.720, 1900),
    (22.850, 103.900, 1900), (22.750, 103.920, 1400), (22.850, 104.050, 1700),
    (22.780, 104.030, 1500), (22.730, 103.600, 1800), (22.820, 103.570, 1600),
)  # fmt: skip
"""Latitude, longitude, about how high the ridges reach above sea level [deg, m]."""
