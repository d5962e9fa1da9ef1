"""Spots beside villages and roads come on top of the summits, and all are counted."""

import json
from pathlib import Path
from typing import Any

from runs import invoke
from synthetic import Region, write_region


def facts(folder: Path, kept: int, near: list[str]) -> dict[str, Any]:
    region: Region = write_region(
        folder,
        study={
            "planning.candidates_kept": kept, "planning.kinds": ["new-mast"],
            "planning.candidates_near": near, "planning.priorities": 2,
        },
    )  # fmt: skip
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 0, result.output
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    said = "spots for new masts swept on thinned ground" in result.output
    return {**manifest["steps"]["plan"]["facts"], "said": said}


def test_spots_beside_places_are_looked_at_and_counted(tmp_path: Path) -> None:
    summits = facts(tmp_path / "summits", 2, [])
    wider = facts(tmp_path / "wider", 2, ["villages", "roads"])
    assert wider["spots_found"] > summits["spots_found"] >= 2
    assert wider["spots"] == summits["spots"] == 2
    assert wider["options"] == summits["options"]
    assert wider["said"]
    every = facts(tmp_path / "every", wider["spots_found"], ["villages", "roads"])
    assert every["spots"] == every["spots_found"] == wider["spots_found"]
    assert every["options"] > wider["options"]
    assert not every["said"]
