"""What `import kg` offers: a graph of facts, opened, with the questions people ask of it.

A thin face: every method reads a snapshot at a day and hands it to `kg.advice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import ComityError

if TYPE_CHECKING:
    import rdflib

    from kg.advice.explain import Explanation
    from kg.advice.recommend import Candidate
    from kg.advice.snapshot import Snapshot
    from kg.graph.store import Store
    from kg.network.network import Network
    from kg.page import Frame

KIND = "information-security-agreement"
Day = date | str | None
"""A day, its ISO text (2015, 2015-06, 2015-06-30), or None for today."""


def open(where: str | Path | None = None) -> Graph:  # noqa: A001
    """Open a graph of facts: the shipped ones, a store on disk, or a SPARQL 1.1 endpoint.

    Parameters
    ----------
    where : str or Path, optional
        A folder made by `comity build --graph FOLDER`, or an address that starts with http(s)://.
        Without it the shipped facts, which are built into a cache the first time (a few seconds).

    Raises
    ------
    ComityError
        If there is no graph in the folder. An endpoint is reached with the first question.

    Examples
    --------
    >>> import kg
    >>> graph = kg.open()
    >>> graph.query("SELECT ?name { country:CHN schema:name ?name FILTER(LANG(?name) = 'en') }")
    [{'name': 'China'}]

    """
    from kg.graph.build import cached
    from kg.graph.endpoint import RemoteStore
    from kg.graph.store import EmbeddedStore

    if where is None:
        return Graph(cached())
    if str(where).startswith(("http://", "https://")):
        return Graph(RemoteStore(str(where)))
    return Graph(EmbeddedStore(Path(where)))


@dataclass(frozen=True)
class Graph:
    """A graph of facts that can be asked for advice, as of any day.

    Every method that takes `at` reads what was in force and known on that day; a `Snapshot` read
    once with `snapshot` serves many questions of `kg.advice` without being read again.
    """

    store: Store

    def snapshot(
        self, at: Day = None, kind: str = KIND, strengths: Mapping[str, float] | None = None
    ) -> Snapshot:
        """Return the network, needs, obstacles and forecasts at a day.

        `kind` is the kind of agreement to be signed, `strengths` overrides those of kinds by name.
        """
        from kg.advice import subject

        return subject.load(self.store, _day(at), kind, strengths)

    def network(self, at: Day = None, strengths: Mapping[str, float] | None = None) -> Network:
        """Return the cooperation network at a day; its `to_networkx()` is a MultiDiGraph.

        >>> import kg
        >>> network = kg.open().network("2010-06")
        >>> network.to_networkx().nodes["CHN"]["label"]
        'China'
        """
        from kg.network import network

        return network.load(self.store, _day(at), strengths)

    def recommend(self, focal: str, at: Day = None, **options: Any) -> list[Candidate]:  # noqa: ANN401
        """Return the partner countries of `focal` (ISO alpha-3), ranked by expected leverage.

        `options` are those of `kg.advice.recommend.recommend`: mutual, everyone, weights. Each
        candidate has its factors as fields and `as_json()` as a row.

        >>> import kg
        >>> best, *others = kg.open().recommend("CHN", at="2026-01-01")
        >>> best.rank, len(others) > 100
        (1, True)
        """
        from kg.advice.recommend import recommend

        return recommend(self.snapshot(at), focal, **options)

    def explain(self, focal: str, partner: str, at: Day = None) -> Explanation:
        """Return every factor, fact and source behind one pair's place in the ranking."""
        from kg.advice.explain import explain

        return explain(self.store, self.snapshot(at), focal, partner)

    def page(self, focal: str, at: Day = None) -> Frame:
        """Return the interactive page of `focal`'s ranking; a notebook shows it by itself."""
        from kg.advice import draw
        from kg.page import Frame

        return Frame(draw.base(self.store, self.snapshot(at), focal))

    def query(
        self, question: str, *, allow_service: bool = False, **parameters: str
    ) -> list[dict[str, Any]] | bool | rdflib.Graph:
        """Answer a named question (see `comity queries`) or any SPARQL 1.1 query.

        Parameters
        ----------
        question : str
            The name of a question, or SPARQL; the prefixes of `kg.terms` need no declaration.
        allow_service : bool
            Let the query reach other endpoints.
        **parameters : str
            The values of a named question's parameters.

        Returns
        -------
        list of dict, bool or rdflib.Graph
            Rows by column name, numbers as numbers and IRIs short; the answer of an ASK; the
            triples of a CONSTRUCT or DESCRIBE.

        Examples
        --------
        >>> import kg
        >>> graph = kg.open()
        >>> graph.query("neighbours", country="MNG")[0]["name"]
        'China'
        >>> graph.query("ASK { country:CHN a schema:Country }")
        True

        """
        from kg.graph import answer, catalog

        named = "{" not in question
        if parameters and not named:
            raise ComityError(
                f"{next(iter(parameters))}: only a named question has parameters: "
                "write the value into the SPARQL text"
            )
        text = catalog.question(question).filled(parameters) if named else question
        return answer.content(self.store.query(text, allow_service=allow_service))


def _day(at: Day) -> date:
    from kg.graph.csvw import first_day

    if not isinstance(at, str):
        return at or date.today()
    try:
        return date.fromisoformat(first_day(at))
    except ValueError as error:
        raise ComityError(f"at: {error}") from error
