"""Brute-force twin of the fast sweep: every cell scans its own profile again.

The profile is the sweep's (the radial that owns the cell, and the cell's own line for its last
points); everything else is written from the text of P.1812-8 in float64 with the C library's
functions: no stack, no record list, no running quantity. Compiled only because it is slow.
"""

import math

import numpy as np
from numba import njit

OWN = 4
FIRST = 8
NEAR = 13


@njit(error_model="numpy")
def _cell_profile(ground, clutter, row, col, frac_row, frac_col, dr, dc, M, cell_km):
    """Distances [km], heights and clutter of the sweep's profile to the cell at (dr, dc)."""
    main_is_col = abs(dc - frac_col) >= abs(dr - frac_row)
    if main_is_col:
        X, y, f, g = dc, dr, frac_col, frac_row
    else:
        X, y, f, g = dr, dc, frac_row, frac_col
    out = 1 if X > 0 else -1
    side = 1 if y - g >= 0 else -1
    X, f = X * out, f * out
    y, g = y * side, g * side
    # nearest radial, ties outwards, exactly: f and g are multiples of 1/256
    num = round((y - g) * 256) * 2 * M
    den = round((X - f) * 256)
    v = ((num + den) // (2 * den)) / M
    u = (y - g) / (X - f)
    w = 1.0 / math.sqrt(1.0 + v * v)
    first = math.ceil(FIRST * w + 0.5 + f)
    last = X - math.ceil(OWN * w + 0.5)
    n = FIRST + last - first + 1 + OWN + 1
    d = np.zeros(n + 1)
    h = np.zeros(n + 1)
    R = np.zeros(n + 1)
    for i in range(1, n + 1):
        if i <= FIRST:
            main, cross = f + i * w, g + v * (i * w)
        elif i < n - OWN:
            main = float(first + i - FIRST - 1)
            cross = g + v * (main - f)
        else:
            main = X - (n - i) * w
            cross = y - u * ((n - i) * w)
        d[i] = (main - f) * (cell_km / w)
        h[i] = _between(ground, row, col, out, side, main, cross, main_is_col)
        a, b = math.floor(main + 0.5), math.floor(cross + 0.5)
        if i < n and (a != 0 or b != 0):
            R[i] = _height(clutter, row, col, out * a, side * b, main_is_col)
    return d, h, R


@njit(error_model="numpy")
def _between(ground, row, col, out, side, main, cross, main_is_col):
    """Bilinear height at offsets from the mast's node; no node of weight 0 is read."""
    a, b = math.floor(main), math.floor(cross)
    total = 0.0
    for k in range(2):
        for m in range(2):
            share = (main - a if k else a + 1 - main) * (cross - b if m else b + 1 - cross)
            if share > 0.0:
                z = _height(ground, row, col, out * (a + k), side * (b + m), main_is_col)
                total += share * z
    return total


@njit(error_model="numpy")
def _height(ground, row, col, main, cross, main_is_col):
    """Height at offsets from a node; outside the raster that of the nearest node."""
    down, right = (cross, main) if main_is_col else (main, cross)
    r = min(max(row + down, 0), ground.shape[0] - 1)
    c = min(max(col + right, 0), ground.shape[1] - 1)
    return ground[r, c]


@njit(error_model="numpy")
def _knife(nu):
    return (
        6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1) if nu > -0.78 else 0.0
    )


@njit(error_model="numpy")
def _bull(nu, D):
    J = _knife(nu)
    return J + (1.0 - math.exp(-J / 6.0)) * (10.0 + 0.02 * D)


@njit(error_model="numpy")
def _bullington_nu_1(d, g, h_ts, h_rs, a_p):
    """nu for a wavelength of 1 m, from (13) to (19) as they stand."""
    n = d.size - 1
    D = d[n]
    C = 500.0 / a_p
    S_tr = (h_rs - h_ts) / D
    S_tim = -1e300
    S_rim = -1e300
    nu = -1e300
    for i in range(1, n):
        bulge = C * d[i] * (D - d[i])
        S_tim = max(S_tim, (g[i] + bulge - h_ts) / d[i])
        S_rim = max(S_rim, (g[i] + bulge - h_rs) / (D - d[i]))
        nu = max(
            nu,
            (g[i] + bulge - (h_ts * (D - d[i]) + h_rs * d[i]) / D)
            * math.sqrt(0.002 * D / (d[i] * (D - d[i]))),
        )
    if S_tim < S_tr:
        return nu
    return math.sqrt(max(0.002 * D * (S_tim - S_tr) * (S_rim + S_tr), 0.0))


@njit(error_model="numpy")
def _first_term(D, t, r, a, f, vertical):
    s = (18.0 * 0.003 / f) ** 2
    K = 0.036 * (a * f) ** (-1.0 / 3.0) * (21.0**2 + s) ** -0.25
    if vertical:
        K *= math.sqrt(22.0**2 + s)
    beta = (1 + 1.6 * K**2 + 0.67 * K**4) / (1 + 4.5 * K**2 + 1.53 * K**4)
    X = 21.88 * beta * (f / a**2) ** (1.0 / 3.0) * D
    F = 11 + 10 * math.log10(X) - 17.6 * X if X >= 1.6 else -20 * math.log10(X) - 5.6488 * X**1.425
    G = 0.0
    for height in (t, r):
        B = beta * 0.9575 * beta * (f * f / a) ** (1.0 / 3.0) * height
        if B > 2.0:
            gain = 17.6 * math.sqrt(B - 1.1) - 5 * math.log10(B - 1.1) - 8
        else:
            gain = 20 * math.log10(B + 0.1 * B**3)
        G += max(gain, 2 + 20 * math.log10(K))
    return -F - G


@njit(error_model="numpy")
def _sphere_and_smooth(D, t, r, a_p, f, vertical):
    """(L_sph, L_s) with L_s by attachment 4."""
    lam = 0.2998 / f
    C = 500.0 / a_p
    d_los = math.sqrt(2 * a_p) * (math.sqrt(0.001 * t) + math.sqrt(0.001 * r))
    if d_los <= D:
        S_tr = (r - t) / D
        S_t = C * D - 2 * math.sqrt(C * t)
        S_r = C * D - 2 * math.sqrt(C * r)
        nu = math.sqrt(max(0.002 * D / lam * (S_t - S_tr) * (S_r + S_tr), 0.0))
        return _first_term(D, t, r, a_p, f, vertical), _bull(nu, D)
    c = (t - r) / (t + r)
    m = 250 * D * D / (a_p * (t + r))
    u = min(max(1.5 * c * math.sqrt(3 * m / (m + 1) ** 3), -1.0), 1.0)
    b = 2 * math.sqrt((m + 1) / (3 * m)) * math.cos(math.pi / 3 + math.acos(u) / 3)
    d_1 = 0.5 * D * (1 + b)
    d_2 = D - d_1
    h_se = ((t - 500 * d_1**2 / a_p) * d_2 + (r - 500 * d_2**2 / a_p) * d_1) / D
    L_s = _bull(-h_se * math.sqrt(0.002 * D / (lam * d_1 * d_2)), D)
    h_req = 17.456 * math.sqrt(d_1 * d_2 * lam / D)
    if h_se > h_req:
        return 0.0, L_s
    a_em = 500 * (D / (math.sqrt(t) + math.sqrt(r))) ** 2
    return (1 - h_se / h_req) * max(_first_term(D, t, r, a_em, f, vertical), 0.0), L_s


@njit(error_model="numpy")
def _inverse_normal(x):
    x = min(max(x, 1e-6), 1 - 1e-6)
    y = min(x, 1 - x)
    t = math.sqrt(-2 * math.log(y))
    top = (0.010328 * t + 0.802853) * t + 2.515516698
    bottom = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1
    value = t - top / bottom
    return value if x <= 0.5 else -value


@njit(error_model="numpy")
def _terrain_analysis(d, h, h_ts, h_rs, a_e):
    """Angles [mrad], horizon indices, smooth heights (h_st, h_sr), (h_std, h_srd)."""
    n = d.size - 1
    D = d[n]
    theta_max = -1e300
    lt = 0
    theta_r_max = -1e300
    lr = 0
    nu_max = -1e300
    sight = 0
    h_obs = alpha_t = alpha_r = -1e300
    for i in range(1, n):
        back = D - d[i]
        theta = 1000 * math.atan((h[i] - h_ts) / (1000 * d[i]) - d[i] / (2 * a_e))
        if theta > theta_max:
            theta_max = theta
            lt = i
        phi = 1000 * math.atan((h[i] - h_rs) / (1000 * back) - back / (2 * a_e))
        if phi >= theta_r_max:
            theta_r_max = phi
            lr = i
        H = h[i] - (h_ts * back + h_rs * d[i]) / D
        nu = (H + 500 / a_e * d[i] * back) * math.sqrt(0.002 * D / (d[i] * back))
        if nu >= nu_max:
            nu_max = nu
            sight = i
        h_obs = max(h_obs, H)
        alpha_t = max(alpha_t, H / d[i])
        alpha_r = max(alpha_r, H / back)
    theta_td = 1000 * math.atan((h_rs - h_ts) / (1000 * D) - D / (2 * a_e))
    theta_t = theta_max
    theta_r = theta_r_max
    if not theta_max > theta_td:
        theta_t = theta_td
        theta_r = 1000 * math.atan((h_ts - h_rs) / (1000 * D) - D / (2 * a_e))
        lt = lr = sight
    v_1 = v_2 = 0.0
    for i in range(1, n + 1):
        step = d[i] - d[i - 1]
        v_1 += step * (h[i] + h[i - 1])
        v_2 += step * (h[i] * (2 * d[i] + d[i - 1]) + h[i - 1] * (d[i] + 2 * d[i - 1]))
    h_st = (2 * v_1 * D - v_2) / D**2
    h_sr = (v_2 - v_1 * D) / D**2
    h_stp, h_srp = h_st, h_sr
    if h_obs > 0:
        h_stp -= h_obs * alpha_t / (alpha_t + alpha_r)
        h_srp -= h_obs * alpha_r / (alpha_t + alpha_r)
    return theta_t, theta_r, lt, lr, h_st, h_sr, min(h_stp, h[0]), min(h_srp, h[n])


@njit(error_model="numpy")
def _beta_0(D, latitude):
    tau = 1 - math.exp(-4.12e-4 * D**2.41)
    mu_1 = (10 ** (-D / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2
    mu_1 = min(mu_1, 1.0)
    lat = abs(latitude)
    if lat <= 70:
        return 10 ** (1.67 - 0.015 * lat) * mu_1 * mu_1 ** (-0.935 + 0.0176 * lat), tau
    return 4.17 * mu_1 * mu_1**0.3, tau


@njit(error_model="numpy")
def _ducting(d, h, h_ts, h_rs, theta_t, theta_r, lt, lr, h_st, h_sr, a_e, f, p, beta_0, tau):
    n = d.size - 1
    D = d[n]
    d_lt = d[lt]
    d_lr = D - d[lr]
    s_t = min(h_st, h[0])
    s_r = min(h_sr, h[n])
    h_m = -1e300
    for i in range(lt, lr + 1):
        h_m = max(h_m, h[i] - (s_t + (s_r - s_t) / D * d[i]))
    A_lf = 45.375 - 137 * f + 92.5 * f * f if f < 0.5 else 0.0
    A_f = 102.45 + 20 * math.log10(f) + 20 * math.log10(d_lt + d_lr) + A_lf
    for theta_x, d_l in ((theta_t, d_lt), (theta_r, d_lr)):
        q = theta_x - 0.1 * d_l
        if q > 0:
            A_f += 20 * math.log10(1 + 0.361 * q * math.sqrt(f * d_l)) + 0.264 * q * f ** (1 / 3)
    prime = 1000 * D / a_e + min(theta_t, 0.1 * d_lt) + min(theta_r, 0.1 * d_lr)
    alpha = max(-0.6 - 3.5e-9 * D**3.1 * tau, -3.4)
    mu_2 = (500 * D * D / (a_e * (math.sqrt(h_ts - s_t) + math.sqrt(h_rs - s_r)) ** 2)) ** alpha
    mu_3 = 1.0
    if h_m > 10:
        mu_3 = math.exp(-4.6e-5 * (h_m - 10) * (43 + 6 * min(D - d_lt - d_lr, 40.0)))
    beta = beta_0 * min(mu_2, 1.0) * mu_3
    lb = math.log10(beta)
    Gamma = 1.076 / (2.0058 - lb) ** 1.012
    Gamma *= math.exp(-(9.51 - 4.8 * lb + 0.198 * lb * lb) * 1e-6 * D**1.13)
    A_p = -12 + (1.2 + 0.0037 * D) * math.log10(p / beta) + 12 * (p / beta) ** Gamma
    return A_f + 5e-5 * a_e * f ** (1 / 3) * prime + A_p


@njit(error_model="numpy")
def profile_loss(d, h, R, h_tg, h_rg, f, vertical, p, delta_n, n_0, latitude, ducting):
    """(L_b, theta_t) of one profile [km, m], clutter heights R added between the ends."""
    n = d.size - 1
    D = d[n]
    a_e = 6371 * 157 / (157 - delta_n)
    a_beta = 6371 * 3.0
    h_ts = h[0] + h_tg
    h_rs = h[n] + h_rg
    theta_t, theta_r, lt, lr, h_st, h_sr, h_std, h_srd = _terrain_analysis(d, h, h_ts, h_rs, a_e)
    g = h + R
    g[0] = h[0]
    g[n] = h[n]
    t = h_ts - h_std
    r = h_rs - h_srd
    beta_0, tau = _beta_0(D, latitude)
    root = math.sqrt(0.2998 / f)
    L_sph, L_s = _sphere_and_smooth(D, t, r, a_e, f, vertical)
    L_d50 = _bull(_bullington_nu_1(d, g, h_ts, h_rs, a_e) / root, D) + max(L_sph - L_s, 0.0)
    F_i = _inverse_normal(p / 100) / _inverse_normal(beta_0 / 100) if p > beta_0 else 1.0
    L_dp = L_d50
    if p < 50:
        L_sph, L_s = _sphere_and_smooth(D, t, r, a_beta, f, vertical)
        L_db = _bull(_bullington_nu_1(d, g, h_ts, h_rs, a_beta) / root, D) + max(L_sph - L_s, 0.0)
        L_dp = L_d50 + F_i * (L_db - L_d50)
    theta = 1000 * D / a_e + theta_t + theta_r
    L_bfs = 92.4 + 20 * math.log10(f) + 10 * math.log10(D * D + ((h_ts - h_rs) / 1000) ** 2)
    E = 2.6 * (1 - math.exp(-0.1 * (d[lt] + D - d[lr])))
    L_b0p = L_bfs + E * math.log10(p / 50)
    L_b0b = L_bfs + E * math.log10(beta_0 / 50)
    L_bs = 190.1 + 25 * math.log10(f) - 2.5 * math.log10(f / 2) ** 2 + 20 * math.log10(D)
    L_bs += 0.573 * theta - 0.15 * n_0 - 10.125 * math.log10(50 / p) ** 0.7
    L_bd50 = L_bfs + L_d50
    L_bd = L_b0p + L_dp
    if p < beta_0:
        L_m0 = L_b0p + L_dp
    else:
        F = _inverse_normal(p / 100) / _inverse_normal(beta_0 / 100)
        L_m0 = L_bd50 + (L_b0b + L_dp - L_bd50) * F
    L_bda = L_bd
    if ducting:
        L_ba = _ducting(
            d, h, h_ts, h_rs, theta_t, theta_r, lt, lr, h_st, h_sr, a_e, f, p, beta_0, tau
        )
        hi = max(L_ba, L_b0p)
        L_ma = hi + 2.5 * math.log1p(math.exp(-abs(L_ba - L_b0p) / 2.5))
        if L_ma <= L_bd:
            F_k = 1 - 0.5 * (1 + math.tanh(1.5 * (D - 20) / 20))
            L_bda = L_ma + (L_bd - L_ma) * F_k
    F_j = 1 - 0.5 * (1 + math.tanh(2.4 * (theta - 0.3) / 0.3))
    L_bam = L_bda + (L_m0 - L_bda) * F_j
    L_bc = -5 * math.log10(10 ** (-0.2 * L_bs) + 10 ** (-0.2 * L_bam))
    return max(L_b0p, L_bc), theta_t


@njit(error_model="numpy")
def _brute_map(
    loss,
    elevation,
    unknown,
    ground,
    clutter,
    row,
    col,
    frac_row,
    frac_col,
    rho,
    M,
    cell_km,
    h_tg,
    h_rg,
    f,
    vertical,
    p,
    delta_n,
    n_0,
    latitude,
    ducting,
    foot,
):
    rows, cols = ground.shape
    for r in range(rows):
        for c in range(cols):
            dr = r - row
            dc = c - col
            if (dr - frac_row) ** 2 + (dc - frac_col) ** 2 > rho * rho:
                continue
            if max(abs(dr), abs(dc)) <= NEAR:
                continue
            d, h, R = _cell_profile(
                ground, clutter, row, col, frac_row, frac_col, dr, dc, M, cell_km
            )
            for i in range(1, d.size):
                if math.isnan(h[i] + R[i]):
                    unknown[r, c] = True
            if unknown[r, c]:
                continue
            h -= foot
            h[0] = 0.0
            loss[r, c], elevation[r, c] = profile_loss(
                d, h, R, h_tg, h_rg, f, vertical, p, delta_n, n_0, latitude, ducting
            )


def brute_map(
    ground,
    *,
    row,
    col,
    frac_row=0.0,
    frac_col=0.0,
    rho,
    cell_m,
    tx_height_m,
    rx_height_m,
    frequency_mhz,
    vertical=True,
    time_percent=50.0,
    delta_n=45.0,
    n_0=325.0,
    latitude_deg=22.0,
    clutter=None,
    ducting=True,
    foot=None,
    radials=None,
):
    """Loss and elevation of all cells of a disc outside the near square; NaN elsewhere."""
    z = np.asarray(ground, dtype=np.float64)
    loss = np.full(z.shape, np.nan)
    elevation = np.full(z.shape, np.nan)
    unknown = np.zeros(z.shape, dtype=np.bool_)
    cover = np.zeros_like(z) if clutter is None else np.asarray(clutter, dtype=np.float64)
    _brute_map(
        loss,
        elevation,
        unknown,
        z,
        cover,
        row,
        col,
        frac_row,
        frac_col,
        rho,
        radials or math.floor(rho) + 1,
        cell_m / 1000,
        tx_height_m,
        rx_height_m,
        frequency_mhz / 1000,
        vertical,
        time_percent,
        delta_n,
        n_0,
        latitude_deg,
        ducting,
        z[row, col] if foot is None else foot,
    )
    return loss, elevation
