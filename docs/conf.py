"""How the documentation is built: ``python -m sphinx -W -c docs . build/docs``, without a network.

The source folder is the repository itself, so that the pages keep the links that work on a forge.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src" / "coverage")]

# Help of the command line is taken in the language of the pages, whatever the system's.
os.environ["PHUSONG_LANG"] = "en"

from phusong.version import __version__ as version  # noqa: E402

project = "Phusong"
author = "The Phusong developers"
release = version
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "site_pages"]
source_suffix = {".md": "markdown"}
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "data/*/README.md"]
exclude_patterns = [".*", "build", "dist", "node_modules", "src", "tests"]

myst_heading_anchors = 4
# Commented TOML and other plain blocks are shown as they are.
highlight_language = "none"
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_validation_checks: set[str] = set()

# Nothing on the pages comes from anywhere else: no fonts, no scripts, no pictures.
html_theme = "alabaster"
html_theme_options = {
    "description": "Where there is no mobile signal, and where to build next",
    "page_width": "70rem",
    "sidebar_width": "15rem",
    "show_powered_by": False,
    "fixed_sidebar": True,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
}
html_title = f"Phusong {release}"
html_sidebars = {"**": ["about.html", "searchfield.html", "localtoc.html", "navigation.html"]}
html_static_path = ["_static"]
html_css_files = ["phusong.css"]
templates_path = ["_templates"]
html_additional_pages = {"index": "door.html"}
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
