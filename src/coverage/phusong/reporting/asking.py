"""The part of a map's page that answers a click."""

import json
from typing import Any

import folium
from folium.template import Template

from phusong.geo.local_crs import local_projection
from phusong.reporting.layers import MapContent
from phusong.reporting.palette import service_classes
from phusong.reporting.panel import fill_style
from phusong.reporting.readings import embedded_readings
from phusong.reporting.wording import joined, said

_WORDS = {
    "here": said("At this point"),
    "outside": said("Outside the computed frame."),
    "far": said("Too far from the communes: the map carries no numbers here, the GeoTIFFs do."),
    "old": said("This browser is too old to read the map's numbers; update it."),
}
_UNKNOWN = said("Unknown")
_ORDER = {
    "level": said("level"),
    "probability": said("probability of service"),
    "server": said("serving sector"),
}


class Asking(folium.MacroElement):
    """Numbers inside the page, and the script that reads them at a click.

    Parameters
    ----------
    content
        What the map shows; its readings must not be None.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="phusong-readings">{{ this.numbers }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            phusong.ask({{ this._parent.get_name() }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, content: MapContent) -> None:
        super().__init__()
        assert content.readings is not None
        self._name = "Asking"
        numbers = embedded_readings(content.readings, content.grid)
        self.numbers = json.dumps(numbers, separators=(",", ":")).replace("<", "\\u003c")
        told = [key for key in _ORDER if any(key in layer for layer in numbers["layers"])]
        words: dict[str, Any] = {key: said.html() for key, said in _WORDS.items()}
        words["order"] = joined((_ORDER[key] for key in told), " · ").html() if told else ""
        words["services"] = {
            style.code: {
                "name": style.name.html(),
                "fill": fill_style(style.css, hatched=style.hatched),
            }
            for style in service_classes()
        }
        words["unknown"] = {"name": _UNKNOWN.html(), "fill": "background:transparent"}
        self.options = {"words": words, "local": shown_projection(content)}


def shown_projection(content: MapContent) -> dict[str, Any] | None:
    """Projection in which the map shows coordinates beside WGS 84.

    Parameters
    ----------
    content
        What the map shows.

    Returns
    -------
    dict or None
        See :func:`phusong.geo.local_crs.local_projection`; None for WGS 84 alone.
    """
    if not content.local_crs:
        return None
    longitude, latitude = content.grid.middle
    return local_projection(content.local_crs, longitude=longitude, latitude=latitude)
