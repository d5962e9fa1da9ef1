"""An operator's picture: its own, another one's, nobody's."""

import numpy as np

from phusong.reporting.ownership import own_and_others


def test_own_and_others() -> None:
    own = np.array([2, 1, 0, 255, 0, 1, 0, 255], dtype=np.uint8)
    together = np.array([2, 2, 2, 2, 1, 1, 0, 255], dtype=np.uint8)
    assert own_and_others(own, together).tolist() == [2, 3, 3, 3, 1, 1, 0, 255]
