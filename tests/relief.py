"""Invented relief of three kinds, by one recipe: filtered noise, scaled to its height range."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["gentle", "hills", "alpine"]

# height range [m], length above which the ground is level [m], roughness exponent H
_KINDS: dict[Kind, tuple[float, float, float]] = {
    "gentle": (200.0, 10_000.0, 0.85),
    "hills": (800.0, 8_000.0, 0.85),
    "alpine": (3000.0, 14_000.0, 0.95),
}


def relief(kind: Kind, *, cells: int, cell_m: float = 30.0, seed: int = 1) -> NDArray[np.float32]:
    """Square raster: noise filtered by (1/L² + k²)^(-(H + 1)/2), k in cycles per metre."""
    height, length, roughness = _KINDS[kind]
    k = np.fft.fftfreq(cells, cell_m)
    filtered = (1.0 / length**2 + k[:, None] ** 2 + k[None, :] ** 2) ** (-(roughness + 1.0) / 2.0)
    noise = np.random.default_rng(seed).standard_normal((cells, cells))
    ground = np.fft.ifft2(np.fft.fft2(noise) * filtered).real
    ground -= ground.min()
    return (ground / ground.max() * height).astype(np.float32)
