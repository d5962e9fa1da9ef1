"""What is missing, guessed or suspicious in a study's inputs."""

from phusong.pipeline.inputs import Inputs, named_inputs
from phusong.study import PRACTICE_LABEL, Study


def input_report(study: Study) -> str:
    """Read every input and say what was found, filled and noticed.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        Text for people.

    Raises
    ------
    DataError
        An input cannot be used.
    """
    inputs = Inputs(study)
    noticed = inputs.warnings()
    rows, cols = inputs.grid.shape
    network = inputs.network
    lines = [f"study {study.study.name}: {study.study.title_en}"]
    if study.study.practice_data:
        lines.append(PRACTICE_LABEL)
    lines += [
        f"grid: {rows} x {cols} cells of {inputs.grid.resolution_m:g} m, {inputs.grid.crs}",
        f"terrain: {inputs.terrain.unknown_cells} of {rows * cols} cells unknown",
        f"people: {inputs.people.total:,.0f} on the grid",
        f"communes: {len(inputs.communes.codes)} ({', '.join(inputs.communes.names.values())})",
        f"villages: {len(inputs.places.villages)}, facilities: {len(inputs.places.facilities)}, "
        f"roads: {len(inputs.places.roads)}, power lines: {len(inputs.places.power_lines)}",
        f"network: {len(network.site_ids)} sites, {len(network.sectors)} sectors",
    ]
    for operator in study.operators:
        sectors = [s for s in network.sectors if s.operator == operator.name]
        sites = len({s.site_id for s in sectors})
        lines.append(f"  {operator.name}: {sites} sites, {len(sectors)} sectors")
    lines.append("filled from the study's defaults (sectors):")
    lines += [f"  {column}: {count}" for column, count in network.filled.items()] or ["  nothing"]
    lines.append("inputs:")
    lines += [
        f"  {key}: {source.source} ({source.licence})" for key, source, _ in named_inputs(study)
    ]
    unverified = sum(not a.verified for a in study.assumptions())
    lines.append(f"assumptions: {len(study.assumptions())}, of them {unverified} not verified")
    lines.append("noticed:")
    lines += [f"  {line}" for line in (*noticed, *network.left_out)] or ["  nothing"]
    return "\n".join(lines)
