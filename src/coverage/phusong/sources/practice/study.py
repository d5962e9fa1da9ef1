"""The practice study's own study file."""

from importlib.resources import files

TEMPLATE = "demo.toml"


def practice_study_text(*, data: str, output: str) -> str:
    """Text of the practice study's study file.

    Parameters
    ----------
    data
        What stands before the name of each input file, for example ``data/raw/demo/``.
    output
        Folder of the results.

    Returns
    -------
    str
        TOML.
    """
    template = files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    return template.replace("@DATA@", data).replace("@OUTPUT@", output)
