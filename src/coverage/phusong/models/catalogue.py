"""The models that Phusong has, for people who choose one."""

from dataclasses import dataclass
from typing import Literal

ModelKind = Literal["link", "addition"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a propagation model is and where it holds.

    Parameters
    ----------
    key
        Word that studies, links and commands use.
    name
        Full name with edition.
    kind
        ``"link"`` gives the loss from one antenna to another, ``"addition"`` a loss to add at
        one end.
    frequency, distance, heights
        Recommended ranges, as text.
    purpose
        What it is good for.
    source
        Where it is published.
    """

    key: str
    name: str
    kind: ModelKind
    frequency: str
    distance: str
    heights: str
    purpose: str
    source: str


CATALOGUE: tuple[ModelCard, ...] = (
    ModelCard(
        key="p1812",
        name="ITU-R P.1812-8",
        kind="link",
        frequency="30 MHz to 6 GHz",
        distance="0.25 to 3000 km",
        heights="both 1 to 3000 m",
        purpose="coverage over real terrain, links and maps; the main model",
        source="Recommendation ITU-R P.1812-8",
    ),
    ModelCard(
        key="itm",
        name="Longley-Rice ITM, NTIA 1.4",
        kind="link",
        frequency="40 MHz to 10 GHz",
        distance="1 to 1000 km",
        heights="both 1 to 1000 m",
        purpose="second opinion over real terrain",
        source="Hufford, The ITM Algorithm 1.2.2; ESSA ERL 79-ITS 67",
    ),
    ModelCard(
        key="free_space",
        name="Free space",
        kind="link",
        frequency="10 MHz to 300 GHz",
        distance="one wavelength and more",
        heights="any",
        purpose="the floor under every other model",
        source="Recommendation ITU-R P.525",
    ),
    ModelCard(
        key="hata",
        name="Okumura-Hata",
        kind="link",
        frequency="150 MHz to 1.5 GHz",
        distance="1 to 20 km",
        heights="base 30 to 200 m, mobile 1 to 10 m",
        purpose="quick estimate without terrain: city, suburb, open country",
        source="Hata, IEEE Trans. Veh. Technol. 29 (1980)",
    ),
    ModelCard(
        key="cost231",
        name="COST 231-Hata",
        kind="link",
        frequency="1.5 to 2 GHz",
        distance="1 to 20 km",
        heights="base 30 to 200 m, mobile 1 to 10 m",
        purpose="quick estimate without terrain in cities and suburbs",
        source="COST 231 final report (1999), 4.4.1",
    ),
    ModelCard(
        key="ehata",
        name="Extended Hata, NTIA",
        kind="link",
        frequency="1.5 to 3 GHz",
        distance="1 to 100 km",
        heights="base 30 to 200 m, mobile 1 to 10 m",
        purpose="Okumura's curves with corrections for hills, slopes, a ridge, the sea",
        source="NTIA TR-15-517, appendix A",
    ),
    ModelCard(
        key="tr38901_rma",
        name="3GPP TR 38.901 RMa",
        kind="link",
        frequency="0.5 to 30 GHz",
        distance="10 m to 10 km in sight, to 5 km without",
        heights="base 10 to 150 m, user 1 to 10 m",
        purpose="statistics of rural macro cells; a map of it is a circle",
        source="3GPP TR 38.901 V17, tables 7.4.1-1 and 7.4.2-1",
    ),
    ModelCard(
        key="tr38901_uma",
        name="3GPP TR 38.901 UMa",
        kind="link",
        frequency="0.5 to 100 GHz",
        distance="10 m to 5 km",
        heights="base 25 m, user 1.5 to 22.5 m",
        purpose="statistics of urban macro cells; a map of it is a circle",
        source="3GPP TR 38.901 V17, tables 7.4.1-1 and 7.4.2-1",
    ),
    ModelCard(
        key="p2108",
        name="ITU-R P.2108-1",
        kind="addition",
        frequency="30 MHz to 3 GHz by height; 0.5 to 67 GHz and 10 to 100 GHz by statistics",
        distance="0.25 km and more by statistics",
        heights="above 0 m",
        purpose="clutter at one end, for models whose profile does not carry it",
        source="Recommendation ITU-R P.2108-1",
    ),
    ModelCard(
        key="p2109",
        name="ITU-R P.2109-2",
        kind="addition",
        frequency="80 MHz to 100 GHz",
        distance="any",
        heights="any",
        purpose="entering a building, traditional or thermally efficient",
        source="Recommendation ITU-R P.2109-2",
    ),
)
