"""The layers hold: imports point downwards, form no cycle, and nothing happens at import.

Imports inside functions and under TYPE_CHECKING count too: a hidden edge is still an edge.
"""

import ast
import importlib.util
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

SOURCE_ROOT = ROOT / "src" / "coverage"
PACKAGE = SOURCE_ROOT / "phusong"

LEAVES = {"units", "errors", "version", "language", "texts", "stopping"}
KERNEL_LIBRARIES = {"math", "numba", "numpy", "typing"}

# What each layer may import, next to itself. The top package (a lazy table of names) is apart.
BELOW: dict[str, set[str]] = {
    "units": set(),
    "errors": set(),
    "version": set(),
    "language": set(),
    "texts": set(),
    "stopping": set(),
    "study": LEAVES,
    "kernels": set(),
    "geo": LEAVES | {"study"},
}
BELOW["models"] = BELOW["geo"] | {"geo", "kernels"}
BELOW["analysis"] = BELOW["models"] | {"models"}
BELOW["planning"] = BELOW["analysis"] | {"analysis"}
BELOW["reporting"] = BELOW["planning"] | {"planning"}
# Beside the chain: files and where the work runs. Only pipeline and cli may call them.
BESIDE = {"sources", "store", "engine", "cluster"}
BELOW |= {name: BELOW["models"] | {"models"} | BESIDE for name in BESIDE}
BELOW["pipeline"] = BELOW["reporting"] | {"reporting"} | BESIDE
BELOW["cli"] = BELOW["pipeline"] | {"pipeline"}
BELOW["__main__"] = BELOW["cli"] | {"cli"}


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TREES = {
    name: ast.parse(file.read_text(encoding="utf-8"), str(file)) for name, file in MODULES.items()
}


def layer_of(module: str) -> str:
    """Second part of the dotted name; empty for the top package."""
    return module.split(".")[1] if "." in module else ""


def imported_names(module: str, tree: ast.AST, *, is_package: bool) -> Iterator[tuple[str, int]]:
    """Every dotted name that a module imports, relative ones made absolute, with its line."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                kept = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*kept, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(module: str) -> Iterator[tuple[str, int]]:
    """Modules of Phusong that a module imports, with the line of each import."""
    is_package = MODULES[module].name == "__init__.py"
    for name, line in imported_names(module, TREES[module], is_package=is_package):
        if name.split(".")[0] != "phusong":
            continue
        known = name if name in MODULES else name.rpartition(".")[0]
        yield (known if known in MODULES else name), line


EDGES = [(module, target, line) for module in MODULES for target, line in own_imports(module)]


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a ring (strongly connected, by Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(edges.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1 or node in edges.get(node, ()):
                found.append(sorted(group))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def test_imports_seen_everywhere() -> None:
    source = (
        "import phusong.store as s\n"
        "def f():\n    from phusong.models import p1812\n"
        "if TYPE_CHECKING:\n    from ..geo.grid import Grid\n"
        "from . import sweep\n"
    )
    seen = imported_names("phusong.kernels.link", ast.parse(source), is_package=False)
    assert list(seen) == [
        ("phusong.store", 1),
        ("phusong.kernels.sweep", 6),
        ("phusong.models.p1812", 3),
        ("phusong.geo.grid.Grid", 5),
    ]


def test_ring_is_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]
    assert cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_every_module_has_a_layer() -> None:
    strangers = {name for name in MODULES if layer_of(name) not in {"", *BELOW}}
    assert not strangers, f"no layer is named for {sorted(strangers)}"


def test_imports_point_downwards() -> None:
    upward = [
        f"{module}:{line} imports {target}"
        for module, target, line in EDGES
        if module != "phusong"
        and layer_of(target) not in {layer_of(module), *BELOW[layer_of(module)]}
    ]
    assert not upward, "\n".join(upward)


def test_no_cycles() -> None:
    edges: dict[str, set[str]] = {name: set() for name in MODULES}
    for module, target, _ in EDGES:
        edges[module].add(target)
    assert not cycles(edges)


def test_nothing_imports_the_init_above_it() -> None:
    inner = [
        f"{module}:{line} imports {target}"
        for module, target, line in EDGES
        if module.startswith(f"{target}.") and MODULES[target].name == "__init__.py"
    ]
    assert not inner, "\n".join(inner)


def test_no_import_hides_in_a_call() -> None:
    # importlib and __import__ would be edges that no reader and no test sees; the lazy table
    # of the top package is the one place that needs them.
    hidden = [
        f"{module}:{node.lineno}"
        for module, tree in TREES.items()
        if module != "phusong"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", ""))
        in {"__import__", "import_module"}
    ]
    assert not hidden, "\n".join(hidden)


def test_kernels_import_numbers_only() -> None:
    others = [
        f"{module}:{line} imports {name}"
        for module in MODULES
        if layer_of(module) == "kernels"
        for name, line in imported_names(
            module, TREES[module], is_package=MODULES[module].name == "__init__.py"
        )
        if name.split(".")[0] not in KERNEL_LIBRARIES and not name.startswith("phusong.kernels.")
    ]
    assert not others, "\n".join(others)


def is_plain_init_line(node: ast.stmt) -> bool:
    """Docstring, import of a name, ``__all__`` or ``__version__``."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(
            isinstance(target, ast.Name) and target.id in {"__all__", "__version__"}
            for target in targets
        )
    return isinstance(node, ast.ImportFrom)


@pytest.mark.parametrize(
    "module",
    [name for name, file in MODULES.items() if file.name == "__init__.py" and name != "phusong"],
)
def test_package_init_holds_no_logic(module: str) -> None:
    logic = [ast.unparse(node) for node in TREES[module].body if not is_plain_init_line(node)]
    assert not logic


def test_top_init_is_a_lazy_table() -> None:
    allowed_functions = {"__getattr__", "__dir__"}
    for node in TREES["phusong"].body:
        if isinstance(node, ast.FunctionDef):
            assert node.name in allowed_functions, f"the top package defines {node.name}"
        elif isinstance(node, ast.If):
            assert ast.unparse(node.test) == "TYPE_CHECKING"
            assert all(isinstance(inner, ast.ImportFrom) for inner in node.body)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            name = node.names[0].name if isinstance(node, ast.Import) else (node.module or "")
            light = name == "phusong.version" or name.split(".")[0] in sys.stdlib_module_names
            assert light, f"the top package imports {name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            assert node.value is not None
            ast.literal_eval(node.value)
        else:
            assert is_plain_init_line(node), ast.unparse(node)


READERS = {
    "open", "read_text", "read_bytes", "read_file", "read_dataframe", "read_csv", "read_excel",
    "read_parquet", "read_feather", "read_table", "read_json", "fromfile", "load", "loadtxt",
    "genfromtxt", "memmap", "urlopen", "urlretrieve",
}  # fmt: skip


def opens_a_file(node: ast.AST) -> bool:
    """Whether a node is a call that reads a file, other than one shipped inside the package."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    shipped = "files(" in ast.unparse(node.func)  # importlib.resources.files(...)
    return name in READERS and not shipped


def test_reading_is_noticed() -> None:
    calls = ["open(p)", "rasterio.open(p)", "Path(p).read_text()", "gpd.read_file(p)", "np.load(p)"]
    assert all(opens_a_file(ast.parse(call, mode="eval").body) for call in calls)
    shipped = "files('phusong.reporting').joinpath('a.css').read_text(encoding='utf-8')"
    assert not opens_a_file(ast.parse(shipped, mode="eval").body)


def test_models_analysis_planning_reporting_open_no_input() -> None:
    opened = [
        f"{module}:{node.lineno} {ast.unparse(node)}"
        for module, tree in TREES.items()
        if layer_of(module) in {"geo", "kernels", "models", "analysis", "planning", "reporting"}
        for node in ast.walk(tree)
        if opens_a_file(node) and isinstance(node, ast.Call)
    ]
    assert not opened, "\n".join(opened)


# The name guard: `coverage` stays the import name of coverage.py (docs/decisions/0001).


def test_source_root_is_no_package() -> None:
    assert not (ROOT / "src" / "__init__.py").exists()
    assert not (SOURCE_ROOT / "__init__.py").exists()


def test_coverage_is_coverage_py() -> None:
    spec = importlib.util.find_spec("coverage")
    assert spec is not None
    assert spec.origin is not None
    assert not Path(spec.origin).is_relative_to(ROOT / "src")
    assert importlib.util.find_spec("coverage.types") is not None


def test_src_is_not_on_the_path() -> None:
    assert ROOT / "src" not in {Path(entry).resolve() for entry in sys.path if entry}


def test_wheel_holds_phusong_alone(tmp_path: Path) -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel_table = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel_table == {"packages": ["src/coverage/phusong"]}

    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "phusong/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"phusong"}


def loaded_by(statement: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after a statement and had not before."""
    code = (
        f"import sys; before = {{*sys.modules}}; {statement}; "
        "print(*sorted({*sys.modules} - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    )
    return set(done.stdout.split())


def test_import_is_light() -> None:
    # Start-up is what every command and every notebook pays; what it loads decides how long it is.
    loaded = loaded_by("import phusong")
    assert {name for name in loaded if name.startswith("phusong")} == {"phusong", "phusong.version"}
    assert {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names == {"phusong"}


def test_a_run_without_notebooks_does_not_load_jupyter() -> None:
    # Its checks of notebooks build dozens of parsers first, as long as half of all other imports.
    loaded = {name.partition(".")[0] for name in loaded_by("import phusong.pipeline.run")}
    assert "pandas" in loaded
    assert not loaded & {"nbformat", "nbclient", "nbconvert", "jupyter_client", "jsonschema"}
