"""Coverage by environment and technology, quality, resilience and scenarios for notebooks."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.analysis.gaps import Gaps, cell_shares
from phusong.analysis.reach import ANY, Reach
from phusong.pipeline import scenarios as scenarios_step
from phusong.pipeline.begin import start
from phusong.pipeline.service import Service
from phusong.pipeline.service_pictures import covering_sites, has_sites, rate_classes, rate_title
from phusong.pipeline.session import Session
from phusong.reporting.coverage_figures import Outline, coverage_figure
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import picture
from phusong.reporting.palette import ClassStyle
from phusong.reporting.service_tables import (
    MOST_SITES,
    environment_table,
    quality_table,
    rate_legend,
    resilience_table,
    scenario_table,
    service_findings,
    sites_legend,
    sites_table,
    technology_table,
    worst_sites,
)
from phusong.reporting.shown import Shown, shown_sentences, shown_table
from phusong.reporting.study_facts import practice_words, technology_of
from phusong.reporting.study_index import outlines
from phusong.reporting.wording import said, shortest
from phusong.store.tables import read_csv
from phusong.study import Study

_UNKNOWN = 255


def loads(study: Study) -> Shown:
    """What the quality of service is computed with.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        Three sentences.
    """
    quality = study.service.quality
    percent = {
        "load": shortest(100 * quality.neighbour_load.value, unit="%"),
        "busy": shortest(100 * quality.busy_share.value, unit="%"),
    }
    return shown_sentences(
        (
            said("Load of other sites: {load}.", load=percent["load"]),
            said("People active at once: {busy}.", busy=percent["busy"]),
            said(
                "A rate counts as enough from {floor} and as good from {good} Mbit/s.",
                floor=shortest(quality.floor.value),
                good=shortest(quality.good.value),
            ),
        )
    )


def environments(study: Study, found: Gaps) -> Shown:
    """People without signal in every environment, by operator.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(environment_table(study, found.totals))


def technologies(study: Study, found: Gaps) -> Shown:
    """People without signal in every technology, by operator.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(technology_table(study, found.totals))


def quality(study: Study, found: Service) -> Shown:
    """People by class of download rate, by operator.

    Parameters
    ----------
    study
        The study.
    found
        Its service.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(quality_table(study, found.quality))


def rates_picture(study: Study, operator: str) -> Picture:
    """Draw classes of download rate of one operator.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    operator
        Operator's key.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    key = operator, technology_of(study)
    title = rate_title(study, key)
    return _picture(start(study), rate_classes(study, key), rate_legend(study), title)


def resilience(study: Study, found: Service, *, most: int = 10) -> Shown:
    """Sites whose failure takes service from most people.

    Parameters
    ----------
    study
        The study.
    found
        Its service.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table, numbered as on the map.
    """
    return shown_table(resilience_table(study, found.resilience, most=most))


def resilience_picture(study: Study, reached: Reach, found: Service, *, most: int = 10) -> Picture:
    """Draw how many sites cover a place, and the sites that most people hang on.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.
    found
        Its service.
    most
        Sites to number, at least 1.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    session = start(study)
    worst = worst_sites(study, found.resilience, most=most)
    points = gpd.GeoSeries(
        gpd.points_from_xy(worst["longitude"], worst["latitude"]), crs="EPSG:4326"
    ).to_crs(reached.grid.crs)
    badges = tuple(Outline(point, str(number)) for number, point in enumerate(points, 1))
    title = said("How many sites cover a place, and the sites that most people hang on")
    classes = covering_sites(study, (ANY, technology_of(study)))
    return _picture(session, classes, sites_legend(), title, badges=badges[::-1])


def several_sites(study: Study, reached: Reach) -> Shown:
    """People and area of the communes by the number of sites that cover them.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    reached
        Its reach; the service step must have been done.

    Returns
    -------
    Shown
        A table.
    """
    keys = [key for key, technology in reached.layers if technology == technology_of(study)]
    sums = {key: _by_sites(study, key) for key in keys}
    people = {key: found[0] for key, found in sums.items()}
    return shown_table(sites_table(study, people, {key: found[1] for key, found in sums.items()}))


def scenarios(study: Study, reached: Reach) -> Shown:
    """What each scenario changes.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.

    Returns
    -------
    Shown
        A table; without rows where the study has no scenario.
    """
    scenarios_step.scenarios(start(study), reached)
    file = study.output / "scenarios" / "communes.csv"
    columns = ["scenario", "operator", "technology", "people_covered_change",
               "people_no_signal_change", "area_covered_change_km2"]  # fmt: skip
    table = pd.DataFrame(columns=columns)
    if study.scenarios:
        table = read_csv(file, text=("scenario", "operator", "technology"))
    return shown_table(scenario_table(study, table))


def answer_service(study: Study, found: Service) -> Shown:
    """How good service is, and how much hangs on single sites, in sentences with numbers.

    Parameters
    ----------
    study
        The study.
    found
        Its service.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    people, _ = _by_sites(study, ANY)
    return shown_sentences(
        service_findings(study, found.quality, found.resilience, people[1], sum(people[1:]))
    )


def _by_sites(study: Study, operator: str) -> tuple[list[float], list[float]]:
    """People and area of the communes of no site, one, two, three or more.

    NaN for an operator whose own map is its reach: nobody knows how many sites made that.
    """
    inputs = start(study).inputs
    key = (operator, technology_of(study))
    if not has_sites(study, key):
        return [np.nan] * (MOST_SITES + 1), [np.nan] * (MOST_SITES + 1)
    count = covering_sites(study, key).ravel()
    shares = cell_shares(inputs.grid, inputs.communes.frame.geometry)
    inside = np.asarray(shares.sum(axis=0)).ravel()
    people = np.nan_to_num(inputs.people.count).ravel() * inside
    area = inside * inputs.grid.cell_area_km2
    numbers = range(MOST_SITES + 1)
    return (
        [float(people[count == n].sum()) for n in numbers],
        [float(area[count == n].sum()) for n in numbers],
    )


def _picture(
    session: Session,
    classes: NDArray[np.uint8],
    legend: tuple[ClassStyle, ...],
    title: Bilingual,
    *,
    badges: tuple[Outline, ...] = (),
) -> Picture:
    inputs = session.inputs
    figure = coverage_figure(
        classes, legend, grid=inputs.grid, title=title,
        height_amsl_m=inputs.terrain.height_amsl_m,
        outlines=(*outlines(inputs.places), *badges), practice=practice_words(session.study),
    )  # fmt: skip
    return picture(figure, alt=title, kind="jpeg")
