"""A graph written out as RDF, statement by statement, so that any size needs little memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from kg.errors import ComityError
from kg.files import whole
from kg.graph.answer import GRAPH_FORMATS, chosen_format, shown_prefixes
from kg.graph.store import Store
from kg.terms import PREFIXES, SOURCE

KEEPING = {"nquads", "trig"}
"""The formats that keep named graphs."""


class Counted:
    """Statements that are counted as they pass."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.quads = quads
        self.number = 0

    def __iter__(self) -> Iterator[ox.Quad]:
        """Yield the statements."""
        for quad in self.quads:
            self.number += 1
            yield quad


def form_of(output: Path | None) -> str:
    """Return the format that an output's suffix means; N-Quads where there is none."""
    return chosen_format(None, output, graph=True) if output and output.suffix else "nquads"


def dump(store: Store, output: Path | None, form: str, dataset: str | None = None) -> int:
    """Write the statements of a store's named graphs, or of one; return how many there were.

    A format without named graphs gets each statement once. Raises ComityError where the dataset
    is not there, the format is none for graphs, or the output fails.
    """
    if form not in GRAPH_FORMATS:
        raise ComityError(f"{output}: a graph comes as {', '.join(GRAPH_FORMATS)}", code=3)
    found = Counted(store.quads(_graph(dataset) if dataset else None))
    statements = found if form in KEEPING else _once(found, dataset is None)
    with _opened(output) as file:
        ox.serialize(statements, file, GRAPH_FORMATS[form], prefixes=shown_prefixes(form))
        if dataset and not found.number:
            raise ComityError(f"{store.location}: no dataset is called {dataset}")
    return found.number


def _graph(name: str) -> str:
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    return name if colon else SOURCE + name


def _once(quads: Iterable[ox.Quad], several: bool) -> Iterator[ox.Triple]:
    """Yield each triple once, however many graphs state it."""
    seen: set[int] = set()
    for quad in quads:
        key = hash(quad.triple)
        if not (several and key in seen):
            seen.add(key)
            yield quad.triple


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    if output is not None:
        with whole(output) as file:
            yield file
        return
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ComityError(f"standard output: cannot be written ({error.strerror})") from error
