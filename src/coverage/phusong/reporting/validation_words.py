"""What measurements say of a study, in sentences."""

from collections.abc import Iterator, Sequence

import pandas as pd

from phusong.reporting.facts import Bilingual, same
from phusong.reporting.study_facts import environment_words
from phusong.reporting.validation_tables import one_comparison
from phusong.reporting.wording import amount, joined, said, said_count, share
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study


def answers(study: Study, errors: pd.DataFrame, fits: pd.DataFrame) -> Iterator[Bilingual]:
    """How far the levels can be trusted, in sentences.

    Parameters
    ----------
    study
        Its model error and corrections.
    errors, fits
        ``calibration/held-out.csv`` and ``calibration/fit.csv``.

    Yields
    ------
    Bilingual
        Two sentences per model, environment and technology.
    """
    for row in errors.itertuples():
        where = environment_words(study, row.environment)
        model, technology = MODEL_NAMES[row.model], row.technology
        mean = float(row.mean_error_before_db)
        apart = amount(abs(mean), 1, unit="dB")
        rms = amount(float(row.rms_error_before_db), 1, unit="dB")
        cells, squares = int(row.measured_cells), int(row.squares)
        if mean < 0.0:
            yield said(
                "{model}, {technology}, {where}: measured levels are {apart} weaker than modelled "
                "ones on average, {rms} apart (RMS), over {cells} cells in {squares} squares.",
                model=model, technology=technology, where=where, apart=apart, rms=rms,
                cells=cells, squares=squares,
            )  # fmt: skip
        else:
            yield said(
                "{model}, {technology}, {where}: measured levels are {apart} stronger than "
                "modelled ones on average, {rms} apart (RMS), over {cells} cells in {squares} "
                "squares.",
                model=model, technology=technology, where=where, apart=apart, rms=rms,
                cells=cells, squares=squares,
            )  # fmt: skip
        yield _sigma(study, row, fits)


def _sigma(study: Study, row: object, fits: pd.DataFrame) -> Bilingual:
    own = one_comparison(fits, (row.model, row.environment, row.technology))  # type: ignore[attr-defined]
    sigma = own[own["correction"] == "sigma_db"].iloc[0]
    left = amount(float(sigma["value_db"]), 1, unit="dB")
    low, high = amount(float(sigma["low_db"]), 1), amount(float(sigma["high_db"]), 1)
    used = amount(study.service.model_error.value, 1, unit="dB")
    if row.technology in study.propagation.calibration.get(row.model, {}):  # type: ignore[attr-defined]
        return said(
            "The study's corrections are in these levels; what is left has a standard deviation of "
            "{left} ({low} to {high}), and the study counts with {used}.",
            left=left, low=low, high=high, used=used,
        )  # fmt: skip
    if len(own) == 1:
        return said(
            "No correction does better than none; the error has a standard deviation of {left} "
            "({low} to {high}), and the study counts with {used}.",
            left=left, low=low, high=high, used=used,
        )  # fmt: skip
    return said(
        "Corrected, an error with a standard deviation of {left} ({low} to {high}) is left; the "
        "study counts with {used}. It does not use the correction: calibration/settings.toml holds "
        "the lines for the study file.",
        left=left, low=low, high=high, used=used,
    )  # fmt: skip


def unknowns(study: Study, errors: pd.DataFrame, filled: int, sectors: int) -> Iterator[Bilingual]:
    """What measurements have not settled.

    Parameters
    ----------
    study
        Operators, technologies, environments and assumptions.
    errors
        ``calibration/held-out.csv``; empty without measurements.
    filled
        Values of the tower list that came from defaults.
    sectors
        Sectors in it.

    Yields
    ------
    Bilingual
        One sentence each.
    """
    technologies = set(errors["technology"]) if len(errors) else set()
    environments = set(errors["environment"]) if len(errors) else set()
    unmeasured = [same(name) for name in study.technologies if name not in technologies]
    if unmeasured:
        yield said("Technologies without measurements: {names}.", names=joined(unmeasured))
    places = [
        environment_words(study, key) for key in study.environments if key not in environments
    ]
    if places:
        yield said(
            "Environments without measurements: {names}. Their entry losses are assumptions.",
            names=joined(places, "; "),
        )
    assumed = [a for a in study.assumptions() if not a.verified]
    yield said_count(
        "{count} number of the study is assumed and not verified.",
        "{count} numbers of the study are assumed and not verified.",
        len(assumed),
    )
    yield said(
        "{filled} values of the {sectors} sectors were missing in the tower list and come from "
        "defaults.",
        filled=filled,
        sectors=sectors,
    )


def operators_unmeasured(names: Sequence[str]) -> Bilingual:
    """Operators whose network nobody measured.

    Parameters
    ----------
    names
        Their names, at least one.

    Returns
    -------
    Bilingual
        A sentence.
    """
    return said(
        "Operators without measurements: {names}.", names=joined([same(name) for name in names])
    )


def reliability_words(table: pd.DataFrame) -> Bilingual:
    """How often a place that was given a good chance of signal had it.

    Parameters
    ----------
    table
        Rows of one comparison in ``calibration/reliability.csv``.

    Returns
    -------
    Bilingual
        A sentence.
    """
    best = table[table["samples"] > 0].iloc[-1]
    return said(
        "Of {count} places with a chance of {low} or more, {part} had signal.",
        count=int(best["samples"]),
        low=share(100.0 * float(best["chance_from"]), 0),
        part=share(100.0 * float(best["share_covered"])),
    )
