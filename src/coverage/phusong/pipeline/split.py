"""A study of a country as one study for each of its regions."""

from collections.abc import Mapping
from pathlib import Path

from phusong.errors import DataError
from phusong.geo.names import file_key
from phusong.pipeline.inputs import Inputs
from phusong.sources.boundaries import commune_regions
from phusong.sources.study_edit import with_table
from phusong.sources.study_file import study_of_text
from phusong.store.files import write_text
from phusong.study import Study


def split_study(study: Study, by: str | None = None) -> tuple[Path, ...]:
    """Write one study file for each region, beside that of the whole.

    Parameters
    ----------
    study
        Study of all regions.
    by
        Column of the boundaries that tells the region of each commune; the unit above each
        commune in the study's gazetteer when None.

    Returns
    -------
    tuple of pathlib.Path
        The study files, in the order in which the regions are first named. Each asks about the
        communes of its region, has an output folder beside that of the whole, and a margin of at
        least the radius, so that every mast that reaches the region is in it; all else is as in
        the whole.

    Raises
    ------
    DataError
        A region is not known, there is only one, a file would be overwritten, or the radius is
        larger than any margin.
    """
    regions = _regions(study, by)
    text = study.file.read_text(encoding="utf-8")
    margin_km = max(study.area.margin_km, study.propagation.radius_km)
    made: dict[Path, str] = {}
    for region, communes in regions.items():
        key = file_key(region)
        file = study.file.with_name(f"{study.file.stem}-{key}{study.file.suffix}")
        if not key or file in made:
            raise DataError(
                f"{region!r} cannot be told from other regions by a file's name; name a column "
                "with codes by --by"
            )
        if file.exists():
            raise DataError(f"{file} is there already and is not overwritten; remove it first")
        made[file] = _part(study, text, region, key, communes, margin_km)
        study_of_text(made[file], file)  # what cannot be read again is not written, nor are others
    for file, content in made.items():
        write_text(file, content)
    return tuple(made)


def _part(
    study: Study, text: str, region: str, key: str, communes: list[str], margin_km: float
) -> str:
    """Text of the study of one region."""
    whole = study.study
    text = with_table(text, "study", {
        "name": f"{whole.name}-{key}",
        "title_en": f"{whole.title_en} – {region}",
        "title_vi": f"{whole.title_vi} – {region}",
        "output": f"{whole.output.rstrip('/')}-{key}",
    })  # fmt: skip
    return with_table(text, "area", {"communes": communes, "margin_km": margin_km})


def _regions(study: Study, by: str | None) -> Mapping[str, list[str]]:
    """Communes of each region."""
    if by is not None:
        told = commune_regions(study.path(study.inputs.boundaries.file), study, by)
    else:
        told = _above(study)
    regions: dict[str, list[str]] = {}
    for commune, region in told.items():
        regions.setdefault(region, []).append(commune)
    if len(regions) == 1:
        raise DataError(
            f"{study.file.name}: all communes lie in {next(iter(regions))}, so there is nothing to "
            "split"
        )
    return regions


def _above(study: Study) -> dict[str, str]:
    """Official name of the unit above each commune."""
    gazetteer, vintage = Inputs(study).gazetteer, study.area.vintage
    if gazetteer is None:
        raise DataError(
            f"{study.file.name} has no gazetteer that tells the region of each commune; name a "
            "column of inputs.boundaries by --by"
        )
    names = {unit.code: unit.name for unit in gazetteer.units if unit.vintage == vintage}
    told = {}
    for code in study.area.communes:
        parent = gazetteer.unit(code, vintage=vintage).parent
        if not parent:
            raise DataError(
                f"the gazetteer names no unit above commune {code}; name a column of "
                "inputs.boundaries by --by"
            )
        told[code] = names.get(parent, parent)
    return told
