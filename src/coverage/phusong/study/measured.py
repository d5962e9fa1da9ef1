"""Measurements that a study names, and what they have taught the propagation model."""

from typing import Annotated

from pydantic import Field

from phusong.study.inputs import ClassCode, TableInput
from phusong.study.values import FileKey, Name, Quantity, Section, TechnologyKey, within


class MeasurementInput(TableInput):
    """A file of measured levels.

    ``operator`` and ``technology`` say what the file does not, ``columns`` maps a heading of the
    file to a column of Phusong, ``environment`` is where the receiver was (the study's first by
    default), and with ``missing_is_no_service`` a row without a level says that there was no
    network, that is a level below ``sensitivity``.
    """

    operator: Name | None = None
    technology: TechnologyKey | None = None
    environment: FileKey | None = None
    missing_is_no_service: bool = False
    sensitivity: Annotated[Quantity, within("dBm", -160.0, -60.0)] = Quantity(
        value=-121.0, unit="dBm", source="assumption: a handset finds no LTE below this"
    )
    columns: dict[str, str] = Field(default_factory=dict)


class CalibrationSection(Section):
    """What is added to levels of a technology: ``offset``, and ``slope`` log10(d / 1 km).

    ``ground`` adds more where the receiver stands on a class of land cover, named by its code.
    """

    offset: Annotated[Quantity, within("dB", -60.0, 60.0)]
    slope: Annotated[Quantity, within("dB/decade", -60.0, 60.0)] | None = None
    ground: dict[ClassCode, Annotated[Quantity, within("dB", -60.0, 60.0)]] = Field(
        default_factory=dict
    )
