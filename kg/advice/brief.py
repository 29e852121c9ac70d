"""The answer in words: with whom, why, how sure, through which channel, what is not known.

One sentence and a card for each partner proposed, in English and Chinese. The terminal, the page
and the sheet to be printed all say what is made here. The reasons of a card are the factors that
raise the partner most above the median candidate (Shapley values, see `kg.advice.explain`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from kg.advice import channel
from kg.advice.certainty import SURE, top_of
from kg.advice.explain import factors_of, median_factors, shapley
from kg.advice.recommend import SHOWN_VIA, Candidate
from kg.advice.snapshot import BLOCKED, RENEWAL, Snapshot
from kg.graph.catalog import engine_query
from kg.graph.provenance import Source, read_names, read_sources
from kg.graph.store import Store
from kg.network.network import Country
from kg.profile.profile import Kind

CARDS = 3
LEADING = 5  # countries that one sentence can name
REASONS = 3
SHARED = 5  # agreements in force between the two whose sources are cited
SPECIFIC = 1.5  # a chance so many times what the two's own records say is worth a word


@dataclass(frozen=True)
class Text:
    """What is said, in English and in Chinese."""

    en: str
    zh: str

    def in_language(self, lang: str) -> str:
        """Return the text in a language, `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Card:
    """One partner in plain words: what speaks for it, what against it, what to do first."""

    candidate: Candidate
    name: Text
    reasons: tuple[Text, ...]
    obstacles: tuple[Text, ...]
    step: Text
    unknown: Text


@dataclass(frozen=True)
class Brief:
    """The answer for one focal country: a sentence, the partners proposed, a card for the first."""

    focal: Country
    kind: Kind
    at: str
    candidates: int
    leading: tuple[Candidate, ...]
    proposed: tuple[Candidate, ...]
    sentence: Text
    cards: tuple[Card, ...]
    sources: tuple[Source, ...]
    chance_known: bool = True


# What a ranking may not know of a country or a pair.
INPUTS = {
    "threat exposure": "威胁暴露",
    "internet use": "互联网使用",
    "industrial value": "工业价值",
    "capability": "能力",
    "GDP": "国内生产总值",
    "distance": "距离",
    "colonial tie": "殖民联系",
    "common language": "共同语言",
    "common border": "共同边界",
    "coverage of agreements": "协定资料的覆盖",
}


def brief(store: Store, snapshot: Snapshot, focal: str, ranked: Sequence[Candidate]) -> Brief:
    """Say what a ranking of the partners of a focal country means, best first."""
    net = snapshot.network
    centre = net.countries[net.place(focal)]
    usable = [c for c in ranked if c.status != BLOCKED]
    leading = surely_leading(usable)
    proposed = tuple(usable[: max(CARDS, len(leading))])
    words = Words({c.iso3: c for c in net.countries}, labels(store), snapshot.chance_known)
    return Brief(
        focal=centre,
        kind=net.kinds[snapshot.kind],
        at=net.at.isoformat(),
        candidates=len(ranked),
        leading=leading,
        proposed=proposed,
        sentence=words.undecided(len(usable))
        if alike(usable)
        else words.sentence(centre, net.kinds[snapshot.kind], leading),
        cards=tuple(card(snapshot, words, ranked, c) for c in proposed[:CARDS]),
        sources=tuple(_sources(store, snapshot, centre.iso3, proposed)),
        chance_known=snapshot.chance_known,
    )


def surely_leading(usable: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the first partners that are surely leading, LEADING at most; else the first alone.

    A partner of a lower tier ends the group, and so does one that is worth nothing: among few
    countries all are in the top ten.
    """
    sure = tuple(takewhile(lambda c: c.tier == SURE and c.index > 0.0, usable[:LEADING]))
    return sure or tuple(usable[:1])


def _sources(
    store: Store, snapshot: Snapshot, focal: str, proposed: Sequence[Candidate]
) -> list[Source]:
    """Return what the answer rests on: figures, obstacles, agreements in force; the usual first."""
    codes, named = [c.country.iso3 for c in proposed], read_names(store)
    seen = [snapshot.needs.observations.get(code, {}) for code in (focal, *codes)]
    keys = [known.source for figures in seen for known in figures.values()]
    keys += [obstacle.source for c in proposed for obstacle in c.obstacles]
    shared = [snapshot.network.shared(focal, code)[:SHARED] for code in codes]
    keys += [named[iri].source for ties in shared for iri, _, _ in ties if iri in named]
    known = read_sources(store)
    return [known[key] for key, _ in Counter(keys).most_common() if key in known]


def card(
    snapshot: Snapshot, words: Words, ranked: Sequence[Candidate], candidate: Candidate
) -> Card:
    """Say in words what raises and what lowers one candidate against the median one."""
    median = median_factors(ranked)
    shares = shapley(factors_of(candidate), median, snapshot.powers)
    order = sorted(shares, key=lambda name: -shares[name])
    reasons = [words.reason(candidate, name) for name in order if shares[name] > 0]
    against = [words.weakness(candidate, name) for name in reversed(order) if shares[name] < 0]
    return Card(
        candidate=candidate,
        name=words.name(candidate.country.iso3),
        reasons=(*words.renewal(candidate), *(r for r in reasons if r))[:REASONS],
        obstacles=(*words.obstacles(candidate), *(w for w in against if w))[:REASONS],
        step=words.step(candidate),
        unknown=words.unknown(candidate),
    )


def labels(store: Store) -> dict[str, Text]:
    """Read the labels of channels, barriers and relations by slug."""
    return {slug: Text(en, zh) for slug, en, zh in store.texts(engine_query("labels"))}


@dataclass(frozen=True)
class Words:
    """Turns countries, slugs and figures into words, in both languages."""

    countries: Mapping[str, Country]
    labels: Mapping[str, Text]
    chance_known: bool = True

    def name(self, iso3: str) -> Text:
        """Return a country's name as it stands within a sentence."""
        country = self.countries[iso3]
        return Text(within(country.name), country.name_zh or country.name)

    def label(self, slug: str) -> Text:
        """Return the label of a channel, a barrier or a relation."""
        return self.labels.get(slug) or Text(slug.replace("-", " "), slug)

    def names(self, codes: Sequence[str]) -> Text:
        """Return a list of countries."""
        found = [self.name(code) for code in codes]
        return Text(joined([n.en for n in found], "and"), joined_zh([n.zh for n in found]))

    def undecided(self, count: int) -> Text:
        """Say that nothing tells the candidates apart."""
        return Text(
            f"Nothing that is known tells the {count} candidates apart: they share the first rank.",
            f"现有数据无法区分这 {count} 个候选对象：并列第一。",
        )

    def sentence(self, focal: Country, kind: Kind, leading: Sequence[Candidate]) -> Text:
        """Return the answer in one sentence."""
        own = self.name(focal.iso3)
        if not leading:
            return Text(
                f"There is no country with which {own.en} could sign an agreement of this kind.",
                f"{own.zh}目前没有可签署此类协定的国家。",
            )
        first, rest = leading[0], self.names([c.country.iso3 for c in leading[1:]])
        name, why, held = self.name(first.country.iso3), self.why(first), self.against(first)
        step, unknown = self.label(first.channel), self.unknown(first)
        renewed = first.status == RENEWAL
        top = first_places(top_of(len(self.countries) - 1))
        return Text(
            f"For {article(kind.label)}, {own.en} should turn first to {name.en}"
            f"{', to renew the one in force' if renewed else ''}"
            f"{f', then to {rest.en}' if rest.en else ''}: {why.en}; "
            f"{f'{held.en}; ' if held.en else ''}"
            f"{name.en} stays {top.en} in {first.p_top10:.0%} of the draws of all that"
            " is uncertain, "
            f"{f'the channel to begin with is {step.en}, ' if first.channel else ''}"
            f"and {unknown.en}.",
            f"就{kind.label_zh}而言，{own.zh}应首先{'与' if renewed else '考虑'}{name.zh}"
            f"{'续签' if renewed else ''}{f'，其次为{rest.zh}' if rest.zh else ''}：{why.zh}；"
            f"{f'不利因素为{held.zh}；' if held.zh else ''}"
            f"在对全部不确定因素的抽样中，{name.zh}有 {first.p_top10:.0%} {top.zh}，"
            f"{f'建议的合作渠道为{step.zh}，' if first.channel else ''}{unknown.zh}。",
        )

    def why(self, candidate: Candidate) -> Text:
        """Return the chance to sign and what the tie would open, as a clause."""
        chance, opened = self.chance(candidate), self.opened(candidate)
        if not self.chance_known:
            return Text(
                "how likely the two are to sign is not known"
                f"{f', and the tie would open {opened.en}' if opened.en else ''}",
                f"双方签署的可能性未知{f'，但可由此通达{opened.zh}' if opened.zh else ''}",
            )
        return Text(
            f"the two sign with a chance of {chance.en}"
            f"{f', and the tie would open {opened.en}' if opened.en else ''}",
            f"两国在五年内签署的概率为{chance.zh}"
            f"{f'，并可由此通达{opened.zh}' if opened.zh else ''}",
        )

    def chance(self, candidate: Candidate) -> Text:
        """Return the chance to sign, and how much of it is the two's own."""
        share, lift = percent(candidate.feasibility), candidate.lift
        if lift < SPECIFIC:
            return Text(f"{share} within five years", f" {share}")
        return Text(
            f"{share} within five years, {lift:.1f} times what their own records alone suggest",
            f" {share}，为仅凭两国自身记录推算的 {lift:.1f} 倍",
        )

    def opened(self, candidate: Candidate) -> Text:
        """Name the third countries that the tie would open most."""
        return self.names([via.iso3 for via in candidate.via[:SHOWN_VIA]])

    def against(self, candidate: Candidate) -> Text:
        """Name what stands between the two."""
        found = [self.label(slug) for slug in barring(candidate)]
        return Text(
            f"against it: {joined([f.en for f in found], 'and')}" if found else "",
            joined_zh([f.zh for f in found]),
        )

    def obstacles(self, candidate: Candidate) -> tuple[Text, ...]:
        """Return each thing that stands between the two, with the year since when."""
        since = {o.kind: o.since[:4] for o in reversed(candidate.obstacles)}
        return tuple(
            Text(
                capital(self.label(slug).en) + (f", since {since[slug]}." if since[slug] else "."),
                self.label(slug).zh + (f"（自 {since[slug]} 年）。" if since[slug] else "。"),
            )
            for slug in barring(candidate)
        )

    def renewal(self, candidate: Candidate) -> tuple[Text, ...]:
        """Say where an agreement of the kind is in force already."""
        said = Text(
            "An agreement of the kind is in force: renew or deepen it.",
            "已有同类协定生效：可续签或深化。",
        )
        return (said,) if candidate.status == RENEWAL else ()

    def reason(self, candidate: Candidate, factor: str) -> Text | None:
        """Say why a factor raises a candidate above the median one."""
        chance, opened = self.chance(candidate), self.opened(candidate)
        return {
            "feasibility": Text(
                f"Chance to sign: {chance.en}.", f"签署概率（五年内）：{chance.zh.strip()}。"
            ),
            "popularity": Text(
                "It signs with fewer countries than most: a tie counts for more.",
                "该国签约较少，一项协定的分量更重。",
            ),
            "direct": Text("It has more to protect than most.", "该国需要保护的对象多于多数国家。"),
            "onward": Text(f"It opens {opened.en}.", f"可由此通达{opened.zh}。")
            if opened.en
            else None,
        }.get(factor)

    def weakness(self, candidate: Candidate, factor: str) -> Text | None:
        """Say why a factor lowers a candidate below the median one; obstacles are named apart."""
        share = percent(candidate.feasibility)
        return {
            "feasibility": Text(
                f"A smaller chance to sign than most: {share}.", f"签署概率低于多数国家：{share}。"
            ),
            "popularity": Text(
                "It signs with many countries: a tie sets nobody apart.",
                "该国广泛签约，一项协定并不突出。",
            ),
            "direct": Text("It has less to protect than most.", "该国需要保护的对象少于多数国家。"),
            "onward": Text(
                "It opens fewer third countries than most.", "可由此通达的第三国少于多数国家。"
            ),
        }.get(factor)

    def step(self, candidate: Candidate) -> Text:
        """Return the channel to begin with and the reason for it."""
        label = self.label(candidate.channel)
        if not candidate.channel:
            return Text("", "")
        return Text(
            f"{capital(label.en)}: {candidate.reason}.",
            f"{label.zh}：{channel.REASONS_ZH[candidate.channel]}。",
        )

    def unknown(self, candidate: Candidate) -> Text:
        """Say which inputs were not known, as a clause."""
        if not candidate.missing:
            return Text("no input of the ranking had to be guessed", "排名所用数据均为已知")
        return Text(
            f"not known but guessed: {joined(candidate.missing, 'and')}",
            f"未知而以估计代替的数据：{joined_zh([INPUTS.get(m, m) for m in candidate.missing])}",
        )


def first_places(count: int) -> Text:
    """Say that one is among the first so many."""
    if count == 1:
        return Text("first", "位列第一")
    number = {10: ("ten", "十")}.get(count, (str(count), f" {count} "))
    return Text(f"among the first {number[0]}", f"位列前{number[1]}".rstrip())


def alike(usable: Sequence[Candidate]) -> bool:
    """Tell whether several candidates all share the first rank: their order is that of names."""
    return len(usable) > 1 and all(c.rank == 1 for c in usable)


def barring(candidate: Candidate) -> list[str]:
    """Return the kinds of what stands between the two and withholds something, highest first."""
    return list(dict.fromkeys(o.kind for o in candidate.obstacles if o.level > 0.0))


def joined(items: Sequence[str], word: str) -> str:
    """Join items as English does: a, b and c."""
    return f" {word} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def joined_zh(items: Sequence[str]) -> str:
    """Join items as Chinese does."""
    return "和".join(["、".join(items[:-1]), items[-1]] if len(items) > 1 else items)


ARTICLED = ("United ", "Netherlands", "Philippines", "Bahamas", "Gambia", "Maldives", "Comoros")


def within(name: str) -> str:
    """Return a country's English name as it stands within a sentence."""
    the = name.startswith(ARTICLED) or name.endswith((" Islands", " Republic"))
    return f"the {name}" if the or " Republic of" in name else name


def article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def capital(text: str) -> str:
    """Return a text with a capital at its head."""
    return text[:1].upper() + text[1:]


def percent(share: float) -> str:
    """Return a share in whole per cent, with one decimal below ten."""
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
