"""The inverse P = M^-1 of a symmetric positive definite matrix, and how a few new ties change it.

Ties among a set T of t nodes change M only inside the (t, t) block of T: M' = M + E X E'. Then
P' = P - P E C E' P with C = (I + X P_TT)^-1 X, which also holds where X is singular
(Sherman and Morrison 1950; Woodbury 1950). Every gain is a short formula in C and entries of P
and S = P^2. All matrices are dense, without unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector

Indices: TypeAlias = NDArray[np.intp]
TILE = 256  # rows mirrored at a time, to stay in cache
Block: TypeAlias = NDArray[np.float64]  # (m, t, t): one small matrix an agreement


@dataclass(frozen=True)
class Entries:
    """The entries of P and S = P^2 that tell what each focal node gains from each candidate."""

    focal: Indices  # (F,)
    rows: Matrix  # (F, n): P_fj
    diagonal: Vector  # (n,): P_jj
    square_rows: Matrix  # (F, n): S_fj
    square_diagonal: Vector  # (n,): S_jj
    sums: Vector  # (n,): the row sums of P

    @property
    def own(self) -> Matrix:
        """(F, 1): P_ff."""
        return self.diagonal[self.focal][:, None]

    def resistance(self) -> Matrix:
        """Return (F, n): b'Pb with b = e_f - e_j."""
        return np.asarray(self.own + self.diagonal - 2.0 * self.rows)

    def spread(self) -> Matrix:
        """Return (F, n): b'P^2 b with b = e_f - e_j."""
        own = self.square_diagonal[self.focal][:, None]
        return np.asarray(own + self.square_diagonal - 2.0 * self.square_rows)


def inverse(matrix: Matrix) -> Matrix:
    """Return the inverse (n, n) of a symmetric positive definite matrix, by Cholesky.

    `matrix` is overwritten. Raises ComityError (code 3) where it is not positive definite.
    """
    factor, failed = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1)
    if failed:
        raise ComityError("the network's weights are too uneven to invert its matrix", code=3)
    lower, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    for start in range(0, len(lower), TILE):
        stop = start + TILE
        corner = lower[start:stop, start:stop]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
        lower[start:stop, stop:] = lower[stop:, start:stop].T
    return np.asarray(lower)


def entries(inverse: Matrix, focal: Indices) -> Entries:
    """Return the entries of P and of its square for some focal nodes, O(n^2) for each."""
    rows = inverse[focal]
    return Entries(
        focal=focal,
        rows=rows,
        diagonal=np.diagonal(inverse),
        square_rows=rows @ inverse,
        square_diagonal=np.einsum("ij,ij->i", inverse, inverse),
        sums=inverse.sum(axis=1),
    )


def all_entries(inverse: Matrix) -> Entries:
    """Return the entries of P and of its square for every pair of nodes, O(n^3)."""
    square = inverse @ inverse.T
    return Entries(
        focal=np.arange(len(inverse)),
        rows=inverse,
        diagonal=np.diagonal(inverse),
        square_rows=square,
        square_diagonal=np.diagonal(square),
        sums=inverse.sum(axis=1),
    )


def pair_core(
    entries: Entries, own: Matrix, cross: float, other: Vector
) -> tuple[Matrix, Matrix, Matrix]:
    """Return (C_ff, C_fj, C_jj), each (F, n), for X = [[own, cross], [cross, other]].

    For two nodes C = (X + det(X) adj(P_TT)) / det(I + X P_TT).
    """
    p_ff, p_fj, p_jj = entries.own, entries.rows, entries.diagonal
    minor = own * other - cross * cross
    scale = 1.0 + own * p_ff + 2.0 * cross * p_fj + other * p_jj
    scale = scale + minor * (p_ff * p_jj - p_fj * p_fj)
    with np.errstate(divide="ignore", invalid="ignore"):  # f = j is no tie, whatever it gives
        return (
            (own + minor * p_jj) / scale,
            (cross - minor * p_fj) / scale,
            (other + minor * p_ff) / scale,
        )


def core(change: Block, block: Block) -> Block:
    """Return C = (I + X P_TT)^-1 X, (m, t, t), for the blocks X and P_TT of m agreements."""
    size = change.shape[-1]
    return np.asarray(np.linalg.solve(np.eye(size) + change @ block, change))


def blocks(matrix: Matrix, members: Indices) -> Block:
    """Return (m, t, t): the block of `matrix` on each row of `members` (m, t)."""
    return np.asarray(matrix[members[:, :, None], members[:, None, :]])


def square_blocks(inverse: Matrix, members: Indices) -> Block:
    """Return (m, t, t): the blocks of P^2, without forming P^2 beyond the nodes that occur."""
    nodes, positions = np.unique(members, return_inverse=True)
    columns = inverse[:, nodes]
    return blocks(columns.T @ columns, positions.reshape(members.shape))
