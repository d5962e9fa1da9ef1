"""Measured against modelled levels, chances against what was found, and where they differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phusong.geo.grid import Grid
from phusong.reporting.coverage_figures import Outline, coverage_figure
from phusong.reporting.facts import Bilingual
from phusong.reporting.figures import INK, say, titled_figure
from phusong.reporting.palette import ClassStyle
from phusong.reporting.wording import said
from phusong.units import Float32Array, FloatArray

_NONE_KNOWN = 255
_DIFFERENCES = (
    (-np.inf, -6.0, said("measured weaker by more than 6 dB"), (202, 0, 32)),
    (-6.0, 6.0, said("within 6 dB"), (110, 110, 110)),
    (6.0, np.inf, said("stronger by more than 6 dB"), (5, 113, 176)),
)
_SILENT_COLOUR = (0, 0, 0)
_POINT = 9.0


def agreement_figure(
    cells: pd.DataFrame,
    reliability: pd.DataFrame,
    *,
    threshold_dbm: float,
    title: Bilingual,
    practice: Bilingual | None = None,
) -> Figure:
    """Levels against levels, and chances of signal against the share that had it.

    Parameters
    ----------
    cells
        Columns ``level_dbm`` (NaN without network) and ``modelled_dbm``.
    reliability
        One comparison of ``calibration/reliability.csv``.
    threshold_dbm
        Level from which a place is covered [dBm].
    title
        Title in both languages.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels.
    """
    with titled_figure((9.6, 5.2), title=title, practice=practice) as figure:
        draw_levels(figure.add_axes((0.08, 0.17, 0.40, 0.66)), cells, threshold_dbm)
        _draw_chances(figure.add_axes((0.58, 0.17, 0.40, 0.66)), reliability)
    return figure


def draw_levels(axes: Axes, cells: pd.DataFrame, threshold_dbm: float) -> None:
    """Draw measured against modelled levels.

    Parameters
    ----------
    axes
        Matplotlib axes, changed in place.
    cells
        Columns ``level_dbm`` (NaN without network) and ``modelled_dbm``.
    threshold_dbm
        Level from which a place is covered [dBm].
    """
    heard = cells[cells["level_dbm"].notna()]
    low = float(min(heard["level_dbm"].min(), heard["modelled_dbm"].min()))
    high = float(max(heard["level_dbm"].max(), heard["modelled_dbm"].max()))
    axes.scatter(heard["modelled_dbm"], heard["level_dbm"], s=_POINT, color="#12507b", alpha=0.45,
                 linewidths=0)  # fmt: skip
    axes.plot([low, high], [low, high], color=INK, linewidth=1.0)
    axes.axvline(threshold_dbm, color="#c81e1e", linewidth=0.9, linestyle="--")
    axes.axhline(threshold_dbm, color="#c81e1e", linewidth=0.9, linestyle="--")
    figure = axes.get_figure(root=True)
    say(figure, lambda to: axes.set_xlabel(said("Modelled [dBm]").to(to)))
    say(figure, lambda to: axes.set_ylabel(said("Measured [dBm]").to(to)))
    axes.grid(alpha=0.3)


def _draw_chances(axes: Axes, reliability: pd.DataFrame) -> None:
    known = reliability[reliability["samples"] > 0]
    chance, share = 100.0 * known["mean_chance"], 100.0 * known["share_covered"]
    below = share - 100.0 * known["share_low"]
    above = 100.0 * known["share_high"] - share
    axes.plot([0, 100], [0, 100], color=INK, linewidth=1.0)
    axes.errorbar(chance, share, yerr=[below.clip(lower=0.0), above.clip(lower=0.0)], fmt="o",
                  color="#12507b", markersize=4.5, capsize=2.5, linewidth=1.0)  # fmt: skip
    for x, y, count in zip(chance, share, known["samples"], strict=True):
        axes.annotate(f"{count:d}", (x, y), xytext=(5, -9), textcoords="offset points", fontsize=7)
    axes.set_xlim(-3, 103)
    axes.set_ylim(-3, 103)
    figure = axes.get_figure(root=True)
    say(figure, lambda to: axes.set_xlabel(said("Chance by the model [%]").to(to)))
    say(figure, lambda to: axes.set_ylabel(said("Had signal when measured [%]").to(to)))
    axes.grid(alpha=0.3)


def residual_figure(  # noqa: PLR0913 — what it shows, where, and how it is named
    easting: FloatArray,
    northing: FloatArray,
    residual_db: FloatArray,
    *,
    silent: Sequence[bool],
    grid: Grid,
    height_amsl_m: Float32Array,
    outlines: Sequence[Outline],
    title: Bilingual,
    practice: Bilingual | None = None,
) -> Figure:
    """Measured places over shaded terrain, by how far the corrected model is off.

    Parameters
    ----------
    easting, northing
        Measured cells, in the grid's CRS [m].
    residual_db
        Measured minus corrected level; NaN without network [dB].
    silent
        Whether the model gives a signal where the phone found no network.
    grid
        Frame of the terrain.
    height_amsl_m
        Terrain to shade; NaN is unknown [m].
    outlines
        Communes.
    title
        Title in both languages.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        Places without network, where the model gives none either, are not drawn.
    """
    classes = np.full(grid.shape, _NONE_KNOWN, dtype=np.uint8)
    legend = [
        ClassStyle(code, words, colour) for code, (*_, words, colour) in enumerate(_DIFFERENCES)
    ]
    legend.append(ClassStyle(len(legend), said("signal by the model, none found"), _SILENT_COLOUR))
    figure = coverage_figure(
        classes, tuple(legend), grid=grid, title=title, height_amsl_m=height_amsl_m,
        outlines=outlines, practice=practice,
    )  # fmt: skip
    axes = figure.axes[0]
    for low, high, _, colour in _DIFFERENCES:
        here = (residual_db >= low) & (residual_db < high)
        axes.scatter(easting[here], northing[here], s=_POINT, color=_rgb(colour), linewidths=0,
                     zorder=15)  # fmt: skip
    none = np.asarray(silent, dtype=bool)
    axes.scatter(easting[none], northing[none], s=2 * _POINT, marker="x", linewidths=0.9,
                 color=_rgb(_SILENT_COLOUR), zorder=16)  # fmt: skip
    return figure


def _rgb(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = (part / 255.0 for part in colour)
    return red, green, blue
