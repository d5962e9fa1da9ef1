"""One link, drawn: terrain on the curved Earth, the direct ray, every model's loss."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from phusong.models.sight import Sight
from phusong.reporting.escape import text
from phusong.reporting.facts import UNKNOWN, Bilingual, Picture, shown
from phusong.reporting.figures import (
    STYLE,
    picture,
    say,
    say_legend,
    spoken_picture,
    worded_figure,
)
from phusong.reporting.policy import closed
from phusong.reporting.shell import document
from phusong.reporting.wording import said
from phusong.units import BoolArray

_INK, _QUIET, _LINE = "#17242f", "#566472", "#d7dde2"
_GROUND, _CLUTTER, _RAY, _ZONE, _ALARM = "#b59b7a", "#5d8a4e", "#12507b", "#7fb0d6", "#b31b1b"
_SEA = "#1f7fbf"
_WIDTH_IN, _PROFILE_IN, _HEAD_IN, _ROW_IN, _FOOT_IN = 11.0, 3.9, 0.95, 0.36, 0.78
_AXIS_IN = 0.55
_DPI = 130
_ROUND_DB = 10.0

_MODEL = said("Model")
_LOSS = said("Basic transmission loss")
_EXCESS = said("Over free space")
_NOTE = said("Note")
_NOT_APPLICABLE = said("not applicable")
_DISTANCE = said("Distance from the transmitter [km]")
_HEIGHT = said("Height [m]")
_SIGNS = {
    "terrain": said("Terrain"),
    "clutter": said("Clutter"),
    "sea": said("Sea"),
    "earth": said("Effective Earth"),
    "zone": said("First Fresnel zone"),
    "ray": said("Direct ray"),
    "least": said("Least clearance"),
}
_SPREAD = said(
    "Models differ and none is a measurement; Hata, COST 231 and TR 38.901 know"
    " no terrain. Hollow mark: outside the recommended range."
)


@dataclass(frozen=True)
class ModelLoss:
    """What one model makes of a link.

    Parameters
    ----------
    name
        Name of the model.
    loss_db
        Basic transmission loss, NaN where the model cannot be applied [dB].
    note
        What was assumed, or why there is no loss; None for nothing to say.
    in_range
        Whether the link lies inside the model's recommended range.
    """

    name: str
    loss_db: float
    note: Bilingual | None = None
    in_range: bool = True


@dataclass(frozen=True, eq=False)
class LinkView:
    """A link to draw.

    Parameters
    ----------
    sight
        The profile and the direct ray over it.
    frequency_mhz
        Carrier frequency [MHz].
    tx_height_m, rx_height_m
        Antenna heights above ground [m].
    losses
        What the models say, in the order of the table.
    free_space_loss_db
        Loss in free space, which the others are compared with [dB].
    sea
        Which points are sea; None where nothing is known of it.
    """

    sight: Sight
    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    losses: tuple[ModelLoss, ...]
    free_space_loss_db: float
    sea: BoolArray | None = None

    @property
    def title(self) -> Bilingual:
        """What is drawn."""
        length = shown(float(self.sight.distance_km[-1]), decimals=2)
        band = f"{self.frequency_mhz:g} MHz"
        return said("Link of {length} km at {band}", length=length, band=band)

    @property
    def finding(self) -> Bilingual:
        """Whether the ends see each other, and where it is tightest."""
        share, at = f"{self.sight.worst_share:.2f}", f"{self.sight.worst_km:.2f} km"
        share = share.replace("-", "−")
        if not self.sight.visible:
            return said("The direct ray is cut, worst {share} R₁ at {at}", share=share, at=at)
        return said(
            "The direct ray is free, least clearance {share} R₁ at {at}", share=share, at=at
        )

    @property
    def conditions(self) -> Bilingual:
        """Heights and curvature, as they are drawn."""
        heights = f"{self.tx_height_m:g} m → {self.rx_height_m:g} m"
        radius = shown(self.sight.effective_earth_radius_m / 1000.0, decimals=0)
        return said(
            "Antennas {heights} above ground; effective Earth radius {radius} km",
            heights=heights,
            radius=radius,
        )


def profile_figure(view: LinkView, *, alone: bool = False) -> Figure:
    """The profile with ray and first Fresnel zone, and every model's loss below it.

    Parameters
    ----------
    view
        The link.
    alone
        Leave out heading and losses, for a page that has them as text.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; ``profile_picture`` turns it into a file.
    """
    rows = len(view.losses)
    below = _AXIS_IN if alone else _FOOT_IN + _ROW_IN * (rows + 2)
    height = _PROFILE_IN + below + (0.0 if alone else _HEAD_IN)
    with mpl.rc_context(STYLE):
        figure = worded_figure((_WIDTH_IN, height))
        axes = figure.add_axes((0.07, below / height, 0.91, (_PROFILE_IN - 0.15) / height))
        _draw_profile(figure, axes, view)
        if not alone:
            size = (0.19, 0.58 / height, 0.21, _ROW_IN * (rows + 0.2) / height)
            _draw_losses(figure, figure.add_axes(size), view)
            _write_heading(figure, view, height)
    return figure


def profile_picture(view: LinkView, *, alone: bool = False) -> Picture:
    """The figure as a PNG with words for those who cannot see it.

    Parameters
    ----------
    view
        The link.
    alone
        Leave out heading and losses, for a page that has them as text.

    Returns
    -------
    Picture
        The picture.
    """
    return picture(profile_figure(view, alone=alone), alt=_alt(view), dpi=_DPI)


def _alt(view: LinkView) -> Bilingual:
    return said("{title}. {finding}.", title=view.title, finding=view.finding)


def profile_page(view: LinkView) -> str:
    r"""The figure and its table as one self-contained page.

    Parameters
    ----------
    view
        The link.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.

    Raises
    ------
    DataError
        The page would load something from outside.
    """
    drawn = spoken_picture(profile_figure(view, alone=True), alt=_alt(view), dpi=_DPI)
    rows = "".join(_row_html(loss, view.free_space_loss_db) for loss in view.losses)
    heads = (
        f'<th scope="col">{_MODEL.html()}</th>'
        f'<th scope="col" class="n">{_LOSS.html()} <span class="unit">dB</span></th>'
        f'<th scope="col" class="n">{_EXCESS.html()} <span class="unit">dB</span></th>'
        f'<th scope="col">{_NOTE.html()}</th>'
    )
    body = (
        f'<header class="head"><div class="words"><h1>{view.title.html()}</h1>'
        f'<div class="asked"><p>{view.finding.html()}</p><p>{view.conditions.html()}</p></div>'
        "</div></header>\n<main>\n"
        f'<figure class="profile" tabindex="0">{drawn.html()}</figure>\n'
        f'<section id="losses"><h2>{_LOSS.html()}</h2><div class="scroll" tabindex="0" '
        f'role="region" {_LOSS.attribute("aria-label")}><table><thead><tr>{heads}</tr></thead>'
        f'<tbody>{rows}</tbody></table></div><p class="note">{_SPREAD.html()}</p></section>\n'
        "</main>"
    )
    styles = (
        ".profile { margin: 24px 0 0; overflow-x: auto; } "
        ".profile img { display: block; width: 100%; min-width: 760px; height: auto; } "
        "#losses td .en { display: block; } #losses td.words { min-width: 260px; } "
        "#losses tbody th { min-width: 170px; }"
    )
    page = document(title=view.title, body=body, practice=None, styles=styles)
    return closed(page)


def _row_html(loss: ModelLoss, free_space_db: float) -> str:
    note = "" if loss.note is None else loss.note.html()
    excess = _signed(loss.loss_db - free_space_db)
    return (
        f'<tr><th scope="row" class="t">{text(loss.name)}</th>'
        f'<td class="n t">{text(shown(loss.loss_db))}</td>'
        f'<td class="n t">{text(excess)}</td><td class="words">{note}</td></tr>'
    )


def _signed(value: float) -> str:
    """A difference with its sign, an en dash where unknown."""
    return UNKNOWN if math.isnan(value) else f"{round(value, 1) + 0.0:+.1f}".replace("-", "−")


def _write_heading(figure: Figure, view: LinkView, height_in: float) -> None:
    for words, size, weight, colour, down_in in (
        (view.title, 13.0, "bold", _INK, 0.12),
        (view.finding, 10.5, "normal", _INK, 0.42),
        (view.conditions, 9.5, "normal", _QUIET, 0.67),
    ):
        figure.text(0.02, 1.0 - down_in / height_in, words.plain, fontsize=size, fontweight=weight,
                    va="top", color=colour, parse_math=False)  # fmt: skip


def _draw_profile(figure: Figure, axes: Any, view: LinkView) -> None:
    sight = view.sight
    d = sight.distance_km
    low = float(sight.ground_m.min() - sight.bulge_m[np.argmin(sight.ground_m)])
    top = float(max((sight.ray_m + sight.fresnel_radius_m).max(), sight.top_m.max()))
    room = max(top - low, 10.0)
    base = low - 0.14 * room + sight.bulge_m
    bottom = float(min(base.min(), (sight.ray_m - sight.fresnel_radius_m).min() - 0.05 * room))
    axes.fill_between(d, bottom, sight.ground_m, color=_GROUND, linewidth=0.0,
                      label="terrain")  # fmt: skip
    if (sight.top_m > sight.ground_m).any():
        axes.fill_between(d, sight.ground_m, sight.top_m, color=_CLUTTER, linewidth=0.0, step="mid",
                          label="clutter")  # fmt: skip
    axes.plot(d, sight.ground_m, color=_INK, linewidth=0.8)
    if view.sea is not None and view.sea.any():
        axes.plot(d, np.where(view.sea, sight.ground_m, np.nan), color=_SEA, linewidth=3.0,
                  label="sea")  # fmt: skip
    axes.plot(d, base, color=_QUIET, linewidth=1.0, linestyle=(0, (5, 3)),
              label="earth")  # fmt: skip
    x, ray, radius = _smooth_ellipse(sight)
    axes.fill_between(x, ray - radius, ray + radius, color=_ZONE, alpha=0.38, linewidth=0.0,
                      label="zone")  # fmt: skip
    axes.plot(d[[0, -1]], sight.ray_m[[0, -1]], color=_RAY, linewidth=1.5,
              label="ray")  # fmt: skip
    for end in (0, -1):
        axes.plot([d[end]] * 2, [sight.ground_m[end], sight.ray_m[end]], color=_INK, linewidth=3.0,
                  solid_capstyle="butt", clip_on=False)  # fmt: skip
    worst = int(np.argmin(np.abs(d - sight.worst_km)))
    colour = _INK if sight.visible else _ALARM
    axes.plot([sight.worst_km], [sight.top_m[worst]], marker="v", markersize=9, color=colour,
              markeredgecolor="white", linestyle="none",
              label="least")  # fmt: skip
    axes.set_xlim(0.0, float(d[-1]))
    axes.set_ylim(bottom, top + 0.30 * (top - bottom))
    say(figure, lambda to: axes.set_xlabel(_DISTANCE.to(to), color=_QUIET))
    say(figure, lambda to: axes.set_ylabel(_HEIGHT.to(to), color=_QUIET))
    axes.grid(color=_LINE, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)
    key = axes.legend(loc="upper center", ncols=3, frameon=False, fontsize=8.5)
    say_legend(figure, key, [_SIGNS[label] for label in axes.get_legend_handles_labels()[1]])


def _smooth_ellipse(sight: Sight) -> tuple[Any, Any, Any]:
    """Ray and radius often enough for a round outline, whatever the profile's step."""
    d = sight.distance_km
    length = float(d[-1])
    # Between the profile's points the radius follows R_1 ~ sqrt(d_1 d_2), as at its points.
    middle = int(np.argmax(sight.fresnel_radius_m))
    scale = sight.fresnel_radius_m[middle] / math.sqrt(d[middle] * (length - d[middle]))
    x = length * (1.0 - np.cos(np.linspace(0.0, math.pi, 181))) / 2.0
    return x, np.interp(x, d, sight.ray_m), scale * np.sqrt(np.maximum(x * (length - x), 0.0))


def _draw_losses(figure: Figure, axes: Any, view: LinkView) -> None:
    known = [loss.loss_db for loss in view.losses if not math.isnan(loss.loss_db)]
    edge = [*known, view.free_space_loss_db]
    low = _ROUND_DB * math.floor(min(edge) / _ROUND_DB) - 2.0
    high = _ROUND_DB * math.ceil(max(edge) / _ROUND_DB) + 2.0
    axes.set_xlim(low, high)
    axes.set_ylim(len(view.losses) - 0.4, -0.6)
    axes.set_yticks(range(len(view.losses)), [loss.name for loss in view.losses])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.axvline(view.free_space_loss_db, color=_QUIET, linewidth=1.0, linestyle=(0, (4, 3)))
    _write_columns(axes, view.losses, view.free_space_loss_db)
    axes.set_title(f"{_LOSS.vi}\n{_LOSS.en} [dB]", fontsize=8.5, color=_QUIET, loc="left")
    for words, y in ((_SPREAD.vi, 0.022), (_SPREAD.en, 0.006)):
        figure.text(0.02, y, words, fontsize=8, color=_QUIET, parse_math=False)


def _write_columns(axes: Any, losses: Sequence[ModelLoss], free_space_db: float) -> None:
    """Mark each loss, and write its number, its excess and its note beside it."""
    side = axes.get_yaxis_transform()
    numbers, differences, notes = 1.26, 1.84, 1.92
    for x, heading, where in (
        (numbers, "dB", "right"),
        (differences, f"{_EXCESS.vi}\n{_EXCESS.en}", "right"),
        (notes, f"{_NOTE.vi}\n{_NOTE.en}", "left"),
    ):
        axes.text(x, -0.85, heading, transform=side, ha=where, fontsize=8.0, color=_QUIET)
    for row, loss in enumerate(losses):
        unknown = math.isnan(loss.loss_db)
        if not unknown:
            axes.plot([free_space_db, loss.loss_db], [row, row], color=_ZONE, linewidth=3.0,
                      solid_capstyle="butt", zorder=2)  # fmt: skip
            axes.plot([loss.loss_db], [row], marker="o", markersize=7.5, color=_RAY, zorder=3,
                      markerfacecolor=_RAY if loss.in_range else "white")  # fmt: skip
        axes.text(numbers, row, shown(loss.loss_db), transform=side, ha="right", va="center",
                  fontweight="bold", color=_INK)  # fmt: skip
        axes.text(differences, row, _signed(loss.loss_db - free_space_db), transform=side,
                  ha="right", va="center", color=_INK)  # fmt: skip
        note = loss.note or (_NOT_APPLICABLE if unknown else None)
        if note is not None:
            lines = note.vi if note.vi == note.en else f"{note.vi}\n{note.en}"
            axes.text(notes, row, lines, transform=side, va="center", fontsize=7.8, color=_QUIET,
                      linespacing=1.15, parse_math=False)  # fmt: skip
