"""What is installed: pyproject.toml, environment.yml and the lock files say the same."""

import ast
import importlib.metadata
import re
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import phusong
from conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
RUN = [Requirement(line) for line in PROJECT["dependencies"]]
CLUSTER = PROJECT["optional-dependencies"]["cluster"]
TEST = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
# hatchling asks for editables when it makes an editable install.
BUILD = [Requirement(line) for line in [*PYPROJECT["build-system"]["requires"], "editables>=0.5"]]

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "darwin", "win32")

# The one library whose conda-forge name differs: the plain name there drags in a Qt desktop.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# environment.yml


def conda_packages() -> dict[str, SpecifierSet]:
    environment = yaml.safe_load(text("environment.yml"))
    assert environment["name"] == "phusong"
    assert environment["channels"][0] == "conda-forge"
    lines = environment["dependencies"]
    assert all(isinstance(line, str) for line in lines), "pip may not install beside conda"
    pairs = (line.partition(" ")[::2] for line in lines)
    return {name: SpecifierSet(bounds) for name, bounds in pairs}


def test_conda_environment_has_the_same_packages_and_bounds() -> None:
    wanted = {CONDA_NAMES.get(need.name, need.name): need.specifier for need in [*RUN, *BUILD]}
    wanted["python"] = SpecifierSet(PROJECT["requires-python"])
    wanted["pip"] = SpecifierSet()
    assert conda_packages() == wanted


# requirements.lock and requirements-test.lock


def lock_entries(name: str) -> list[tuple[Requirement, int]]:
    """Pinned requirements of a lock file, each with its number of hashes."""
    logical = text(name).replace("\\\n", " ").splitlines()
    pinned = [line for line in logical if line and not line.startswith(("#", "-"))]
    return [(Requirement(line.split(" --hash")[0]), line.count("--hash=")) for line in pinned]


RUN_LOCK = lock_entries("requirements.lock")
TEST_LOCK = lock_entries("requirements-test.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_lock_pins_everything_with_hashes_and_no_address(name: str) -> None:
    entries = lock_entries(name)
    assert len(entries) > 20
    assert all(count > 0 for _, count in entries)
    assert all(re.fullmatch(r"==[^*,]+", str(need.specifier)) for need, _ in entries)
    assert "scripts/lock.py" in text(name), "the header says how to make it again"
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ file", text(name))


def test_test_lock_adds_to_the_run_lock_and_repeats_nothing() -> None:
    assert "\n-r requirements.lock\n" in text("requirements-test.lock")
    run_names = {(canonicalize_name(need.name), str(need.marker)) for need, _ in RUN_LOCK}
    test_names = {(canonicalize_name(need.name), str(need.marker)) for need, _ in TEST_LOCK}
    assert not run_names & test_names


def locked_version(name: str, python: str, system: str) -> Version | None:
    """Version that the two locks give on one Python and system; they may not disagree."""
    where = {
        "python_version": python,
        "python_full_version": f"{python}.7",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    versions = {
        Version(next(iter(need.specifier)).version)
        for need, _ in [*RUN_LOCK, *TEST_LOCK]
        if canonicalize_name(need.name) == canonicalize_name(name)
        and (need.marker is None or need.marker.evaluate(where))
    }
    assert len(versions) <= 1, f"{name} is pinned to {versions} at once"
    return versions.pop() if versions else None


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_locks_satisfy_pyproject(python: str, system: str) -> None:
    for need in [*RUN, *TEST, *BUILD]:
        version = locked_version(need.name, python, system)
        assert version is not None, f"{need.name} is not locked for {python} on {system}"
        assert need.specifier.contains(version), f"{need} does not allow {version}"


def test_run_lock_alone_is_enough_to_run() -> None:
    names = {canonicalize_name(need.name) for need, _ in RUN_LOCK}
    missing = [need.name for need in [*RUN, *BUILD] if canonicalize_name(need.name) not in names]
    assert not missing


def test_pythons_are_those_of_the_project() -> None:
    bounds = SpecifierSet(PROJECT["requires-python"])
    assert [python for python in PYTHONS if bounds.contains(python)] == list(PYTHONS)
    assert not bounds.contains("3.10")
    assert not bounds.contains("3.15")
    named = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python ::" in line}
    assert named == set(PYTHONS)


def test_version_is_the_same_everywhere() -> None:
    assert PROJECT["dynamic"] == ["version"]
    assert importlib.metadata.version("phusong") == phusong.__version__


def imported_packages() -> set[str]:
    """Distributions whose modules the package imports, anywhere in it."""
    trees = (
        ast.parse(file.read_text(encoding="utf-8"))
        for file in (ROOT / "src" / "coverage" / "phusong").rglob("*.py")
    )
    modules: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module.split(".")[0])
    foreign = modules - set(sys.stdlib_module_names) - {"phusong"}
    providers = importlib.metadata.packages_distributions()
    unknown = foreign - set(providers)
    assert not unknown, f"imported, but not installed: {unknown}"
    return {canonicalize_name(providers[module][0]) for module in foreign}


def test_what_is_imported_is_declared() -> None:
    # Declared here, or required by something that is: jinja2 cannot go while nbconvert stays.
    declared = {canonicalize_name(need.name) for need in RUN}
    behind = {
        canonicalize_name(need.name)
        for name in declared
        for line in importlib.metadata.requires(name) or []
        if (need := Requirement(line)).marker is None or need.marker.evaluate({"extra": ""})
    }
    extras = {canonicalize_name(Requirement(line).name) for line in CLUSTER}
    assert imported_packages() - declared - behind == extras


# Licences (docs/decisions/0003): permissive or file-level copyleft only.

COPYLEFT = re.compile(r"\bA?L?GPL|General Public License|EUPL|CC[- ]BY[- ]NC", re.IGNORECASE)


def licence_of(name: str) -> str:
    """Licence expression, classifiers and first line of the free field, as the package says."""
    meta = importlib.metadata.metadata(name)
    classifiers = [line for line in meta.get_all("Classifier") or [] if line.startswith("License")]
    free = (meta.get("License") or "").strip().splitlines()[:1]
    return "; ".join([meta.get("License-Expression") or "", *free, *classifiers])


@pytest.mark.parametrize("need", [*RUN, *BUILD], ids=lambda need: need.name)
def test_dependency_is_not_copyleft_and_is_explained(need: Requirement) -> None:
    licence = licence_of(need.name)
    assert licence.strip("; ")
    assert not COPYLEFT.search(licence)
    assert f"`{need.name}`" in text("docs/decisions/0003-libraries.md")


def test_everything_that_runs_is_free_of_copyleft() -> None:
    installed = {canonicalize_name(d.metadata["Name"]) for d in importlib.metadata.distributions()}
    locked = {canonicalize_name(need.name) for need, _ in RUN_LOCK} & installed
    assert len(locked) > len(RUN)
    licences = {name: licence_of(name) for name in sorted(locked)}
    assert not {name: words for name, words in licences.items() if COPYLEFT.search(words)}


def test_installed_from_any_folder() -> None:
    # A plain .pth file would hold the folder's name in the locale's encoding: with Vietnamese
    # letters Python 3.11 and 3.12 then fail to import Phusong on Windows, or even to start.
    assert PYPROJECT["tool"]["hatch"]["build"]["dev-mode-exact"] is True
