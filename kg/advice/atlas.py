"""From the whole graph to its page: every thing a node, every link a tie with who says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg import page
from kg.errors import ComityError
from kg.graph.dossier import resolve
from kg.graph.provenance import Source, read_sources
from kg.graph.store import Store
from kg.graph.things import Thing, Whole
from kg.sources.places import Places
from kg.terms import compact, local

HOPS = 4  # the whole graph is hardly ever further

KINDS = (
    "schema:Country",
    "coop:Body",
    "coop:ResponseTeam",
    "coop:Agreement",
    "coop:Standard",
    "coop:Control",
    "coop:Company",
    "coop:Vendor",
    "coop:Product",
    "coop:Park",
    "coop:Project",
    "coop:Sector",
    "coop:threat-technique",
    "coop:threat-mitigation",
    "coop:threat-asset",
    "coop:threat-software",
    "coop:threat-group",
    "coop:threat-campaign",
    "coop:threat-tactic",
    "coop:Actor",
    "coop:Incident",
    "coop:Advisory",
    "coop:Vulnerability",
    "coop:IntelligenceObject",
    "coop:Channel",
    "coop:Way",
)
"""The kinds of things in the legend's order, related ones side by side."""
VOCABULARY = page.Reference("Comity: the vocabularies of its ontology")
"""Who says what no source is named for: which sector is part of which."""
UNKNOWN = {"signed", "signed (not in force)", "not-in-force"}
"""What an agreement's status is while it is signed and not known to be in force."""


def identified(store: Store, text: str) -> str:
    """Return the short IRI of the thing that a text names; raise ComityError where none is."""
    return compact(resolve(store, text).value)


def about(store: Store, everything: Whole, thing: str, hops: int) -> page.Atlas:
    """Return the page of the whole graph, opened around a thing (its short IRI).

    Raises ComityError where it is no thing but a link, a source or a term.
    """
    if thing not in everything.things:
        raise ComityError(f"{thing} is no thing that is drawn: see it with `comity show {thing}`")
    title = everything.things[thing].name("en")
    return atlas(store, everything, title, [page.Around(thing, min(hops, HOPS))])


def atlas(store: Store, everything: Whole, title: str, opened: list[page.Around]) -> page.Atlas:
    """Gather everything that the page of the whole graph holds."""
    sources = read_sources(store)
    used = {thing.kind for thing in everything.things.values()}
    kinds = [*(kind for kind in KINDS if kind in used), *sorted(used - set(KINDS))]
    return page.Atlas(
        title=title,
        nodes=[_node(thing, everything, sources) for thing in everything.things.values()],
        ties=list(_ties(everything, sources)),
        node_kinds=[page.Kind(kind, *_labels(everything, kind)) for kind in kinds],
        tie_kinds=[
            page.Kind(kind, *_labels(everything, kind))
            for kind in sorted({link.kind for link in everything.links})
        ],
        words=_words(everything),
        opened=opened,
    )


def _labels(everything: Whole, term: str) -> tuple[str, str]:
    return everything.label(term), everything.terms.get(term, ("", ""))[1]


def _words(everything: Whole) -> dict[str, str]:
    """Return the Chinese of labels and notes by their English."""
    notes = {link.note: link.note_zh for link in everything.links if link.note_zh}
    return notes | dict(everything.terms.values())


def _node(thing: Thing, everything: Whole, sources: Mapping[str, Source]) -> page.Node:
    places = [thing.fields.get(f"schema:{name}") for name in ("longitude", "latitude")]
    lon, lat = (float(place) if place else None for place in places)
    dated = dict(thing.facts())
    return page.Node(
        id=thing.id,
        label=thing.name("en"),
        kind=thing.kind,
        label_zh=thing.name("zh"),
        lon=lon,
        lat=lat,
        facts=list(_facts(thing, everything, sources)),
        start=dated.get("coop:signed") or dated.get("schema:startDate", ""),
        url=thing.fields.get("schema:url", ""),
        aliases=_aliases(thing),
        hollow=dated.get("coop:status", "") in UNKNOWN,
    )


def _aliases(thing: Thing) -> list[str]:
    country = thing.kind == "schema:Country"
    known = Places.shipped().aliases.get(local(thing.id), []) if country else []
    shown = {thing.name("en"), thing.name("zh")}
    return [name for name in (*thing.aliases, *known) if name not in shown]


def _facts(thing: Thing, everything: Whole, sources: Mapping[str, Source]) -> Iterator[page.Fact]:
    """Yield what is stated of a thing but its links to other things, which are ties."""
    source = sources.get(local(thing.fields.get("prov:hadPrimarySource", "")))
    cited = (source.title, source.url) if source else ("", "")
    for name, value in thing.facts():
        if value not in everything.things:
            shown = everything.label(value) if value in everything.terms else value
            yield page.Fact(everything.label(name), shown, *cited)
    if thing.fields.get("coop:locator"):
        yield page.Fact(everything.label("coop:locator"), thing.fields["coop:locator"], *cited)


def _ties(everything: Whole, sources: Mapping[str, Source]) -> Iterator[page.Tie]:
    for link in everything.links:
        cited = sources.get(local(link.source))
        source = page.Reference(cited.title, cited.url) if cited else VOCABULARY
        place = "\n".join(part for part in (link.note, link.locator) if part)
        yield page.Tie(
            link.a,
            link.b,
            link.kind,
            label=place,
            start=link.start,
            end=link.end,
            directed=True,
            sources=[source],
        )
