"""What the files of a study are called, and what each of them answers."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from phusong.analysis.reach import ANY
from phusong.reporting.address_labels import FOLDER as LABELS
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.pages import Product, ProductKind
from phusong.reporting.product_words import (
    FILES,
    MAPS,
    NOTEBOOKS,
    PAGES,
    RASTERS,
    TABLES,
    WITHOUT_PLAN,
)
from phusong.reporting.qgis_styles import LAYER_WORDS
from phusong.reporting.study_facts import environment_words, operator_words
from phusong.reporting.wording import joined, said
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

BRIEF = "brief-"
"""Begins the name of every brief."""
PROVINCE = "province"
"""Ends the name of the brief for the province."""

_BRIEF_DETAIL = said(
    "Two to six pages on paper: results, priorities, money, assumptions, signatures."
)
_PDF_DETAIL = said("The same to send and to sign: one language, page numbers, fonts inside.")
RESPONSE = "plan/response-"
"""Begins the name of every form that an operator fills in."""
_RESPONSE_DETAIL = said("The operator agrees, declines or modifies; read back by phusong add.")
_PROJECT_DETAIL = said("Opens all layers and rasters with their colours, in QGIS 3.22 or later.")
_WORDS: tuple[tuple[ProductKind, Mapping[str, tuple[Bilingual, Bilingual]]], ...] = (
    ("map", MAPS),
    ("commune", {}),
    ("brief", PAGES),
    ("notebook", NOTEBOOKS),
    ("table", TABLES),
    ("file", FILES),
    ("raster", {}),
)


def products_of(
    study: Study,
    files: Mapping[str, int | None],
    communes: Mapping[str, Bilingual] | None = None,
) -> tuple[Product, ...]:
    """Every file of a study as the index lists it.

    Parameters
    ----------
    study
        Operators, whose names stand for their keys.
    files
        Size by path relative to the index, None where it is not known [byte].
    communes
        What the pages of communes are called, by path, in their order.

    Returns
    -------
    tuple of Product
        Maps, notebooks, tables, other files; a file without words stands under its own name.
        Address labels stand on a page of their own.
    """
    pages = communes or {}
    known: dict[str, tuple[ProductKind, Bilingual, Bilingual | None]]
    known = {path: (kind, *words) for kind, table in _WORDS for path, words in table.items()}
    if not any(path.startswith("plan/") for path in files):
        known |= {path: (*known[path][:2], detail) for path, detail in WITHOUT_PLAN.items()}
    known |= {path: ("commune", words, None) for path, words in pages.items()}
    listed = [
        Product(kind, path, title, detail, size_bytes=files[path])
        for path, (kind, title, detail) in known.items()
        if path in files
    ]
    listed += [
        _unnamed(study, path, size)
        for path, size in sorted(files.items())
        if path not in known
        and not path.startswith(f"{LABELS}/")  # they have an index of their own
    ]
    order = [kind for kind, _ in _WORDS]
    return tuple(sorted(listed, key=lambda p: (order.index(p.kind), _place(study, p))))


def _place(study: Study, product: Product) -> tuple[int, ...]:
    """Where a product stands among those of its kind: what most readers ask for comes first."""
    if product.kind == "brief":
        starts = (f"{BRIEF}{PROVINCE}", BRIEF, RESPONSE)
        return (
            next((n for n, start in enumerate(starts, 1) if product.path.startswith(start)), 0),
        )
    if product.kind == "raster":
        parts = PurePosixPath(product.path).parts
        first, *_ = study.propagation.models
        where = [list(study.environments).index(p) for p in parts if p in study.environments]
        return (first not in parts, *where)
    return ()


def _unnamed(study: Study, path: str, size: int | None) -> Product:
    """A file without words of its own: a raster by its operator and quantity, or a name."""
    file = PurePosixPath(path)
    kind: ProductKind
    if path.startswith(BRIEF):
        return _brief(study, file, size)
    if file.suffix == ".html":
        kind = "notebook" if file.parts[0] == "notebooks" else "map"
        return Product(kind, path, same(file.stem), size_bytes=size)
    if file.suffix in {".qgz", ".parquet", ".tif"}:
        return _layers(study, file, size)
    if path.startswith(RESPONSE):
        name = file.stem.removeprefix("response-")
        shown = {op.key: op.name for op in study.operators}.get(name, name)
        title = said("Response form of {shown}", shown=shown)
        return Product("brief", path, title, _RESPONSE_DETAIL, size)
    kind = "table" if file.suffix in {".csv", ".xlsx"} else "file"
    return Product(kind, path, same(file.name), size_bytes=size)


def _layers(study: Study, file: PurePosixPath, size: int | None) -> Product:
    """A raster, a layer, or the project that shows them."""
    path = str(file)
    if file.suffix == ".qgz":
        return Product("file", path, said("Project for QGIS"), _PROJECT_DETAIL, size)
    if file.suffix == ".parquet":
        name = LAYER_WORDS.get(file.stem, same(file.stem))
        return Product("file", path, said("{name} (GeoParquet)", name=name), size_bytes=size)
    return Product("raster", path, _raster_words(study, file.stem), _of_which(study, file), size)


def _of_which(study: Study, file: PurePosixPath) -> Bilingual | None:
    """Environment of a raster, and what to know of one that is not by the study's first model."""
    _, model, *folders = file.parts
    told = [environment_words(study, name) for name in folders if name in study.environments]
    if model in study.propagation.models[1:]:
        told.append(
            said(
                "by the second model, {name}, one receiver in each {step} × {step} cells",
                name=MODEL_NAMES[model], step=study.propagation.second_model_step,
            )
        )  # fmt: skip
    return joined(told, "; ") if told else None


def _brief(study: Study, file: PurePosixPath, size: int | None) -> Product:
    """The page of a brief, or what a browser printed of it."""
    title = _brief_words(study, file.stem)
    if file.suffix == ".pdf":
        titled = said("{title} (PDF)", title=title)
        return Product("brief", str(file), titled, _PDF_DETAIL, size)
    return Product("brief", str(file), title, _BRIEF_DETAIL, size)


def _brief_words(study: Study, stem: str) -> Bilingual:
    names = {f"{BRIEF}{op.key}": op.name for op in study.operators}
    name = names.get(stem)
    if name is None:
        return said("Brief for the province")
    return said("Brief for {name}", name=name)


def _raster_words(study: Study, stem: str) -> Bilingual:
    """For example ``nha-mang-a-lte-level``: the operator's name, technology, quantity."""
    rest, _, quantity = stem.rpartition("-")
    names = operator_words(study)
    key = next((k for k in names if rest.startswith(f"{k}-")), None)
    if key is None or quantity not in RASTERS:
        return same(stem)
    technology, words = rest.removeprefix(f"{key}-").upper(), RASTERS[quantity]
    if technology == ANY.upper():
        return said("{who}, any technology: {what}", who=names[key], what=words)
    return said("{who}, {technology}: {what}", who=names[key], technology=technology, what=words)
