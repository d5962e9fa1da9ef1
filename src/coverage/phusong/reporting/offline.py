"""Pages that open from disk without a network, and in which nothing from data can run.

The walls, from the inside out: text from data is encoded (``escape``); what folium has rendered
is never compiled a second time as a template; a content security policy names every script that
may run by its hash. A page that would still load anything from outside is an error.
"""

import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import branca.element
import folium
from folium.template import Template

from phusong.errors import DataError
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import inlined
from phusong.reporting.policy import loaded_from_outside, sealed
from phusong.reporting.switch import root_attributes, switch_head, title_html

_DECLARED_ID = re.compile(r'(?:\b(?:var|let|const|function)\s+|\bid=")[a-z_]+_([0-9a-f]{32})')
_drawing = threading.RLock()
_wall = threading.local()


class OfflineMap(folium.Map):
    """A folium map that asks for Leaflet and nothing else, and never for tiles.

    Its page fills the window, may be zoomed by the reader, and leaves room for a panel. Add
    layers as to any folium map, but no ``folium.Icon``, ``Popup`` or ``Tooltip``: they need
    scripts that are not carried, or let text from data run.

    Parameters
    ----------
    max_zoom
        Largest zoom level; without one, several Leaflet parts fail.
    **options
        Passed on to ``folium.Map``.
    """

    default_js: ClassVar[list[tuple[str, str]]] = [
        pair for pair in folium.Map.default_js if pair[0] == "leaflet"
    ]
    default_css: ClassVar[list[tuple[str, str]]] = [
        pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"
    ]

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>
                html, body { width: 100%; height: 100%; margin: 0; padding: 0; }
                #{{ this.get_name() }} {
                    position: {{ this.position }};
                    left: {{ this.left[0] }}{{ this.left[1] }};
                    top: {{ this.top[0] }}{{ this.top[1] }};
                    width: {{ this.width[0] }}{{ this.width[1] }};
                    height: {{ this.height[0] }}{{ this.height[1] }};
                }
                .leaflet-container { font-size: {{ this.font_size }}; }
            </style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <main class="folium-map" id="{{ this.get_name() }}"></main>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
            {%- if this.control_scale %}
            L.control.scale({imperial: false}).addTo({{ this.get_name() }});
            {%- endif %}
        {% endmacro %}
        """
    )

    def __init__(self, *, max_zoom: int = 17, **options: object) -> None:
        super().__init__(tiles=None, maxZoom=max_zoom, **options)


class _Rendered(branca.element.Element):
    """Finished text that is kept, where branca would compile it as a template once more.

    Only in the thread that renders: others find the element that they know.
    """

    def __init__(self, template: str | None = None, template_name: str | None = None) -> None:
        walled = getattr(_wall, "stands", False)
        super().__init__(None if walled else template, template_name)
        self._finished = template if walled else None

    def render(self, **kwargs: object) -> str:
        """The text as it is, or the children in order."""
        return super().render(**kwargs) if self._finished is None else self._finished


@contextmanager
def numbered_ids() -> Iterator[None]:
    """Number folium's elements from one, so that the same page gets the same bytes.

    Build a map and render it inside. One thread at a time draws; elsewhere, and afterwards,
    folium's own random ids are back.

    Yields
    ------
    None
        While the numbers run.
    """
    with _drawing:
        element = branca.element.Element
        original = element.__dict__["_generate_id"]
        numbers, owner = itertools.count(1), threading.get_ident()

        def number(cls: type[branca.element.Element]) -> str:
            if threading.get_ident() != owner:
                return str(original.__get__(None, cls)())
            return f"{next(numbers):032x}"

        element._generate_id = classmethod(number)
        try:
            yield
        finally:
            element._generate_id = original


@contextmanager
def _rendered_once() -> Iterator[None]:
    """Keep branca from compiling what it has rendered."""
    with _drawing:
        original = branca.element.Element
        branca.element.Element = _Rendered
        _wall.stands = True
        try:
            yield
        finally:
            _wall.stands = False
            branca.element.Element = original


def map_page(drawn: folium.Map, *, title: Bilingual, language: str = "vi") -> str:
    r"""Render a map to one self-contained page.

    Parameters
    ----------
    drawn
        The map. Anything on it that needs a script which is not carried is an error.
    title
        Title of the page.
    language
        What is shown first: ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.

    Raises
    ------
    DataError
        The page would load something from outside.
    """
    root = drawn.get_root()
    root.title = text(title.plain)
    with _rendered_once():
        page = root.render()
    page = page.replace(f"<title>{text(title.plain)}</title>", title_html(title), 1)
    page = page.replace("<head>", f"<head>\n{switch_head()}", 1)
    return self_contained(page.replace("<html>", f"<html {root_attributes(language)}>", 1))


def self_contained(page: str) -> str:
    r"""Carry every script and style inside a page, and forbid all others.

    Parameters
    ----------
    page
        A finished page with a ``<head>``. Links to known scripts and styles are replaced by
        the files that come with the package.

    Returns
    -------
    str
        The page with its content security policy, line ends ``\n``.

    Raises
    ------
    DataError
        An unknown script or style, or anything else that would be loaded from outside.
    """
    page = inlined(page).replace("\r\n", "\n").replace("\r", "\n")
    outside = loaded_from_outside(page)
    if outside:
        raise DataError(
            f"page would load {', '.join(outside[:5])} from outside, nothing may be; "
            "carry it as data, or add it to the package's assets"
        )
    return sealed(page)


def renumbered_ids(page: str) -> str:
    """Replace the random ids of a map that was drawn elsewhere, in order of appearance.

    Parameters
    ----------
    page
        A page that folium wrote.

    Returns
    -------
    str
        The page; two drawings of the same map become equal.
    """
    numbers = {
        old: f"{n:032x}" for n, old in enumerate(dict.fromkeys(_DECLARED_ID.findall(page)), 1)
    }
    if not numbers:
        return page
    pattern = re.compile("(?<=_)(?:" + "|".join(numbers) + ")")
    return pattern.sub(lambda found: numbers[found[0]], page)
