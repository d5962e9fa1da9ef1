"""What pages show of a study's second propagation model."""

from typing import TYPE_CHECKING

from phusong.reporting.facts import Bilingual
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import said
from phusong.reporting.words import SHORT_NAMES

if TYPE_CHECKING:
    import pandas as pd


def second_model(facts: StudyFacts) -> str | None:
    """The model that stands beside the study's first one.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    str or None
        Its key; None for a study of one model.
    """
    models = facts.study.propagation.models
    return models[1] if len(models) > 1 and not facts.gaps.models.empty else None


def by_words(model: str) -> Bilingual:
    """Say that something is by a model.

    Parameters
    ----------
    model
        Its key.

    Returns
    -------
    Bilingual
        With the short name of the model.
    """
    return said("By {model}", model=SHORT_NAMES[model])


def by_second_model(facts: StudyFacts, operator: str, code: str) -> "pd.Series[float] | None":
    """Counts of a commune by the study's second model.

    Parameters
    ----------
    facts
        What the reader may see.
    operator
        Operator's key.
    code
        The commune.

    Returns
    -------
    pandas.Series or None
        A row of ``gaps/models.csv``; None for a study of one model.
    """
    model, table = second_model(facts), facts.gaps.models
    if model is None:
        return None
    wanted = (
        (table["commune_code"] == code) & (table["operator"] == operator)
        & (table["technology"] == facts.technology) & (table["model"] == model)
    )  # fmt: skip
    return table[wanted].iloc[0] if wanted.any() else None
