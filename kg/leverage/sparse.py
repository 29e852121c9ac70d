"""The entries of P = M^-1 and S = P^2 for a large sparse network, partly estimated.

The focal column of P and of S is solved for exactly (conjugate gradients with a Jacobi
preconditioner). The diagonals are estimated with random signs z (Hutchinson 1990; Bekas,
Kokiopoulou and Saad 2007): the mean of z_j (Pz)_j is P_jj, that of (Pz)_j^2 is S_jj. What makes
the estimate sharp is a control variate: a truncated Neumann series T of P, whose diagonal and
row norms are known exactly, takes the place of P but for the difference P - T. For a Laplacian the
directions that P stretches most are treated exactly too (Meyer, Musco, Musco and Woodruff 2021).
The best candidates are then solved for exactly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, diags_array

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.leverage.inverse import Entries, Indices

PROBES = 128  # random vectors; the estimate's error falls with the square root
BATCH = 16  # of them solved for at a time, which is what the memory holds
DIRECTIONS = 64  # dimensions treated apart from the random vectors
# relative residuals: a direction found; below the noise of the probes; below any noise; exact
ROUGH, LOOSE, FAIR, TIGHT = 1e-2, 1e-4, 1e-6, 1e-12
WIDE = 2e7  # two steps of the Neumann series while their matrix has at most so many entries
TINY = np.finfo(np.float64).tiny


def solve(system: csr_array, sides: Matrix, tolerance: float, *, singular: bool) -> Matrix:
    """Return P B (n, s) for the right-hand sides B (n, s), all columns at once.

    `singular` says that M 1 = 0: P is the pseudoinverse. Raises ComityError (code 3) where the
    iteration does not arrive within 5 n steps.
    """
    scale = 1.0 / system.diagonal()[:, None]
    residual = sides - sides.mean(axis=0) if singular else sides.copy()
    solution = np.zeros_like(residual)
    search = scale * residual
    error = np.einsum("ij,ij->j", residual, search)
    goal = tolerance**2 * error
    for _ in range(5 * len(sides) + 50):
        if np.all(error <= goal):
            return solution - solution.mean(axis=0) if singular else solution
        image = system @ search
        step = error / np.maximum(np.einsum("ij,ij->j", search, image), TINY)
        solution += step * search
        residual -= step * image
        image = scale * residual
        previous, error = error, np.einsum("ij,ij->j", residual, image)
        search *= error / np.maximum(previous, TINY)
        search += image
    raise ComityError("the network's weights are too uneven for the sparse solver", code=3)


def estimate(system: csr_array, focal: int, *, singular: bool, seed: int = 0) -> Entries:
    """Return the entries for one focal node: rows and sums exact, the diagonals estimated."""
    size = system.shape[0]
    sides = np.ones((size, 2))
    sides[:, 0] = np.arange(size) == focal
    exact = solve(system, sides, TIGHT, singular=singular)
    row = exact[:, 0]
    square_row = solve(system, row[:, None], TIGHT, singular=singular)[:, 0]
    diagonal, square_diagonal = _diagonals(system, singular, np.random.default_rng(seed))
    diagonal[focal], square_diagonal[focal] = row[focal], row @ row
    return Entries(
        np.array([focal]), row[None, :], diagonal, square_row[None, :], square_diagonal, exact[:, 1]
    )


def refine(known: Entries, system: csr_array, nodes: Indices, *, singular: bool) -> Entries:
    """Return the entries with the diagonals of some nodes solved for exactly."""
    sides = np.zeros((system.shape[0], len(nodes)))
    sides[nodes, np.arange(len(nodes))] = 1.0
    columns = solve(system, sides, TIGHT, singular=singular)
    diagonal, square_diagonal = known.diagonal.copy(), known.square_diagonal.copy()
    diagonal[nodes] = columns[nodes, np.arange(len(nodes))]
    square_diagonal[nodes] = np.einsum("ij,ij->j", columns, columns)
    return replace(known, diagonal=diagonal, square_diagonal=square_diagonal)


def _diagonals(
    system: csr_array, singular: bool, random: np.random.Generator
) -> tuple[Vector, Vector]:
    """Return estimates of the diagonals of P and of S (n,).

    With Q an orthonormal basis of the directions that P stretches most, the part Q Q'P is exact
    and the random signs only see the rest.
    """
    control = _neumann(system)
    diagonal, norms = _centred(control) if singular else _plain(control)
    basis = _stretched(system, singular, random)
    for start in range(0, basis.shape[1], BATCH):
        part = basis[:, start : start + BATCH]
        along = solve(system, part, FAIR, singular=singular)
        known = _control(control, part, singular)
        diagonal += _dot(part, along - known)
        norms += _dot(along, along) - _dot(known, known)
    for _ in range(PROBES // BATCH):
        signs = _signs(random, system.shape[0], BATCH, singular)
        rest = signs - basis @ (basis.T @ signs)
        solved = solve(system, rest, LOOSE, singular=singular)
        known = _control(control, rest, singular)
        diagonal += _dot(signs, solved - known) / PROBES
        norms += (_dot(solved, solved) - _dot(known, known)) / PROBES
    return diagonal, norms


def _control(control: csr_array, sides: Matrix, singular: bool) -> Matrix:
    """Return T B (n, s), with the mean taken off where M 1 = 0."""
    known = control @ sides
    return np.asarray(known - known.mean(axis=0) if singular else known)


def _stretched(system: csr_array, singular: bool, random: np.random.Generator) -> Matrix:
    """Return an orthonormal basis (n, k) of directions that a pseudoinverse stretches most.

    Long-range networks (a map, a grid) have some; I + L and its like have none worth the time.
    """
    if not singular:
        return np.zeros((system.shape[0], 0))
    number = min(DIRECTIONS, system.shape[0] // 4)
    signs = _signs(random, system.shape[0], number, singular)
    basis, _ = np.linalg.qr(solve(system, signs, ROUGH, singular=singular))
    return np.asarray(basis)


def _signs(random: np.random.Generator, size: int, number: int, singular: bool) -> Matrix:
    """Return random signs (size, number), with the mean taken off where M 1 = 0."""
    signs = random.choice([-1.0, 1.0], (size, number))
    return np.asarray(signs - signs.mean(axis=0) if singular else signs)


def _dot(left: Matrix, right: Matrix) -> Vector:
    """Return the inner product of each row of `left` with that of `right`."""
    return np.asarray(np.einsum("ij,ij->i", left, right))


def _neumann(system: csr_array) -> csr_array:
    """Return T = D^-1 + D^-1 B D^-1 [+ D^-1 B D^-1 B D^-1] for M = D - B, D its diagonal."""
    diagonal = system.diagonal()
    inverse = diags_array(1.0 / diagonal)
    beside = diags_array(diagonal) - system
    once = csr_array(inverse @ beside @ inverse)
    control = csr_array(inverse + once)
    links = np.diff(system.indptr).astype(np.float64)
    return csr_array(control + once @ beside @ inverse) if links @ links <= WIDE else control


def _plain(control: csr_array) -> tuple[Vector, Vector]:
    """Return the diagonal and the squared row norms of T (n,)."""
    return np.array(control.diagonal()), np.asarray(control.multiply(control).sum(axis=1))


def _centred(control: csr_array) -> tuple[Vector, Vector]:
    """Return the diagonal and the squared row norms of (I - J/n) T (I - J/n) (n,)."""
    diagonal, norms = _plain(control)
    size = len(diagonal)
    means = np.asarray(control.sum(axis=1)) / size
    shift = means - means.mean()
    norms = norms + size * means**2 + shift @ shift
    norms += 2.0 * (means * shift.sum() - size * means**2 - control @ shift)
    return diagonal - means - shift, norms
