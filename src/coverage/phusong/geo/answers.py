"""What operators answer about options."""

import math
from dataclasses import dataclass
from typing import Literal

AnswerWord = Literal["agree", "decline", "modify"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An operator's answer about one option.

    Parameters
    ----------
    option_id
        The option.
    answer
        ``agree`` (it will be built), ``decline`` or ``modify``.
    reason
        Why; never empty for ``decline``.
    latitude, longitude
        Corrected position, WGS 84; NaN without one [deg].
    quarter
        When it is planned for, as in ``2026-Q3``; empty without.
    signer
        Who answers.
    """

    option_id: str
    answer: AnswerWord
    reason: str
    latitude: float
    longitude: float
    quarter: str
    signer: str

    @property
    def is_moved(self) -> bool:
        """Whether it names another position."""
        return self.answer == "modify" and not math.isnan(self.latitude)
