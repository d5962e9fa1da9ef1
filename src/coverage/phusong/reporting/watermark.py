"""The words that are burned into every picture made from practice data."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from phusong.units import BoolArray

_TILT_DEG = 24.0
_LETTER_PX, _SIDE_PX = 46, 2048
_INK, _DIM = 128, 45
_DARK, _LIGHT = 35, 255
_STRENGTH = 0.26
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Rec. ITU-R BT.601 weights of red, green and blue."""


def watermark_mask(words: str, shape: tuple[int, int]) -> BoolArray:
    """Where the slanted, repeated words lie in a picture.

    Parameters
    ----------
    words
        One line of plain text.
    shape
        Rows and columns of the picture. Letters grow with it, so that pictures of one area
        carry the words at the same places whatever their size.

    Returns
    -------
    numpy.ndarray
        True on the letters.
    """
    rows, cols = (max(1, round(side * _SIDE_PX / max(shape))) for side in shape)
    tile = _tile(words)
    height, width = tile.shape
    block = np.vstack([tile, np.roll(tile, width // 2, axis=1)])
    sheet = np.tile(block, (-(-rows // (2 * height)), -(-cols // width)))
    picked = (np.arange(side) * _SIDE_PX // max(shape) for side in shape)
    mask: BoolArray = sheet[np.ix_(*picked)]
    return mask


def inked(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same colours with the watermark's ink on them, darker on light and lighter on dark.

    Parameters
    ----------
    colours
        Red, green, blue and alpha in the last axis.

    Returns
    -------
    numpy.ndarray
        Blended colours, alpha unchanged; one colour in gives one colour out.
    """
    out = colours.copy()
    luma = colours[..., :3].astype(np.float32) @ _LUMA
    ink = np.where(luma > _DIM, _DARK, _LIGHT)[..., None]
    blend = colours[..., :3] * (1.0 - _STRENGTH) + ink * _STRENGTH
    out[..., :3] = np.rint(blend).astype(np.uint8)
    return out


@cache
def _tile(words: str) -> BoolArray:
    """One slanted copy of the words with air around it."""
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    font = ImageFont.truetype(str(path), _LETTER_PX)
    left, top, right, bottom = font.getbbox(words)
    pad = _LETTER_PX
    canvas = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad))
    ImageDraw.Draw(canvas).text((pad - left, pad - top), words, fill=255, font=font)
    turned = canvas.rotate(_TILT_DEG, resample=Image.Resampling.BICUBIC, expand=True)
    return np.asarray(turned) > _INK
