"""What must fit between the sections of a study file."""

from phusong.errors import nearest
from phusong.study.sections import Sections


def refuse_contradictions(study: Sections) -> None:
    """See that the sections of a study fit each other.

    Parameters
    ----------
    study
        The study, each section of which is right by itself.

    Raises
    ------
    ValueError
        Two of them contradict each other; the message names both.
    """
    for look in _LOOKS:
        look(study)


def _names_differ(study: Sections) -> None:
    for what in ("name", "key"):
        values = [getattr(op, what) for op in study.operators]
        twins = sorted({v for v in values if values.count(v) > 1})
        if twins:
            raise ValueError(f"operators have the same {what}: {', '.join(twins)}")
    if any(op.key == "any" for op in study.operators):
        raise ValueError("operators.key = 'any' is reserved for all operators together")
    if any(op.key == "province" for op in study.operators):
        raise ValueError("operators.key = 'province' is reserved for the province's brief")
    files = [key.lower() for key in study.technologies]
    if len(set(files)) < len(files):
        raise ValueError(
            f"technologies {', '.join(study.technologies)} differ in capitals only; "
            "their files would have the same names"
        )


def _scenarios_name_what_exists(study: Sections) -> None:
    operators = {op.key for op in study.operators}
    for key, scenario in study.scenarios.items():
        bands = [] if scenario.new_band is None else [scenario.new_band]
        named = {*scenario.off, *(band.technology for band in bands)}
        for what, unknown in (
            ("operators", sorted(set(scenario.operators) - operators)),
            ("technologies", sorted(named - set(study.technologies))),
        ):
            if unknown:
                raise ValueError(
                    f"scenarios.{key} names {what} that the study does not have: "
                    f"{', '.join(unknown)}"
                )
        for band in bands:
            technology = study.technologies[band.technology]
            if not technology.knows(band.bandwidth.value):
                raise ValueError(
                    f"scenarios.{key}.new_band.bandwidth = {band.bandwidth.value:g} MHz is "
                    f"not a {band.technology} bandwidth; {', '.join(technology.bandwidths)} "
                    "MHz is allowed"
                )


def _own_coverage_names_what_exists(study: Sections) -> None:
    known = [name for op in study.operators for name in (op.name, op.key)]
    seen = set()
    for number, given in enumerate(study.inputs.operator_coverage, 1):
        where = f"inputs.operator_coverage number {number}"
        for what, value, allowed in (
            ("operator", given.operator, known),
            ("technology", given.technology, study.technologies),
            ("environment", given.environment, (None, *study.environments)),
        ):
            if value not in allowed:
                names = [str(name) for name in allowed if name]
                raise ValueError(
                    f"{where}: {what} = {value!r} is none of the study"
                    f"{nearest(str(value), names)}; it has {', '.join(names)}"
                )
        layer = (study.operator_key(given.operator), given.technology)
        if layer in seen:
            raise ValueError(
                f"{where}: {given.operator} has two coverage maps of {given.technology}; keep one"
            )
        seen.add(layer)


def _ground_classes_are_known(study: Sections) -> None:
    for model, technologies in study.propagation.calibration.items():
        for technology, section in technologies.items():
            if section.ground and study.inputs.clutter is None:
                raise ValueError(
                    f"propagation.calibration.{model}.{technology}.ground corrects classes of "
                    "land cover, and the study has none; give inputs.clutter"
                )


def _measurements_name_what_exists(study: Sections) -> None:
    names = {name for op in study.operators for name in (op.name, op.key)}
    for number, given in enumerate(study.measurements, 1):
        for what, value, known in (
            ("operator", given.operator, names),
            ("technology", given.technology, set(study.technologies)),
            ("environment", given.environment, set(study.environments)),
        ):
            if value is not None and value not in known:
                raise ValueError(
                    f"measurements[{number}].{what} = {value!r} is not in the study"
                    f"{nearest(value, known)}; allowed: {', '.join(sorted(known))}"
                )


def _revenue_fits(study: Sections) -> None:
    revenue = study.planning.revenue
    if revenue is None:
        return
    if revenue.arpu.unit != (unit := f"{study.costs.currency}/month"):
        raise ValueError(f"planning.revenue.arpu.unit is '{revenue.arpu.unit}', '{unit}' is needed")
    unknown = sorted(set(revenue.market_share) - {op.key for op in study.operators})
    if unknown:
        raise ValueError(
            "planning.revenue.market_share names operators that the study does not have: "
            f"{', '.join(unknown)}"
        )


def _budget_in_known_money(study: Sections) -> None:
    choice, costs = study.planning.choice, study.costs
    known = dict.fromkeys((costs.currency, costs.shown_currency))
    for name, budget in choice.budgets.items():
        if budget.unit not in known:
            raise ValueError(
                f"planning.choice.{name}.unit is '{budget.unit}', {' or '.join(known)} is "
                "needed; convert it, or give a rate as costs.exchange"
            )
    unknown = sorted(set(choice.operators) - {op.key for op in study.operators})
    if unknown:
        raise ValueError(
            "planning.choice.operators names operators that the study does not have: "
            f"{', '.join(unknown)}; known are "
            f"{', '.join(sorted(op.key for op in study.operators))}"
        )


def _consent_is_of_operators(study: Sections) -> None:
    known = {op.key for op in study.operators}
    unknown = sorted(set(study.planning.sharing_consent) - known)
    if unknown:
        raise ValueError(
            "planning.sharing_consent names operators that the study does not have: "
            f"{', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )


def _one_receiver_height(study: Sections) -> None:
    heights = {e.receiver_height.value for e in study.environments.values()}
    if len(heights) > 1:
        raise ValueError(
            "environments have different receiver_height, "
            f"{', '.join(f'{h:g}' for h in sorted(heights))} m; path loss is computed for one: "
            "give each the same, and what differs as entry_loss or building"
        )


def _blocks_within_reach(study: Sections) -> None:
    if len(study.propagation.models) == 1:
        return
    step = study.propagation.second_model_step
    block_km = step * study.grid.resolution_m / 1000.0
    for key, radius_km in (
        ("propagation.radius_km", study.propagation.radius_km),
        ("planning.candidate_radius_km", study.planning.candidate_radius_km),
    ):
        if radius_km < block_km:
            raise ValueError(
                f"{key} = {radius_km:g} km is smaller than a block of the second model, "
                f"{block_km:g} km; lower propagation.second_model_step"
            )


def _one_gazetteer(study: Sections) -> None:
    if study.area.gazetteer is not None and study.inputs.gazetteer is not None:
        raise ValueError("area.gazetteer and inputs.gazetteer are both given; keep one")


def _bandwidths_known(study: Sections) -> None:
    planned = next(iter(study.technologies))
    new_site = study.planning.new_site.bandwidth
    for key, technology in study.technologies.items():
        uses = {"towers.bandwidth": study.towers.bandwidth}
        if technology.bandwidth is not None:
            uses = {f"technologies.{key}.bandwidth": technology.bandwidth}
        if key == planned:
            uses["planning.new_site.bandwidth"] = new_site
        for where, given in uses.items():
            if not technology.knows(given.value):
                raise ValueError(
                    f"{where} = {given.value:g} MHz is not a {key} bandwidth; "
                    f"{', '.join(technology.bandwidths)} MHz is allowed"
                )


_LOOKS = (
    _names_differ,
    _scenarios_name_what_exists,
    _own_coverage_names_what_exists,
    _ground_classes_are_known,
    _measurements_name_what_exists,
    _revenue_fits,
    _budget_in_known_money,
    _consent_is_of_operators,
    _one_receiver_height,
    _blocks_within_reach,
    _one_gazetteer,
    _bandwidths_known,
)
