"""Maps of download rates and covering sites, and measured levels, as notebooks show them."""

from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np

from phusong.analysis.reach import ANY
from phusong.analysis.service_quality import rate_class
from phusong.errors import DataError, unknown_name
from phusong.pipeline.begin import start
from phusong.pipeline.pictures import chosen_layer, plotted
from phusong.pipeline.reach_files import layer_file
from phusong.pipeline.service import Service
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import STYLE
from phusong.reporting.plots import Plotted, draw_map, mark_practice, small_picture
from phusong.reporting.relief import UInt8Array
from phusong.reporting.service_tables import MOST_SITES, rate_legend, sites_legend
from phusong.reporting.study_facts import operator_words, practice_words
from phusong.reporting.validation_figures import draw_levels
from phusong.reporting.wording import said
from phusong.reporting.words import MODEL_NAMES
from phusong.store.rasters import read_raster, read_scaled
from phusong.study import Study

RATE, SITES = "rate", "sites"
_UNKNOWN = 255


def rate_classes(study: Study, key: tuple[str, str]) -> UInt8Array:
    """Class of download rate of each cell.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    key
        Operator and technology.

    Returns
    -------
    numpy.ndarray
        Codes of ``rate_legend``, shape of the grid; 255 is unknown.
    """
    rate = read_scaled(_file(study, key, RATE)).astype(np.float64)
    limits = study.service.quality
    found = rate_class(rate, floor_mbps=limits.floor.value, good_mbps=limits.good.value)
    return found.astype(np.uint8)


def rate_title(study: Study, key: tuple[str, str]) -> Bilingual:
    """What a map of download rates shows.

    Parameters
    ----------
    study
        The study.
    key
        Operator and technology.

    Returns
    -------
    Bilingual
        The words.
    """
    name = operator_words(study)[key[0]]
    return said("{technology} download rate in the busy hour: {name}", technology=key[1], name=name)


def has_sites(study: Study, key: tuple[str, str]) -> bool:
    """Whether the number of sites that cover each cell is known.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    key
        Operator and technology.

    Returns
    -------
    bool
        False for an operator whose own map of its coverage is taken as its reach.
    """
    return bool(_file(study, key, SITES).exists())


def covering_sites(study: Study, key: tuple[str, str]) -> UInt8Array:
    """Number of sites that cover each cell, up to three.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    key
        Operator and technology.

    Returns
    -------
    numpy.ndarray
        Codes of ``sites_legend``, shape of the grid; 255 is unknown.
    """
    count = read_raster(_file(study, key, SITES))
    return np.where(count == _UNKNOWN, _UNKNOWN, np.minimum(count, MOST_SITES)).astype(np.uint8)


def service_plotted(study: Study, key: tuple[str, str], column: str) -> Plotted:
    """A map of the service of one operator.

    Parameters
    ----------
    study
        The study; its service step must have been done.
    key
        Operator and technology.
    column
        ``rate`` or ``sites``.

    Returns
    -------
    Plotted
        What is drawn.

    Raises
    ------
    DomainError
        There is no such column.
    """
    operator, technology = key
    name = operator_words(study)[operator]
    if column == RATE:
        classes, legend = rate_classes(study, key), rate_legend(study)
        title = rate_title(study, key)
    elif column == SITES:
        classes, legend = covering_sites(study, key), sites_legend()
        title = said(
            "{technology}, sites that cover a place: {name}", technology=technology, name=name
        )
    else:
        raise unknown_name("column", column, (RATE, SITES))
    return plotted(study, start(study).inputs.grid, title=title, classes=classes, legend=legend)


def service_plot(
    study: Study,
    found: Service,
    *,
    operator: str | None = None,
    technology: str | None = None,
    column: str = RATE,
    **drawn: Any,
) -> Any:
    """Draw the service of one operator.

    Parameters
    ----------
    study
        The study.
    found
        Its service.
    operator
        Key or name of an operator; the first computed one by default, for ``sites`` all.
    technology
        Technology to show; the study's first by default.
    column
        ``rate`` or ``sites``.
    **drawn
        Axes, size and legend, see :func:`phusong.reporting.plots.draw_map`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    return draw_map(
        service_plotted(study, _chosen(study, found, operator, technology, column), column), **drawn
    )


def service_picture(study: Study, found: Service) -> Picture | None:
    """Download rates of the first operator, small.

    Parameters
    ----------
    study
        The study.
    found
        Its service.

    Returns
    -------
    Picture or None
        None where no rate was computed.
    """
    if found.quality.empty:
        return None
    return small_picture(service_plotted(study, _chosen(study, found, None, None, RATE), RATE))


def cells_of_model(
    study: Study, cells: gpd.GeoDataFrame, model: str | None = None
) -> gpd.GeoDataFrame:
    """Measured cells beside one propagation model.

    Parameters
    ----------
    study
        The study.
    cells
        Measured cells with their modelled level, of all models.
    model
        Key of a propagation model; the study's first by default.

    Returns
    -------
    geopandas.GeoDataFrame
        Those of the model, at least one.

    Raises
    ------
    DataError
        No measured cell could be compared with any model.
    DomainError
        The model is none of those that were compared.
    """
    if cells.empty:
        raise DataError(
            "no measured cell could be compared with the model: no sample stands on the grid where "
            "the operator's level is known; `phusong calibrate` says what was left out and why"
        )
    chosen = study.propagation.models[0] if model is None else model
    known = tuple(dict.fromkeys(cells["model"]))
    if chosen not in known:
        raise unknown_name("model", chosen, known)
    return cells[cells["model"] == chosen]


def levels_plot(
    study: Study,
    cells: gpd.GeoDataFrame,
    *,
    model: str | None = None,
    ax: Any = None,
    figsize: tuple[float, float] | None = None,
) -> Any:
    """Draw measured against modelled levels of one propagation model.

    Parameters
    ----------
    study
        The study.
    cells
        Measured cells with their modelled level.
    model
        Key of a propagation model; the study's first by default.
    ax
        Matplotlib axes to draw on; a new figure by default.
    figsize
        Width and height of a new figure [inch].

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    from matplotlib import pyplot as plt  # noqa: PLC0415 — it chooses how windows open

    own = cells_of_model(study, cells, model)
    chosen = own["model"].iloc[0]
    technology = own["technology"].iloc[0]
    with mpl.rc_context(STYLE):
        if ax is None:
            _, ax = plt.subplots(figsize=figsize or (5.6, 5.2), layout="constrained")
        draw_levels(
            ax,
            own[own["technology"] == technology],
            study.technologies[technology].threshold.value,
        )
        title = said("Measured and modelled: {technology}, {model}", technology=technology,
                     model=MODEL_NAMES[chosen])  # fmt: skip
        ax.set_title(f"{title.vi}\n{title.en}", loc="left")
        practice = practice_words(study)
        if practice is not None:
            mark_practice(ax, practice)
    return ax


def _chosen(
    study: Study, found: Service, operator: str | None, technology: str | None, column: str
) -> tuple[str, str]:
    pairs = found.quality[["operator", "technology"]].itertuples(index=False)
    layers = dict.fromkeys((str(op), str(tech)) for op, tech in pairs)
    if column == SITES:
        layers |= {(ANY, tech): None for _, tech in layers}
    first = ANY if column == SITES else next(op for op, _ in layers)
    return chosen_layer(study, layers, operator or first, technology)


def _file(study: Study, key: tuple[str, str], what: str) -> Any:
    first = next(iter(study.environments))
    return layer_file(study, study.propagation.models[0], first, *key, what)
