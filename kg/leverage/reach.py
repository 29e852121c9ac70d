"""Reach as an objective: the need that a node reaches along its paths, and how ties raise it.

A tie of strength tau between a and b gives every pair the new path strength

    rho'_st = max(rho_st, rho_sa tau rho_bt, rho_sb tau rho_at)

which is exact, for the best path uses the tie at most once. An agreement is the same with the best
product inside the group in place of tau. See `kg.leverage.formula` for tau, rho and need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from kg.leverage.formula import Matrix, Vector, onward, path_strength, strengthened
from kg.leverage.inverse import Indices


@dataclass(frozen=True)
class Reach:
    """A network with all its path strengths in memory: tau and rho (n, n), need (n,)."""

    tau: Matrix
    rho: Matrix
    need: Vector

    @classmethod
    def of(cls, tau: Matrix, need: Vector | None = None) -> Self:
        """Return the state of a network of tie strengths; without `need`, every need is 1."""
        need = np.ones(len(tau)) if need is None else need
        return cls(tau, path_strength(tau), need)

    def totals(self) -> Vector:
        """Return (n,): the need each node reaches, sum over t != f of need_t rho_ft."""
        return np.asarray(self.rho @ self.need - self.need)

    def gains(self, focal: int, strength: float) -> Vector:
        """Return (n,): the gain of the total of `focal` through an agreement with each node.

        An existing tie is strengthened by noisy-or. The partner itself counts, need_j times what
        the path strength to it gains; `kg.leverage.formula.onward` has the third nodes alone.
        """
        tie = strengthened(self.tau, focal, strength)
        partner = self.need * np.maximum(0.0, tie - self.rho[focal])
        return np.asarray(onward(self.rho, self.need, focal, tie).sum(axis=1) + partner)

    def pairs(self, strength: float) -> Matrix:
        """Return (n, n): row f is the gain of f through a tie with each node, O(n^3)."""
        return np.stack([self.gains(focal, strength) for focal in range(len(self.tau))])

    def agreements(self, members: Indices, focal: int, strength: float) -> Vector:
        """Return (m,): the gain of `focal` through each agreement, a row of `members` (m, t)."""
        return np.array([self._agreement(row, focal, strength) for row in members])

    def accept(self, a: int, b: int, strength: float) -> Self:
        """Return the state after one more agreement between a and b: O(n^2)."""
        tau = self.tau.copy()
        tau[a, b] = tau[b, a] = 1.0 - (1.0 - tau[a, b]) * (1.0 - strength)
        forth = np.multiply.outer(self.rho[a] * tau[a, b], self.rho[b])
        rho = np.maximum(self.rho, forth)
        np.multiply.outer(self.rho[b] * tau[a, b], self.rho[a], out=forth)
        np.maximum(rho, forth, out=rho)
        return replace(self, tau=tau, rho=rho)

    def drop(self, a: int, b: int) -> Self:
        """Return the state without the tie between a and b: the paths are searched again."""
        tau = self.tau.copy()
        tau[a, b] = tau[b, a] = 0.0
        return replace(self, tau=tau, rho=path_strength(tau))

    def _agreement(self, members: Indices, focal: int, strength: float) -> float:
        inside = 1.0 - (1.0 - self.tau[np.ix_(members, members)]) * (1.0 - strength)
        best = np.maximum(inside, self.rho[np.ix_(members, members)])
        for node in range(len(members)):
            np.maximum(best, np.outer(best[:, node], best[node]), out=best)
        entry = (self.rho[focal][members, None] * best).max(axis=0)
        through = (entry[:, None] * self.rho[members]).max(axis=0)
        return float(self.need @ np.maximum(0.0, through - self.rho[focal]))
