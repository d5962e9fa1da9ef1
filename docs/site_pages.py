"""Parts of the documentation that are made from the code when it is built.

A page asks for one by a comment of its own, invisible on a forge:
``<!-- generated: modules phusong.models -->``, ``study``, ``commands`` or ``contents``.
"""

import importlib
import inspect
import os
import pkgutil
import re
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import latex2mathml.converter
from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.pycode import ModuleAnalyzer

import command_pages
import study_pages

MARKER = re.compile(r"^<!-- generated: (\w+)(?: ([\w.]+))? -->$", flags=re.MULTILINE)


def public(name: str) -> list[str]:
    """What a module defines itself and does not hide.

    Parameters
    ----------
    name
        Name of the module.

    Returns
    -------
    list of str
        Functions, classes and constants with a docstring, in the order of the source.
    """
    module = importlib.import_module(name)
    own = [
        word
        for word, value in vars(module).items()
        if (inspect.isroutine(value) or inspect.isclass(value)) and value.__module__ == name
    ]
    constants = [
        word
        for _, word in ModuleAnalyzer.for_module(name).find_attr_docs()
        # Names for types are written out in the signatures.
        if hasattr(module, word) and typing.get_origin(getattr(module, word)) is None
    ]
    return [word for word in dict.fromkeys([*constants, *own]) if word[0] != "_"]


def modules(package: str) -> str:
    """Every public module of a package, each a section of its docstrings.

    Parameters
    ----------
    package
        Name of the package, as in ``phusong.models``.

    Returns
    -------
    str
        Markdown.
    """
    path = importlib.import_module(package).__path__
    made = []
    for info in sorted(pkgutil.iter_modules(path), key=lambda known: known.name):
        name = f"{package}.{info.name}"
        words = ", ".join(public(name))
        made.append(
            f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members: {words}\n```"
        )
    return "\n\n".join(made)


def functions(package: str) -> str:
    """Everything that a package exports, wherever it is defined.

    Parameters
    ----------
    package
        Name of the package, as in ``phusong``.

    Returns
    -------
    str
        Markdown.
    """
    names = importlib.import_module(package).__all__
    return "\n\n".join(
        f"## {package}.{name}\n\n```{{eval-rst}}\n.. autofunction:: {package}.{name}\n```"
        for name in names
    )


def contents(text: str) -> str:
    """Tables of contents of the pages that a page links to, one for each of its sections.

    Parameters
    ----------
    text
        Markdown of the page.

    Returns
    -------
    str
        Markdown.
    """
    made = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        links = re.findall(r"\[([^]]+)\]\(([^)#:\s]+)\.md\)", body)
        if links:
            entries = "\n".join(f"{' '.join(words.split())} <{page}>" for words, page in links)
            made.append(f"```{{toctree}}\n:hidden:\n:caption: {title.strip()}\n\n{entries}\n```")
    return "\n\n".join(made)


PARTS: dict[str, Callable[[str], str]] = {
    "modules": modules,
    "functions": functions,
    "study": lambda _: study_pages.sections(),
    "commands": lambda _: command_pages.commands(),
}


def without_folders(page: str, folder: Path, index: Path) -> str:
    """Lead links to folders to the list of pages, since a site shows no folders.

    Parameters
    ----------
    page
        Markdown of the page.
    folder
        Folder that the page lies in.
    index
        The list of pages.

    Returns
    -------
    str
        Markdown.
    """

    def link(found: re.Match[str]) -> str:
        if not (folder / found[1]).is_dir():
            return found[0]
        return f"]({Path(os.path.relpath(index, folder)).as_posix()})"

    return re.sub(r"\]\(([^)#:\s]+)\)", link, page)


def fill(app: Sphinx, docname: str, content: list[str]) -> None:
    """Put the generated parts in the place of their comments.

    Parameters
    ----------
    app
        The running build.
    docname
        Page that is read.
    content
        Its text, as the only item; it is replaced.
    """

    def part(found: re.Match[str]) -> str:
        if found[1] == "contents":
            return contents(content[0])
        if found[1] not in PARTS:
            known = ", ".join(["contents", *PARTS])
            raise ExtensionError(f"{docname}: no part is called {found[1]!r}; known: {known}")
        return PARTS[found[1]](found[2] or "")

    root = Path(app.srcdir)
    page = MARKER.sub(part, content[0])
    content[0] = without_folders(page, (root / docname).parent, root / "docs" / "index.md")


def page_language(_app: Sphinx, pagename: str, _template: str, context: Any, _tree: Any) -> None:
    """Say of a page called ``*.vi.md`` that it is Vietnamese.

    Parameters
    ----------
    _app
        The running build.
    pagename
        Page that is written.
    _template
        Its template.
    context
        What the template is filled with; it is changed.
    _tree
        The page itself.
    """
    if pagename.endswith(".vi"):
        context["language"] = "vi"


def inline_formula(writer: Any, node: Any) -> None:
    """Write a formula as MathML, which browsers draw without a script.

    Parameters
    ----------
    writer
        What writes the page.
    node
        The formula.
    """
    writer.body.append(latex2mathml.converter.convert(node.astext()))
    raise nodes.SkipNode


def block_formula(writer: Any, node: Any) -> None:
    """Write a formula of its own line as MathML.

    Parameters
    ----------
    writer
        What writes the page.
    node
        The formula.
    """
    writer.body.append(latex2mathml.converter.convert(node.astext(), display="block"))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the build.

    Parameters
    ----------
    app
        The build.

    Returns
    -------
    dict
        What Sphinx wants to know of an extension.
    """
    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer("mathml", (inline_formula, None), (block_formula, None))
    app.connect("source-read", fill)
    app.connect("html-page-context", page_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
