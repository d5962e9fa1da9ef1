"""The map that is handed over: one file, opened from disk, asking nothing of any network."""

import base64
from typing import Any

import folium
import numpy as np
import shapely
from folium.template import Template
from folium.utilities import JsCode

from phusong.language import LANGUAGES
from phusong.reporting.asking import Asking, shown_projection
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.inlining import asset
from phusong.reporting.layers import MapContent, RasterLayer, VectorLayer, rounded_geometry
from phusong.reporting.legend_notes import with_picture_notes
from phusong.reporting.notices import page_banner
from phusong.reporting.offline import OfflineMap, map_page, numbered_ids
from phusong.reporting.overlays import Overlay, class_overlay, hillshade_overlay, thinned
from phusong.reporting.palette import NODATA
from phusong.reporting.panel import hatch_patterns, panel_html, raster_key, vector_key
from phusong.reporting.shell import printed_marking
from phusong.reporting.wording import cell_words, said, sourced

_SCRIPTS = ("stage", "speech", "geodesy", "readings", "ask", "signs", "labels", "tools", "search",
            "panel")  # fmt: skip
"""Parts of the map's script, in the order in which they build on each other."""
_TABLE_CLASS = "phusong-table"
_LONG = 60
_BY_SCRIPTS = {
    "base": said("Shaded relief"),
    "coverage": said("Coverage overlay"),
    "zoomIn": said("Zoom in"),
    "credits": said("All data sources"),
    "fewer": said("Fewer"),
    "zoomOut": said("Zoom out"),
    "close": said("Close"),
    "measure": said("Measure a distance"),
    "print": said("Print the map"),
}
"""What the scripts write themselves."""


def coverage_map(content: MapContent) -> str:
    r"""Draw a map as one self-contained page.

    Parameters
    ----------
    content
        What the map shows, as data; all of it is encoded here.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``. The same content gives the same
        bytes.

    Raises
    ------
    DataError
        Something on the page would be loaded from outside.
    """
    content = with_picture_notes(content.gone_on())
    relief = hillshade_overlay(
        content.height_amsl_m,
        affine=content.grid.affine,
        crs=content.grid.crs,
        practice=content.practice,
    )
    with numbered_ids():
        drawn = OfflineMap(zoom_control=False, zoomSnap=0.25, zoomDelta=0.5, wheelPxPerZoomLevel=90)
        drawn.add_child(_Stage(content))
        drawn.add_child(
            _picture(relief, pane="phusong-base", alt=_BY_SCRIPTS["base"].plain, show=True)
        )
        layers = {raster_key(i): _raster(content, r) for i, r in enumerate(content.rasters)}
        layers |= {
            vector_key(i): _vector(layer, place=f"layer {layer.name.en!r}")
            for i, layer in enumerate(content.vectors)
        }
        for layer in layers.values():
            drawn.add_child(layer)
        if content.readings is not None:
            drawn.add_child(Asking(content))
        drawn.add_child(_Panel(content, relief, layers))
        return map_page(drawn, title=content.title, language=content.language)


class _Stage(folium.MacroElement):
    """Style, panes, scale and coordinates; comes before every layer."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>{{ this.css }}</style>
            <script>{{ this.code }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            phusong.stage({{ this._parent.get_name() }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, content: MapContent) -> None:
        super().__init__()
        self._name = "Stage"
        self.css = "".join(
            (
                asset("map.css"),
                _standing_words(content.practice),
                printed_marking(content.marking),
            )
        )
        self.code = "".join(asset(f"map/{name}.js") for name in _SCRIPTS)
        self.options = {
            "words": content.practice is not None,
            "local": shown_projection(content),
            "prefix": same(content.version).html(),
            # Commas string them together; no space of the other language stands before those.
            "attributions": [
                sourced(source.credit).html().replace("</span> <span", "</span><span")
                for source in content.sources
            ],
            "said": _for_scripts(
                "base", "coverage", "zoomIn", "zoomOut", "close", "credits", "fewer"
            ),
        }


class _Panel(folium.MacroElement):
    """The words around the map, the wiring of its boxes, the first view; comes last."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}{{ this.markup }}{% endmacro %}
        {% macro script(this, kwargs) %}
            {%- for key, names in this.labels.items() %}
            phusong.labels({{ this._parent.get_name() }}, {{ this.layers[key].get_name() }},
                {{ names|tojson }});
            {%- endfor %}
            phusong.panel({{ this._parent.get_name() }}, {
                {%- for key, layer in this.layers.items() %}
                {{ key|tojson }}: {{ layer.get_name() }},
                {%- endfor %}
            }, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self, content: MapContent, relief: Overlay, layers: dict[str, folium.map.Layer]
    ) -> None:
        super().__init__()
        self._name = "Panel"
        self.layers = layers
        self.options = {
            "bounds": relief.bounds,
            "focus": _focus(content, relief),
            "said": _for_scripts("measure", "print"),
        }
        hatched = (c.colour for v in content.vectors for c in v.categories if c.hatched)
        self.markup = "\n".join(
            (
                page_banner(content.practice, content.marking),
                panel_html(content),
                hatch_patterns(hatched),
            )
        )
        self.labels = {
            vector_key(i): _labels(layer)
            for i, layer in enumerate(content.vectors)
            if layer.kind == "outline"
        }


def _standing_words(practice: Bilingual | None) -> str:
    """Style that repeats the words across the window, whatever part of the map it shows.

    Those burned into the pictures grow with them: zoomed in, one letter would fill the window.
    """
    if practice is None:
        return ""
    alone = (
        f'html[data-language="{language}"] {_words_behind(practice.to(language))}'
        for language in LANGUAGES
    )
    return _words_behind(practice.plain) + "".join(alone)


def _words_behind(words: str) -> str:
    tile = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="390" height="220">'
        '<text x="195" y="110" transform="rotate(-24 195 110)" text-anchor="middle" '
        'font-family="sans-serif" font-size="16" font-weight="700" fill="#17242f" '
        f'fill-opacity="0.26">{text(words.upper())}</text></svg>'
    )
    data = base64.b64encode(tile.encode("utf-8")).decode("ascii")
    return f".phusong-words {{ background-image: url(data:image/svg+xml;base64,{data}); }}"


def _picture(
    overlay: Overlay, *, pane: str, alt: str, show: bool, class_name: str = "phusong-relief"
) -> folium.raster_layers.ImageOverlay:
    return folium.raster_layers.ImageOverlay(
        overlay.url,
        bounds=[list(corner) for corner in overlay.bounds],
        pixelated=False,
        control=False,
        show=show,
        pane=pane,
        alt=alt,
        class_name=class_name,
    )


def _raster(content: MapContent, raster: RasterLayer) -> folium.raster_layers.ImageOverlay:
    classes = raster.classes
    if raster.further and content.near is not None:
        classes = np.where(content.near, classes, np.uint8(NODATA))
    elif content.near is not None:
        classes = thinned(classes, keep=content.near)
    overlay = class_overlay(
        classes,
        raster.legend,
        affine=content.grid.affine,
        crs=content.grid.crs,
        practice=content.practice,
    )
    return _picture(
        overlay,
        pane="phusong-coverage",
        alt=_BY_SCRIPTS["coverage"].plain,
        show=raster.shown,
        class_name="phusong-classes",
    )


def _vector(layer: VectorLayer, *, place: str) -> folium.GeoJson:
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(
                rounded_geometry(feature.geometry, place=f"{place}, feature {index}")
            ),
            "properties": {
                "category": feature.category,
                "label": text(feature.label),
                **_cells(layer.columns, feature.values),
            },
        }
        for index, feature in enumerate(layer.features)
    ]
    signs = [{"colour": c.colour, "shape": c.shape, "hatched": c.hatched} for c in layer.categories]
    drawn = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        control=False,
        show=layer.shown and bool(features),
        smooth_factor=0.6,
        pane=f"phusong-{'point' if layer.kind == 'rank' else layer.kind}",
        **_drawing(layer.kind, signs),
    )
    if features and layer.kind != "veil":
        fields = [f"c{i}" for i in range(len(layer.columns))]
        headings = [column.heading.html() for column in layer.columns]
        few = max(1, layer.tooltip_columns)
        folium.GeoJsonTooltip(
            fields=fields[:few], aliases=headings[:few], class_name=_TABLE_CLASS, sticky=True
        ).add_to(drawn)
        folium.GeoJsonPopup(
            fields=fields, aliases=headings, class_name=_TABLE_CLASS, localize=False, max_width=400
        ).add_to(drawn)
    return drawn


def _drawing(kind: str, signs: list[dict[str, Any]]) -> dict[str, JsCode]:
    """Leaflet options that draw a layer's features; constants of ours only."""
    arguments = folium.template.tojavascript([kind, signs])
    if kind in {"point", "rank"}:
        return {"pointToLayer": JsCode(f"phusong.marker(...{arguments})")}
    return {"style": JsCode(f"phusong.style(...{arguments})")}


def _cells(columns: tuple[Column, ...], values: tuple[object, ...]) -> dict[str, str]:
    return {
        f"c{i}": _cell(value, decimals=column.decimals)
        for i, (column, value) in enumerate(zip(columns, values, strict=True))
    }


def _cell(value: object, *, decimals: int) -> str:
    """A value as encoded markup; sentences get the width that they need."""
    words = cell_words(value, decimals=decimals)
    if max(len(words.vi), len(words.en)) <= _LONG:
        return words.html()
    if words.vi == words.en:
        return f'<span class="long t">{text(words.vi)}</span>'
    return (
        f'<span class="long t" lang="vi">{text(words.vi)}</span>'
        f'<span class="long t en" lang="en">{text(words.en)}</span>'
    )


def _labels(layer: VectorLayer) -> list[dict[str, Any]]:
    """Where each outline's name may stand: inside, or at either tip; latitude first."""
    shapes = [
        (shapely.geometry.shape(feature.geometry), feature.label)
        for feature in layer.features
        if feature.label
    ]
    return [_label(shape, label) for shape, label in shapes]


def _label(shape: shapely.Geometry, label: str) -> dict[str, Any]:
    inside = shape.representative_point()
    corners = shapely.get_coordinates(shape)
    top, bottom = corners[corners[:, 1].argmax()], corners[corners[:, 1].argmin()]
    return {
        "inside": [round(inside.y, 6), round(inside.x, 6)],
        "top": [round(float(top[1]), 6), round(float(top[0]), 6)],
        "bottom": [round(float(bottom[1]), 6), round(float(bottom[0]), 6)],
        "words": same(label).html(),
    }


def _for_scripts(*keys: str) -> dict[str, dict[str, str]]:
    """Words in both languages, by the name under which a script knows them."""
    return {key: {"vi": _BY_SCRIPTS[key].vi, "en": _BY_SCRIPTS[key].en} for key in keys}


def _focus(content: MapContent, relief: Overlay) -> list[list[float]]:
    """South-west and north-east corner of the first view, latitude first."""
    if content.focus is not None:
        west, south, east, north = content.focus
        return [[south, west], [north, east]]
    outlines = [
        shapely.geometry.shape(feature.geometry)
        for layer in content.vectors
        if layer.kind == "outline"
        for feature in layer.features
    ]
    if not outlines:
        return [list(corner) for corner in relief.bounds]
    west, south, east, north = shapely.total_bounds(outlines).tolist()
    return [[south, west], [north, east]]
