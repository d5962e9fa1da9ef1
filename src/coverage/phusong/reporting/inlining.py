"""Scripts and styles that come with the package, and putting them inside a page."""

import base64
import re
from functools import cache
from importlib import resources

import folium

from phusong.errors import DataError

_MIME = {
    ".png": "image/png",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FILES = {"leaflet": "leaflet/leaflet.js", "leaflet_css": "leaflet/leaflet.css"}
"""Which file stands for what folium calls by this name."""

_SCRIPT_LINK = re.compile(r'<script\b[^>]*?\bsrc="([^"]*)"[^>]*>\s*</script>', re.IGNORECASE)
_STYLE_LINK = re.compile(r'<link\b[^>]*?\bhref="([^"]*)"[^>]*>', re.IGNORECASE)
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]*)['"]?\s*\)""", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"//[#@]\s*sourceMappingURL=\S*|/\*[#@]\s*sourceMappingURL=.*?\*/")


def inlined(page: str) -> str:
    """Replace every link to a script or a style by the text of the file.

    Parameters
    ----------
    page
        A finished page.

    Returns
    -------
    str
        The page without links to scripts and styles.

    Raises
    ------
    DataError
        A script or style that does not come with the package.
    """
    page = _SCRIPT_LINK.sub(lambda link: f"<script>{_script(link[1])}</script>", page)
    return _STYLE_LINK.sub(lambda link: f"<style>{_style(link[1])}</style>", page)


def asset(name: str) -> str:
    r"""Text of a file that comes with the package.

    Parameters
    ----------
    name
        Path inside the assets folder.

    Returns
    -------
    str
        The text, line ends ``\n`` whatever the checkout made of them.
    """
    return _asset_bytes(name).decode("utf-8").replace("\r\n", "\n")


@cache
def _carried() -> dict[str, str]:
    """Which file stands for which address, as folium names them."""
    links = (*folium.Map.default_js, *folium.Map.default_css)
    return {url: _FILES[name] for name, url in links if name in _FILES}


def _carried_asset(url: str) -> str:
    name = _carried().get(url)
    if name is None:
        raise DataError(
            f"page asks for {url}, which is not carried; use OfflineMap and layers that need "
            "Leaflet alone (no folium.Icon, Popup, Tooltip or plugins)"
        )
    return name


@cache
def _script(url: str) -> str:
    name = _carried_asset(url)
    code = _SOURCE_MAP.sub("", asset(name)).rstrip() + "\n"
    if "<!--" in code:
        raise DataError(f"asset {name} holds '<!--', which ends a script early; mend the asset")
    notice = asset(f"{name.partition('/')[0]}/LICENSE").replace("*/", "* /")
    return f"/*\n{notice}*/\n" + re.sub(r"</(?=script)", r"<\\/", code, flags=re.IGNORECASE)


@cache
def _style(url: str) -> str:
    name = _carried_asset(url)
    folder = name.rpartition("/")[0]

    def carried(address: re.Match[str]) -> str:
        if address[1].startswith(("data:", "#")):
            return address[0]
        content = base64.b64encode(_asset_bytes(f"{folder}/{address[1]}")).decode("ascii")
        suffix = "." + address[1].rpartition(".")[2].lower()
        return f"url(data:{_MIME[suffix]};base64,{content})"

    css = _CSS_URL.sub(carried, _SOURCE_MAP.sub("", asset(name)))
    return re.sub(r"</(?=style)", r"<\\/", css, flags=re.IGNORECASE)


@cache
def _asset_bytes(name: str) -> bytes:
    return resources.files("phusong.reporting").joinpath("assets", *name.split("/")).read_bytes()
