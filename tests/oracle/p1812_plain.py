"""ITU-R P.1812-8 for one link in slow, plain Python, written from the text of the Recommendation.

It shares no line with the kernels and keeps to the literal form everywhere: angles instead of
slopes, the Bullington point's distance instead of its identity, scans instead of closed forms.
"""

from math import acos, asin, atan, cos, degrees, exp, log, log10, pi, radians, sin, sqrt, tanh


def normal_deviate(x):
    """I(x), eq. (96) and (97)."""
    x = max(1e-6, min(x, 1 - 1e-6))
    if x > 0.5:
        return -normal_deviate(1 - x)
    t = (-2 * log(x)) ** 0.5
    c0, c1, c2 = 2.515516698, 0.802853, 0.010328
    d1, d2, d3 = 1.432788, 0.189269, 0.001308
    return t - (c0 + c1 * t + c2 * t**2) / (1 + d1 * t + d2 * t**2 + d3 * t**3)


def longest_stretch(d, zone, kinds):
    """Longest run of points of some kinds, each point owning its half intervals."""
    longest = run = 0.0
    for i in range(len(d)):
        width = 0.0
        if i > 0:
            width += (d[i] - d[i - 1]) / 2
        if i < len(d) - 1:
            width += (d[i + 1] - d[i]) / 2
        run = run + width if zone[i] in kinds else 0.0
        longest = max(longest, run)
    return longest


def sea_share(d, zone):
    """Eq. (1): fraction of the path over sea."""
    total = 0.0
    for i in range(len(d) - 1):
        total += (d[i + 1] - d[i]) / 2 * ((zone[i] == 1) + (zone[i + 1] == 1))
    return total / d[-1]


def centre_latitude(lat_t, lon_t, lat_r, lon_r, length):
    """Latitude of the path centre, with vectors on the unit sphere."""
    a = [
        cos(radians(lat_t)) * cos(radians(lon_t)),
        cos(radians(lat_t)) * sin(radians(lon_t)),
        sin(radians(lat_t)),
    ]
    b = [
        cos(radians(lat_r)) * cos(radians(lon_r)),
        cos(radians(lat_r)) * sin(radians(lon_r)),
        sin(radians(lat_r)),
    ]
    along = sum(x * y for x, y in zip(a, b, strict=True))
    ahead = [y - along * x for x, y in zip(a, b, strict=True)]
    norm = sqrt(sum(x * x for x in ahead))
    arc = length / 2 / 6371
    z = cos(arc) * a[2] + sin(arc) * ahead[2] / norm
    return degrees(asin(z))


def anomalous_share(phi, d_tm, d_lm):
    """Eq. (2) to (5): beta_0 and tau."""
    tau = 1 - exp(-4.12e-4 * d_lm**2.41)
    mu1 = min(1.0, (10 ** (-d_tm / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2)
    if abs(phi) <= 70:
        mu4 = 10 ** ((-0.935 + 0.0176 * abs(phi)) * log10(mu1))
        return 10 ** (-0.015 * abs(phi) + 1.67) * mu1 * mu4, tau
    return 4.17 * mu1 * 10 ** (0.3 * log10(mu1)), tau


def knife_edge(nu):
    """J(nu), eq. (12)."""
    return 6.9 + 20 * log10(sqrt((nu - 0.1) ** 2 + 1) + nu - 0.1) if nu > -0.78 else 0.0


def bullington(d, y, h_t, h_r, a, lam):
    """Bullington loss of a profile, eq. (13) to (21), with the distance of eq. (18)."""
    length = d[-1]
    bulge = 500 / a
    inner = range(1, len(d) - 1)
    s_tim = max((y[i] + bulge * d[i] * (length - d[i]) - h_t) / d[i] for i in inner)
    s_tr = (h_r - h_t) / length
    if s_tim < s_tr:
        nu = max(
            (y[i] + bulge * d[i] * (length - d[i]) - (h_t * (length - d[i]) + h_r * d[i]) / length)
            * sqrt(0.002 * length / (lam * d[i] * (length - d[i])))
            for i in inner
        )
    else:
        s_rim = max((y[i] + bulge * d[i] * (length - d[i]) - h_r) / (length - d[i]) for i in inner)
        d_b = (h_r - h_t + s_rim * length) / (s_tim + s_rim)
        above = h_t + s_tim * d_b - (h_t * (length - d_b) + h_r * d_b) / length
        nu = above * sqrt(0.002 * length / (lam * d_b * (length - d_b)))
    loss = knife_edge(nu)
    return loss + (1 - exp(-loss / 6)) * (10 + 0.02 * length)


def first_term(length, t, r, a, f, omega, vertical):
    """First-term spherical-Earth loss, eq. (28) to (36)."""

    def over(permittivity, conductivity):
        x = 18 * conductivity / f
        k = 0.036 * (a * f) ** (-1 / 3) * ((permittivity - 1) ** 2 + x * x) ** (-1 / 4)
        if vertical:
            k *= (permittivity**2 + x * x) ** (1 / 2)
        beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
        big_x = 21.88 * beta * (f / a**2) ** (1 / 3) * length
        if big_x >= 1.6:
            distance_term = 11 + 10 * log10(big_x) - 17.6 * big_x
        else:
            distance_term = -20 * log10(big_x) - 5.6488 * big_x**1.425

        def gain(height):
            b = beta * 0.9575 * beta * (f**2 / a) ** (1 / 3) * height
            if b > 2:
                value = 17.6 * (b - 1.1) ** 0.5 - 5 * log10(b - 1.1) - 8
            else:
                value = 20 * log10(b + 0.1 * b**3)
            return max(value, 2 + 20 * log10(k))

        return -distance_term - gain(t) - gain(r)

    return omega * over(80, 5) + (1 - omega) * over(22, 0.003)


def spherical(length, t, r, a, f, omega, vertical):
    """Spherical-Earth loss, eq. (22) to (27)."""
    if length >= sqrt(2 * a) * (sqrt(0.001 * t) + sqrt(0.001 * r)):
        return first_term(length, t, r, a, f, omega, vertical)
    c = (t - r) / (t + r)
    m = 250 * length**2 / (a * (t + r))
    b = (
        2
        * sqrt((m + 1) / (3 * m))
        * cos(pi / 3 + acos(max(-1, min(1, 3 * c / 2 * sqrt(3 * m / (m + 1) ** 3)))) / 3)
    )
    d1 = length / 2 * (1 + b)
    d2 = length - d1
    clearance = ((t - 500 * d1**2 / a) * d2 + (r - 500 * d2**2 / a) * d1) / length
    needed = 17.456 * sqrt(d1 * d2 * 0.2998 / f / length)
    if clearance > needed:
        return 0.0
    a_em = 500 * (length / (sqrt(t) + sqrt(r))) ** 2
    return (1 - clearance / needed) * max(0.0, first_term(length, t, r, a_em, f, omega, vertical))


def horizon(d, h, h_ts, h_rs, a_e):
    """Eq. (76) to (84): angles in mrad, horizon distances, indices of the horizon points."""
    length = d[-1]
    inner = range(1, len(d) - 1)
    up = [1000 * atan((h[i] - h_ts) / (1000 * d[i]) - d[i] / (2 * a_e)) for i in inner]
    direct = 1000 * atan((h_rs - h_ts) / (1000 * length) - length / (2 * a_e))
    theta_t = max(*up, direct)
    if max(up) > direct:
        lt = 1 + up.index(max(up))
        back = [
            1000 * atan((h[i] - h_rs) / (1000 * (length - d[i])) - (length - d[i]) / (2 * a_e))
            for i in inner
        ]
        theta_r = max(back)
        lr = len(back) - back[::-1].index(theta_r)
    else:
        theta_r = 1000 * atan((h_ts - h_rs) / (1000 * length) - length / (2 * a_e))
        nu = [
            (
                h[i]
                + 500 / a_e * d[i] * (length - d[i])
                - (h_ts * (length - d[i]) + h_rs * d[i]) / length
            )
            * sqrt(0.002 * length / (d[i] * (length - d[i])))
            for i in inner
        ]
        lt = lr = len(nu) - nu[::-1].index(max(nu))
    return theta_t, theta_r, d[lt], length - d[lr], lt, lr


def smooth_heights(d, h, h_ts, h_rs):
    """Eq. (85) to (91): h_st, h_sr and the heights for diffraction."""
    length = d[-1]
    v1 = sum((d[i] - d[i - 1]) * (h[i] + h[i - 1]) for i in range(1, len(d)))
    v2 = sum(
        (d[i] - d[i - 1]) * (h[i] * (2 * d[i] + d[i - 1]) + h[i - 1] * (d[i] + 2 * d[i - 1]))
        for i in range(1, len(d))
    )
    h_st = (2 * v1 * length - v2) / length**2
    h_sr = (v2 - v1 * length) / length**2
    above = [
        (h[i] - (h_ts * (length - d[i]) + h_rs * d[i]) / length, d[i]) for i in range(1, len(d) - 1)
    ]
    h_obs = max(x for x, _ in above)
    alpha_t = max(x / at for x, at in above)
    alpha_r = max(x / (length - at) for x, at in above)
    t, r = h_st, h_sr
    if h_obs > 0:
        t = h_st - h_obs * alpha_t / (alpha_t + alpha_r)
        r = h_sr - h_obs * alpha_r / (alpha_t + alpha_r)
    return h_st, h_sr, min(t, h[0]), min(r, h[-1])


def ducting(f, p, length, seen, rough, climate, coasts):
    """Eq. (46) to (56): ducting and layer-reflection loss."""
    theta_t, theta_r, d_lt, d_lr = seen
    h_te, h_re, h_m, h_ts, h_rs = rough
    a_e, tau, beta_0, omega = climate

    def shielding(theta, d_l):
        q = theta - 0.1 * d_l
        if q <= 0:
            return 0.0
        return 20 * log10(1 + 0.361 * q * (f * d_l) ** 0.5) + 0.264 * q * f ** (1 / 3)

    def coupling(d_c, d_l, height):
        if omega < 0.75 or d_c > 5 or d_c > d_l:
            return 0.0
        return -3 * exp(-0.25 * d_c**2) * (1 + tanh(0.07 * (50 - height)))

    fixed = 102.45 + 20 * log10(f) + 20 * log10(d_lt + d_lr)
    if f < 0.5:
        fixed += 45.375 - 137 * f + 92.5 * f**2
    fixed += shielding(theta_t, d_lt) + shielding(theta_r, d_lr)
    fixed += coupling(coasts[0], d_lt, h_ts) + coupling(coasts[1], d_lr, h_rs)
    angle = 1000 * length / a_e + min(theta_t, 0.1 * d_lt) + min(theta_r, 0.1 * d_lr)
    alpha = max(-3.4, -0.6 - 3.5 * 1e-9 * length**3.1 * tau)
    mu2 = min(1.0, (500 / a_e * length**2 / (sqrt(h_te) + sqrt(h_re)) ** 2) ** alpha)
    mu3 = 1.0
    if h_m > 10:
        mu3 = exp(-4.6e-5 * (h_m - 10) * (43 + 6 * min(length - d_lt - d_lr, 40)))
    beta = beta_0 * mu2 * mu3
    lb = log10(beta)
    gamma = (
        1.076
        / (2.0058 - lb) ** 1.012
        * exp(-(9.51 - 4.8 * lb + 0.198 * lb**2) * 1e-6 * length**1.13)
    )
    a_p = -12 + (1.2 + 3.7e-3 * length) * log10(p / beta) + 12 * (p / beta) ** gamma
    return fixed + 5e-5 * a_e * f ** (1 / 3) * angle + a_p


def p1812_plain(  # noqa: PLR0915 — one pass through the Recommendation
    d,
    h,
    *,
    clutter,
    zone,
    f,
    p,
    p_l,
    h_tg,
    h_rg,
    vertical,
    ends,
    delta_n,
    n_0,
    coasts=(500.0, 500.0),
    cell_width=None,
    entry=None,
):
    """Basic transmission loss and a few intermediates; ends are lat, lon, lat, lon."""
    length = d[-1]
    lam = 0.2998 / f
    h_ts, h_rs = h[0] + h_tg, h[-1] + h_rg
    g = [a + b for a, b in zip(h, clutter, strict=True)]
    g[0], g[-1] = h[0], h[-1]
    coasts = (0.0 if zone[0] == 1 else coasts[0], 0.0 if zone[-1] == 1 else coasts[1])
    phi = centre_latitude(*ends, length)
    omega = sea_share(d, zone)
    beta_0, tau = anomalous_share(
        phi, longest_stretch(d, zone, (3, 4)), longest_stretch(d, zone, (4,))
    )
    a_e = 157 / (157 - delta_n) * 6371

    theta_t, theta_r, d_lt, d_lr, lt, lr = horizon(d, h, h_ts, h_rs, a_e)
    theta = 1000 * length / a_e + theta_t + theta_r
    h_st, h_sr, h_std, h_srd = smooth_heights(d, h, h_ts, h_rs)
    low_t, low_r = min(h_st, h[0]), min(h_sr, h[-1])
    h_m = max(h[i] - (low_t + (low_r - low_t) / length * d[i]) for i in range(lt, lr + 1))

    l_bfs = 92.4 + 20 * log10(f) + 10 * log10(length**2 + ((h_ts - h_rs) / 1000) ** 2)
    fade = 2.6 * (1 - exp(-0.1 * (d_lt + d_lr)))
    l_b0p = l_bfs + fade * log10(p / 50)
    l_b0beta = l_bfs + fade * log10(beta_0 / 50)

    t, r = h_ts - h_std, h_rs - h_srd

    def diffraction(a):
        l_a = bullington(d, g, h_ts, h_rs, a, lam)
        l_s = bullington(d, [0.0] * len(d), t, r, a, lam)
        return l_a + max(spherical(length, t, r, a, f, omega, vertical) - l_s, 0.0)

    l_d50, l_dbeta = diffraction(a_e), diffraction(3 * 6371)
    share = 1.0
    if p > beta_0:
        share = normal_deviate(p / 100) / normal_deviate(beta_0 / 100)
    l_dp = l_d50 if p == 50 else l_d50 + share * (l_dbeta - l_d50)

    l_bs = (
        190.1
        + 25 * log10(f)
        - 2.5 * log10(f / 2) ** 2
        + 20 * log10(length)
        + 0.573 * theta
        - 0.15 * n_0
        - 10.125 * log10(50 / p) ** 0.7
    )
    l_ba = ducting(
        f,
        p,
        length,
        (theta_t, theta_r, d_lt, d_lr),
        (h_tg + h[0] - low_t, h_rg + h[-1] - low_r, h_m, h_ts, h_rs),
        (a_e, tau, beta_0, omega),
        coasts,
    )

    l_bd50, l_bd = l_bfs + l_d50, l_b0p + l_dp
    f_j = 1 - 0.5 * (1 + tanh(3 * 0.8 * (theta - 0.3) / 0.3))
    f_k = 1 - 0.5 * (1 + tanh(3 * 0.5 * (length - 20) / 20))
    if p < beta_0:
        l_min = l_b0p + (1 - omega) * l_dp
    else:
        ratio = normal_deviate(p / 100) / normal_deviate(beta_0 / 100)
        l_min = l_bd50 + (l_b0beta + (1 - omega) * l_dp - l_bd50) * ratio
    top = max(l_ba, l_b0p)
    l_ma = top + 2.5 * log(exp((l_ba - top) / 2.5) + exp((l_b0p - top) / 2.5))
    l_bda = l_bd if l_ma > l_bd else l_ma + (l_bd - l_ma) * f_k
    l_bam = l_bda + (l_min - l_bda) * f_j
    low = min(l_bs, l_bam)
    l_bc = low - 5 * log10(10 ** (-0.2 * (l_bs - low)) + 10 ** (-0.2 * (l_bam - low)))

    sigma = 0.0
    if cell_width is not None:
        sigma = (0.52 + 0.024 * f) * cell_width**0.28
    if h_rg >= clutter[-1] + 10:
        sigma = 0.0
    elif h_rg >= clutter[-1]:
        sigma *= 1 - (h_rg - clutter[-1]) / 10
    if entry is not None:
        l_loc = entry[0] - normal_deviate(p_l / 100) * sqrt(sigma**2 + entry[1] ** 2)
    else:
        l_loc = 0.0 if zone[-1] == 1 else -normal_deviate(p_l / 100) * sigma
    l_b = max(l_b0p, l_bc + l_loc)
    return {
        "L_b": l_b,
        "E_p": 199.36 + 20 * log10(f) - l_b,
        "phi": phi,
        "omega": omega,
        "beta_0": beta_0,
        "theta_t": theta_t,
        "theta_r": theta_r,
        "d_lt": d_lt,
        "d_lr": d_lr,
        "h_std": h_std,
        "h_srd": h_srd,
        "h_m": h_m,
        "L_d50": l_d50,
        "L_dbeta": l_dbeta,
        "L_bs": l_bs,
        "L_ba": l_ba,
        "L_minb0p": l_min,
        "L_bda": l_bda,
        "L_bam": l_bam,
        "L_bc": l_bc,
        "L_loc": l_loc,
    }
