"""Notebooks rerun by this very interpreter, and rendered to pages that open from disk."""

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape
from pathlib import Path
from typing import IO, Any

import nbformat
import zmq
from ipykernel.kernelspec import get_kernel_dict
from jinja2 import pass_context
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from latex2mathml import exceptions as formula_errors
from latex2mathml.converter import convert as mathml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

from phusong.errors import DataError, PhusongError
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.inlining import asset
from phusong.reporting.offline import renumbered_ids, self_contained
from phusong.reporting.policy import loaded_from_outside, unsealed
from phusong.reporting.prose import heading_words, language_of
from phusong.reporting.shell import document
from phusong.reporting.wording import said

_FRAME = re.compile(
    r"<iframe\b(?P<before>[^>]*?)\bsrcdoc=(?P<quote>[\"'])(?P<page>.*?)(?P=quote)(?P<after>[^>]*)>"
    r".*?</iframe>",
    re.IGNORECASE | re.DOTALL,
)
_HEIGHT = re.compile(r"\bheight\s*[:=]\s*[\"']?(\d+)(?:px)?\s*[;\"']", re.IGNORECASE)
_PICTURE_WORDS = re.compile(r'(?P<before><img\b[^>]*?)\balt="(?P<alt>[^"]*)"')
_TITLE = re.compile(r'\btitle="([^"]*)"', re.IGNORECASE)
_TRUST_NOTE = re.compile(r"<span[^>]*>Make this Notebook Trusted[^<]*</span>")
_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
_NOTEBOOK_LINK = re.compile(r"^(?![a-z]+:)([^?#]*)\.ipynb(?=$|#)", re.IGNORECASE)
_LIVE_TYPES = ("application/javascript", "application/vnd.jupyter.widget-view+json")
_FRAME_HEIGHT_PX = 560
_TIMEOUT_S = 1800
_FORMULA_ERRORS = tuple(
    kind
    for kind in vars(formula_errors).values()
    if isinstance(kind, type) and issubclass(kind, Exception)
)
_ALL = said("Index of the study")


def execute_notebook(
    path: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_s: int = _TIMEOUT_S,
) -> NotebookNode:
    """Run every cell of a notebook with the interpreter that runs this.

    No installed kernel is looked up, and no start-up file of the user's is read, so that
    the notebook sees exactly this environment.

    Parameters
    ----------
    path
        The notebook; it is read, never written.
    env
        Further environment variables, for example ``PHUSONG_STUDY``.
    cwd
        Folder to run in; the notebook's own by default.
    timeout_s
        Longest time for one cell [s].

    Returns
    -------
    nbformat.NotebookNode
        The notebook with its outputs.

    Raises
    ------
    DataError
        The file is no notebook.
    PhusongError
        A cell failed, took too long, or ended its process.
    """
    notebook = _read(path)
    with (
        tempfile.TemporaryDirectory(prefix="phusong-") as profile,
        # Cells print into the notebook; here goes what libraries say as the process ends.
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said_last,
    ):
        client = NotebookClient(
            notebook,
            kernel_manager_class=_ThisInterpreter,
            kernel_name="python3",
            timeout=timeout_s,
            record_timing=False,
            allow_errors=False,
        )
        started = {
            "cwd": str((cwd or path.parent).resolve()),
            "stderr": said_last,
            "env": {
                **os.environ,
                "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                "IPYTHONDIR": profile,
                "PHUSONG_PROGRESS": "0",
                **(env or {}),
            },
        }
        try:
            _wait(client, started)
        except CellExecutionError as error:
            place = f"cell {_failed_cell(notebook)}"
            raise PhusongError(
                f"{path.name}: {place} failed with {error.ename}: {error.evalue}; "
                "open the notebook in JupyterLab to see where"
            ) from error
        except (CellTimeoutError, DeadKernelError, RuntimeError) as error:  # also at its start
            raise PhusongError(
                f"{path.name}: a cell took more than {timeout_s} s or ended its process "
                f"({type(error).__name__}{_last_line(said_last)}); run the notebook in JupyterLab"
            ) from error
    return notebook


def render_notebook(
    notebook: NotebookNode,
    *,
    title: str | None = None,
    practice: Bilingual | None = None,
    home: str | None = "../index.html",
    language: str = "vi",
) -> str:
    r"""Render an executed notebook to one self-contained page.

    Formulas become MathML; pages in frames (maps) carry their own scripts and are shut off
    from the page around them; nothing else may run.

    Parameters
    ----------
    notebook
        The notebook with its outputs; it is not changed.
    title
        Title of the page; the notebook's first heading when None.
    practice
        Words of the banner when practice data went in, else None.
    home
        Relative address of the study's index, or None for no link.
    language
        What the page shows first: ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.

    Raises
    ------
    DataError
        Something on the page would be loaded from outside, or a formula cannot be read.
    """
    pages: list[str] = []
    prepared = _prepared(notebook, pages)
    exporter = _Exporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    body, _ = exporter.from_notebook_node(prepared)
    body = _spoken_pictures(_SCRIPT.sub("", body))
    for index, page in enumerate(pages):
        body = body.replace(_placeholder(index), page)
    words = title or _first_heading(notebook)
    back = "" if home is None else f'<a class="home" href="{text(home)}">← {_ALL.html()}</a>'
    rendered = document(
        title=heading_words(words),
        body=f'<header class="topline">{back}</header>\n<main class="notebook">{body}</main>',
        practice=practice,
        styles=asset("notebook.css") + str(HtmlFormatter().get_style_defs(".highlight")),
        language=language,
        inner=tuple(unescape(match["page"]) for p in pages for match in _FRAME.finditer(p)),
    )
    outside = loaded_from_outside(rendered)
    if outside:
        raise DataError(
            f"notebook page would load {', '.join(outside[:5])} from outside, nothing may be; "
            "embed the picture, or draw the map with OfflineMap"
        )
    return rendered


class _ThisInterpreter(AsyncKernelManager):
    """Starts kernels with the interpreter that runs this, whatever kernels are installed.

    Where the installed libraries can, what passes between the two is encrypted.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if self.has_trait("transport_encryption") and zmq.has("curve"):
            self.set_trait("transport_encryption", "auto")

    @property
    def kernel_spec(self) -> KernelSpec:
        """How a kernel is started."""
        return KernelSpec(**get_kernel_dict())


class _Renderer(IPythonRenderer):  # type: ignore[misc]  # untyped base
    """Markdown with formulas as MathML, and links between notebooks as links between pages."""

    def block_math(self, body: str) -> str:
        """A formula on its own line."""
        return formula(body, block=True)

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return formula(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        """A formula in an environment, for example ``align``."""
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

    def paragraph(self, text: str) -> str:
        """A paragraph, marked with its language."""
        return f"<p{_spoken(text)}>{text}</p>\n"

    def list_item(self, text: str) -> str:
        """An item of a list, marked with its language."""
        return f"<li{_spoken(text)}>{text}</li>\n"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """A heading; each of its languages is marked."""
        words = heading_words(text)
        if words.vi == words.en:
            return str(super().heading(text, level, **attributes))
        marked = f'<span lang="vi">{words.vi}</span><span lang="en" class="en">{words.en}</span>'
        return str(super().heading(marked, level, **attributes))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link; to another notebook it leads to that notebook's page."""
        return str(super().link(text, _NOTEBOOK_LINK.sub(r"\1.html", url), title))


class _Exporter(HTMLExporter):  # type: ignore[misc]  # untyped base
    """nbconvert's HTML exporter with our Markdown."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown to HTML."""
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
        return str(MarkdownWithMath(renderer=renderer).render(source))


def _spoken(markup: str) -> str:
    """Attribute that says which language a paragraph is in; empty for one without words."""
    language = language_of(markup)
    return f' lang="{language}"' if language else ""


def formula(latex: str, *, block: bool) -> str:
    """A formula as MathML, which browsers draw without any script.

    Parameters
    ----------
    latex
        The formula without dollar signs.
    block
        Whether it stands on a line of its own.

    Returns
    -------
    str
        MathML.

    Raises
    ------
    DataError
        The formula cannot be read.
    """
    try:
        return str(mathml(latex.strip(), display="block" if block else "inline"))
    except _FORMULA_ERRORS as error:
        raise DataError(
            f"formula {latex.strip()[:80]!r} cannot be read ({type(error).__name__}); "
            "simplify it to plain LaTeX mathematics"
        ) from error


def _wait(client: NotebookClient, started: dict[str, Any]) -> None:
    """Run to the end, also where an event loop runs already (inside JupyterLab)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(client.async_execute(**started))
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(lambda: asyncio.run(client.async_execute(**started))).result()


def _last_line(log: IO[str]) -> str:
    log.seek(0)
    lines = [line.strip() for line in log.read().splitlines() if line.strip()]
    return f": {lines[-1][:200]}" if lines else ""


def _read(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise DataError(f"{path} cannot be read as a notebook: {error}") from error
    return notebook


def _failed_cell(notebook: NotebookNode) -> int:
    """Number of the cell, counted from one, whose output is an error."""
    for number, cell in enumerate(notebook.cells, 1):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return number
    return len(notebook.cells)


def _prepared(notebook: NotebookNode, pages: list[str]) -> NotebookNode:
    """A copy without live outputs; framed pages are taken out into ``pages``."""
    prepared: NotebookNode = nbformat.from_dict(notebook)
    for cell in prepared.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in _LIVE_TYPES:
                data.pop(kind, None)
            if "text/latex" in data and "text/html" not in data:
                data["text/html"] = _output_formula(data["text/latex"])
            if "text/html" in data:
                data["text/html"] = _without_frames(data["text/html"], pages)
    return prepared


def _without_frames(markup: str, pages: list[str]) -> str:
    def taken(frame: re.Match[str]) -> str:
        around = frame["before"] + frame["after"]
        height = _HEIGHT.search(around)
        title = _TITLE.search(around)
        pages.append(
            _framed(
                unescape(frame["page"]),
                height_px=int(height[1]) if height and "%" not in height[0] else _FRAME_HEIGHT_PX,
                title=unescape(title[1]) if title else "Bản đồ · Map",
            )
        )
        return _placeholder(len(pages) - 1)

    return _FRAME.sub(taken, _TRUST_NOTE.sub("", markup))


def _framed(page: str, *, height_px: int, title: str) -> str:
    """A page shut into a frame of its own origin."""
    whole = self_contained(renumbered_ids(unsealed(page)))
    return (
        f'<iframe {heading_words(title).attribute("title")} sandbox="allow-scripts allow-popups" '
        f'style="height:{height_px}px" srcdoc="{escape(whole)}"></iframe>'
    )


def _spoken_pictures(markup: str) -> str:
    """Alternative texts in two languages as the switch of languages knows them."""
    return _PICTURE_WORDS.sub(
        lambda found: found["before"] + heading_words(unescape(found["alt"])).attribute("alt"),
        markup,
    )


def _placeholder(index: int) -> str:
    return f"phusong-framed-page-{index}-stands-here"


def _output_formula(latex: str) -> str:
    bare = latex.strip()
    block = bare.startswith(("$$", r"\["))
    return formula(re.sub(r"^(\$\$?|\\\[|\\\()|(\$\$?|\\\]|\\\))$", "", bare), block=block)


def _first_heading(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            return heading[1]
    return "Phusong"
