"""The brief as a sheet of paper and as Markdown, in English or Chinese."""

from __future__ import annotations

from collections.abc import Callable

from kg import page
from kg.advice.brief import Brief, Card, article, capital
from kg.advice.recommend import SHOWN_VIA, Candidate
from kg.advice.snapshot import Snapshot
from kg.network.network import Country

CITED = 8  # sources on one sheet; the page has them all

WORDS = {
    "en": {
        "title": "{name}: partners for {kind}",
        "lead": "Ranked among {n} countries, as of {at}. Leading group: {group}.",
        "figures": "{index:.0f} of 100 · rank {rank}, {low} to {high} in nine of ten draws",
        "reasons": "For it",
        "obstacles": "Against it",
        "step": "Begin with",
        "unknown": "Data:",
        "proposed": "agreement proposed",
        "opened": "third country that it opens",
        "sources": "Rests mainly on:",
        "foot": "100 = the best partner. Chance: forecast from agreements of all kinds, calibrated "
        "to this kind. Map: Natural Earth, de facto lines; it takes no side in any dispute. "
        "Made with Comity.",
        "plain_foot": "100 = the best partner. Ranked by the gain alone. Made with Comity.",
        "comma": ", ",
    },
    "zh": {
        "title": "{name}的{kind}合作伙伴",
        "lead": "截至 {at}，在 {n} 个国家中排序。领先组：{group}。",
        "figures": "指数 {index:.0f}（最佳为 100）· 第 {rank} 位，九成抽样在 {low} 至 {high} 之间",
        "reasons": "有利因素",
        "obstacles": "不利因素",
        "step": "建议渠道",
        "unknown": "数据：",
        "proposed": "建议签署的协定",
        "opened": "可由此通达的第三国",
        "sources": "主要依据：",
        "foot": "100 为最佳伙伴。概率由各类协定推算，并按此类协定校准。地图：Natural Earth，"
        "所绘为实际控制线，不代表任何立场。由 Comity 生成。",
        "plain_foot": "100 为最佳伙伴。仅按收益排序。由 Comity 生成。",
        "comma": "、",
    },
}


def sheet(found: Brief, snapshot: Snapshot, lang: str) -> page.Sheet:
    """Return a brief as the sheet that is to be printed."""
    words, said = WORDS[lang], snapshot.reworded
    countries = {country.iso3: country for country in snapshot.network.countries}
    focal = _spot(found.focal, lang)
    proposed = [_partner(c, countries, lang) for c in found.proposed]
    return page.Sheet(
        title=_title(found, lang),
        lang=lang,
        sentence=said(found.sentence.in_language(lang)),
        lead=said(lead(found, lang)),
        blocks=[_block(card, lang, said) for card in found.cards],
        focal=focal,
        proposed=[spot for spot in proposed if spot],
        keys=(words["proposed"], said(words["opened"])),
        heading=words["sources"],
        sources=[page.Reference(s.title, s.url) for s in found.sources[:CITED]],
        foot=words["foot" if found.chance_known else "plain_foot"],
    )


def markdown(found: Brief, lang: str) -> str:
    """Return a brief as Markdown, fit for an e-mail."""
    lines = [
        f"# {_title(found, lang)}",
        "",
        found.sentence.in_language(lang),
        "",
        lead(found, lang),
    ]
    for card in found.cards:
        block = _block(card, lang)
        lines += ["", f"## {block.title}", "", block.figures]
        for heading, items in block.lists:
            lines += ["", f"{heading}:", "", *(f"- {item}" for item in items)] if items else []
        lines += ["", *(f"**{heading}** {line}  " for heading, line in block.closing)]
    cited = [f"- [{s.title}]({s.url})" if s.url else f"- {s.title}" for s in found.sources[:CITED]]
    words = WORDS[lang]
    foot = words["foot" if found.chance_known else "plain_foot"]
    return "\n".join([*lines, "", words["sources"], "", *cited, "", foot]) + "\n"


def _title(found: Brief, lang: str) -> str:
    kind = found.kind.label_zh if lang == "zh" else article(found.kind.label)
    return WORDS[lang]["title"].format(name=_name(found.focal, lang), kind=kind)


def lead(found: Brief, lang: str) -> str:
    """Return among how many, as of when, and who leads."""
    words = WORDS[lang]
    group = words["comma"].join(_name(c.country, lang) for c in found.leading)
    return words["lead"].format(n=found.candidates, at=found.at, group=group)


def _name(country: Country, lang: str) -> str:
    return (country.name_zh if lang == "zh" else "") or country.name


def _block(card: Card, lang: str, said: Callable[[str], str] = str) -> page.Block:
    words, c = WORDS[lang], card.candidate
    lists = [
        (words[name], [said(text.in_language(lang)) for text in texts])
        for name, texts in (("reasons", card.reasons), ("obstacles", card.obstacles))
    ]
    step, unknown = card.step.in_language(lang), capital(card.unknown.in_language(lang))
    return page.Block(
        title=_name(c.country, lang),
        figures=figures(card, lang),
        lists=lists,
        closing=[
            *([(words["step"], step)] if step else []),
            (words["unknown"], unknown),
        ],
    )


def figures(card: Card, lang: str) -> str:
    """Return a partner's index, its rank and the range of ranks."""
    c = card.candidate
    values = {"index": c.index, "rank": c.rank, "low": c.rank_low, "high": c.rank_high}
    return WORDS[lang]["figures"].format(**values)


def _spot(country: Country, lang: str) -> page.Spot | None:
    if country.longitude is None or country.latitude is None:
        return None
    return page.Spot(country.iso3, _name(country, lang), country.longitude, country.latitude)


def _partner(candidate: Candidate, countries: dict[str, Country], lang: str) -> page.Spot | None:
    spot = _spot(candidate.country, lang)
    third = [_spot(countries[via.iso3], lang) for via in candidate.via[:SHOWN_VIA]]
    if spot is None:
        return None
    return page.Spot(spot.id, spot.name, spot.lon, spot.lat, [t for t in third if t])
