"""What a study was given, what is missing, and how much of it is assumed, in sentences."""

from phusong.geo.network import Network
from phusong.reporting.facts import Bilingual
from phusong.reporting.wording import said, share
from phusong.study import Study


def data_findings(
    network: Network, *, inputs: int, unknown_share: float, unplaced: int
) -> tuple[Bilingual, ...]:
    """What a study was given, and what of it is missing.

    Parameters
    ----------
    network
        The tower list as read.
    inputs
        How many inputs there are.
    unknown_share
        Share of the cells whose terrain is unknown [%].
    unplaced
        Villages without coordinates.

    Returns
    -------
    tuple of Bilingual
        Two sentences.
    """
    live = network.on_air().sectors
    return (
        said(
            "The study has {inputs} inputs; the tower list holds {sites} sites on air with "
            "{sectors} sectors.",
            inputs=inputs,
            sites=len({(s.operator, s.site_id) for s in live}),
            sectors=len(live),
        ),
        said(
            "Missing: {filled} of these sectors have at least one value filled from defaults; the "
            "terrain of {unknown} of the cells is unknown; villages without coordinates, and so "
            "without a verdict: {unplaced}.",
            filled=sum(bool(s.filled) for s in live),
            unknown=share(unknown_share),
            unplaced=unplaced,
        ),
    )


def assumption_findings(study: Study) -> tuple[Bilingual, ...]:
    """How much of a study is assumed, and how much of that is verified.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of Bilingual
        One sentence.
    """
    assumptions = study.assumptions()
    verified = sum(a.verified for a in assumptions)
    return (
        said(
            "The study rests on {assumptions} assumed numbers: {verified} checked "
            "against their source, {unverified} not.",
            assumptions=len(assumptions),
            verified=verified,
            unverified=len(assumptions) - verified,
        ),
    )
