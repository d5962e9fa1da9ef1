"""What notebooks show: words for readers, and no noise of the program beside them."""

import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from phusong.errors import DataWarning
from phusong.pipeline import show, show_validation
from unit.reporting.study_cases import priorities

if TYPE_CHECKING:
    from phusong.pipeline.plan import Plan
    from phusong.study import Study


def test_rows_that_are_left_out_make_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def warned(_: object) -> bool:
        warnings.warn("3 measurements are left out", DataWarning, stacklevel=2)
        return False

    monkeypatch.setattr(show_validation, "start", lambda study: study)
    monkeypatch.setattr(show_validation, "compare", warned)
    assert show_validation.compared(cast("Study", None)) is None


def test_each_reason_begins_with_what_it_speaks_of() -> None:
    ranked = cast("Plan", SimpleNamespace(priorities=priorities()))
    told = show.why(ranked, most=2)
    assert "2. Trạm mới, Pa Cheo (Nhà mạng B). Vì thế" in told.plain
