"""The answer as a page shows it first: sentence, ties proposed, cards, and the ranking's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kg import page
from kg.advice import sheet
from kg.advice.brief import INPUTS, Brief, Card, Text, Words, labels
from kg.advice.channel import REASONS_ZH
from kg.advice.recommend import Candidate
from kg.graph.provenance import Source
from kg.graph.store import Store
from kg.network.obstacles import Obstacle


def answer(found: Brief, reworded: Callable[[str], str] = str) -> page.Answer:
    """Return a brief as the first view of a page; a what-if moves the ties that it proposes.

    `reworded` turns what is said into the words of the subject.
    """
    return page.Answer(
        sentence=both(found.sentence, reworded),
        lead=both(Text(sheet.lead(found, "en"), sheet.lead(found, "zh")), reworded),
        proposed=[candidate.country.iso3 for candidate in found.proposed],
        cards=[_card(card, reworded) for card in found.cards],
        sources=[cited(source) for source in found.sources[: sheet.CITED]],
        follows=True,
    )


def entries(store: Store, ranked: Sequence[Candidate]) -> list[page.Entry]:
    """Return the rows of a ranking, their channels, reasons and obstacles in both languages."""
    words = Words({}, labels(store))
    return [
        page.Entry.of(
            candidate.as_json()
            | {
                "missing_zh": [INPUTS.get(name, name) for name in candidate.missing],
                "channel_zh": words.label(candidate.channel).zh,
                "reason_zh": REASONS_ZH.get(candidate.channel, ""),
                "obstacles": [_obstacle(obstacle, words) for obstacle in candidate.obstacles],
            }
        )
        for candidate in ranked
    ]


def _obstacle(held: Obstacle, words: Words) -> Mapping[str, str | float | bool]:
    return {
        "text": held.text or held.label,
        "label_zh": words.label(held.kind).zh,
        "since": held.since,
        "level": held.level,
        "blocks": held.blocks,
    }


def _card(card: Card, reworded: Callable[[str], str]) -> page.Card:
    return page.Card(
        id=card.candidate.country.iso3,
        figures=(sheet.figures(card, "en"), sheet.figures(card, "zh")),
        reasons=[both(text, reworded) for text in card.reasons],
        obstacles=[both(text, reworded) for text in card.obstacles],
        step=both(card.step, reworded),
        unknown=both(card.unknown, reworded),
    )


def both(text: Text, reworded: Callable[[str], str] = str) -> page.Words:
    """Return a text in both languages as a page takes it, in the words of its subject."""
    return reworded(text.en), reworded(text.zh)


def cited(source: Source | None) -> page.Reference:
    """Return a source as a page shows it."""
    return page.Reference(source.title, source.url) if source else page.Reference("")
