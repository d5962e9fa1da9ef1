"""The models that Phusong has, for people who choose one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a propagation model is and where it holds.

    Parameters
    ----------
    key
        Word that studies, links and commands use.
    name
        Full name with edition.
    frequency, distance
        Recommended ranges, as text.
    purpose
        What it is good for.
    source
        Where it is published.
    """

    key: str
    name: str
    frequency: str
    distance: str
    purpose: str
    source: str


CATALOGUE: tuple[ModelCard, ...] = (
    ModelCard(
        key="p1812",
        name="ITU-R P.1812-8",
        frequency="30 MHz to 6 GHz",
        distance="0.25 to 3000 km",
        purpose="coverage over real terrain, links and maps",
        source="Recommendation ITU-R P.1812-8",
    ),
)
