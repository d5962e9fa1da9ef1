"""The panel beside a map: title, layers, legend, assumptions and sources, all encoded."""

from collections.abc import Iterable, Sequence

from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.layers import Category, MapContent, RasterLayer, VectorLayer
from phusong.reporting.notices import assumption_items, source_items
from phusong.reporting.palette import ClassStyle
from phusong.reporting.switch import switch_html
from phusong.reporting.wording import cell_words, said

NOTHING = said("none")

_LAYERS = said("Layers")
_LEGEND = said("Legend")
_NO_COVERAGE = said("Hide coverage")
_OPACITY = said("Opacity")
_ASSUMPTIONS = said("Assumptions")
_SOURCES = said("Data sources")
_SEARCH = said("Find a village, commune, site, option")
_FURTHER = said("Further layers")
_OPEN = said("Layers", context="map panel")
_UNKNOWN = said("Blank: unknown")

_SIGN_PATHS = {
    "circle": '<circle cx="9" cy="9" r="6"/>',
    "square": '<rect x="3" y="3" width="12" height="12"/>',
    "triangle": '<path d="M9 2 16.5 15.5H1.5Z"/>',
    "diamond": '<path d="M9 1 17 9 9 17 1 9Z"/>',
}


def panel_html(content: MapContent) -> str:
    """The panel of a map.

    Parameters
    ----------
    content
        What the map shows.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    parts = [
        f'<aside class="panel" id="panel" {_LAYERS.attribute("aria-label")}>',
        '<details id="sheet" open><summary class="title">',
        f'<h1>{content.title.html()}</h1><span class="hint">{_OPEN.html()}</span></summary>',
        f'<div class="choice">{switch_html()}</div>',
        _search(),
        _summary(content.summary),
        _legends(content.rasters),
        _layers(content),
        _folded(_ASSUMPTIONS, assumption_items(content.assumptions)),
        _folded(_SOURCES, source_items(content.sources)),
        f'<div class="version t">{text(content.version)}</div>',
        "</details></aside>",
    ]
    return "\n".join(part for part in parts if part)


def hatch_patterns(colours: Iterable[str]) -> str:
    """Patterns for hatched areas, one for each colour.

    Parameters
    ----------
    colours
        As ``#rrggbb``.

    Returns
    -------
    str
        An invisible drawing that holds the patterns ``hatch-rrggbb``.
    """
    patterns = "".join(
        f'<pattern id="hatch-{colour[1:]}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{colour}" '
        f'fill-opacity="0.28"/><rect width="2.4" height="7" fill="{colour}"/></pattern>'
        for colour in dict.fromkeys(colours)
    )
    return f'<svg class="hatches" aria-hidden="true"><defs>{patterns}</defs></svg>'


def raster_key(index: int) -> str:
    """Name by which page and script know a raster layer.

    Parameters
    ----------
    index
        Its place among the layers, from 0.

    Returns
    -------
    str
        Used as an id.
    """
    return f"raster-{index}"


def vector_key(index: int) -> str:
    """Name by which page and script know a feature layer.

    Parameters
    ----------
    index
        Its place among the layers, from 0.

    Returns
    -------
    str
        Used as an id.
    """
    return f"vector-{index}"


def fill_style(colour: str, *, hatched: bool) -> str:
    """How a legend fills the sign of a class or an area.

    Parameters
    ----------
    colour
        ``#rrggbb``.
    hatched
        Whether diagonal lines are drawn over it.

    Returns
    -------
    str
        Declaration of a style sheet.
    """
    if not hatched:
        return f"background:{colour}"
    return (
        f"background:repeating-linear-gradient(135deg,{colour} 0 3px,"
        f"color-mix(in srgb,{colour} 70%,#000) 3px 5px) {colour}"
    )


def _search() -> str:
    return (
        f'<div class="search" role="search"><label for="search">{_SEARCH.html()}</label>'
        '<input type="search" id="search" autocomplete="off" aria-controls="found">'
        '<span id="found-count" role="status" class="count"></span><ul id="found"></ul></div>'
    )


def _summary(sentences: Sequence[Bilingual]) -> str:
    if not sentences:
        return ""
    return '<div class="summary">' + "".join(f"<p>{s.html()}</p>" for s in sentences) + "</div>"


def _layers(content: MapContent) -> str:
    groups: dict[Bilingual, list[tuple[bool, str]]] = {group: [] for group in content.groups}
    for index, raster in enumerate(content.rasters):
        groups.setdefault(raster.group, []).append((raster.further, _raster_row(index, raster)))
    for index, vector in enumerate(content.vectors):
        groups.setdefault(vector.group, []).append((vector.further, _vector_row(index, vector)))
    fields = "".join(
        f"<fieldset><legend>{group.html()}</legend>{_rows(rows)}</fieldset>"
        for group, rows in groups.items()
        if rows
    )
    if content.rasters:
        checked = "" if any(raster.shown for raster in content.rasters) else " checked"
        fields += (
            '<label class="row plain"><input type="radio" name="coverage" data-layer value="none"'
            f"{checked}><span>{_NO_COVERAGE.html()}</span></label>"
            f'<div class="slider"><label for="opacity">{_OPACITY.html()}</label>'
            '<input type="range" id="opacity" min="20" max="100" value="58" step="1"></div>'
        )
    return f'<section class="part"><h2>{_LAYERS.html()}</h2>{fields}</section>'


def _rows(rows: Sequence[tuple[bool, str]]) -> str:
    """Rows of a group, the further ones folded."""
    further = [row for is_further, row in rows if is_further]
    first = "".join(row for is_further, row in rows if not is_further)
    if not further:
        return first
    return (
        f'{first}<details class="further"><summary>{_FURTHER.html()} '
        f'<span class="count">({len(further)})</span></summary>{"".join(further)}</details>'
    )


def _raster_row(index: int, raster: RasterLayer) -> str:
    checked = " checked" if raster.shown else ""
    return (
        '<label class="row plain"><input type="radio" name="coverage" data-layer '
        f'value="{raster_key(index)}"{checked}><span>{raster.name.html()}</span></label>'
    )


def _vector_row(index: int, layer: VectorLayer) -> str:
    checked = " checked" if layer.shown and layer.features else ""
    disabled = "" if layer.features else " disabled"
    count = cell_words(len(layer.features)).html() if layer.features else NOTHING.html()
    tally = f' <span class="count">({count})</span>' if layer.kind != "veil" else ""
    single = len(layer.categories) == 1
    row = (
        f'<label class="row{"" if single else " plain"}"><input type="checkbox" data-layer '
        f'value="{vector_key(index)}"{checked}{disabled}>'
        f"{_swatch(layer, layer.categories[0]) if single else ''}"
        f"<span>{layer.name.html()}{tally}</span></label>"
    )
    if single:
        return row
    items = "".join(
        f"<li>{_swatch(layer, category)}<span>{category.name.html()}</span></li>"
        for category in layer.categories
    )
    return f'{row}<ul class="key sub">{items}</ul>'


def _swatch(layer: VectorLayer, category: Category) -> str:
    colour = category.colour
    if layer.kind == "outline":
        return f'<span class="swatch outline" style="border-color:{colour}"></span>'
    if layer.kind in {"area", "line", "veil"}:
        fill = fill_style(colour, hatched=category.hatched)
        return f'<span class="swatch" style="{fill}"></span>'
    path = _SIGN_PATHS["circle" if layer.kind == "rank" else category.shape]
    return (
        '<svg class="swatch sign" viewBox="0 0 18 18" width="18" height="18" '
        f'fill="{colour}" stroke="#fff" stroke-width="1.5" aria-hidden="true">{path}</svg>'
    )


def _legends(rasters: Sequence[RasterLayer]) -> str:
    """One legend for each distinct set of classes and words; the script shows the one in use."""
    shared: dict[tuple[tuple[ClassStyle, ...], Bilingual | None], list[str]] = {}
    for index, raster in enumerate(rasters):
        shared.setdefault((raster.legend, raster.note), []).append(raster_key(index))
    blocks = "".join(
        f'<div data-legend-of="{" ".join(keys)}"><ul class="key">'
        + "".join(_legend_item(style) for style in legend)
        + f'<li><span></span><span class="count">{_UNKNOWN.html()}</span></li></ul>'
        + (f'<p class="meaning">{note.html()}</p>' if note else "")
        + "</div>"
        for (legend, note), keys in shared.items()
    )
    if not blocks:
        return ""
    return f'<section class="part"><h2>{_LEGEND.html()}</h2>{blocks}</section>'


def _legend_item(style: ClassStyle) -> str:
    fill = fill_style(style.css, hatched=style.hatched)
    return f'<li><span class="swatch" style="{fill}"></span><span>{style.name.html()}</span></li>'


def _folded(heading: Bilingual, items: Sequence[str]) -> str:
    if not items:
        return ""
    return (
        f'<details class="part"><summary>{heading.html()} '
        f'<span class="count">({len(items)})</span></summary>'
        f'<ul class="facts">{"".join(items)}</ul></details>'
    )
