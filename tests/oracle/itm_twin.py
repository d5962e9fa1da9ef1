"""Slow plain-Python twin of the ITM kernels, written from the model's text.

It shares no code with the kernels and takes other ways where there are any: NumPy fits and
order statistics, complex arithmetic, tables by climate name, interpolation between curves.
"""

import cmath
import math
from types import SimpleNamespace

import numpy as np

# Per climate: median, below-median and above-median curves (c1, c2, x1, x2, x3 in km),
# (C_D, z_D), and the frequency factors of both sides.
FLAT = (1.0, 0.0, 0.0)
CLIMATES = {
    "equatorial": (
        (-9.67, 12.7, 144.9, 190.3, 133.8),
        (2.13, 159.5, 762.2, 123.6, 94.5),
        (2.11, 102.3, 636.9, 134.8, 95.6),
        (1.224, 1.282),
        FLAT,
        FLAT,
    ),
    "continental subtropical": (
        (-0.62, 9.19, 228.9, 205.2, 143.6),
        (2.66, 7.67, 100.4, 172.5, 136.4),
        (6.87, 15.53, 138.7, 143.7, 98.6),
        (0.801, 2.161),
        FLAT,
        (0.93, 0.31, 2.00),
    ),
    "maritime subtropical": (
        (1.26, 15.5, 262.6, 185.2, 99.8),
        (6.11, 6.65, 138.2, 242.2, 178.6),
        (10.08, 9.60, 165.3, 225.7, 129.7),
        (1.380, 1.282),
        FLAT,
        FLAT,
    ),
    "desert": (
        (-9.21, 9.05, 84.1, 101.1, 98.6),
        (1.98, 13.11, 139.1, 132.7, 193.5),
        (3.68, 159.3, 464.4, 93.1, 94.2),
        (1.000, 20.0),
        FLAT,
        (0.93, 0.19, 1.79),
    ),
    "continental temperate": (
        (-0.62, 9.19, 228.9, 205.2, 143.6),
        (2.68, 7.16, 93.7, 186.8, 133.5),
        (4.75, 8.12, 93.2, 135.9, 113.4),
        (1.224, 1.282),
        (0.92, 0.25, 1.77),
        (0.93, 0.31, 2.00),
    ),
    "maritime temperate, land": (
        (-0.39, 2.86, 141.7, 315.9, 167.4),
        (6.86, 10.38, 187.8, 169.6, 108.9),
        (8.58, 13.97, 216.0, 152.0, 122.7),
        (1.518, 1.282),
        FLAT,
        FLAT,
    ),
    "maritime temperate, sea": (
        (3.15, 857.9, 2222.0, 164.8, 116.3),
        (8.51, 169.8, 609.8, 119.9, 106.6),
        (8.43, 8.19, 136.2, 188.5, 122.9),
        (1.518, 1.282),
        FLAT,
        FLAT,
    ),
}


def deviate(q):
    """Quantile by Abramowitz and Stegun 26.2.23."""
    if q > 0.5:
        return -deviate(1.0 - q)
    t = math.sqrt(-2.0 * math.log(q))
    return t - (2.515516 + 0.802853 * t + 0.010328 * t**2) / (
        1.0 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3
    )


def fitted_ends(z, step, start, end):
    """Heights of the least-squares line at both ends of the whole profile."""
    n = len(z) - 1
    first = int(max(start / step, 0.0))
    last = n - int(max(n - end / step, 0.0))
    if last <= first:
        first = int(max(first - 1, 0))
        last = n - int(max(n - (last + 1), 0))
    k = np.arange(first, last + 1)
    # The model weighs the outer points by one half in both sums, and divides the slope by
    # L (L^2 + 2) / 12, which is the same sum of squares with halved outer points.
    weight = np.where((k == first) | (k == last), 0.5, 1.0)
    middle = 0.5 * (first + last)
    mean = (weight * z[first : last + 1]).sum() / weight.sum()
    slope = (weight * z[first : last + 1] * (k - middle)).sum() / (weight * (k - middle) ** 2).sum()
    return mean - slope * middle, mean + slope * (n - middle)


def irregularity(z, step, start, end):
    """Delta h over the whole path from its inner part."""
    first, last = start / step, end / step
    if last - first < 2.0:
        return 0.0
    tenth = min(max(int(0.1 * (last - first + 8.0)), 4), 25)
    count = 10 * tenth - 5
    at = first + (last - first) / (count - 1) * np.arange(count)
    heights = np.interp(at, np.arange(len(z)), z)
    low, high = fitted_ends(heights, 1.0, 0.0, count - 1.0)
    rest = np.sort(heights - np.linspace(low, high, count))
    return (rest[-tenth] - rest[tenth - 1]) / (1.0 - 0.8 * math.exp(-(end - start) / 50e3))


def profile_path(z, step, heights, a):
    """Geometry from a profile."""
    z = np.asarray(z, dtype=float)
    n = len(z) - 1
    d = n * step
    x = step * np.arange(1, n)
    tops = z[0] + heights[0], z[n] + heights[1]
    reach, angles = [d, d], []
    for side, distance in ((0, x), (1, d - x)):
        angle = (z[1:n] - tops[side]) / distance - distance / (2.0 * a)
        direct = (tops[1 - side] - tops[side]) / d - d / (2.0 * a)
        angles.append(max(direct, angle.max()))
        if angle.max() > direct:
            reach[side] = distance[int(np.argmax(angle))]
    start = min(15.0 * heights[0], 0.1 * reach[0])
    end = d - min(15.0 * heights[1], 0.1 * reach[1])
    delta_h = irregularity(z, step, start, end)
    if sum(reach) > 1.5 * d:
        low, high = fitted_ends(z, step, start, end)
        he = [heights[0] + max(z[0] - low, 0.0), heights[1] + max(z[n] - high, 0.0)]
        sight = [smooth_sight(h, a, delta_h) for h in he]
        if sum(sight) <= d:
            he = [h * (d / sum(sight)) ** 2 for h in he]
            sight = [smooth_sight(h, a, delta_h) for h in he]
        reach = sight
        angles = [smooth_angle(h, r, a, delta_h) for h, r in zip(he, reach, strict=True)]
    else:
        low, _ = fitted_ends(z, step, start, 0.9 * reach[0])
        _, high = fitted_ends(z, step, d - 0.9 * reach[1], end)
        he = [heights[0] + max(z[0] - low, 0.0), heights[1] + max(z[n] - high, 0.0)]
    return SimpleNamespace(d=d, h=heights, he=he, dl=reach, th=angles, dh=delta_h, extra=10.0)


def smooth_sight(h, a, delta_h):
    return math.sqrt(2.0 * h * a) * math.exp(-0.07 * math.sqrt(delta_h / max(h, 5.0)))


def smooth_angle(h, reach, a, delta_h):
    smooth = math.sqrt(2.0 * h * a)
    return (0.65 * delta_h * (smooth / reach - 1.0) - 2.0 * h) / smooth


def area_path(d, heights, delta_h, siting, a):
    """Geometry from an irregularity and the siting words."""
    he = []
    for h, word in zip(heights, siting, strict=True):
        gain = {"random": 0.0, "careful": 5.0, "very careful": 10.0}[word]
        if gain and h < 5.0:
            gain = 1.0 + (gain - 1.0) * math.sin(math.pi * h / 10.0)
        he.append(h + gain * math.exp(-min(20.0, 2.0 * h / max(1e-3, delta_h))))
    reach = [smooth_sight(h, a, delta_h) for h in he]
    angles = [smooth_angle(h, r, a, delta_h) for h, r in zip(he, reach, strict=True)]
    return SimpleNamespace(d=d, h=heights, he=he, dl=reach, th=angles, dh=delta_h, extra=0.0)


def dh_at(p, distance):
    return p.dh * (1.0 - 0.8 * math.exp(-distance / 50e3))


def sigma(y):
    return 0.78 * y * math.exp(-0.5 * math.sqrt(math.sqrt(y)))


def edge(v):
    return 6.02 + 9.11 * math.sqrt(v) - 1.27 * v if v < 5.76 else 12.953 + 10 * math.log10(v)


def height_gain(x, k):
    if x >= 200.0:
        plain = 0.05751 * x - 4.343 * math.log(x)
        if x >= 2000.0:
            return plain
        share = 0.0134 * x * math.exp(-0.005 * x)
        return plain + share * (17.372 * math.log(x) - 117.0 - plain)
    w = -math.log(k)
    if k < 1e-5 or x * w * w * w > 5495.0:
        return -117.0 if x <= 1.0 else 17.372 * math.log(x) - 117.0
    return x * x / k / 40000.0 - 8.686 * w - 15.0


def diffracted(p, s, at):
    """Attenuation in the diffraction region at a distance."""
    theta = at / s.a - s.theta_los
    beyond = at - s.d_ml
    k = s.f / 47.7
    edges = sum(edge(0.0795775 * k * theta**2 * r * beyond / (beyond + r)) for r in p.dl)
    radii = [beyond / theta, *(r * r / (2.0 * h) for r, h in zip(p.dl, p.he, strict=True))]
    arcs = [radii[0] * theta, *p.dl]
    xs, ks = [], []
    for radius, arc in zip(radii, arcs, strict=True):
        c = (4.0 * 6370e3 / (3.0 * radius)) ** (1.0 / 3.0)
        ks.append(0.017778 * c * s.f ** (-1.0 / 3.0) / abs(s.z))
        xs.append((1.607 - ks[-1]) * c * c * s.f ** (1.0 / 3.0) * arc / 1e3)
    x0 = sum(xs)
    rounded = 0.05751 * x0 - 10.0 * math.log10(x0) - 20.0
    rounded -= height_gain(xs[1], ks[1]) + height_gain(xs[2], ks[2])
    h1, h2 = p.h
    clutter = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * h1 * h2 * s.f * sigma(dh_at(p, s.d_s))))
    ratio = (p.he[0] * p.he[1] - h1 * h2) / (h1 * h2 + p.extra)
    blend = math.sqrt(1.0 + ratio) + (s.d_ml - s.theta_los * s.a) / at
    w = 25.1 / (25.1 + math.sqrt(blend * min(dh_at(p, at) * k, 6283.2)))
    return w * rounded + (1.0 - w) * edges + clutter


def sighted(p, s, at):
    """Attenuation in the line-of-sight region at a distance."""
    k = s.f / 47.7
    sin_psi = math.sin(math.atan2(p.he[0] + p.he[1], at))
    reflection = (sin_psi - s.z) / (sin_psi + s.z)
    reflection *= math.exp(-min(10.0, k * sigma(dh_at(p, at)) * sin_psi))
    power = abs(reflection) ** 2
    if power < 0.25 or power < sin_psi:
        reflection *= math.sqrt(sin_psi / power)
    phase = 2.0 * k * p.he[0] * p.he[1] / at
    if phase > math.pi / 2.0:
        phase = math.pi - math.pi**2 / (4.0 * phase)
    two_rays = -20.0 * math.log10(abs(cmath.exp(-1j * phase) + reflection))
    w = 1.0 / (1.0 + s.f * p.dh / max(10e3, s.d_s))
    return w * two_rays + (1.0 - w) * (s.slope * at + s.base)


def near(p, s):
    """Reference attenuation within the smooth-Earth horizon."""
    a_s = s.slope * s.d_s + s.base
    d0 = 0.04 * s.f * p.he[0] * p.he[1]
    if s.base >= 0.0:
        d0 = min(d0, s.d_ml / 2.0)
        d1 = d0 + (s.d_ml - d0) / 4.0
    else:
        d1 = max(-s.base / s.slope, s.d_ml / 4.0)
    a1 = sighted(p, s, d1)
    linear = logarithmic = None
    if d0 < d1:
        a0 = sighted(p, s, d0)
        whole = math.log(s.d_s / d0)
        top = (s.d_s - d0) * (a1 - a0) - (d1 - d0) * (a_s - a0)
        curved = max(0.0, top / ((s.d_s - d0) * math.log(d1 / d0) - (d1 - d0) * whole))
        if s.base > 0.0 or curved > 0.0:
            linear, logarithmic = (a_s - a0 - curved * whole) / (s.d_s - d0), curved
            if linear < 0.0:
                linear, logarithmic = 0.0, max(a_s - a0, 0.0) / whole
                if logarithmic == 0.0:
                    linear = s.slope
    if linear is None:
        linear, logarithmic = max(a_s - a1, 0.0) / (s.d_s - d1), 0.0
        if linear == 0.0:
            linear = s.slope
    return a_s + linear * (p.d - s.d_s) + logarithmic * math.log(p.d / s.d_s)


def gain_curves(r, eta):
    curves = [
        10.0 * math.log10(1.0 + a / r**4 + b / r**2)
        for a, b in zip((25, 80, 177, 395, 705), (24, 45, 68, 80, 105), strict=True)
    ]
    return float(np.interp(eta, [1, 2, 3, 4, 5], curves))


def scattered(p, s, at, carried):
    """Scatter attenuation and the frequency gain to carry on."""
    k = s.f / 47.7
    if carried <= 15.0:
        unequal, ratio = p.dl[0] - p.dl[1], p.he[1] / p.he[0]
        if unequal < 0.0:
            unequal, ratio = -unequal, 1.0 / ratio
        angle = sum(p.th) + at / s.a
        r = [2.0 * k * angle * h for h in p.he]
        if max(r) < 0.2:
            return 1001.0, carried
        skew = (at - unequal) / (at + unequal)
        q = float(np.clip(ratio / skew, 0.1, 10.0))
        skew = max(0.1, skew)
        cross = (at - unequal) * (at + unequal) * angle / (4.0 * at)
        eta = 1.0 + (0.031 - 2.32e-3 * s.ns + 5.67e-6 * s.ns**2) * math.exp(
            -(min(1.7, cross / 8e3) ** 6)
        )
        eta *= cross / 1755.6
        plain = (gain_curves(r[0], eta) + gain_curves(r[1], eta)) / 2.0
        shape = 6.0 * (0.6 - math.log10(max(eta, 1.0))) * math.log10(skew) * math.log10(q)
        gain = max(0.0, plain + min(plain, shape))
        if eta < 1.0:
            root = math.sqrt(2.0)
            inner = ((1.0 + root / r[0]) * (1.0 + root / r[1])) ** 2 * sum(r)
            gain = eta * gain + (1.0 - eta) * 10.0 * math.log10(inner / (sum(r) + 2.0 * root))
        carried = carried if gain > 15.0 and carried >= 0.0 else gain
    theta = at / s.a - s.theta_los
    y = theta * at
    if y <= 10e3:
        f_y = 133.4 + 0.332e-3 * y - 10.0 * math.log10(y)
    elif y <= 70e3:
        f_y = 104.6 + 0.212e-3 * y - 2.5 * math.log10(y)
    else:
        f_y = 71.8 + 0.157e-3 * y + 5.0 * math.log10(y)
    total = f_y + 10.0 * math.log10(47.7 * k) + 40.0 * math.log10(theta)
    return total - 0.1 * (s.ns - 301.0) * math.exp(-y / 40e3) + carried, carried


def far(p, s):
    """Reference attenuation beyond the smooth-Earth horizon."""
    d5, d6 = s.d_ml + 200e3, s.d_ml + 400e3
    a6, carried = scattered(p, s, d6, -1.0)
    a5, _ = scattered(p, s, d5, carried)
    if a5 < 1000.0:
        rise = (a6 - a5) / 200e3
        crossing = (a5 - s.base - rise * d5) / (s.slope - rise)
        turn = max(s.d_s, s.d_ml + 1.088 * s.x * math.log(s.f), crossing)
        if p.d > turn:
            return s.slope * turn + s.base + rise * (p.d - turn), "troposcatter"
    return s.slope * p.d + s.base, "diffraction"


def variability(p, s, reference, climate, mdvar, quantiles):
    """Attenuation for the asked percentages."""
    k = s.f / 47.7
    usual = sum(math.sqrt(2.0 * 9e6 * h) for h in p.he) + (575.7e12 / k) ** (1.0 / 3.0)
    de = 130e3 * min(p.d / usual, 1.0) + max(p.d - usual, 0.0)
    median, minus, plus, (c_d, z_d), g_minus, g_plus = list(CLIMATES.values())[climate - 1]

    def curve(c1, c2, x1, x2, x3):
        x = de / 1e3
        return (c1 + c2 / (1.0 + ((x - x2) / x3) ** 2)) * (x / x1) ** 2 / (1.0 + (x / x1) ** 2)

    def factor(b1, b2, b3):
        return b1 + b2 / ((b3 * math.log(0.133 * k)) ** 2 + 1.0)

    z_t, z_l, z_s = (deviate(q) for q in quantiles)
    kind = mdvar % 10
    z_t, z_l = {0: (z_s, z_s), 1: (z_t, z_s), 2: (z_t, z_t), 3: (z_t, z_l)}[kind]
    rough = k * dh_at(p, p.d)
    location = 0.0 if mdvar in (*range(10, 20), *range(30, 40)) else 10.0 * rough / (rough + 13.0)
    situation = 0.0 if mdvar >= 20 else 5.0 + 3.0 * math.exp(-de / 100e3)
    if z_t < 0.0:
        time = curve(*minus) * factor(*g_minus)
    else:
        time = curve(*plus) * factor(*g_plus)
        if z_t > z_d:
            time = time * (c_d + (1.0 - c_d) * z_d / z_t)
    y_t, y_l = time * z_t, location * z_l
    w = situation**2 + y_t**2 / (7.8 + z_s**2) + y_l**2 / (24.0 + z_s**2)
    shift, spread = {
        0: (0.0, time**2 + location**2 + w),
        1: (y_t, location**2 + w),
        2: (z_t * math.hypot(time, location), w),
        3: (y_t + y_l, w),
    }[kind]
    total = reference - curve(*median) - shift - z_s * math.sqrt(spread)
    return total if total >= 0.0 else total * (29.0 - total) / (29.0 - 10.0 * total)


def loss_over(p, link, ns, a):
    """Basic transmission loss and the branch of the reference attenuation."""
    epsilon = link.epsilon + 1j * 18000.0 * link.sigma / link.f
    z = cmath.sqrt(epsilon - 1.0) / (epsilon if link.vertical else 1.0)
    smooth = [math.sqrt(2.0 * h * a) for h in p.he]
    d_ml = sum(p.dl)
    s = SimpleNamespace(f=link.f, z=z, a=a, ns=ns, d_s=sum(smooth), d_ml=d_ml)
    s.theta_los = min(-sum(p.th), d_ml / a)
    s.x = (a * a / link.f) ** (1.0 / 3.0)
    d3 = max(s.d_s, d_ml + 5.0 * s.x)
    a3, a4 = diffracted(p, s, d3), diffracted(p, s, d3 + 10.0 * s.x)
    s.slope = (a4 - a3) / (10.0 * s.x)
    s.base = a3 - s.slope * d3
    reference, branch = (near(p, s), "near") if p.d < s.d_s else far(p, s)
    reference = max(reference, 0.0)
    quantiles = (link.time, link.location, link.situation)
    total = variability(p, s, reference, link.climate, link.mdvar, quantiles)
    return total + 32.45 + 20.0 * math.log10(link.f * p.d / 1000.0), branch


def earth_radius(ns):
    return 1.0 / (157e-9 * (1.0 - 0.04665 * math.exp(ns / 179.3)))


def point_to_point(z, step, heights, link):
    """Loss and branch over a profile."""
    n = len(z) - 1
    tenth = int(0.1 * n)
    mean = float(np.mean(z[tenth : n - tenth + 1]))
    ns = link.n0 if mean == 0.0 else link.n0 * math.exp(-mean / 9460.0)
    a = earth_radius(ns)
    return loss_over(profile_path(z, step, heights, a), link, ns, a)


def area(d, delta_h, heights, siting, link):
    """Loss and branch over stated irregularity."""
    a = earth_radius(link.n0)
    return loss_over(area_path(d, heights, delta_h, siting, a), link, link.n0, a)
