"""ITU-R P.1812-8 against the published validation profiles, every case and every quantity."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from phusong.models.p1812 import P1812Link, P1812Profile, P1812Result, p1812_loss

ZONE_WORDS = {1: "sea", 3: "coastal", 4: "inland"}

# Published to 8 decimals, b2iseac.csv to 7.
LOSS_TOLERANCE_DB = 1e-8
LOSS_TOLERANCE_B2ISEAC_DB = 5e-8
# The logs print ten significant digits.
INTERMEDIATE_TOLERANCE = 1e-8

# Rows of the logs by parameter, or by parameter and equation where a parameter stands twice.
# They print three quantities of the a_beta run, and L_bd after ducting has replaced it.
SYMBOLS: dict[str | tuple[str, str], str] = {
    "phi (deg)": "phi",
    "d (km)": "D",
    "dlt (km)": "d_lt",
    "dlr (km)": "d_lr",
    "th_t (mrad)": "theta_t",
    "th_r (mrad)": "theta_r",
    "th (mrad)": "theta",
    "hts (m)": "h_ts",
    "hrs (m)": "h_rs",
    ("htc (m)", "Table 5"): "h_ts",
    ("hrc (m)", "Table 5"): "h_rs",
    "w": "omega",
    "dtm (km)": "d_tm",
    "dlm (km)": "d_lm",
    "b0 (%)": "beta_0",
    "ae (km)": "a_e",
    ("hst (m)", "Eq (85)"): "h_st",
    ("hsr (m)", "Eq (86)"): "h_sr",
    ("hst (m)", "Eq (90a)"): "h_st_eq92",
    ("hsr (m)", "Eq (90b)"): "h_sr_eq92",
    "hstd (m)": "h_std",
    "hsrd (m)": "h_srd",
    ("htc (m)", "Eq (37a)"): "h_ts_prime",
    ("hrc (m)", "Eq (37b)"): "h_rs_prime",
    "hte (m)": "h_te",
    "hre (m)": "h_re",
    "hm (m)": "h_m",
    "Fi": "F_i",
    "Fj": "F_j",
    "Fk": "F_k",
    "Lbfs": "L_bfs",
    "Lb0p": "L_b0p",
    "Lb0b": "L_b0beta",
    "Lbulla (dB)": "L_bulla_beta",
    "Lbulls (dB)": "L_bulls_beta",
    "Ldsph (dB)": "L_dsph_beta",
    "Ld50 (dB)": "L_d50",
    "Ldb (dB)": "L_dbeta",
    "Ldp (dB)": "L_dp",
    "Lbd50 (dB)": "L_bd50",
    "Lbd (dB)": "L_bda",
    "Lminb0p (dB)": "L_minb0p",
    "Lba (dB)": "L_ba",
    "Lminbap (dB)": "L_minbap",
    "Lbda (dB)": "L_bda",
    "Lbam (dB)": "L_bam",
    "Lbs (dB)": "L_bs",
    "Lbc (dB)": "L_bc",
    "Lb (dB)": "L_b",
    "Ep (dBuV/m)": "E_p",
}
INPUTS = {
    "# Parameter",
    "Ptx (kW)",
    "Gtx (dBi)",
    "Grx (dBi)",
    "f (GHz)",
    "p (%)",
    "pL (%)",
    "sigmaL (dB)",
    "phi_t (deg)",
    "phi_r (deg)",
    "lam_t (deg)",
    "lam_r (deg)",
    "htg (m)",
    "hrg (m)",
    "pol",
    "DN",
    "N0",
    "dct (km)",
    "dcr (km)",
    "R2 (m)",
    "Rn-1 (m)",
    "Ep (dBuV/m) w.r.t. Ptx",
}


@dataclass(frozen=True)
class Case:
    """One line of measurements of a profile file, computed."""

    name: str
    result: P1812Result
    power_kw: float
    field_strength_dbuvm: float
    loss_db: float
    log: Path


def section(lines: list[str], name: str) -> list[list[str]]:
    start, end = lines.index(f"{{Begin of {name}}}"), lines.index(f"{{End of {name}}}")
    return [line.split(",") for line in lines[start + 1 : end]]


def header_value(lines: list[str], start: str) -> float:
    return float(next(line for line in lines if line.startswith(start)).rpartition(",")[2])


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted((folder / "validation_profiles").glob("*.csv")):
        lines = file.read_text(encoding="utf-8").splitlines()
        columns = np.array(section(lines, "Profile")[1:], dtype=np.float64).T
        profile = P1812Profile(
            distance_km=columns[0],
            height_m=columns[1],
            clutter_height_m=columns[3],
            zone=[ZONE_WORDS[int(number)] for number in columns[4]],
        )
        for k, row in enumerate(section(lines, "Measurements")):
            link = P1812Link(
                frequency_mhz=float(row[0]),
                tx_height_m=float(row[1]),
                rx_height_m=float(row[3]),
                polarization="horizontal" if row[4] == "1" else "vertical",
                time_percent=float(row[14]),
                latitude_tx=header_value(lines, "Tx LAT:"),
                longitude_tx=header_value(lines, "Tx LON:"),
                latitude_rx=header_value(lines, "Rx LAT:"),
                longitude_rx=header_value(lines, "Rx LON:"),
                delta_n=header_value(lines, "Average annual values dN"),
                surface_refractivity_n0=header_value(lines, "Average annual sea-level"),
            )
            erp_dbw = float(row[12] or 30.0)
            yield Case(
                f"{file.stem}_{k}",
                p1812_loss(profile, link=link),
                10.0 ** (erp_dbw / 10.0) * 1e-3,
                float(row[16]),
                float(row[17]),
                folder / "validation_results" / f"{file.stem}_{k}_log.csv",
            )


@pytest.fixture(scope="module")
def computed(shared_dir: Path) -> list[Case]:
    found = list(cases(shared_dir / "vectors" / "p1812"))
    assert len(found) >= 30
    return found


def tolerance_db(case: Case) -> float:
    seven_decimals = case.name.rpartition("_")[0] == "b2iseac"
    return LOSS_TOLERANCE_B2ISEAC_DB if seven_decimals else LOSS_TOLERANCE_DB


def test_basic_transmission_loss(computed: list[Case]):
    errors = {case.name: case.result.basic_transmission_loss_db - case.loss_db for case in computed}
    limits = {case.name: tolerance_db(case) for case in computed}
    assert {name: error for name, error in errors.items() if abs(error) > limits[name]} == {}


def test_field_strength_for_the_radiated_power(computed: list[Case]):
    for case in computed:
        field = case.result.field_strength_dbuvm_1kw + 10.0 * np.log10(case.power_kw)
        assert field == pytest.approx(case.field_strength_dbuvm, abs=tolerance_db(case)), case.name


def test_every_intermediate_of_the_logs(computed: list[Case]):
    for case in computed:
        compared = set()
        for line in case.log.read_text(encoding="utf-8").splitlines():
            parameter, _, rest = line.partition(",")
            name = parameter.strip()
            if not name or name in INPUTS:
                continue
            equation, *values = rest.split(",")
            symbol = SYMBOLS.get((name, equation)) or SYMBOLS[name]
            printed = next(value for value in values if value)
            assert case.result.intermediates[symbol] == pytest.approx(
                float(printed), rel=INTERMEDIATE_TOLERANCE, abs=INTERMEDIATE_TOLERANCE
            ), f"{case.name}: {line}"
            compared.add(symbol)
        assert compared == set(SYMBOLS.values()), case.name
