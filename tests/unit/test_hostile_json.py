"""Every reader of JSON on text that is deep, huge or odd: an error of its own, and soon."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from phusong.errors import PhusongError
from phusong.pipeline.run_log import read_log
from phusong.sources.fetch import layers, overpass
from phusong.sources.fetch.download import _told
from phusong.sources.links import parse_link_lines, parse_links
from phusong.store.archive import check_archive
from phusong.store.lock import _holder
from phusong.store.manifest import Manifest
from phusong.store.raw import noted

HOSTILE = {
    "deep lists": "[" * 100_000,
    "deep lists that close": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "a number of a million digits": '{"steps": ' + "1" * 1_000_000 + "}",
    "numbers that are none": '{"steps": {"reach": NaN}, "files": Infinity, "elements": 1e999}',
    "one key twice among many": "{" + "".join(f'"k{n}":0,' for n in range(60_000)) + '"k59999":0}',
    "a string without an end": '{"steps": "' + "x" * 2_000_000,
    "half of a pair": '{"steps": {"\\ud800": "\\udfff"}, "files": {"\\ud800": {}}}',
    "no text": "\x00\x01\x02",
    "a list": "[1, 2]",
    "a number": "7",
    "null": "null",
    "nothing": "",
    "null inside": '{"steps": null, "files": null, "elements": null, "result": null}',
}


def wire(text: str) -> Any:
    """A way to a provider that answers with a text."""
    answer = SimpleNamespace(text=lambda *_, **__: text)
    source = SimpleNamespace(url="https://example.org", most_bytes=10**9, hosts=("example.org",))
    return SimpleNamespace(wire=answer, source=source, bounds=(103.0, 22.0, 104.0, 23.0),
                           address=lambda: "https://example.org/x")  # fmt: skip


def manifest(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert Manifest(folder).step("reach") is None


def archive(folder: Path, text: str) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr("contents.json", text)
    check_archive(folder / "a.zip")


def written(name: str, read: Callable[[Path], object]) -> Callable[[Path, str], object]:
    """A reader of a file with that name."""

    def reader(folder: Path, text: str) -> object:
        (folder / name).write_text(text, encoding="utf-8")
        return read(folder / name)

    return reader


READERS: dict[str, Callable[[Path, str], object]] = {
    "manifest": manifest,
    "archive": archive,
    "link": lambda _, text: parse_links(text),
    "links by line": lambda _, text: parse_link_lines(text),
    "log": written("run.jsonl", read_log),
    "lock": lambda _, text: _holder(io.StringIO(text)),
    "provenance": written("provenance.json", noted),
    "fetched in part": written("part.json", lambda file: _told(file, "https://example.org")),
    "fetched layer": written("layer.geojson", layers.refuse_no_features),
    "record of a layer": lambda _, text: next(layers.geoboundaries(wire(text))),
    "record of a data set": lambda _, text: next(layers.hdx(wire(text))),
    "map data": lambda _, text: overpass.ask(wire(text), "node({box});"),
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_hostile_json_is_read_or_refused_in_our_own_words(
    tmp_path: Path, reader: str, text: str
) -> None:
    with contextlib.suppress(PhusongError):
        READERS[reader](tmp_path, HOSTILE[text])


@pytest.mark.parametrize("depth", [900, 940, 960, 970, 980, 990, 995])
def test_a_record_that_can_just_be_read_is_as_if_never_done(tmp_path: Path, depth: int) -> None:
    """What is nested nearly too deeply to be read may be too deep to be looked at."""
    facts = '{"a":' * depth + "1" + "}" * depth
    step = f'{{"key": "k", "facts": {facts}, "outputs": {{}}, "seal": "none"}}'
    manifest(tmp_path, f'{{"schema_version": 1, "steps": {{"reach": {step}}}}}')
    assert Manifest(tmp_path).damaged in {(), ("reach",)}
