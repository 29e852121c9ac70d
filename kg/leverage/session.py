"""A what-if session: a network in memory to which ties are added and from which they are dropped.

Adding a tie updates the path strengths in O(n^2), a tenth of a millisecond for 250 nodes; dropping
one searches the paths again, some milliseconds.
"""

from __future__ import annotations

import numpy as np

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.leverage.reach import Reach
from kg.leverage.ties import STRENGTH


class Session:
    """What every node reaches, before and after the changes made so far.

    `tau` (n, n) holds tie strengths, symmetric with a zero diagonal; `need` (n,) is 1 when not
    given. The matrices passed in are not changed.
    """

    def __init__(self, tau: Matrix, need: Vector | None = None) -> None:
        self.start = Reach.of(np.array(tau, dtype=np.float64), need)
        self.now = self.start

    def add(self, a: int, b: int, strength: float = STRENGTH) -> None:
        """Add an agreement of `strength` in (0, 1]; an existing tie grows by noisy-or."""
        self._check(a, b)
        if not 0.0 < strength <= 1.0:
            raise ComityError(f"strength {strength:g} of a tie: it must be above 0 and at most 1")
        self.now = self.now.accept(a, b, strength)

    def drop(self, a: int, b: int) -> None:
        """Remove the tie between a and b, every agreement of it; raises ComityError if none is."""
        self._check(a, b)
        if self.now.tau[a, b] == 0.0:
            raise ComityError(f"no tie between {a} and {b} to drop")
        self.now = self.now.drop(a, b)

    def reset(self) -> None:
        """Undo every change."""
        self.now = self.start

    def gains(self, focal: int, strength: float = STRENGTH) -> Vector:
        """Return (n,): what `focal` would reach beyond now through one more agreement with each.

        NaN for `focal` itself; existing ties are strengthened. The partner's own need counts.
        """
        gains = self.now.gains(focal, strength)
        gains[focal] = np.nan
        return gains

    def totals(self) -> Vector:
        """Return (n,): the need every node reaches now."""
        return self.now.totals()

    def change(self) -> Vector:
        """Return (n,): what the changes made so far add to the need every node reaches."""
        return np.asarray(self.now.totals() - self.start.totals())

    def _check(self, a: int, b: int) -> None:
        size = len(self.now.tau)
        if a == b or not (0 <= a < size and 0 <= b < size):
            raise ComityError(f"a tie needs two different nodes among 0..{size - 1}, not {a}, {b}")
