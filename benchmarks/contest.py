"""Two sides of a contest, in turn and by processor time, so that neither meets a busier machine."""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self

Action = Callable[[], object]


def processor_time() -> float:
    """Return the processor seconds of this process and of its ended children."""
    uses = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def spent(action: Action) -> float:
    """Return the processor seconds that an action takes."""
    start = processor_time()
    action()
    return processor_time() - start


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles beside it."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the median and quartiles of some values."""
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return cls(low, middle, high)

    def text(self, form: str = ".2f") -> str:
        """Return the median, and the quartiles in brackets."""
        return f"{self.middle:{form}} [{self.low:{form}}, {self.high:{form}}]"


def contest(one: Action, other: Action, repeats: int) -> Spread:
    """Return the time of `one` as a multiple of the other's, over pairs that take turns first."""
    one(), other()
    ratios = []
    for turn in range(repeats):
        if turn % 2:
            below, above = spent(other), spent(one)
        else:
            above, below = spent(one), spent(other)
        ratios.append(above / below)
    return Spread.of(ratios)


def usual(action: Action, repeats: int) -> float:
    """Return the median processor seconds of an action, after one run to warm up."""
    action()
    return median(spent(action) for _ in range(repeats))
