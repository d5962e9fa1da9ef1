"""Microwave hops of options, drawn: ground on the curved Earth, ray, first Fresnel zone."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phusong.reporting.facts import Bilingual, Picture, same
from phusong.reporting.figures import (
    number_axis,
    say,
    say_legend,
    spoken_picture,
    titled_figure,
)
from phusong.reporting.study_facts import practice_words
from phusong.reporting.wording import said
from phusong.study import Study

_GROUND, _INK, _RAY, _ZONE, _NEEDED = "#c9b79c", "#6b5a41", "#12507b", "#7fb0d6", "#b31b1b"
_BELOW_IN, _AROUND_IN = 0.62, 0.9


@dataclass(frozen=True)
class _Look:
    """Sizes of a figure of hops [inch, point], dots per inch, and where its axes begin."""

    width_in: float
    hop_in: float
    head_in: float
    left: float
    key_pt: float
    dpi: int


_LARGE = _Look(width_in=8.0, hop_in=2.4, head_in=0.6, left=0.09, key_pt=7.0, dpi=110)
_SMALL = _Look(width_in=4.3, hop_in=2.05, head_in=0.0, left=0.14, key_pt=6.0, dpi=200)
_LINES = (said("first Fresnel zone"), said("ray"), said("lowest height for the ray"))
HOPS_TITLE = said("Microwave hops of the first options")


def hop_figure(
    points: pd.DataFrame,
    *,
    title: Bilingual,
    names: Mapping[str, Bilingual] | None = None,
    practice: Bilingual | None = None,
    small: bool = False,
) -> Figure:
    """Hops that are built for one option, one below the other.

    Parameters
    ----------
    points
        Rows of ``plan/hop-profiles.csv``, at least one hop.
    title
        Title in both languages.
    names
        What the ends of hops are called, by their key; others stand under their key.
    practice
        Words to burn in when practice data went in, else None.
    small
        For a place beside text: half as wide, without the title.

    Returns
    -------
    matplotlib.figure.Figure
        The ray is straight, the ground is raised by the Earth's bulge at k = 4/3. The dashed line
        is the height below which the ray must not pass, in both states of the atmosphere and with
        trees and houses.
    """
    hops = list(points.groupby("link", sort=True))
    look = _SMALL if small else _LARGE
    height = look.head_in + look.hop_in * len(hops)
    shown_title = same("") if small else title
    with titled_figure((look.width_in, height), title=shown_title, practice=practice) as figure:
        for number, (_, hop) in enumerate(hops):
            bottom = height - look.head_in - look.hop_in * (number + 1)
            axes = figure.add_axes((
                look.left, (bottom + _BELOW_IN) / height,
                0.98 - look.left, (look.hop_in - _AROUND_IN) / height,
            ))  # fmt: skip
            _draw(figure, axes, hop)
            _name_ends(figure, axes, hop.iloc[0], names or {})
            if number == 0:
                key = axes.legend(
                    loc="upper center", ncols=3, frameon=False, fontsize=look.key_pt,
                    columnspacing=1.0, handlelength=1.6, borderpad=0.2,
                )  # fmt: skip
                say_legend(figure, key, _LINES)
    return figure


def _draw(figure: Figure, axes: Axes, hop: pd.DataFrame) -> None:
    along = hop["distance_m"].to_numpy() / 1000.0
    bulge, ray = hop["bulge_m"].to_numpy(), hop["ray_amsl_m"].to_numpy()
    ground = hop["ground_amsl_m"].to_numpy() + bulge
    zone = hop["fresnel_radius_m"].to_numpy()
    # What is needed holds the larger of two bulges: drawn where the ray meets it.
    needed = hop["needed_amsl_m"].to_numpy()
    low, high = min(ground.min(), ray.min()), max(ground.max(), ray.max())
    room = max(20.0, 0.12 * (high - low))
    floor = low - room
    axes.fill_between(along, floor, ground, color=_GROUND, linewidth=0)
    axes.plot(along, ground, color=_INK, linewidth=0.8)
    axes.fill_between(
        along, ray - zone, ray + zone, color=_ZONE, alpha=0.35, linewidth=0,
        label="zone",
    )  # fmt: skip
    axes.plot(along, ray, color=_RAY, linewidth=1.2, label="ray")
    axes.plot(along[1:-1], needed[1:-1], color=_NEEDED, linewidth=0.9, linestyle="--",
              label="needed")  # fmt: skip
    for at in (0, -1):
        axes.plot([along[at]] * 2, [ground[at], ray[at]], color=_INK, linewidth=2.0)
    axes.set_xlim(0.0, along[-1])
    axes.set_ylim(floor, high + 3.0 * room)
    axes.set_xlabel("km", fontsize=8.5, labelpad=1.0)
    axes.set_ylabel("m", fontsize=8.5)
    axes.tick_params(labelsize=8)
    number_axis(figure, axes.yaxis)
    number_axis(figure, axes.xaxis)
    axes.grid(alpha=0.25)


def _name_ends(
    figure: Figure, axes: Axes, first: "pd.Series[str]", names: Mapping[str, Bilingual]
) -> None:
    ends = [names.get(first[end], same(first[end])) for end in ("from", "to")]
    say(
        figure,
        lambda to: axes.set_title(
            " → ".join(end.to(to) for end in ends), fontsize=8.5, loc="left", parse_math=False
        ),
    )


def _ranks(ranked: pd.DataFrame) -> dict[str, Bilingual]:
    """Options as readers know them: by rank and commune."""
    return {
        row.option_id: said("rank {rank} ({commune})", rank=int(row.rank), commune=row.commune)
        for row in ranked.itertuples()
    }


def hop_pictures(
    study: Study, ranked: pd.DataFrame, points: pd.DataFrame, *, most: int, small: bool = False
) -> tuple[Picture | None, ...]:
    """A picture of the hops of each of the first options.

    Parameters
    ----------
    study
        Whether practice data went in.
    ranked
        Ranked options, the columns of ``plan/priorities.csv``.
    points
        The columns of ``plan/hop-profiles.csv``.
    most
        Options to look at, at least 1.
    small
        For a place beside text.

    Returns
    -------
    tuple of Picture
        One per option; None for one that builds no hop.
    """
    found: list[Picture | None] = []
    for row in ranked.head(most).itertuples():
        own = points[points["option_id"] == row.option_id] if len(points) else points
        if own.empty:
            found.append(None)
            continue
        title = said("Microwave backhaul of rank {rank}", rank=int(row.rank))
        figure = hop_figure(
            own, title=title, names=_ranks(ranked), practice=practice_words(study), small=small
        )
        dpi = (_SMALL if small else _LARGE).dpi
        found.append(spoken_picture(figure, alt=title, dpi=dpi))
    return tuple(found)


def hops_figure(
    study: Study, ranked: pd.DataFrame, points: pd.DataFrame, *, most: int
) -> Figure | None:
    """Hops of the first options, one below the other.

    Parameters
    ----------
    study
        Whether practice data went in.
    ranked
        Ranked options, the columns of ``plan/priorities.csv``.
    points
        The columns of ``plan/hop-profiles.csv``.
    most
        Options to look at, at least 1.

    Returns
    -------
    matplotlib.figure.Figure or None
        None where none of them builds a hop.
    """
    if points.empty:
        return None
    own = points[points["option_id"].isin(ranked.head(most)["option_id"])]
    if own.empty:
        return None
    return hop_figure(own, title=HOPS_TITLE, names=_ranks(ranked), practice=practice_words(study))
