"""``manifest.json``: which step made which file, from what."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.store.files import is_below, key_of, parsed_json, sha256_of, write_text

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Step:
    """What one finished step of a run made, and from what.

    Parameters
    ----------
    key
        Key of everything it depends on.
    facts
        What is worth knowing about it.
    outputs
        SHA-256 of each file that it wrote, by its path in the output folder.
    """

    key: str
    facts: Mapping[str, Any]
    outputs: Mapping[str, str]


def _is_manifest(found: Any) -> bool:
    """Whether what a file holds can be understood; else the run begins anew."""
    if not isinstance(found, dict) or found.get("schema_version") != 1:
        return False
    return isinstance(found.get("steps"), dict)


def _is_whole(entry: Any) -> bool:
    """Whether the record of a step is what a run wrote, and names files of its folder alone."""
    if not isinstance(entry, dict) or entry.get("seal") != _seal(entry):
        return False
    outputs = entry.get("outputs")
    return (
        isinstance(entry.get("key"), str)
        and isinstance(entry.get("facts"), dict)
        and isinstance(outputs, dict)
        and all(isinstance(digest, str) and is_below(name) for name, digest in outputs.items())
    )


def _seal(entry: Mapping[str, Any]) -> str:
    """Digest of a record: a damaged one is not taken for what the step found."""
    return key_of([entry.get("key"), entry.get("facts"), entry.get("outputs")])


class Manifest:
    """The record of a run: steps, inputs, outputs, versions, assumptions, warnings.

    Parameters
    ----------
    folder
        Output folder of a study.

    Attributes
    ----------
    damaged
        Steps whose record in the file is not what a run wrote; they are as if never done.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / MANIFEST
        self.data: dict[str, Any] = {"schema_version": 1, "steps": {}}
        self.damaged: tuple[str, ...] = ()
        with contextlib.suppress(OSError, ValueError):
            found = parsed_json(self.file.read_text(encoding="utf-8"))
            if _is_manifest(found):
                steps = found["steps"]
                self.damaged = tuple(sorted(s for s in steps if not _is_whole(steps[s])))
                whole = {name: steps[name] for name in steps if name not in self.damaged}
                self.data = {**found, "steps": whole}

    def step(self, name: str) -> Step | None:
        """Record of a finished step.

        Parameters
        ----------
        name
            Step, for example ``reach``.

        Returns
        -------
        Step or None
            What it made, None when it never finished.
        """
        entry = self.data["steps"].get(name)
        return None if entry is None else Step(entry["key"], entry["facts"], entry["outputs"])

    def is_done(self, name: str, key: str) -> bool:
        """Whether a step finished with this key and all its files are still what they were.

        Parameters
        ----------
        name
            Step.
        key
            Key of everything it depends on.

        Returns
        -------
        bool
            True when nothing has to be computed again.
        """
        step = self.step(name)
        if step is None or step.key != key:
            return False
        return all(self._is_there(file, digest) for file, digest in step.outputs.items())

    def _is_there(self, relative: str, digest: str) -> bool:
        file = self.folder / relative
        return file.is_file() and sha256_of(file) == digest

    def record(
        self, name: str, key: str, facts: Mapping[str, Any], outputs: Iterable[Path]
    ) -> None:
        """Record a finished step; files that an earlier run made and this one did not are removed.

        Parameters
        ----------
        name
            Step.
        key
            Key of everything it depends on.
        facts
            What is worth knowing about it.
        outputs
            The files that it wrote.
        """
        written = {
            file.relative_to(self.folder).as_posix(): sha256_of(file) for file in sorted(outputs)
        }
        before = self.step(name)
        for stale in set(before.outputs if before else ()) - set(written):
            (self.folder / stale).unlink(missing_ok=True)
        entry = json.loads(json.dumps({"key": key, "facts": dict(facts), "outputs": written}))
        self.data["steps"][name] = {**entry, "seal": _seal(entry)}
        self.save()

    def forget(self, name: str) -> None:
        """Remove a step that a study no longer has, with the files that it wrote.

        Parameters
        ----------
        name
            Step; nothing happens when it was never done.
        """
        step = self.step(name)
        if step is None:
            return
        for file in step.outputs:
            (self.folder / file).unlink(missing_ok=True)
        for folder in sorted({(self.folder / file).parent for file in step.outputs}):
            if folder != self.folder and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        del self.data["steps"][name]
        self.save()

    def save(self) -> None:
        """Write the manifest."""
        text = json.dumps(self.data, ensure_ascii=False, indent=1, sort_keys=True)
        write_text(self.file, text + "\n")

    def results_key(self) -> str:
        """Key of the results: equal for two runs exactly when their result files are equal.

        Returns
        -------
        str
            32 hexadecimal digits over the outputs of every step but the report.
        """
        outputs = {n: s["outputs"] for n, s in self.data["steps"].items() if n != "report"}
        return key_of(outputs)
