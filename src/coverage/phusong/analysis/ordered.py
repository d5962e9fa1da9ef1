"""Products of matrices that are added up in one order.

A BLAS divides large products among its threads, and their number changes the last digits: the
same study would then give other bytes on another machine, or beside another program.
"""

import numpy as np
from scipy.sparse import csr_array

from phusong.units import FloatArray


def product(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Multiply a matrix by a vector, the same to the bit on any number of threads.

    Parameters
    ----------
    matrix
        Rows × columns.
    vector
        Columns.

    Returns
    -------
    numpy.ndarray
        Rows.
    """
    return np.asarray(np.einsum("rc,c->r", matrix, vector))


def sparse_product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Multiply two matrices, the first mostly zeros, the same to the bit on any number of threads.

    Parameters
    ----------
    left
        Rows × inner.
    right
        Inner × columns.

    Returns
    -------
    numpy.ndarray
        Rows × columns.
    """
    return np.asarray(csr_array(left) @ right)
