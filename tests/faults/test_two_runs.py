"""Two runs in one folder at once: one works, the other is told so at once."""

from collections.abc import Callable
from pathlib import Path

from forked import Nursery
from synthetic import Region
from wholeness import assert_nothing_half_is_taken_for_whole, small_region


def test_started_together(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    region = small_region(tmp_path / "r")
    runs = [nursery.start("run", region.study, "--no-notebooks") for _ in range(3)]
    ended = sorted((run.wait() for run in runs), key=lambda end: end.status)
    assert [end.status for end in ended] == [0, 2, 2], [end.stderr for end in ended]
    for refused in ended[1:]:
        (told,) = refused.stderr.splitlines()
        assert told.startswith(f"error: another run is writing to {region.output} (process ")
        assert told.endswith("wait until it has ended, or give the study another study.output")
    assert_nothing_half_is_taken_for_whole(region)
    rerun(region)
