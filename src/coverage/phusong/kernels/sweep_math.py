"""Elementary functions of the map path as float32 polynomials.

The C library's versions cost more than the rest of the sweep and differ between platforms.
These use adds, multiplies, one division or one square root, so with strict IEEE arithmetic
every processor gives the same bits. Coefficients: own weighted minimax fits.
"""

import math

import numpy as np
from numba import njit

F32 = np.float32

_MANTISSA_BASE = np.int32(0x3F2AAAAB)  # bits of 2/3: mantissas come out in [2/3, 4/3)
_MANTISSA_BITS = np.int32(23)
_ROUND = F32(12582912.0)  # 1.5 * 2^23: adding it rounds to the nearest integer
_ROUND_BITS = np.int32(0x4B400000)
_EXP_LOW = F32(-125.0)
_EXP_HIGH = F32(125.0)

_HALF = F32(0.5)
_ONE = F32(1.0)
_THIRD = F32(1.0 / 3.0)
_HALF_PI = F32(0.5 * math.pi)

_L0, _L1, _L2, _L3, _L4, _L5, _L6 = (
    F32(c)
    for c in (
        1.44269359,
        -0.721402698,
        0.481066781,
        -0.357728893,
        0.28365286,
        -0.284250833,
        0.257091134,
    )
)
_E0, _E1, _E2, _E3, _E4, _E5 = (
    F32(c)
    for c in (
        1.00000007,
        0.693146967,
        0.240221197,
        0.0555071327,
        0.00967554133,
        0.00132764719,
    )
)
_T0, _T1, _T2, _T3, _T4, _T5, _T6, _T7 = (
    F32(c)
    for c in (
        0.999999336,
        -0.333298608,
        0.199465656,
        -0.139086294,
        0.0964219683,
        -0.0559123202,
        0.0218629534,
        -0.00405456602,
    )
)
_C0, _C1, _C2, _C3, _C4, _C5, _C6 = (
    F32(c)
    for c in (
        1.57079624,
        -0.214591089,
        0.0888358857,
        -0.0491974368,
        0.0277629132,
        -0.0120033948,
        0.00261172047,
    )
)
_S0, _S1, _S2 = (F32(c) for c in (0.999999873, -0.166658331, 0.00825211375))


@njit(cache=True, nogil=True, error_model="numpy")
def log2_f32(x: float) -> float:
    """Binary logarithm of a normal positive float32, within 4e-7 of itself or of 1."""
    bits = F32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - _MANTISSA_BASE) >> _MANTISSA_BITS)
    t = np.int32(bits - np.int32(exponent << _MANTISSA_BITS)).view(np.float32) - _ONE
    poly = _L0 + t * (_L1 + t * (_L2 + t * (_L3 + t * (_L4 + t * (_L5 + t * _L6)))))
    return F32(exponent) + t * poly


@njit(cache=True, nogil=True, error_model="numpy")
def exp2_f32(x: float) -> float:
    """Two to the power of a float32, relative error below 2e-7; clipped at 2**+-125."""
    x = min(max(x, _EXP_LOW), _EXP_HIGH)
    shifted = x + _ROUND
    t = x - (shifted - _ROUND)
    whole = np.int32(F32(shifted).view(np.int32) - _ROUND_BITS)
    poly = _E0 + t * (_E1 + t * (_E2 + t * (_E3 + t * (_E4 + t * _E5))))
    return np.int32(F32(poly).view(np.int32) + np.int32(whole << _MANTISSA_BITS)).view(np.float32)


@njit(cache=True, nogil=True, error_model="numpy")
def atan_f32(x: float) -> float:
    """Arc tangent of a float32 in radians, error below 2e-7."""
    size = abs(x)
    steep = size > _ONE
    z = _ONE / size if steep else size
    q = z * z
    poly = _T4 + q * (_T5 + q * (_T6 + q * _T7))
    angle = z * (_T0 + q * (_T1 + q * (_T2 + q * (_T3 + q * poly))))
    angle = _HALF_PI - angle if steep else angle
    return -angle if x < F32(0.0) else angle


@njit(cache=True, nogil=True, error_model="numpy")
def sine_of_third_arcsine_f32(u: float) -> float:
    """``sin(asin(u) / 3)`` for abs(u) <= 1: the root of the cubic of P.1812-8, eq. (24c).

    ``cos(pi/3 + acos(u)/3)`` is the same number.
    """
    size = min(abs(u), _ONE)
    poly = _C3 + size * (_C4 + size * (_C5 + size * _C6))
    arccosine = math.sqrt(_ONE - size) * (_C0 + size * (_C1 + size * (_C2 + size * poly)))
    third = (_HALF_PI - arccosine) * _THIRD
    q = third * third
    sine = third * (_S0 + q * (_S1 + q * _S2))
    return -sine if u < F32(0.0) else sine
