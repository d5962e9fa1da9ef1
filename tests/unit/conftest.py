"""Fixtures that unit tests share."""

from pathlib import Path

import pytest

from phusong.sources.practice import write_practice_data


@pytest.fixture(scope="session")
def practice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice study's data, written once; tests only read it."""
    folder = tmp_path_factory.mktemp("practice") / "dữ liệu thực hành"
    write_practice_data(folder)
    return folder
