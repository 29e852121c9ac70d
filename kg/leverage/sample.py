"""Sums over a population, estimated from a sample of it, with a bound on the error.

Every member of a population of N has a non-negative part in the total of each of n candidates, at
most `widest`. From S members drawn without replacement the total is N times their mean. By the
empirical Bernstein-Serfling inequality (Bardenet and Maillard 2015, theorem 4) the mean of one
candidate is off, with probability at most 10 exp(-u), by more than

    v sqrt(2 r u / S) + k widest u / S,    k = 7/3 + 3/sqrt(2),    r = 1 - (S - 1) / N,

v the sample's standard deviation. With u = ln(10 n / DOUBT) it holds for all n candidates at once
with probability 1 - DOUBT. That is a guarantee, and a loose one where `widest` is large: a member
that was not drawn may hold it all. The standard error, v sqrt((1 - S / N) / S), is what to expect.
The whole population gives the total itself: both are then 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from kg.leverage.formula import Vector
from kg.leverage.inverse import Indices

DOUBT = 0.05
KAPPA = 7.0 / 3.0 + 3.0 / 2.0**0.5


@dataclass(frozen=True)
class Sampled:
    """Estimates (n,), the standard error and the bound of each (n,), and how many were drawn."""

    values: Vector
    errors: Vector
    bounds: Vector
    drawn: int

    def plus(self, known: Vector) -> Self:
        """Return the estimates with a part (n,) added that is known exactly."""
        return replace(self, values=self.values + known)


class Tally:
    """Adds up the parts of the members drawn so far in the totals of n candidates."""

    def __init__(self, size: int, population: int, widest: float) -> None:
        self.sums = np.zeros(size)
        self.squares = np.zeros(size)
        self.population = population
        self.widest = widest
        self.drawn = 0

    def add(self, candidates: Indices, parts: Vector) -> int:
        """Count one more member: its parts in the totals of some candidates, none in the others.

        Returns how many candidates these are.
        """
        self.sums[candidates] += parts
        self.squares[candidates] += parts * parts
        self.drawn += 1
        return len(candidates)

    def result(self) -> Sampled:
        """Return the estimates."""
        drawn, whole = max(self.drawn, 1), self.population
        mean = self.sums / drawn
        if self.drawn >= whole:
            return Sampled(self.sums, np.zeros(len(mean)), np.zeros(len(mean)), drawn)
        variance = np.maximum(0.0, self.squares / drawn - mean * mean)
        doubt = np.log(10.0 * len(mean) / DOUBT)
        spread = np.sqrt(2.0 * (1.0 - (drawn - 1) / whole) * variance * doubt / drawn)
        bound = spread + KAPPA * self.widest * doubt / drawn
        error = np.sqrt((1.0 - drawn / whole) * variance / drawn)
        return Sampled(whole * mean, whole * error, whole * bound, self.drawn)
