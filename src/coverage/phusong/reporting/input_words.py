"""What the inputs of a study are called."""

from collections.abc import Mapping

from phusong.reporting.facts import Bilingual
from phusong.reporting.wording import said

INPUT_NAMES: Mapping[str, Bilingual] = {
    "terrain": said("Terrain"),
    "clutter": said("Land cover"),
    "towers": said("Towers"),
    "boundaries": said("Commune outlines"),
    "population": said("Population"),
    "villages": said("Villages"),
    "facilities": said("Facilities"),
    "roads": said("Roads"),
    "power_lines": said("Power lines"),
    "gazetteer": said("Administrative units"),
    "village_positions": said("Village positions"),
    "settlements": said("Settlement outlines"),
    "statistics": said("Official figures by commune"),
    "reported": said("Reported villages"),
    "criteria": said("Criteria"),
    "indicators": said("Appraised indicators"),
    "households": said("Households"),
    "buildings": said("Buildings"),
    "infrastructure": said("Infrastructure of villages"),
    "offices": said("Networks of commune offices"),
    "country": said("National boundary"),
    "water": said("Water"),
    "exclusions": said("Excluded areas"),
    "operator_coverage": said("Operator-supplied coverage"),
    "measurements": said("Measurements"),
}
"""By the key of the study file."""
