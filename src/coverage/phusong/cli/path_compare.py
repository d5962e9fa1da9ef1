"""What every model makes of one link, for ``phusong path --compare``."""

import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from phusong.cli.link_models import LINK_MODELS, Results
from phusong.errors import DataError, DomainError, ModelRangeWarning
from phusong.models.catalogue import CATALOGUE
from phusong.models.sight import Sight, direct_sight
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.profile import LinkView, ModelLoss, profile_page, profile_picture
from phusong.reporting.wording import joined, said
from phusong.sources.links import check_link
from phusong.store.files import write_text, write_whole
from phusong.units import BoolArray

Link = dict[str, Any]

_NEEDED = ("frequency_mhz", "tx_height_m", "rx_height_m", "distance_km", "height_m")
_KINDS = (".png", ".html", ".htm")

_SURROUNDINGS = {
    "urban": said("urban"),
    "suburban": said("suburban"),
    "open": said("open country"),
    "rural": said("rural"),
}
_OPEN_COUNTRY = {"hata": "open", "ehata": "rural"}
"""The word of each model for land without houses, which stands in where none is given."""

_CITY = {
    "medium": said("medium-sized city"),
    "large": said("large city"),
}
_SIGHT = {
    "los": said("in line of sight"),
    "nlos": said("without line of sight"),
}
_WORDS = {
    "distance_m": said("distance"),
    "frequency_mhz": said("frequency"),
    "tx_height_m": said("transmitter height"),
    "rx_height_m": said("receiver height"),
    "tx_effective_height_m": said("base's effective height"),
    "rx_effective_height_m": said("mobile's effective height"),
    "location_percent": said("share of locations"),
    "distance_km": said("profile"),
    "step_m": said("step of the profile"),
    "the path": said("path length"),
    "refractivity": said("refractivity"),
}
"""What a model's messages name, in both languages."""

_MOST_NAMED = 3


def write_comparison(link: Link, place: str, out: Path) -> None:
    """Draw a link with every model's loss to a picture or a page.

    Parameters
    ----------
    link
        The link as it was read.
    place
        How to name it in a message.
    out
        The file, ending in ``.png`` or ``.html``.

    Raises
    ------
    DataError
        The link has no profile, or the file is of another kind.
    """
    if out.suffix.lower() not in _KINDS:
        raise DataError(f"{out} cannot be drawn; --compare writes a .png or an .html file")
    view = link_view(link, place)
    if out.suffix.lower() == ".png":
        content = profile_picture(view).content
        write_whole(out, lambda aside: aside.write_bytes(content))
    else:
        write_text(out, profile_page(view))


def own_keys(link: Link, word: str) -> Link:
    """A link without what only other models need.

    Parameters
    ----------
    link
        The link as it was read.
    word
        The model that it is for.

    Returns
    -------
    dict
        Its keys that the model knows, and those that no model knows, for a clear error.
    """
    own = LINK_MODELS[word].schema.model_fields
    known = {key for model in LINK_MODELS.values() for key in model.schema.model_fields}
    return {key: value for key, value in link.items() if key in own or key not in known}


def link_view(link: Link, place: str) -> LinkView:
    """A link with what every model makes of it.

    Parameters
    ----------
    link
        The link as it was read, checked against its own model.
    place
        How to name it in a message.

    Returns
    -------
    LinkView
        What is drawn.

    Raises
    ------
    DataError
        The link has no profile.
    """
    missing = [key for key in _NEEDED if key not in link]
    if missing:
        raise DataError(f"{place}: {', '.join(missing)} missing; --compare draws a terrain profile")
    sight = _sight(link, place)
    losses = {
        card.key: _model_loss(link, card.key, card.name)
        for card in CATALOGUE
        if card.key in LINK_MODELS
    }
    return LinkView(
        sight=sight,
        frequency_mhz=float(link["frequency_mhz"]),
        tx_height_m=float(link["tx_height_m"]),
        rx_height_m=float(link["rx_height_m"]),
        losses=tuple(losses.values()),
        free_space_loss_db=losses["free_space"].loss_db,
        sea=_sea(link, place),
    )


def _sight(link: Link, place: str) -> Sight:
    try:
        return direct_sight(
            link["height_m"],
            distance_km=link["distance_km"],
            tx_height_m=link["tx_height_m"],
            rx_height_m=link["rx_height_m"],
            frequency_mhz=link["frequency_mhz"],
            delta_n=link.get("delta_n", 45.0),
            clutter_height_m=link.get("clutter_height_m"),
        )
    except DomainError as error:
        raise DataError(f"{place}: {error}") from error


def _sea(link: Link, place: str) -> BoolArray | None:
    """Which points are sea, None where the link does not say."""
    zone = link.get("zone")
    if zone is None:
        return None
    if len(zone) != len(link["distance_km"]):
        raise DataError(
            f"{place}: zone has {len(zone)} values, distance_km has {len(link['distance_km'])}; "
            "give one per point"
        )
    return np.array([word == "sea" for word in zone])


def _results(link: Link, word: str) -> Results:
    """Results of any model for a link, with what stands in where it needs more."""
    own = own_keys(link, word) | {"model": word}
    if word in _OPEN_COUNTRY:
        given = link.get("surroundings", "open")
        own["surroundings"] = _OPEN_COUNTRY[word] if given in ("open", "rural") else given
    model = LINK_MODELS[word]
    return model.results(check_link(own, model.schema, word))


def _model_loss(link: Link, word: str, name: str) -> ModelLoss:
    """One row of the comparison."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            results = _results(link, word)
        except (DataError, DomainError) as error:
            return ModelLoss(name, math.nan, _reason(str(error)), in_range=False)
    left = "; ".join(str(w.message) for w in caught if issubclass(w.category, ModelRangeWarning))
    notes = [*_used(link, word, results)]
    if left:
        words = _named(left)
        notes.append(said("outside its range: {quantities}", quantities=words))
    return ModelLoss(name, results["basic_transmission_loss_db"], _joined(notes), in_range=not left)


def _used(link: Link, word: str, results: Results) -> list[Bilingual]:
    """What a model was told about the surroundings."""
    notes = []
    if word in _OPEN_COUNTRY:
        given = link.get("surroundings")
        shown = _SURROUNDINGS[_OPEN_COUNTRY[word] if given in (None, "open", "rural") else given]
        notes.append(said("{shown} assumed", shown=shown) if given is None else shown)
    if word == "cost231":
        notes.append(_CITY[link.get("city_size", "medium")])
    if "visibility" in results:
        notes.append(_SIGHT[results["visibility"]])
    return notes


def _reason(message: str) -> Bilingual:
    """Why a model cannot be applied, in short."""
    keys = re.findall(r"(\w+) is missing", message)
    if keys:
        named = ", ".join(keys)
        return said("{named} missing", named=named)
    words = _named(message)
    return said("not applicable: {quantities}", quantities=words)


def _named(message: str) -> Bilingual:
    """The quantities that a message names, in both languages."""
    found = [words for key, words in _WORDS.items() if re.search(rf"\b{key}\b", message)]
    more = [same("…")] if len(found) > _MOST_NAMED else []
    found = found[:_MOST_NAMED]
    return joined([*found, *more]) if found else said("the inputs")


def _joined(notes: list[Bilingual]) -> Bilingual | None:
    if not notes:
        return None
    return joined(notes, "; ")
