"""Objectives that are read off an inverse: Kirchhoff index, forest farness, Katz, PageRank.

Each problem names the matrix M whose inverse P it needs, the block X that new ties add to M, and
its gain as a formula in P (see `inverse`). With A the weights, k the strengths of the nodes
(the row sums of A), L = diag(k) - A, n nodes, w the weight of the new tie, b = e_f - e_j,
R = b'Pb, and C as in `kg.leverage.inverse`:

kirchhoff  M = L (P its pseudoinverse)   n w b'P^2 b / (1 + wR)
forest     M = I + L                     w [n (P_ff - P_fj)^2 + b'P^2 b] / (1 + wR)
katz       M = I - alpha A               -P_fT C u_T,              u = P 1, T = {f, j}
pagerank   M = diag(k) - d A             change of k_f u_f / sum_i k_i u_i

An agreement among t members adds w to every pair of them: n tr(C S_TT) for kirchhoff, and so on.
In pagerank a node without ties has k = 1 in place of 0: that is a dangling node whose rank the
normalisation spreads uniformly.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, diags_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.leverage.inverse import (
    Block,
    Entries,
    Indices,
    all_entries,
    blocks,
    core,
    entries,
    inverse,
    pair_core,
    square_blocks,
)

DAMPING = 0.85
KATZ_SHARE = 0.5  # alpha as a share of 1 / lambda_max, where the series stops converging
SMALL = 500  # up to here all eigenvalues are quicker than an iteration


class Problem(Protocol):
    """What an objective of this family has to say about itself."""

    singular: bool  # M 1 = 0, and P is the pseudoinverse

    def system(self) -> csr_array:
        """Return M (n, n)."""

    def change(self, members: Indices, weight: float) -> Block:
        """Return X (m, t, t) for m agreements among t members each."""

    def gain(self, known: Entries, weight: float) -> Matrix:
        """Return (F, n): what each focal node gains through a tie with each node."""

    def agreement(self, state: Resolvent, members: Indices, focal: int, weight: float) -> Vector:
        """Return (m,): what the focal node gains through each agreement."""

    def joined(self, a: int, b: int, weight: float) -> Self:
        """Return the problem of the network with one more tie."""


def laplacian(weights: csr_array) -> csr_array:
    """Return L = diag(k) - A (n, n)."""
    return csr_array(diags_array(weights.sum(axis=1)) - weights)


@dataclass(frozen=True)
class Kirchhoff:
    """The decrease of the Kirchhoff index n tr(L^+), the sum of all effective resistances.

    Raises ComityError where the network is not connected, for the index is infinite there.
    """

    weights: csr_array
    singular = True

    def __post_init__(self) -> None:
        parts, _ = connected_components(self.weights, directed=False)
        if parts > 1:
            raise ComityError(
                f"the Kirchhoff index is infinite: the network falls into {parts} parts; "
                "use the objective 'forest', which is finite on any network"
            )

    def system(self) -> csr_array:
        """Return L (n, n)."""
        return laplacian(self.weights)

    def change(self, members: Indices, weight: float) -> Block:
        """Return w (tI - J) for each agreement."""
        return _clique(members, weight)

    def gain(self, known: Entries, weight: float) -> Matrix:
        """Return (F, n): n w b'P^2 b / (1 + wR)."""
        scale = known.rows.shape[1] * weight
        return np.asarray(scale * known.spread() / (1.0 + weight * known.resistance()))

    def agreement(self, state: Resolvent, members: Indices, focal: int, weight: float) -> Vector:  # noqa: ARG002
        """Return (m,): n tr(C S_TT); the same for every focal node."""
        return len(state.inverse) * _trace(state, members, weight)

    def joined(self, a: int, b: int, weight: float) -> Self:
        """Return the problem of the network with one more tie."""
        return replace(self, weights=joined(self.weights, a, b, weight))


@dataclass(frozen=True)
class Forest:
    """The decrease of f's forest farness, sum_t (Q_ff + Q_tt - 2 Q_ft) with Q = (I + L)^-1."""

    weights: csr_array
    singular = False

    def system(self) -> csr_array:
        """Return I + L (n, n)."""
        return csr_array(eye_array(self.weights.shape[0]) + laplacian(self.weights))

    def change(self, members: Indices, weight: float) -> Block:
        """Return w (tI - J) for each agreement."""
        return _clique(members, weight)

    def gain(self, known: Entries, weight: float) -> Matrix:
        """Return (F, n): w [n (P_ff - P_fj)^2 + b'P^2 b] / (1 + wR)."""
        return farness_gain(known, weight)

    def agreement(self, state: Resolvent, members: Indices, focal: int, weight: float) -> Vector:
        """Return (m,): n P_fT C P_Tf + tr(C S_TT)."""
        near = state.inverse[focal][members]
        own = _form(near, state.core(members, weight), near)
        return np.asarray(len(state.inverse) * own + _trace(state, members, weight))

    def joined(self, a: int, b: int, weight: float) -> Self:
        """Return the problem of the network with one more tie."""
        return replace(self, weights=joined(self.weights, a, b, weight))


@dataclass(frozen=True)
class Katz:
    """The gain of f's Katz status x_f, x = (I - alpha A)^-1 1; alpha stays when a tie is accepted.

    The walks x counts can only be summed while alpha is below 1 / lambda_max of the network with
    the tie. Where a strong tie breaks that, the formula has a value but no meaning: a warning
    says so.
    """

    weights: csr_array
    alpha: float
    singular = False

    @classmethod
    def of(cls, weights: csr_array) -> Self:
        """Return the problem with alpha = 0.5 / lambda_max of the network."""
        if not weights.nnz:
            raise ComityError("katz needs a network with at least one tie; use 'forest'")
        return cls(weights, KATZ_SHARE / largest_eigenvalue(weights))

    def system(self) -> csr_array:
        """Return I - alpha A (n, n)."""
        return csr_array(eye_array(self.weights.shape[0]) - self.alpha * self.weights)

    def change(self, members: Indices, weight: float) -> Block:
        """Return -alpha w (J - I) for each agreement."""
        size = members.shape[1]
        change = -self.alpha * weight * (1.0 - np.eye(size))
        return np.broadcast_to(change, (len(members), size, size))

    def gain(self, known: Entries, weight: float) -> Matrix:
        """Return (F, n): -P_fT C u_T with T = {f, j}."""
        cross = -self.alpha * weight
        none = np.zeros(known.rows.shape[1])
        parts = pair_core(known, none[known.focal][:, None], cross, none)
        share = self.alpha * weight * (known.rows + np.sqrt(known.own * known.diagonal))
        _warn_of_divergence(np.where(self._tied(known.focal), 0.0, share))
        return np.asarray(-_pair_form(known, parts))

    def agreement(self, state: Resolvent, members: Indices, focal: int, weight: float) -> Vector:
        """Return (m,): -P_fT C u_T."""
        sums = state.inverse.sum(axis=1)
        return -_form(state.inverse[focal][members], state.core(members, weight), sums[members])

    def joined(self, a: int, b: int, weight: float) -> Self:
        """Return the problem of the network with one more tie, alpha unchanged."""
        return replace(self, weights=joined(self.weights, a, b, weight))

    def _tied(self, focal: Indices) -> NDArray[np.bool_]:
        """Return (F, n): whether a node is the focal node or tied to it."""
        tied = self.weights[focal].toarray() != 0.0
        tied[np.arange(len(focal)), focal] = True
        return np.asarray(tied)


@dataclass(frozen=True)
class PageRank:
    """The gain of f's PageRank, damping 0.85, on the weighted network; dangling nodes uniform."""

    weights: csr_array
    singular = False

    def degree(self) -> Vector:
        """Return (n,): the strengths k of the nodes, 1 for a node without ties."""
        degree = np.asarray(self.weights.sum(axis=1))
        return np.where(degree == 0.0, 1.0, degree)

    def alone(self) -> Vector:
        """Return (n,): 1 for a node without ties, else 0."""
        return np.asarray(self.weights.sum(axis=1) == 0.0, dtype=np.float64)

    def system(self) -> csr_array:
        """Return diag(k) - d A (n, n)."""
        return csr_array(diags_array(self.degree()) - DAMPING * self.weights)

    def change(self, members: Indices, weight: float) -> Block:
        """Return w (t - 1) on the diagonal (less the 1 of a node without ties), -d w beside it."""
        size = members.shape[1]
        gained = weight * (size - 1) - self.alone()[members]
        beside = -DAMPING * weight * (1.0 - np.eye(size))
        return np.asarray(beside + gained[:, :, None] * np.eye(size))

    def gain(self, known: Entries, weight: float) -> Matrix:
        """Return (F, n): the change of k_f u_f / sum_i k_i u_i."""
        degree, alone = self.degree(), self.alone()
        parts = pair_core(
            known, (weight - alone)[known.focal][:, None], -DAMPING * weight, weight - alone
        )
        sums = known.sums[known.focal][:, None] - _pair_form(known, parts)
        joining = alone[known.focal][:, None] + alone
        before = (degree * known.sums)[known.focal][:, None] / self._total(0.0)
        grown = (degree + weight - alone)[known.focal][:, None]
        return np.asarray(grown * sums / self._total(joining) - before)

    def agreement(self, state: Resolvent, members: Indices, focal: int, weight: float) -> Vector:
        """Return (m,): the change of k_f u_f / sum_i k_i u_i."""
        degree, alone, sums = self.degree(), self.alone(), state.inverse.sum(axis=1)
        lost = _form(state.inverse[focal][members], state.core(members, weight), sums[members])
        joins = (members == focal).any(axis=1)
        grown = degree[focal] + joins * (weight * (members.shape[1] - 1) - alone[focal])
        after = grown * (sums[focal] - lost) / self._total(alone[members].sum(axis=1))
        return np.asarray(after - degree[focal] * sums[focal] / self._total(0.0))

    def joined(self, a: int, b: int, weight: float) -> Self:
        """Return the problem of the network with one more tie."""
        return replace(self, weights=joined(self.weights, a, b, weight))

    def _total(self, joining: ArrayLike) -> Matrix:
        """Return sum_i k_i u_i once `joining` more nodes have a tie: 1 / (1 - d) each, else 1."""
        alone = self.alone().sum() - np.asarray(joining)
        return np.asarray(alone + (self.weights.shape[0] - alone) / (1.0 - DAMPING))


@dataclass(frozen=True)
class Resolvent:
    """A problem with its inverse in memory (dense, n up to a few thousand)."""

    problem: Problem
    inverse: Matrix  # (n, n)

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return the problem solved: O(n^3), once."""
        system = problem.system().toarray()
        if not problem.singular:
            return cls(problem, inverse(system))
        shift = 1.0 / len(system)
        system += shift
        solved = inverse(system)
        solved -= shift
        return cls(problem, solved)

    def gains(self, focal: int, strength: float) -> Vector:
        """Return (n,): the gain of `focal` through a tie of weight `strength` with each node."""
        known = entries(self.inverse, np.array([focal]))
        return np.asarray(self.problem.gain(known, strength)[0])

    def pairs(self, strength: float) -> Matrix:
        """Return (n, n): row f is the gain of f through a tie with each node."""
        return self.problem.gain(all_entries(self.inverse), strength)

    def agreements(self, members: Indices, focal: int, strength: float) -> Vector:
        """Return (m,): the gain of `focal` through each agreement, a row of `members` (m, t)."""
        return self.problem.agreement(self, members, focal, strength)

    def accept(self, a: int, b: int, strength: float) -> Self:
        """Return the state after a tie of weight `strength`: O(n^2) for the inverse."""
        members = np.array([[a, b]])
        columns = self.inverse[:, members[0]]
        updated = self.inverse - columns @ self.core(members, strength)[0] @ columns.T
        return replace(self, problem=self.problem.joined(a, b, strength), inverse=updated)

    def core(self, members: Indices, strength: float) -> Block:
        """Return C (m, t, t) for m agreements among t members each."""
        return core(self.problem.change(members, strength), blocks(self.inverse, members))


def farness_gain(known: Entries, weight: float) -> Matrix:
    """Return (F, n): the decrease of sum_t (P_ff + P_tt - 2 P_ft) for an inverse of L or I + L.

    With the pseudoinverse of L this is current-flow farness, with (I + L)^-1 forest farness.
    """
    own = known.own - known.rows
    own *= own
    own *= known.rows.shape[1]
    return np.asarray(weight * (own + known.spread()) / (1.0 + weight * known.resistance()))


def joined(weights: csr_array, a: int, b: int, weight: float) -> csr_array:
    """Return the weights with `weight` added to the tie between a and b."""
    tie = csr_array(([weight, weight], ([a, b], [b, a])), shape=weights.shape)
    return csr_array(weights + tie)


def largest_eigenvalue(weights: csr_array) -> float:
    """Return lambda_max of a symmetric non-negative matrix."""
    if weights.shape[0] <= SMALL:
        return float(np.linalg.eigvalsh(weights.toarray())[-1])
    start = np.ones(weights.shape[0])
    return float(eigsh(weights, k=1, which="LA", v0=start, return_eigenvectors=False)[0])


def _clique(members: Indices, weight: float) -> Block:
    """Return w (tI - J) for each agreement."""
    size = members.shape[1]
    return np.broadcast_to(weight * (size * np.eye(size) - 1.0), (len(members), size, size))


def _trace(state: Resolvent, members: Indices, weight: float) -> Vector:
    """Return (m,): tr(C S_TT)."""
    squares = square_blocks(state.inverse, members)
    return np.asarray(np.einsum("mij,mji->m", state.core(members, weight), squares))


def _form(left: Matrix, core: Block, right: Matrix) -> Vector:
    """Return (m,): left' C right for each of m agreements; left and right are (m, t)."""
    return np.asarray(np.einsum("mi,mij,mj->m", left, core, right))


def _pair_form(known: Entries, parts: tuple[Matrix, Matrix, Matrix]) -> Matrix:
    """Return (F, n): P_fT C u_T with T = {f, j}."""
    c_ff, c_fj, c_jj = parts
    u_f, u_j = known.sums[known.focal][:, None], known.sums
    return np.asarray(
        known.own * (c_ff * u_f + c_fj * u_j) + known.rows * (c_fj * u_f + c_jj * u_j)
    )


def _warn_of_divergence(share: Matrix) -> None:
    if share.max(initial=0.0) >= 1.0:
        warnings.warn(
            "katz: the new tie is so strong that the walks no longer add up for some candidates; "
            f"a strength below {1.0 / share.max():.3g} times this one is meaningful",
            RuntimeWarning,
            stacklevel=4,
        )
