"""Extended Hata in plain Python, point by point, from the text of the report; not for speed."""

import math

NODES_15 = [4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0]
NODES_30 = [12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0]
NODES_60 = [20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0]

SEA_30 = {
    0.0: (0.0, 0.0), 0.15: (1.0, 4.0), 0.35: (3.0, 5.5), 0.45: (4.0, 7.0), 0.6: (6.0, 8.5),
    0.65: (7.0, 9.0), 0.725: (8.0, 9.5), 0.775: (9.0, 9.8), 0.85: (10.0, 10.25), 1.0: (11.0, 11.0),
}  # fmt: skip
SEA_60 = {
    0.0: (0.0, 0.0), 0.15: (2.0, 4.25), 0.3: (4.0, 6.25), 0.4: (5.5, 9.2), 0.5: (7.0, 10.5),
    0.6: (9.0, 11.75), 0.725: (11.0, 13.0), 0.85: (13.0, 14.0), 0.9: (14.0, 14.25),
    1.0: (15.0, 15.0),
}  # fmt: skip


def log(x: float) -> float:
    return math.log10(x)


def ehata(
    z: list[float], xi_km: float, f: float, h_b: float, h_m: float, surroundings: str
) -> float:
    """Median loss; the profile runs from the mobile to the base."""
    n = len(z) - 1
    d = n * xi_km
    e_b, e_m = effective(z[::-1], xi_km, h_b), effective(z, xi_km, h_m)
    e_b, e_m = min(max(e_b, 30.0), 200.0), min(max(e_m, 1.0), 10.0)
    loss = urban(f, e_b, e_m, d)
    if surroundings == "suburban":
        loss -= 54.19108862 - 33.30493762 * log(f) + 6.25408519 * log(f) ** 2
    if surroundings == "rural":
        loss -= 40.94 - 18.33 * log(f) + 4.78 * log(f) ** 2
    d_m, d_b, h_r = horizons(z, xi_km, h_b, h_m)
    if abs(d - d_m - d_b) <= xi_km / 2.0:
        loss -= math.sqrt(h_r / 200.0) * ridge(d_b, d_m)
    else:
        loss -= hills(z, xi_km) + slope(z, xi_km)
    return loss - sea(z, d)


def urban(f: float, h_b: float, h_m: float, d: float) -> float:
    lf, lb = log(f), log(h_b)
    common = -13.82 * lb - 3.2 * log(11.75 * h_m) ** 2 + 4.97
    k = 2.0 * math.pi * f * 1e6 / 2.9979563769e8
    a_100 = 120.78129 - 52.714929 * lf + 10.919011 * lf**2
    a_1 = 63.13272655 + 3.18516296 * lf + 4.44961891 * lf**2 - 20.0 * log(2.0 * k * 1019.21980)
    n_h = 2.0 * (-0.74967740 + 3.27488346 * lb - 0.67348507 * lb**2 - 1.0)
    n_l = 0.1 * (44.9 - 6.55 * lb) - 2.0
    if log(d) <= (2.0 * n_h + 0.1 * (a_1 - a_100)) / (n_h - n_l):
        base = 97.62280540 + 3.18516296 * lf + 4.44961891 * lf**2
        return base + common + (44.9 - 6.55 * lb) * log(d)
    r_m = math.sqrt((1000.0 * d) ** 2 + (h_b - h_m) ** 2)
    far = a_100 + 34.49007885 + common - 20.0 * n_h + 10.0 * n_h * log(d)
    return far + 20.0 * log(2.0 * k * r_m)


def effective(from_end: list[float], xi_km: float, h: float) -> float:
    n = len(from_end) - 1
    d = n * xi_km
    if d < 3.0:
        return h
    last = int(15.0 / xi_km) if d > 15.0 else n
    part = [from_end[i] for i in range(int(3.0 / xi_km), last + 1)]
    over = from_end[0] - sum(part) / len(part)
    return h + over * (1.0 if d > 15.0 else (d - 3.0) / 12.0)


def horizons(z: list[float], xi_km: float, h_b: float, h_m: float) -> tuple[float, float, float]:
    n = len(z) - 1
    xi = 1000.0 * xi_km
    d = n * xi
    tenth = int(0.1 * n)
    inner = z[tenth : n - tenth + 1]
    n_s = 301.0 * math.exp(-sum(inner) / len(inner) / 9460.0)
    gamma = 157e-9 * (1.0 - 0.04665 * math.exp(n_s / 179.3))
    z_m, z_b = z[0] + h_m, z[n] + h_b
    theta_m = (z_b - z_m) / d - gamma * d / 2.0
    theta_b = (z_m - z_b) / d - gamma * d / 2.0
    d_m = d_b = d
    at, hit = 0, False
    for i in range(1, n):
        x, rest = i * xi, (n - i) * xi
        if (z[i] - z_m) / x - gamma * x / 2.0 > theta_m:
            theta_m, d_m, at, hit = (z[i] - z_m) / x - gamma * x / 2.0, x, i, True
        if hit and (z[i] - z_b) / rest - gamma * rest / 2.0 > theta_b:
            theta_b, d_b = (z[i] - z_b) / rest - gamma * rest / 2.0, rest
    line = (z_b * d_b + z_m * d_m) / d
    height = max(0.0, z[at] - line + gamma * d_m * d_b / 2.0)
    return d_m / 1000.0, d_b / 1000.0, height


def ridge(d_1: float, d_2: float) -> float:
    i = min(max(math.floor(d_2), 0), 7)
    k_15, k_30, k_60 = (
        nodes[i] + (nodes[i + 1] - nodes[i]) * (d_2 - i) for nodes in (NODES_15, NODES_30, NODES_60)
    )
    if d_1 < 30.0:
        return k_15 + (k_30 - k_15) * (d_1 - 15.0) / 15.0
    return k_30 + (k_60 - k_30) * (d_1 - 30.0) / 30.0


def hills(z: list[float], xi_km: float) -> float:
    d = (len(z) - 1) * xi_km
    near = sorted(z[: int(10.0 / xi_km) + 1] if d > 10.0 else z, reverse=True)
    count = len(near)
    z10, z50, z90 = (near[int(q * count - 1.0)] for q in (0.1, 0.5, 0.9))
    if d < 10.0:
        scale = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.02 * d))
        z10, z50, z90 = z10 * scale, z50 * scale, z90 * scale
    delta_h = z10 - z90
    u = log(max(delta_h, 15.0))
    gain = -1.5072013 + 8.458676 * u - 6.102538 * u * u
    if delta_h < 10.0:
        return gain
    u = log(delta_h)
    k_h = -11.728795 + 15.544272 * u - 1.8154766 * u * u
    if z[0] >= z10:
        return gain + k_h
    if z[0] <= z90:
        return gain - k_h
    if z[0] >= z50:
        return gain + k_h * (z[0] - z50) / (z10 - z50)
    return gain - k_h * (z50 - z[0]) / (z50 - z90)


def slope(z: list[float], xi_km: float) -> float:
    d = (len(z) - 1) * xi_km
    lengths = [length for length in (5, 6, 7, 8, 9, 10) if length <= d]
    if not lengths:
        return 0.0
    fits = []
    for length in lengths:
        m = int(length / xi_km)
        middle = m / 2.0
        # Least squares with the ends at half their weight, as the fit of ITM has it
        weights = [0.5 if i in {0, m} else 1.0 for i in range(m + 1)]
        moment = sum(w * z[i] * (i - middle) for i, w in enumerate(weights))
        rise = 12.0 * moment / ((m * m + 2.0) * m)
        fits.append(-rise * m / length)
    theta = fits[0]
    if all(fit >= 0.0 for fit in fits):
        theta = max(fits)
    elif all(fit < 0.0 for fit in fits):
        theta = min(fits)
    if theta <= 0.0:
        return theta * (0.25 + 0.55 * min(max((d - 10.0) / 20.0, 0.0), 1.0))
    first = 0.225 * min(max((d - 10.0) / 20.0, 0.0), 1.0)
    return theta * (0.125 + first + 0.25 * min(max((d - 30.0) / 30.0, 0.0), 1.0))


def sea(z: list[float], d: float) -> float:
    half = len(z) // 2
    share = sum(h == 0.0 for h in z) / len(z)
    wet_m, wet_b = sum(h == 0.0 for h in z[:half]), sum(h == 0.0 for h in z[half:])
    near, far = (between(table, share, wet_b, wet_m) for table in (SEA_30, SEA_60))
    return near + (far - near) * min(max((d - 30.0) / 30.0, 0.0), 1.0)


def between(table: dict[float, tuple[float, float]], share: float, wet_b: int, wet_m: int) -> float:
    nodes = list(table)
    i = max(k for k in range(len(nodes) - 1) if nodes[k] <= share)
    part = (share - nodes[i]) / (nodes[i + 1] - nodes[i])
    base, mobile = (
        table[nodes[i]][k] + part * (table[nodes[i + 1]][k] - table[nodes[i]][k]) for k in (0, 1)
    )
    if wet_b == wet_m:
        return (base + mobile) / 2.0
    return base if wet_b > wet_m else mobile
