"""Inputs of which nobody has said where they are from."""

from collections.abc import Iterator

from phusong.analysis.audit import Finding
from phusong.language import told
from phusong.pipeline.input_files import named_inputs
from phusong.study import Study

NOT_STATED = {"vi": "chưa nêu nguồn", "en": "not stated"}
"""What stands as the source of such an input, in the language that the study shows first."""


def unstated(study: Study) -> str:
    """What stands as the source of an input that came without one.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        Words in the language that its pages show first.
    """
    return NOT_STATED["en" if study.study.language == "en" else "vi"]


def ask_for_source(file: str, key: str) -> str:
    """What is said of a file that came without its source.

    Parameters
    ----------
    file
        Its name.
    key
        Input that it is.

    Returns
    -------
    str
        A sentence.
    """
    return told(
        f"{file}: nobody says where it is from; give --source, or write the source of inputs.{key}"
    )


def unstated_findings(study: Study) -> Iterator[Finding]:
    """Inputs whose source the study file leaves open.

    Parameters
    ----------
    study
        The study.

    Yields
    ------
    Finding
        One for each.
    """
    for key, source, _ in named_inputs(study):
        if source.source in NOT_STATED.values():
            yield Finding(
                "warning", "no-source", key,
                "nobody says where it is from; write its source into the study file",
            )  # fmt: skip
