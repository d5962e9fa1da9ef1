"""Words for the keys of a study file, in Vietnamese and English."""

from collections.abc import Sequence
from itertools import groupby

from phusong.reporting.facts import Assumption, Bilingual, same
from phusong.reporting.wording import joined, said, shortest
from phusong.study import CHOICE, Study
from phusong.study import Assumption as StudyAssumption

MODEL_NAMES = {"p1812": "ITU-R P.1812-8", "itm": "Longley–Rice ITM"}
"""Propagation models by their keys."""
SHORT_NAMES = {"p1812": "P.1812", "itm": "ITM"}
"""The same in the headings of narrow columns."""

_NAMES = {
    "entry_loss": said("Loss on the user's side"),
    "receiver_height": said("Receiver height"),
    "inputs.country.belt": said("Border belt"),
    "inputs.exclusions": said("Buffer of excluded area"),
    "propagation.delta_n": said("Refractivity lapse rate ΔN"),
    "propagation.surface_refractivity_n0": said("Sea-level refractivity N₀"),
    "propagation.itm.climate": said("Climate of ITM (1 to 7)"),
    "propagation.itm.ground_permittivity": said("Permittivity of the ground"),
    "propagation.itm.ground_conductivity": said("Conductivity of the ground"),
    "service.covered": said("Probability from which covered"),
    "service.marginal": said("Probability from which marginal"),
    "service.model_error": said("Model error (std. dev.)"),
    "service.smallest_gap": said("Smallest gap that is drawn"),
    "service.site_correlation": said("Correlation of shadowing between sites"),
    "service.uplink.handset_power": said("Handset power"),
    "service.uplink.base_noise_figure": said("Base station noise figure"),
    "service.uplink.rate": said("Upload rate that is needed"),
    "service.uplink.resource_blocks": said("Resource blocks upwards"),
    "service.quality.neighbour_load": said("Neighbours' load"),
    "service.quality.handset_noise_figure": said("Handset noise figure"),
    "service.quality.mimo_layers": said("MIMO layers"),
    "service.quality.busy_share": said("People active in the busy hour"),
    "service.quality.floor": said("Least download rate"),
    "service.quality.good": said("Good download rate"),
    "towers.mast_height": said("Mast height when missing"),
    "towers.antenna_height": said("Antenna when missing"),
    "towers.carrier_power": said("Carrier power when missing"),
    "towers.antenna_gain_below_1ghz": said("Antenna gain below 1 GHz"),
    "towers.antenna_gain_above_1ghz": said("Antenna gain above 1 GHz"),
    "towers.feeder_loss": said("Feeder loss when missing"),
    "towers.bandwidth": said("Bandwidth when missing"),
    "towers.frequency": said("Frequency when missing"),
    "towers.electrical_tilt": said("Electrical tilt when missing"),
    "towers.mechanical_tilt": said("Mechanical tilt when missing"),
    "towers.horizontal_beamwidth": said("Horizontal beamwidth"),
    "towers.vertical_beamwidth": said("Vertical beamwidth"),
    "verdicts.settlement_radius": said("Radius of a village's settlement"),
    "verdicts.smallest_part": said("Smallest part that counts as lõm sóng"),
    "costs.exchange.rate": said("Exchange rate"),
    "costs.discount_rate": said("Real discount rate"),
    "costs.horizon": said("Horizon"),
    "costs.passive_site": said("Mast, civil works, installation"),
    "costs.radio_site": said("Radio equipment"),
    "costs.access_per_road_km": said("Surcharge far from a road"),
    "costs.access_per_slope_step": said("Surcharge for slope"),
    "costs.power_grid": said("Grid connection"),
    "costs.power_line": said("Medium-voltage extension"),
    "costs.transformer": said("Transformer"),
    "costs.power_solar": said("Solar power"),
    "costs.microwave_hop": said("Microwave hop"),
    "costs.site_opex": said("Site opex"),
    "costs.mast_step": said("Ten more metres of mast"),
    "costs.fibre": said("Fibre cable"),
    "costs.fibre_opex": said("Running of fibre"),
    "costs.satellite_terminal": said("Satellite backhaul terminal"),
    "costs.satellite_capacity": said("Satellite capacity"),
    "planning.backhaul.k_low": said("Low k factor of hops"),
    "planning.backhaul.fresnel_low": said("Fresnel share that is clear at low k"),
    "planning.backhaul.obstacle": said("Trees and houses on a hop"),
    "planning.backhaul.tallest_mast": said("Tallest mast"),
    "planning.backhaul.fibre_detour": said("Detour of cables"),
    "planning.rain.rate": said("Rain exceeded in 0.01 % of the year"),
    "planning.rain.rain_by_month": said("Rain of each month"),
    "planning.rain.temperature_by_month": said("Temperature of each month"),
    "planning.rain.availability": said("Share of the year in which rain leaves a hop"),
    "planning.rain.power": said("Power of a hop's radio"),
    "planning.rain.threshold": said("Level that a hop's receiver needs"),
    "planning.rain.dish_diameter": said("Diameter of a hop's dishes"),
    "planning.rain.dish_efficiency": said("Efficiency of a hop's dishes"),
    "planning.rain.losses": said("Losses at both ends of a hop"),
    "costs.power.energy": said("Energy of the grid"),
    "costs.power.panel": said("Solar panels"),
    "costs.power.battery": said("Batteries"),
    "costs.power.inverter": said("Inverter"),
    "costs.power.solar_upkeep": said("Upkeep of solar power"),
    "costs.power.diesel_set": said("Diesel generator"),
    "costs.power.diesel": said("Diesel fuel"),
    "costs.power.diesel_use": said("Fuel by energy"),
    "costs.power.diesel_upkeep": said("Upkeep of a diesel generator"),
    "costs.lives.mast": said("Life of a mast"),
    "costs.lives.radio": said("Life of radio equipment"),
    "costs.lives.microwave": said("Life of a microwave hop"),
    "costs.lives.fibre": said("Life of a fibre cable"),
    "costs.lives.grid": said("Life of a grid connection"),
    "costs.lives.solar": said("Life of solar power by lump sum"),
    "costs.lives.satellite": said("Life of satellite equipment"),
    "costs.power.lives.panel": said("Life of solar panels"),
    "costs.power.lives.battery": said("Life of batteries"),
    "costs.power.lives.inverter": said("Life of an inverter"),
    "costs.power.lives.diesel_set": said("Life of a diesel generator"),
    "planning.power.site_load": said("Load of a site without radio"),
    "planning.power.sector_load": said("Load of a sector"),
    "planning.power.hop_load": said("Load of a link's end"),
    "planning.power.small_load": said("Load of a small site or a relay"),
    "planning.power.sun": said("Sun of the darkest month"),
    "planning.power.sun_by_month": said("Sun of each month"),
    "planning.power.clearness": said("Share of the sun that gets through"),
    "planning.power.performance": said("Share of the panels' energy that is of use"),
    "planning.power.autonomy": said("Days without sun"),
    "planning.power.depth_of_discharge": said("Share of the batteries that may be used"),
    "planning.power.battery_efficiency": said("Efficiency of batteries"),
    "planning.choice.budget": said("Choice: budget"),
    "planning.choice.capex_budget": said("Choice: capex budget"),
    "planning.choice.operators.budget": said("Choice: the operator's own budget"),
    "planning.choice.operators.capex_budget": said("Choice: the operator's own capex budget"),
    "planning.choice.target": said("Choice: share of the people to reach"),
    "planning.choice.poverty_weight": said("Choice: how much more a poor household counts"),
    "planning.choice.commune_floor": said("Choice: least share reached in each commune"),
    "planning.choice.second_server_worth": said("Choice: worth of a second server, in people"),
    "planning.screening.resolution": said("Screening: cell of the thinned ground"),
    "planning.screening.near_best": said("Screening: how near the best a spot must come"),
    "planning.screening.last_step": said("Screening: last step by the first"),
    "costs.radio_upgrade": said("Radio on a mast that stands"),
    "costs.upgrade_opex": said("Running added radio"),
    "costs.repair": said("Repair of a site"),
    "costs.satellite_site": said("Small site by satellite"),
    "costs.satellite_opex": said("Running a small site by satellite"),
    "costs.roaming_fee": said("Roaming fee per subscriber"),
    "planning.new_site.heights": said("Mast height that is tried"),
    "planning.small_site.antenna_height": said("Small site: antenna"),
    "planning.small_site.eirp": said("Small site: EIRP"),
    "planning.small_site.radius": said("Small site: radius"),
    "planning.taller_by": said("Existing masts: taller by"),
    "planning.search_ring": said("Search ring"),
    "planning.stability.common_error": said("Trials: error of level at all sites"),
    "planning.stability.site_error": said("Trials: error of level at one site"),
    "planning.stability.shared_prices": said(
        "Trials: share of the price spread that all sites have"
    ),
    "planning.stability.people_error": said("Trials: error of people in one square"),
    "planning.stability.people_square": said("Trials: side of such a square"),
    "planning.stability.second_model_weight": said("Trials: share of the second model"),
    "planning.stability.height_error": said("Trials: error of antenna and ground heights"),
    "planning.stability.raster_people_weight": said("Trials: share of the raster's own people"),
    "causes.more_power": said("Causes: power that is added in trial"),
    "causes.site_distance": said("Causes: distance within which a site counts as near"),
    "offices.target": said("Commune offices that should have a network"),
    "planning.candidate_spacing": said("Candidate spacing"),
    "planning.revenue.penetration": said("Share of people who subscribe"),
    "planning.revenue.arpu": said("Revenue of a subscriber a month"),
    "planning.revenue.market_share": said("Market share"),
    "planning.planned_sites": said("Whether planned sites count as built"),
    "planning.rank_incomplete": said("Rank operators with incomplete lists"),
    "planning.longest_hop": said("Longest microwave hop"),
    "planning.white_zone_weight": said("Extra weight of people in white zones"),
    "planning.new_site.antenna_height": said("New site: antenna"),
    "planning.new_site.frequency": said("New site: frequency"),
    "planning.new_site.bandwidth": said("New site: bandwidth"),
    "planning.new_site.eirp": said("New site: EIRP"),
}


def named_assumptions(
    assumptions: Sequence[StudyAssumption], study: Study
) -> tuple[Assumption, ...]:
    """Assumptions of a study in the words that readers see.

    Parameters
    ----------
    assumptions
        As the study lists them.
    study
        The study, whose environments and operators have names.

    Returns
    -------
    tuple of Assumption
        In the same order.
    """
    return tuple(
        Assumption(_name(a.key, study), _value(a), a.source, a.verified) for a in assumptions
    )


def gathered_assumptions(
    assumptions: Sequence[StudyAssumption], study: Study
) -> tuple[Assumption, ...]:
    """The same for pages, where the values of one list, as of twelve months, share a line.

    Parameters
    ----------
    assumptions
        As the study lists them.
    study
        The study, whose environments and operators have names.

    Returns
    -------
    tuple of Assumption
        In the same order, at most as many.
    """
    groups = groupby(assumptions, lambda a: (_of_list(a.key), a.unit, a.source, a.verified))
    found = []
    for (key, unit, source, verified), several in groups:
        values = list(several)
        words = _value(values[0])
        if len(values) > 1:
            numbers = joined((_number(a.value, unit) for a in values), "; ")
            words = _with_unit(numbers, unit)
        found.append(Assumption(_name(key, study), words, source, verified))
    return tuple(found)


def _of_list(key: str) -> str:
    """The key of a list for the key of one of its values."""
    many, _, last = key.rpartition(".")
    return many if last.isdecimal() and many in _NAMES else key


def assumption_words(key: str) -> Bilingual:
    """What an assumption of a study is called.

    Parameters
    ----------
    key
        Its key, for example ``costs.fibre``.

    Returns
    -------
    Bilingual
        Words for readers.
    """
    return _name(key, None)


def _value(assumption: StudyAssumption) -> Bilingual:
    if assumption.unit == CHOICE:
        return said("yes") if assumption.value else said("no")
    return _with_unit(_number(assumption.value, assumption.unit), assumption.unit)


def _number(value: float, unit: str) -> Bilingual:
    """A number as it stands before its unit: shares are told in percent."""
    return shortest(100.0 * value if unit.partition("/")[0] == "fraction" else value)


def _with_unit(number: Bilingual, unit: str) -> Bilingual:
    if unit == "1":
        return number
    first, _, rest = unit.partition("/")
    words = joined((same("%"), unit_words(rest)), "/") if rest else same("%")
    if first != "fraction":
        words = unit_words(unit)
    return joined((number, words), "" if unit == "deg" else "\u00a0")


_UNITS = {
    "fraction": said("fraction", context="unit"),
    "degC": same("°C"),
    "site": said("site", context="unit"),
    "hop": said("hop", context="unit"),
    "subscriber": said("subscriber", context="unit"),
    "year": said("year", context="unit"),
    "month": said("month", context="unit"),
    "day": said("day", context="unit"),
    "person": said("people"),
    "communes": said("communes"),
    "option": said("option", context="unit"),
    "step": said("step", context="unit"),
    "deg": same("°"),
    "10deg": same("10°"),
    "km2": same("km²"),
}


def unit_words(unit: str) -> Bilingual:
    """A unit of a study file as readers see it.

    Parameters
    ----------
    unit
        For example ``USD/site``; its parts stand between slashes.

    Returns
    -------
    Bilingual
        The same where it holds no word.

    Examples
    --------
    >>> unit_words("USD/km/year").vi, unit_words("deg").en
    ('USD/km/năm', '°')
    """
    return joined((_UNITS.get(part, same(part)) for part in unit.split("/")), "/")


_TECHNOLOGY = {
    "threshold": said("Level threshold"),
    "pilot": said("Pilot below the carrier"),
    "bandwidth": said("Bandwidth when missing"),
    "spacing": said("Subcarrier spacing"),
    "handset_power": said("Handset power"),
    "base_sensitivity": said("Base station sensitivity"),
}


_ONE_OF_MANY = {
    "inputs.exclusions": "{0}",
    "planning.choice.operators": "({0})",
    "planning.revenue.market_share": "({0})",
    "towers.frequency": "{0}",
}
"""Keys under which a study gives several, and how one of them is told from the others."""


def _name(key: str, study: Study | None) -> Bilingual:
    section, *_, last = key.split(".")
    plain = key.removesuffix(f".{last}") if last.isdecimal() else key  # of several of one kind
    if plain in _NAMES:
        return _NAMES[plain]
    for many, word in _ONE_OF_MANY.items():
        if key.startswith(f"{many}."):
            one = key.removeprefix(f"{many}.").split(".")[0]
            names = {} if study is None else {op.key: op.name for op in study.operators}
            words = _NAMES.get(f"{many}.{last}", _NAMES.get(many, same(many)))
            return joined((words, same(word.format(names.get(one, one)))), " ")
    if section == "technologies":
        technology = key.split(".")[1]
        words = _TECHNOLOGY.get(last, same(last))
        return joined((words, same(technology)), " ")
    if section == "environments" and last in _NAMES:
        words, where = _NAMES[last], key.split(".")[1]
        here = study.environments.get(where) if study is not None else None
        shown = same(where) if here is None else Bilingual(here.title_vi, here.title_en)
        return joined((words, shown), ": ")
    return _NAMES.get(last, same(key))


_FIELDS = {
    "mast_height_m": said("mast height"),
    "antenna_height_m": said("antenna height"),
    "eirp_dbm": same("EIRP"),
    "bandwidth_mhz": said("bandwidth"),
    "azimuth_deg": said("azimuth"),
    "electrical_tilt_deg": said("electrical tilt"),
    "mechanical_tilt_deg": said("mechanical tilt"),
    "beamwidth_deg": said("beamwidth"),
    "horizontal_beamwidth_deg": said("horizontal beamwidth"),
    "vertical_beamwidth_deg": said("vertical beamwidth"),
    "status": said("status"),
    "owner": said("owner"),
    "backhaul": said("backhaul"),
    "power_source": said("power source"),
}


def field_names(columns: Sequence[str]) -> Bilingual:
    """Columns of the tower list in the words that readers see.

    Parameters
    ----------
    columns
        For example ``mast_height_m``.

    Returns
    -------
    Bilingual
        One line; a column without words stands under its own name.
    """
    words = [_FIELDS.get(column, same(column)) for column in columns]
    return joined(words)
