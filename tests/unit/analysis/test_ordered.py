"""Products that do not depend on how many threads a BLAS has."""

import os
import subprocess
import sys

import numpy as np

from phusong.analysis.ordered import product, sparse_product

DIGESTS = """
import hashlib, numpy as np
from phusong.analysis.ordered import product, sparse_product
chance = np.random.default_rng(1)
left, right = chance.random((300, 700)), chance.random((700, 90))
for found in (product(left, right[:, 0]), sparse_product(left, right)):
    print(hashlib.sha256(found.tobytes()).hexdigest())
"""


def test_the_usual_products() -> None:
    chance = np.random.default_rng(2)
    left, right = chance.random((30, 40)), chance.random((40, 5))
    left[left < 0.7] = 0.0
    np.testing.assert_allclose(sparse_product(left, right), left @ right, rtol=1e-13)
    np.testing.assert_allclose(product(left, right[:, 1]), left @ right[:, 1], rtol=1e-13)


def test_the_same_bits_for_any_number_of_threads() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS], check=True, capture_output=True, encoding="utf-8",
            env={**os.environ, "OPENBLAS_NUM_THREADS": number, "MKL_NUM_THREADS": number},
        ).stdout
        for number in ("1", "2", "5")
    }  # fmt: skip
    assert len(found) == 1
    assert len(found.pop().split()) == 2
