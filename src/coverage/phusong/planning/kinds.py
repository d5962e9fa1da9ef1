"""Kinds of options: what each is called, which prices it needs, what it builds."""

from dataclasses import dataclass

from phusong.language import told
from phusong.study import CostsSection, OptionKind, Study

NEW_MAST: OptionKind = "new-mast"
TALLER_MAST: OptionKind = "taller-mast"
ADDED_BAND: OptionKind = "added-band"
ADDED_SECTOR: OptionKind = "added-sector"
SHARED_SITE: OptionKind = "shared-site"
ROAMING: OptionKind = "roaming"
REPAIR: OptionKind = "repair"
NEW_POWER: OptionKind = "new-power"
SATELLITE: OptionKind = "satellite"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a kind of option is.

    Parameters
    ----------
    name_vi, name_en
        What it is called.
    prices
        Lines of the cost table that it needs and a study may leave out.
    backhaul
        How it is connected: ``microwave``, ``existing``, ``host`` or ``satellite``.
    on_host
        Whether it stands on another operator's site.
    """

    name_vi: str
    name_en: str
    prices: tuple[str, ...]
    backhaul: str
    on_host: bool = False


KINDS: dict[OptionKind, KindFacts] = {
    NEW_MAST: KindFacts("trạm mới", "new mast", (), "microwave"),
    TALLER_MAST: KindFacts(
        "nâng chiều cao cột", "taller mast on an existing site", ("mast_step",), "existing"
    ),
    ADDED_BAND: KindFacts(
        "thêm băng tần thấp tại trạm hiện có", "low band added on an existing site",
        ("radio_upgrade", "upgrade_opex"), "existing",
    ),
    ADDED_SECTOR: KindFacts(
        "thêm sector tại trạm hiện có", "sector added on an existing site",
        ("radio_upgrade", "upgrade_opex"), "existing",
    ),
    SHARED_SITE: KindFacts(
        "dùng chung cột của nhà mạng khác", "own radio on another operator's mast",
        ("radio_upgrade",), "microwave", on_host=True,
    ),
    ROAMING: KindFacts(
        "chuyển vùng trong nước", "national roaming on another operator's site",
        ("roaming_fee",), "host", on_host=True,
    ),
    REPAIR: KindFacts("sửa trạm hỏng", "repair of a failing site", ("repair",), "existing"),
    NEW_POWER: KindFacts(
        "cấp nguồn mới cho trạm hỏng", "new power for a failing site", (), "existing"
    ),
    SATELLITE: KindFacts(
        "trạm nhỏ qua vệ tinh cho một thôn", "small site with a satellite link for one village",
        ("satellite_site", "satellite_opex"), "satellite",
    ),
}  # fmt: skip
"""Every kind, in the order in which notes speak of them."""


def missing_prices(kind: OptionKind, costs: CostsSection) -> tuple[str, ...]:
    """Lines of the cost table that a kind needs and the study does not give.

    Parameters
    ----------
    kind
        The kind.
    costs
        The study's cost table.

    Returns
    -------
    tuple of str
        Names of the lines; empty when the kind can be priced.
    """
    return tuple(name for name in KINDS[kind].prices if getattr(costs, name) is None)


def kinds_in_use(study: Study) -> tuple[tuple[OptionKind, ...], tuple[str, ...]]:
    """Kinds of options that a study can price, and a word about each that it cannot.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    kinds, notes
        The kinds of ``planning.kinds`` that have all their prices; for each of the others one
        line that says which price is missing.
    """
    kinds, notes = [], []
    for kind in KINDS:
        if kind not in study.planning.kinds:
            continue
        lacking = [f"costs.{name}" for name in missing_prices(kind, study.costs)]
        if kind == ROAMING and study.planning.revenue is None:
            lacking.append("planning.revenue")
        if lacking:
            notes.append(
                told(
                    f"options of kind {kind} are left out: there is no value with a source for "
                    f"{', '.join(lacking)}; ask the operators"
                )
            )
        else:
            kinds.append(kind)
    return tuple(kinds), tuple(notes)
