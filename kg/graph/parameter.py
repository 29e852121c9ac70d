"""What a caller gives for a question's parameters: is it anything that the graph knows?"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from pyoxigraph import NamedNode

from kg.errors import ComityError
from kg.graph.catalog import Question, term
from kg.graph.store import Store

FREE = {"iri", "string"}
"""Types whose values need not be in the graph."""


def check(store: Store, asked: Question, values: Mapping[str, str]) -> None:
    """Raise ComityError, with near ones, where a value names a thing that the graph lacks."""
    for name, text in values.items():
        parameter = asked.parameters.get(name)
        if parameter is None or parameter.type in FREE:
            continue
        given = term(parameter.type, text, name)
        if isinstance(given, NamedNode) and not store.trusted(f"ASK {{ {given} ?p ?o }}"):
            raise ComityError(
                f"{asked.name}: parameter {name}: the graph has no {parameter.type} {text}: "
                f"{_hint(store, given, text)}"
            )


def _hint(store: Store, given: NamedNode, text: str) -> str:
    """Suggest ids of the same kind that are close to a text, or contain it."""
    start = given.value.removesuffix(text)
    things = store.trusted(
        f'SELECT DISTINCT ?thing {{ ?thing a ?class FILTER(STRSTARTS(STR(?thing), "{start}")) }}'
    )
    ids = [row[0].value.removeprefix(start) for row in things]  # type: ignore[union-attr]
    near = get_close_matches(text, ids, n=3, cutoff=0.5)
    near += [known for known in ids if text.casefold() in known.casefold()]
    meant = list(dict.fromkeys(near))[:3]
    return f"did you mean {' or '.join(meant)}?" if meant else "see `comity query names`"
