"""Two runs side by side: what changed in coverage, options and ranks, and which inputs differ."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import StoreError
from phusong.reporting.comparison import comparison_page, comparison_text
from phusong.reporting.tables import tidy
from phusong.sources.study_file import read_study
from phusong.store.files import write_text
from phusong.store.manifest import MANIFEST, Manifest
from phusong.store.tables import read_csv, write_csv
from phusong.version import __version__

COVERAGE_KEYS = ["commune_code", "commune", "operator", "technology"]
PEOPLE = ("people_covered", "people_no_signal", "area_covered_km2")
SMALLEST_PEOPLE = 0.05
"""Tables have tenths of a person; less is no change."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What changed from one run to another.

    Parameters
    ----------
    coverage
        Rows of communes and operators whose numbers differ, before, after and change.
    options
        Options that came, went or changed their rank, people or money.
    why
        Inputs, assumptions, versions and answers that differ, before and after.
    names
        What the two are called.
    practice
        Whether practice data went into either.
    """

    coverage: pd.DataFrame = field(repr=False)
    options: pd.DataFrame = field(repr=False)
    why: pd.DataFrame = field(repr=False)
    names: tuple[str, str]
    practice: bool


def compare(before: Path, after: Path) -> Comparison:
    """Compare two runs.

    Parameters
    ----------
    before, after
        Study files that were run, or output folders.

    Returns
    -------
    Comparison
        From the first to the second.

    Raises
    ------
    StoreError
        There is no finished run.
    """
    folders = [_folder(each) for each in (before, after)]
    manifests = [Manifest(folder).data for folder in folders]
    names = [
        str(m.get("study", {}).get("name", f.name)) for m, f in zip(manifests, folders, strict=True)
    ]
    labels = (f"{names[0]} ({before})", f"{names[1]} ({after})")
    why = pd.concat([_why(*manifests), _answers(*folders)], ignore_index=True)
    return Comparison(
        _coverage(*folders), _options(*folders), why, labels,
        any(bool(m.get("practice_data")) for m in manifests),
    )  # fmt: skip


def _folder(given: Path) -> Path:
    folder = read_study(given).output if given.suffix == ".toml" else given
    if not (folder / MANIFEST).is_file():
        raise StoreError(f"{folder} holds no {MANIFEST}; run the study first: phusong run STUDY")
    return folder


def _table(folder: Path, name: str, text: tuple[str, ...]) -> pd.DataFrame:
    file = folder / name
    if not file.is_file():
        raise StoreError(f"{file} is missing; run the study first: phusong run STUDY")
    return read_csv(file, text=text)


def _coverage(before: Path, after: Path) -> pd.DataFrame:
    """Numbers by commune, operator and technology that differ."""
    tables = [
        _table(f, "gaps/communes.csv", tuple(COVERAGE_KEYS)).set_index(COVERAGE_KEYS)[list(PEOPLE)]
        for f in (before, after)
    ]
    old, new = (t.add_suffix(end) for t, end in zip(tables, ("_before", "_after"), strict=True))
    both = old.join(new, how="outer")
    for name in PEOPLE:
        both[f"{name}_change"] = both[f"{name}_after"] - both[f"{name}_before"]
    differ = pd.Series(data=False, index=both.index)
    for name in PEOPLE:
        change = both[f"{name}_change"]
        appeared = both[f"{name}_after"].isna() != both[f"{name}_before"].isna()
        differ |= (change.abs() > SMALLEST_PEOPLE) | appeared
    columns = [f"{name}_{when}" for name in PEOPLE for when in ("before", "after", "change")]
    return both.loc[differ, columns].sort_index().reset_index()


def _options(before: Path, after: Path) -> pd.DataFrame:
    """Options that came, went, or changed rank, people, money or what was decided about them."""
    text = ("option_id", "kind", "operator", "commune", "decision", "commune_code", "gap_type")
    numbers = ["rank", "people_newly_covered", "capex", "present_value"]
    wanted = ["kind", "operator", "commune", *numbers]
    tables = [
        _table(f, "plan/priorities.csv", text).set_index("option_id")[wanted]
        for f in (before, after)
    ]
    rows = []
    for name in dict.fromkeys((*tables[1].index, *tables[0].index)):
        old, new = (t.loc[name] if name in t.index else None for t in tables)
        same = old is not None and new is not None and bool((old == new).all())
        if same:
            continue
        known = new if new is not None else old
        if known is None:
            continue
        row: dict[str, Any] = {
            "option_id": name, "change": "changed" if old is not None and new is not None
            else ("new" if old is None else "gone"),
            **{key: known[key] for key in ("kind", "operator", "commune")},
        }  # fmt: skip
        for key in numbers:
            row[f"{key}_before"] = None if old is None else float(old[key])
            row[f"{key}_after"] = None if new is None else float(new[key])
        rows.append(row)
    columns = ["option_id", "change", "kind", "operator", "commune"]
    columns += [f"{key}_{when}" for key in numbers for when in ("before", "after")]
    return pd.DataFrame(rows, columns=columns)


def _why(before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """Inputs, assumptions and versions that differ."""
    rows = []
    for what, reader in (("input", _inputs), ("assumption", _assumptions), ("version", _versions)):
        old, new = reader(before), reader(after)
        rows += [
            {"what": what, "key": key, "before": old.get(key, ""), "after": new.get(key, "")}
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        ]
    digests = [str(m.get("study_file", {}).get("sha256", "")) for m in (before, after)]
    if digests[0] != digests[1]:
        rows.insert(
            0,
            {"what": "study file", "key": "sha256", "before": digests[0][:16],
             "after": digests[1][:16]},
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "key", "before", "after"])


def _answers(before: Path, after: Path) -> pd.DataFrame:
    """What operators answered about options, where it differs."""
    told = []
    for folder in (before, after):
        file, found = folder / "plan" / "decisions.csv", {}
        if file.is_file():
            text = (
                "option_id",
                "answer",
                "effect",
                "moved_to",
                "reason",
                "planned_quarter",
                "signer",
            )
            for row in read_csv(file, text=text).fillna("").itertuples():
                said = (row.answer, row.effect, row.moved_to, row.reason, row.planned_quarter,
                        row.signer)  # fmt: skip
                found[str(row.option_id)] = ", ".join(str(part) for part in said if part)
        told.append(found)
    old, new = told
    rows = [
        {"what": "answer", "key": key, "before": old.get(key, ""), "after": new.get(key, "")}
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
    return pd.DataFrame(rows, columns=["what", "key", "before", "after"])


def _inputs(manifest: dict[str, Any]) -> dict[str, str]:
    return {
        f"{part['key']}: {name}": f"sha256 {digest[:16]}"
        for part in manifest.get("inputs", [])
        for name, digest in part["files"].items()
    }


def _assumptions(manifest: dict[str, Any]) -> dict[str, str]:
    return {
        part["key"]: f"{part['value']:g} {part['unit']} ({part['source']})"
        for part in manifest.get("assumptions", [])
    }


def _versions(manifest: dict[str, Any]) -> dict[str, str]:
    return dict(manifest.get("versions", {}))


def text_of(found: Comparison, language: str = "en") -> str:
    """What changed, for the terminal.

    Parameters
    ----------
    found
        The comparison.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        A few lines for each part.
    """
    return comparison_text(found.coverage, found.options, found.why, found.names, language=language)


def write_comparison(found: Comparison, folder: Path) -> tuple[Path, ...]:
    """Write a comparison as a page, tables, and for a machine.

    Parameters
    ----------
    found
        The comparison.
    folder
        Where to.

    Returns
    -------
    tuple of pathlib.Path
        ``compare.html``, ``compare-coverage.csv``, ``compare-options.csv``, ``compare-why.csv``
        and ``compare.json``.
    """
    parts = {"coverage": found.coverage, "options": found.options, "why": found.why}
    files = [folder / "compare.html"]
    page = comparison_page(
        found.coverage, found.options, found.why, found.names, practice=found.practice
    )
    write_text(files[0], page)
    for name, table in parts.items():
        files.append(folder / f"compare-{name}.csv")
        write_csv(files[-1], tidy(table, practice=found.practice))
    files.append(folder / "compare.json")
    facts = {
        "version": __version__, "before": found.names[0], "after": found.names[1],
        "practice_data": found.practice,
        **{name: json.loads(t.to_json(orient="records")) for name, t in parts.items()},
    }  # fmt: skip
    write_text(files[-1], json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    return tuple(files)
