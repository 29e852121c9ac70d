"""A profile and its tables as statements of one dataset, in the ontology's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.graph.csvw import expanded, first_day
from kg.profile.profile import PARTY, Measure, Profile
from kg.profile.tables import Actor, Bar, Tables, Tie
from kg.terms import BASE, SOURCE

PRECISION = {4: "year", 7: "month", 10: "day"}
Value = ox.NamedNode | ox.Literal


def quads(profile: Profile, tables: Tables) -> Iterator[ox.Quad]:
    """Yield everything that a profile and its tables say, in the graph of its dataset."""
    made = Statements(profile.name)
    yield from made.dataset(profile)
    for measure in profile.measures:
        yield from made.indicator(measure)
    for actor in tables.actors:
        yield from made.actor(profile, actor)
    names = {actor.id: actor.name for actor in tables.actors}
    labels = {kind.slug: kind.label for kind in profile.kinds}
    for tie in tables.ties:
        title = tie.title or f"{names[tie.one]} – {names[tie.other]}: {labels[tie.kind]}"
        yield from made.tie(tie, title)
    for bar in tables.obstacles:
        yield from made.obstacle(bar)


class Statements:
    """Makes the statements of one dataset."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.graph = ox.NamedNode(SOURCE + name)

    def of(self, iri: str, stated: Iterable[tuple[str, Value | None]]) -> Iterator[ox.Quad]:
        """Yield what is stated of a thing; a value that is None is not stated."""
        for name, value in stated:
            if value is not None:
                yield ox.Quad(ox.NamedNode(iri), ox.NamedNode(expanded(name)), value, self.graph)

    def dataset(self, profile: Profile) -> Iterator[ox.Quad]:
        """Describe the dataset, and the kinds that the profile declares."""
        yield from self.of(
            self.graph.value,
            [
                ("rdf:type", term("dcat:Dataset")),
                ("skos:notation", ox.Literal(self.name)),
                ("dcterms:title", ox.Literal(profile.title)),
                ("dcterms:publisher", ox.Literal("the user")),
                ("coop:profile", ox.Literal(profile.text)),
            ],
        )
        for kind in profile.kinds:
            yield from self.of(
                expanded(f"coop:kind-{kind.slug}"),
                [
                    *self.concept("AgreementKind", kind.slug, kind.label, kind.label_zh),
                    ("coop:strength", decimal(str(kind.strength))),
                    ("coop:binding", boolean(kind.binding)),
                ],
            )
        for bar in profile.obstacles:
            yield from self.of(
                expanded(f"coop:relation-{bar.slug}"),
                [
                    *self.concept("RelationKind", bar.slug, bar.label, bar.label_zh),
                    ("coop:symmetric", boolean(True)),
                    ("coop:blocks", boolean(bar.blocks)),
                    ("coop:level", decimal(str(bar.level))),
                ],
            )

    def concept(self, cls: str, slug: str, label: str, label_zh: str) -> list[tuple[str, Value]]:
        """Describe a concept of one of the vocabularies."""
        scheme = {"AgreementKind": "agreement-kinds", "RelationKind": "relation-kinds"}
        return [
            ("rdf:type", term(f"coop:{cls}")),
            ("skos:inScheme", term(f"coop:{scheme.get(cls, 'indicators')}")),
            ("skos:notation", ox.Literal(slug)),
            (
                "skos:definition",
                ox.Literal(f"As the profile {self.name} declares it.", language="en"),
            ),
            ("skos:prefLabel", ox.Literal(label, language="en")),
            ("skos:prefLabel", ox.Literal(label_zh, language="zh")),
        ]

    def indicator(self, measure: Measure) -> Iterator[ox.Quad]:
        """Describe a measure."""
        stated = self.concept(
            "Indicator", measure.slug, measure.title, measure.label_zh or measure.title
        )
        unit = ("coop:unit", ox.Literal(measure.unit))
        yield from self.of(expanded(f"indicator:{measure.slug}"), [*stated, unit])

    def actor(self, profile: Profile, actor: Actor) -> Iterator[ox.Quad]:
        """State who an actor is, and its figures."""
        cls = profile.document.get("actors", {}).get("class", PARTY)
        yield from self.of(
            party(actor.id),
            [
                ("rdf:type", term(PARTY)),
                ("rdf:type", term(cls)),
                ("skos:notation", ox.Literal(actor.id)),
                ("schema:name", ox.Literal(actor.name, language="en")),
                (
                    "schema:name",
                    ox.Literal(actor.name_zh, language="zh") if actor.name_zh else None,
                ),
                ("coop:region", ox.Literal(actor.group) if actor.group else None),
                ("schema:latitude", decimal(actor.latitude) if actor.latitude else None),
                ("schema:longitude", decimal(actor.longitude) if actor.longitude else None),
                ("prov:hadPrimarySource", self.graph),
            ],
        )
        years = {m.slug: m.year for m in profile.measures}
        for slug, figure in actor.figures.items():
            yield from self.of(
                f"{BASE}observation/{slug}/{actor.id}/{years[slug]}/{self.name}",
                [
                    ("rdf:type", term("schema:Observation")),
                    ("schema:observationAbout", ox.NamedNode(party(actor.id))),
                    ("schema:measuredProperty", term(f"indicator:{slug}")),
                    ("coop:year", ox.Literal(years[slug])),
                    ("schema:value", decimal(figure)),
                    ("prov:hadPrimarySource", self.graph),
                ],
            )

    def tie(self, tie: Tie, title: str) -> Iterator[ox.Quad]:
        """State an agreement and who takes part in it."""
        key = f"{self.name}/{tie.table}/{tie.line}".replace(" ", "-")
        agreement = f"{BASE}agreement/{key}"
        where = ox.Literal(" ".join(filter(None, (f"{tie.table} line {tie.line}", tie.source))))
        yield from self.of(
            agreement,
            [
                ("rdf:type", term("coop:Agreement")),
                ("skos:notation", ox.Literal(key)),
                ("schema:name", ox.Literal(title, language="en")),
                ("coop:kind", term(f"coop:kind-{tie.kind}")),
                ("coop:signed", day(tie.date)),
                ("coop:datePrecision", precision(tie.date)),
                ("schema:endDate", day(tie.end)),
                ("prov:hadPrimarySource", self.graph),
                ("coop:locator", where),
            ],
        )
        for actor in (tie.one, tie.other):
            yield from self.of(
                f"{BASE}participation/{key}/{actor}",
                [
                    ("rdf:type", term("coop:Participation")),
                    ("coop:from", ox.NamedNode(party(actor))),
                    ("coop:to", ox.NamedNode(agreement)),
                    ("schema:startDate", day(tie.date)),
                    ("coop:datePrecision", precision(tie.date)),
                    ("schema:endDate", day(tie.end)),
                    ("prov:hadPrimarySource", self.graph),
                ],
            )

    def obstacle(self, bar: Bar) -> Iterator[ox.Quad]:
        """State what stands between two actors."""
        key = f"{self.name}/{bar.table}/{bar.line}".replace(" ", "-")
        yield from self.of(
            f"{BASE}relation/{key}",
            [
                ("rdf:type", term("coop:Relation")),
                ("skos:notation", ox.Literal(key)),
                ("coop:from", ox.NamedNode(party(bar.one))),
                ("coop:to", ox.NamedNode(party(bar.other))),
                ("coop:kind", term(f"coop:relation-{bar.kind}")),
                ("schema:startDate", day(bar.since)),
                ("coop:datePrecision", precision(bar.since)),
                ("schema:endDate", day(bar.end)),
                ("rdfs:comment", ox.Literal(bar.text, language="en") if bar.text else None),
                ("prov:hadPrimarySource", self.graph),
                ("coop:locator", ox.Literal(f"{bar.table} line {bar.line} {bar.source}".strip())),
            ],
        )


def party(actor: str) -> str:
    """Return the IRI of an actor."""
    return f"{BASE}party/{actor}"


def term(name: str) -> ox.NamedNode:
    """Return the term of an IRI or of a short one."""
    return ox.NamedNode(name if name.startswith("http") else expanded(name))


def decimal(text: str) -> ox.Literal:
    """Return a decimal number."""
    return ox.Literal(text, datatype=term("xsd:decimal"))


def boolean(value: bool) -> ox.Literal:
    """Return true or false."""
    return ox.Literal(str(value).lower(), datatype=term("xsd:boolean"))


def day(text: str) -> ox.Literal | None:
    """Return the first day of a date, None where there is none."""
    return ox.Literal(first_day(text), datatype=term("xsd:date")) if text else None


def precision(text: str) -> ox.Literal | None:
    """Return how precise a date is, None where there is none."""
    return ox.Literal(PRECISION[len(text)]) if text else None
