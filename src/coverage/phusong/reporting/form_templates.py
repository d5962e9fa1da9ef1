"""Forms to send out: which lists can be asked for, with words, examples and allowed answers."""

from dataclasses import dataclass

from phusong.reporting.columns import column_words, unit_words
from phusong.reporting.facts import Bilingual, same, with_unit
from phusong.reporting.wording import joined, said
from phusong.reporting.words import assumption_words

_YES_NO = ("có", "không", "chưa rõ")
_WGS84 = said("WGS 84, decimal degrees with six decimals")
_CODE = said("Official code with its zeros, as text")
_KINDS = said("school, clinic, commune_office, loudspeaker (cluster of loudspeakers), postal_point")
_DATE = said("2025-07-30 or 30/07/2025")


@dataclass(frozen=True)
class FormColumn:
    """A column of a form.

    Parameters
    ----------
    name
        Name that is read, for example ``village_id``.
    example
        What stands there in the example; empty for nothing.
    choices
        Words that may be chosen; empty for any.
    hint
        What to write, or None where the heading says it.
    """

    name: str
    example: str = ""
    choices: tuple[str, ...] = ()
    hint: Bilingual | None = None

    @property
    def heading(self) -> Bilingual:
        """Words and unit."""
        return with_unit(column_words(self.name), unit_words(self.name)[1])


@dataclass(frozen=True)
class FormTemplate:
    """A form.

    Parameters
    ----------
    key
        Input that it is read as, for example ``towers``.
    file
        Name of its file.
    title
        What is asked for.
    purpose
        What it is used for, and who can fill it in.
    columns
        Its columns.
    more
        Further rows of the example, where one row cannot show it.
    given
        Rows that stand in the data sheet already, to be completed.
    """

    key: str
    file: str
    title: Bilingual
    purpose: Bilingual
    columns: tuple[FormColumn, ...]
    more: tuple[tuple[str, ...], ...] = ()
    given: tuple[tuple[str, ...], ...] = ()


_POSITION = (
    FormColumn("latitude", "22.565620", hint=_WGS84),
    FormColumn("longitude", "104.253727", hint=_WGS84),
)
_COMMUNE = FormColumn("commune_code", "02863", hint=_CODE)
_TOWERS = FormTemplate(
    "towers",
    "tram-towers.xlsx",
    said("Base stations, one row per sector"),
    said("From operators. Coverage is computed from it; cells left empty are filled from the "
         "study's assumptions and counted."),
    (
        FormColumn("site_id", "LCA-001"),
        FormColumn("sector_id", "LCA-001-1"),
        FormColumn("operator", "Nhà mạng A", hint=said("As the study names it")),
        *_POSITION,
        FormColumn("technology", "LTE", ("GSM", "UMTS", "LTE", "NR")),
        FormColumn("frequency_mhz", "1800", hint=said("Carrier; one row for each")),
        FormColumn("bandwidth_mhz", "20"),
        FormColumn("mast_height_m", "42"),
        FormColumn("antenna_height_m", "40", hint=said("Above the ground")),
        FormColumn("eirp_dbm", hint=said("Or power, gain and loss in the next three columns")),
        FormColumn("power_dbm", "46", hint=said("Of the whole carrier, at the transmitter")),
        FormColumn("antenna_gain_dbi", "17.5"),
        FormColumn("feeder_loss_db", "1.5"),
        FormColumn("azimuth_deg", "120", hint=said("From true north; empty for omnidirectional")),
        FormColumn("electrical_tilt_deg", "4", hint=said("Positive downwards")),
        FormColumn("mechanical_tilt_deg", "2", hint=said("Positive downwards")),
        FormColumn("beamwidth_deg", "65", hint=said("Horizontal, between half-power points")),
        FormColumn("status", "đang hoạt động", ("đang hoạt động", "quy hoạch", "hỏng")),
        FormColumn("owner", "Công ty hạ tầng"),
        FormColumn("backhaul", "cáp quang"),
        FormColumn("power_source", "điện lưới"),
    ),
)  # fmt: skip
_VILLAGES = FormTemplate(
    "villages",
    "thon-villages.xlsx",
    said("Villages"),
    said("From communes. Verdicts, people and households are told by village; a village without "
         "coordinates may be sent, too, and is placed later."),
    (
        FormColumn("village_id", "02863-01", hint=said("A name of its own, for example 02863-01")),
        FormColumn("name", "Thôn 1 Hoàng Thu Phố"),
        _COMMUNE,
        *_POSITION,
        FormColumn("households", "64"),
        FormColumn("population", "313"),
        FormColumn("poor_households", "34"),
        FormColumn("near_poor_households", "5"),
        FormColumn("postcode", "331234"),
        FormColumn("languages", "Mông; Việt", hint=said("Several with semicolons between")),
    ),
)  # fmt: skip
_FACILITIES = FormTemplate(
    "facilities",
    "co-so-facilities.xlsx",
    said("Facilities"),
    said("From communes: schools, clinics, offices, loudspeakers and postal points, and whether "
         "they have a signal."),
    (
        FormColumn("facility_id", "02863-S1"),
        FormColumn("kind", "school",
                   ("school", "clinic", "commune_office", "loudspeaker", "postal_point"), _KINDS),
        FormColumn("name", "Trường Tiểu học Hoàng Thu Phố"),
        _COMMUNE,
        *_POSITION,
    ),
)  # fmt: skip
_MEASUREMENTS = FormTemplate(
    "measurements",
    "do-kiem-measurements.xlsx",
    said("Measured levels"),
    said("From the department or operators, by hand; exports of measuring programs need no form. "
         "The model is compared with it."),
    (
        FormColumn("latitude", "22.565620", hint=said("WGS 84, at least five decimals")),
        FormColumn("longitude", "104.253727", hint=said("WGS 84, at least five decimals")),
        FormColumn("time", "2026-03-12 09:30:00", hint=said("Local time, 2026-03-12 09:30:00")),
        FormColumn("operator", "Nhà mạng A", hint=said("As the study names it")),
        FormColumn("technology", "LTE", ("GSM", "UMTS", "LTE", "NR")),
        FormColumn("level_dbm", "-103", hint=said("RSRP, SS-RSRP, RSCP or RxLev")),
        FormColumn("cell_id", "1234567"),
        FormColumn("accuracy_m", "5", hint=said("Of the position, as the receiver tells it")),
    ),
    more=(
        ("22.566230", "104.254519", "2026-03-12 09:30:10", "Nhà mạng A", "LTE", "-99", "1234567",
         "5"),
        ("22.566841", "104.255304", "2026-03-12 09:30:20", "Nhà mạng A", "LTE", "-107.5",
         "1234567", "6"),
    ),
)  # fmt: skip
_REPORTED = FormTemplate(
    "reported",
    "bao-cao-reported.xlsx",
    said("Villages reported without signal"),
    said("From communes. Stands beside the model, row by row; neither changes the other."),
    (
        FormColumn("village", "Thôn 1 Hoàng Thu Phố"),
        _COMMUNE,
        FormColumn("commune", "Hoàng Thu Phố"),
        FormColumn("district", "Bắc Hà"),
        FormColumn("operator", hint=said("Empty for all operators")),
        FormColumn("state", "trắng sóng", ("trắng sóng", "lõm sóng", "có sóng")),
        FormColumn("date", "2025-07-30", hint=_DATE),
    ),
)
_HOUSEHOLDS = FormTemplate(
    "households",
    "dia-chi-address-points.xlsx",
    said("Address points: households"),
    said("From communes, where address codes are wanted. Stays with the province."),
    (
        FormColumn("household_id", "02863-01-001"),
        FormColumn("village_id", "02863-01"),
        _COMMUNE,
        *_POSITION,
        FormColumn("postcode", "331234"),
    ),
)
_INFRASTRUCTURE = FormTemplate(
    "infrastructure",
    "ha-tang-infrastructure.xlsx",
    said("Infrastructure of villages"),
    said("From communes and operators: what each village has."),
    (
        FormColumn("village_id", "02863-01", hint=said("As in the list of villages")),
        FormColumn("fibre", "có", _YES_NO),
        FormColumn("fixed_broadband", "có", _YES_NO),
        FormColumn("grid", "có", _YES_NO),
        FormColumn("road", "không", _YES_NO, said("A road that cars can use")),
    ),
)
_OFFICES = FormTemplate(
    "offices",
    "tru-so-offices.xlsx",
    said("Networks of commune offices"),
    said("From communes: local network and connection of the office."),
    (
        _COMMUNE,
        FormColumn("lan", "có", _YES_NO),
        FormColumn("connection", "cáp quang",
                   ("cáp quang", "cáp đồng", "vi ba", "di động", "vệ tinh", "không có",
                    "chưa rõ")),
        FormColumn("date", "2025-07-30", hint=_DATE),
        FormColumn("evidence", "Biên bản kiểm tra"),
    ),
)  # fmt: skip
_STATISTICS = FormTemplate(
    "statistics",
    "so-lieu-statistics.xlsx",
    said("Official figures by commune"),
    said("From the statistics office: people, households, poverty. The people of the raster are "
         "scaled to it."),
    (
        _COMMUNE,
        FormColumn("year", "2024"),
        FormColumn("population", "2746"),
        FormColumn("households", "560"),
        FormColumn("poverty_standard", "2022-2025", hint=said("Needed with figures of poverty")),
        FormColumn("poor_households", "269"),
        FormColumn("near_poor_households", "60"),
        FormColumn("poor_rate_percent", "48"),
        FormColumn("near_poor_rate_percent"),
        FormColumn("source", "Niên giám thống kê 2024"),
    ),
)  # fmt: skip
_PRICES = {
    "passive_site": "site", "radio_site": "site", "power_grid": "site", "power_line": "km",
    "transformer": "site", "power_solar": "site", "microwave_hop": "hop", "site_opex": "year",
    "mast_step": "10m", "fibre": "km", "fibre_opex": "km/year", "satellite_terminal": "site",
    "satellite_capacity": "year", "radio_upgrade": "site", "upgrade_opex": "year",
    "repair": "site", "satellite_site": "site", "satellite_opex": "year",
    "roaming_fee": "subscriber/year",
}  # fmt: skip
"""What a price is asked for, and per what."""
_COSTS = FormTemplate(
    "costs",
    "gia-costs.xlsx",
    said("Prices"),
    said("From operators and suppliers: low, usual and high price of each item, before tax. Leave "
         "a row empty where there is no price."),
    (
        FormColumn("item", "passive_site", hint=said("Name of the item; keep it")),
        FormColumn("what", assumption_words("costs.passive_site").plain),
        FormColumn("low", "650000000", hint=said("Empty, with high, where there is one price")),
        FormColumn("base", "850000000", hint=said("The usual price")),
        FormColumn("high", "1200000000"),
        FormColumn("unit", "VND/site",
                   hint=said("Currency per thing; the study's rate converts it")),
        FormColumn("year", "2026", hint=said("Of the price")),
        FormColumn("source", "Báo giá của Nhà mạng A, 3/2026", hint=said("Who quotes it")),
        FormColumn("tag", "báo giá", hint=said("In a word: quote, contract, estimate")),
    ),
    given=tuple(
        (name, assumption_words(f"costs.{name}").plain, "", "", "", f"VND/{per}", "", "", "")
        for name, per in _PRICES.items()
    ),
)  # fmt: skip
TEMPLATES = (
    _TOWERS, _VILLAGES, _FACILITIES, _MEASUREMENTS, _REPORTED, _HOUSEHOLDS, _INFRASTRUCTURE,
    _OFFICES, _STATISTICS, _COSTS,
)  # fmt: skip
"""All forms, in the order in which they are asked for."""

ABOUT = (
    said("Fill in the sheet \"Dữ liệu\", one thing per row, from the first white row on. Do not "
         "change the grey row of names above it, and do not rename the sheet."),
    said("The sheet \"Ví dụ\" shows rows as they may look; it is not read."),
    said("Leave a cell empty where you do not know: unknown is counted as unknown, never as zero."),
    said("Codes are text and keep their zeros. Numbers take a decimal point or comma as your "
         "spreadsheet does."),
    said("Send it back as XLSX. It is read by: phusong add STUDY FILE"),
)  # fmt: skip
SHEETS = ("Dữ liệu", "Ví dụ", "Hướng dẫn")
"""Names of the sheets: data, example, instructions."""
INSTRUCTION_HEADINGS = (
    said("Column"), said("Name that is read"), said("Needed"), said("Allowed"), said("Example"),
)  # fmt: skip
NEEDED, ANYTHING = said("needed"), said("may be empty")
"""Whether a cell has to be filled in."""


def allowed_words(column: FormColumn, low: float | None, high: float | None) -> Bilingual:
    """What may stand in a column.

    Parameters
    ----------
    column
        The column.
    low, high
        Range of its numbers, in the unit of its heading; None for text.

    Returns
    -------
    Bilingual
        Choices, range and hint.
    """
    parts = [same(", ".join(column.choices))] if column.choices else []
    if low is not None and high is not None:
        parts.append(said("{low} to {high}", low=f"{low:g}", high=f"{high:g}"))
    if column.hint is not None and not column.choices:
        parts.append(column.hint)
    elif column.hint is not None:
        parts = [column.hint]
    return joined(parts, "; ")
