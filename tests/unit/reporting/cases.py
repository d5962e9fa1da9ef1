"""A small study's products, and texts that try to break out of them."""

import dataclasses
from base64 import b64encode
from hashlib import sha256
from typing import Any

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from phusong.geo.grid import Grid
from phusong.reporting.facts import PRACTICE, Assumption, Bilingual, Column, Source, same
from phusong.reporting.inlining import asset
from phusong.reporting.layers import Category, Feature, MapContent, RasterLayer, VectorLayer
from phusong.reporting.palette import level_classes, service_classes
from phusong.reporting.switch import switch_head


def policy_for(*scripts: str) -> str:
    """What a page's policy says that runs these scripts of ours and no other."""
    digests = (sha256(asset(name).encode()).digest() for name in scripts)
    named = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return f"script-src {named};"


SWITCH_ONLY = policy_for("language.js")
"""Policy of a page that runs nothing but the switch of languages."""

CRS = "EPSG:32648"
AFFINE = Affine(400.0, 0.0, 380_000.0, 0.0, -400.0, 2_520_000.0)
SHAPE = (90, 120)
SPOT = (20, 95)
"""Row and column of a lone cell of its own class."""
SPOT_LON_LAT = (104.203508, 22.711473)
"""Its centre in WGS 84 [deg]."""

PYTHON_PROBE = "PHUSONG_TEST_PROBE"
HOSTILE = (
    '{{ cycler.__init__.__globals__.os.environ.__setitem__("PHUSONG_TEST_PROBE", "1") }}',
    "{{ 7 * 7 }}",
    "{% for x in range(3) %}",
    "{%",
    "{#",
    "}}",
    "${window.probe = 1}",
    "`;window.probe = 1;`",
    "\\u003cimg src=x onerror=window.probe=1\\u003e",
    "<img src=x onerror='window.probe = 1'>",
    "<svg/onload=window.probe=1>",
    "</script><script>window.probe = 1</script>",
    "</title><script>window.probe = 1</script>",
    "</style><script>window.probe = 1</script>",
    "<!--<script>window.probe = 1",
    "-->]]>",
    "\"><iframe srcdoc='<script>parent.probe=1</script>'>",
    "' onmouseover='window.probe=1",
    "javascript:window.probe=1",
    "<a href='javascript:window.probe=1'>x</a>",
    "&lt;b&gt; &amp;#123; &#x3C;script&#x3E;",
    "\u202eđảo ngược\u202c \u200b\ufeff",
    "Dìn Chin \u2028\u2029 =1+1",
    "$x^{2}$ \\(y\\) \\\\",
    "ắ" * 300,
    "<math><mtext></table><mglyph><style><img src=x onerror=window.probe=1>",
    "<details open ontoggle=window.probe=1>",
    "<body onload=window.probe=1>",
    "<input autofocus onfocus=window.probe=1>",
    "<video><source onerror=window.probe=1>",
    "<marquee onstart=window.probe=1>x</marquee>",
    "<object data='javascript:window.probe=1'>",
    "<embed src='data:text/html,<script>parent.probe=1</script>'>",
    "<base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<link rel=stylesheet href='https://example.org/x.css'>",
    "<style>@import 'https://example.org/x.css';</style>",
    "<div style='background:url(https://example.org/x.png)'>",
    "<svg><use href='https://example.org/x.svg#a'/></svg>",
    "<svg><animate onbegin=window.probe=1 attributeName=x dur=1s>",
    "<form action='https://example.org/'><button>x</button></form>",
    "<template><script>window.probe = 1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.probe=1>'>",
    "<textarea></textarea><script>window.probe = 1</script>",
    "<xmp><script>window.probe = 1</script></xmp>",
    "]]><script>window.probe = 1</script>",
    "{{ self._TemplateReference__context.environ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% include '/etc/passwd' %}{% raw %}",
    "{#- x -#} {%- if 1 -%}",
    "#{window.probe = 1} <%= 1 %> <?php echo 1 ?>",
    "'+(window.probe=1)+'",
    "\\';window.probe=1;//",
    '\\";window.probe=1;//',
    r"\n//\r*/window.probe=1/*",
    r"\x3cscript\x3ewindow.probe=1\x3c/script\x3e",
    "%3Cscript%3Ewindow.probe=1%3C/script%3E",
    "\u2066\u202elàm ngược\u2069 \u061c\u200f",
    "a\u0300\u0301\u0302\u0303" * 20,
    "constructor __proto__ toString hasOwnProperty",
    "\x1b]0;window.probe=1\x07\x1b[2J\x1b[31m \x9b31m \x1b]8;;https://example.net/\x07x\x1b]8;;\x07",
    "$[name] $[geDirections] &[Picture] &G [% env('HOME') %] [%window.probe%]",
)

TOGETHER = (
    " ".join(payload for payload in HOSTILE if "\x1b" not in payload),
    HOSTILE[0],
    "{%",
    "`${window.probe = 1}",
    "</script><script>window.probe = 1</script>",
    "<!--<script>window.probe = 1",
)
"""All of them in one name, and the worst ones alone: for a browser, where each page takes long.

But for what steers a terminal: the title of a window leaves that out.
"""


def grid() -> Grid:
    """A frame in Lào Cai, far from the central meridian of its zone."""
    return Grid(GeoBox(SHAPE, AFFINE, CRS))


def heights() -> np.ndarray:
    """Mountains that look the same from no side, and a corner without heights."""
    row, col = np.mgrid[: SHAPE[0], : SHAPE[1]]
    ridge = 900 + 500 * np.sin(row / 9.0 + col / 23.0) + 220 * np.sin(col / 5.0) + 4.0 * row
    ridge[:8, :10] = np.nan
    return ridge.astype(np.float32)


def service() -> np.ndarray:
    """Classes 0, 1, 2 and unknown, and one cell of class 1 on its own."""
    row, col = np.mgrid[: SHAPE[0], : SHAPE[1]]
    classes = np.where(row + col < 90, 2, 0).astype(np.uint8)
    classes[row + col == 90] = 1
    classes[:8, :10] = 255
    classes[SPOT[0] - 4 : SPOT[0] + 5, SPOT[1] - 4 : SPOT[1] + 5] = 2
    classes[SPOT] = 1
    return classes


def content(name: str = "Dìn Chin", **changes: Any) -> MapContent:
    """A map on which ``name`` stands in every field of text."""
    words = same(name)
    columns = (Column(words), Column(Bilingual("Dân số", "People"), unit=name, decimals=0))
    category = Category(words, "#12507b")
    square = {
        "type": "Polygon",
        "coordinates": [
            [[104.05, 22.55], [104.2, 22.55], [104.2, 22.66], [104.05, 22.66], [104.05, 22.55]]
        ],
    }
    point = {"type": "Point", "coordinates": list(SPOT_LON_LAT)}
    line = {"type": "LineString", "coordinates": [[103.9, 22.6], [104.1, 22.7]]}

    def layer(kind: str, geometry: object, **options: Any) -> VectorLayer:
        feature = Feature(geometry, (name, 1234.0), label=options.pop("label", ""))
        signs = options.pop("categories", (category,))
        return VectorLayer(words, words, kind, columns, (feature,), signs, **options)  # type: ignore[arg-type]

    full = MapContent(
        title=words,
        practice=PRACTICE,
        grid=grid(),
        height_amsl_m=heights(),
        rasters=(
            RasterLayer(words, words, service(), service_classes(), shown=True),
            RasterLayer(
                Bilingual("Mức thu", "Level"),
                Bilingual("Nhà mạng B", "Operator B"),
                np.minimum(service(), 1) * np.uint8(2),
                level_classes((-85, -105, -121)),
            ),
        ),
        vectors=(
            layer("outline", square, label=name),
            layer("area", square, categories=(Category(words, "#c81e1e", hatched=True),)),
            layer("line", line),
            layer("point", point),
            layer("point", point, categories=(Category(words, "#7b3fa0", shape="triangle"),)),
            layer("rank", {"type": "Point", "coordinates": [104.0, 22.5]}, label=name),
        ),
        assumptions=(Assumption(words, name, name, verified=False),),
        sources=(Source(words, name, name, name),),
        summary=(words,),
        version=name,
    )
    return dataclasses.replace(full, **changes)


def without_switch(page: str) -> str:
    """A page without the switch's own style and script, which stand on it once and unchanged."""
    assert page.count(switch_head()) == 1
    return page.replace(switch_head(), "")
