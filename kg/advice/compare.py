"""Two rankings side by side: of two focal countries, or of one at two dates, each its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg import page
from kg.advice import brief
from kg.advice.answer import both
from kg.advice.brief import Text, Words
from kg.advice.opening import COUNTRY, SHOWN, words_of
from kg.advice.recommend import Candidate, recommend
from kg.advice.snapshot import BLOCKED, Snapshot
from kg.graph.store import Store
from kg.network.network import Country

TOP = 10


@dataclass(frozen=True)
class Side:
    """One focal country at one date: its snapshot, and its partners, best first."""

    snapshot: Snapshot
    focal: Country
    ranked: tuple[Candidate, ...]

    @property
    def at(self) -> str:
        """The date of its network and ranking."""
        return self.snapshot.network.at.isoformat()

    def first(self) -> list[str]:
        """Return the codes of the first ten with whom an agreement is possible."""
        return [c.country.iso3 for c in self.ranked if c.status != BLOCKED][:TOP]


def side(snapshot: Snapshot, focal: str) -> Side:
    """Rank the partners of a focal country."""
    net = snapshot.network
    country = net.countries[net.place(focal)]
    return Side(snapshot, country, tuple(recommend(snapshot, country.iso3)))


def rows(one: Side, other: Side) -> list[dict[str, Any]]:
    """Return a row a partner of either side: both ranks and indices, and by how much they differ.

    In the order of the first side's ranking; what a side does not rank is None there.
    """
    places = [{c.country.iso3: c for c in side.ranked} for side in (one, other)]
    codes = dict.fromkeys([*places[0], *places[1]])
    found = []
    for code in codes:
        pair = [place.get(code) for place in places]
        known = next(c for c in pair if c)
        ranks = [c.rank if c else None for c in pair]
        found.append(
            {
                "iso3": code,
                "name": known.country.name,
                "rank_1": ranks[0],
                "index_1": pair[0].index if pair[0] else None,
                "rank_2": ranks[1],
                "index_2": pair[1].index if pair[1] else None,
                "rises": ranks[0] - ranks[1] if None not in ranks else None,  # type: ignore[operator]
            }
        )
    return found


def opened(drawn: page.Page, store: Store, one: Side, other: Side) -> page.Page:
    """Return the page of the first side's ranking that opens on the comparison."""
    words = words_of(store, one.snapshot)
    labels = [_label(words, side, one.at != other.at) for side in (one, other)]
    firsts = [words.names(side.first()[:3]) for side in (one, other)]
    shared = [code for code in one.first() if code in other.first()]
    names = words.names(shared)
    sentence = Text(
        f"{brief.capital(labels[0].en)} should turn first to {firsts[0].en}; {labels[1].en} to "
        f"{firsts[1].en}; of their first ten {len(shared)} are the same"
        f"{f': {names.en}' if shared else ''}.",
        f"{labels[0].zh}应首先考虑{firsts[0].zh}；{labels[1].zh}应首先考虑{firsts[1].zh}；"
        f"两者的前十名中有 {len(shared)} 个相同{f'：{names.zh}' if shared else ''}。",
    )
    lead = Text(
        f"Each ranking is of its own date. Map, network and the ranking beside are those of "
        f"{labels[0].en}, as of {one.at}.",
        f"两个排名各依其日期。地图、网络和旁边的排名属于{labels[0].zh}（截至 {one.at}）。",
    )
    answer = page.Answer(
        both(sentence, one.snapshot.reworded),
        both(lead, one.snapshot.reworded),
        proposed=one.first()[:3],
        tables=[_table(labels, rows(one, other))],
    )
    return replace(
        drawn,
        title=f"{brief.capital(labels[0].en)} and {labels[1].en}",
        title_zh=f"{labels[0].zh}与{labels[1].zh}",
        answer=answer,
    )


def _label(words: Words, side: Side, dated: bool) -> Text:
    name = words.name(side.focal.iso3)
    if not dated:
        return name
    return Text(f"{name.en} at {side.at}", f"{name.zh}（{side.at}）")


def _table(labels: Sequence[Text], found: Sequence[dict[str, Any]]) -> page.Table:
    def heads(label: Text) -> list[page.Words]:
        name = brief.capital(label.en)
        return [(f"{name}: rank", f"{label.zh}：排名"), (f"{name}: index", f"{label.zh}：指数")]

    order = sorted(found, key=lambda row: min(r for r in _ranks(row) if r is not None))
    return page.Table(
        "Side by side",
        (COUNTRY, *heads(labels[0]), *heads(labels[1]), ("Rises by", "上升")),
        [
            (
                page.Thing(row["iso3"]),
                row["rank_1"],
                _rounded(row["index_1"]),
                row["rank_2"],
                _rounded(row["index_2"]),
                row["rises"],
            )
            for row in order[:SHOWN]
        ],
        title_zh="并列比较",
    )


def _ranks(row: dict[str, Any]) -> tuple[int | None, int | None]:
    return row["rank_1"], row["rank_2"]


def _rounded(index: float | None) -> float | None:
    return None if index is None else round(index)
