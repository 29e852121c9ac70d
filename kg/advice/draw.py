"""From a snapshot to a page: which nodes, ties, facts and figures the page shows.

Agreements between two countries are ties; a body or a plurilateral agreement of the focal country
is a node of its own, tied to its members, if it has few enough of them to mean something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg import page
from kg.advice.answer import answer, cited, entries
from kg.advice.brief import Words, brief, labels
from kg.advice.recommend import Candidate, recommend
from kg.advice.snapshot import Snapshot
from kg.forecast.backtest import LEARNED, Interval, Report, Summary
from kg.forecast.feasibility import PROXY
from kg.graph.dossier import dossier
from kg.graph.provenance import Named, Source, read_names, read_sources
from kg.graph.store import Store
from kg.network.network import Country, Membership, read_memberships
from kg.network.obstacles import Obstacle
from kg.profile.profile import Kind
from kg.sources.places import Places
from kg.terms import tail

Rows = Sequence[Mapping[str, Any]]

DOSSIER_FACTS = 30  # of each group on the page
HUB_PARTIES = 40  # larger bodies tie nearly everyone and would hide the rest
HUBS = 40
MARGIN = 0.05  # a backtest's largest calibration error, and least lead in captured leverage

FACT_COLUMNS = {
    "fact": "事实",
    "text": "内容",
    "date": "日期",
    "source": "来源",
    "confidence": "置信度",
    "checked": "核对",
}
GROUPS = {
    "Facts": "事实",
    "Indicators": "指标",
    "Agreements": "协定",
    "Memberships": "成员资格",
    "Parks and projects": "园区与项目",
    "Standards": "标准",
    "Companies": "企业",
    "Response teams": "应急响应组织",
    "Incidents": "事件",
    "Threat actors": "威胁行为体",
    "Barriers": "障碍",
    "Neighbours": "邻国",
    "Claims": "文献所述",
}
INDICATORS = (
    page.Indicator("expected", "expected leverage", "预期杠杆"),
    page.Indicator("need", "need", "需求"),
    page.Indicator("capability", "capability", "能力", percent=True),
    page.Indicator("exposure", "threat exposure", "威胁暴露", percent=True),
    page.Indicator("value", "industrial value at stake", "工业价值", percent=True),
)
FACTS: dict[str, tuple[page.Words, page.Words]] = {
    "gdp": (("GDP", "国内生产总值"), ("US dollars", "美元")),
    "industry-share": (("Industry", "工业"), ("% of GDP", "% 国内生产总值")),
    "gci": (("Global Cybersecurity Index", "全球网络安全指数"), ("", "")),
    "gdp-per-head": (("GDP per head", "人均国内生产总值"), ("US dollars", "美元")),
}


def draw(drawn: page.Page, path: Path) -> None:
    """Write a page, or its network as GraphML, GEXF, JSON, SVG or PNG, by the file's suffix."""
    if path.suffix.lower() in {".html", ".htm"}:
        page.write(drawn, path)
    else:
        page.export(page.to_networkx(drawn), path)


def _table(title: str, title_zh: str, content: Rows, note: str) -> page.Table:
    columns = list(content[0]) if content else []
    cells = [tuple(row[name] for name in columns) for row in content]
    return page.Table(title, columns, cells, note, title_zh)


def dossier_table(store: Store, country: Country, *, own: bool = False) -> page.Table:
    """Return what `comity show` tells of a country as a table, the first facts of each group."""
    prefix = "party" if own else "country"
    found = dossier(store, f"{prefix}/{country.iso3}")
    content = [
        ((group.title, GROUPS.get(group.title, group.title)), *fact.as_row().values())
        for group in found.groups
        for fact in group.facts[:DOSSIER_FACTS]
    ]
    whole = sum(len(group.facts) for group in found.groups)
    note = (
        f"{len(content)} of {whole} facts, {found.recalled} of all recalled; "
        f"`comity show {country.iso3}` has them all.",
        f"{whole} 条事实中的 {len(content)} 条，全部事实中有 {found.recalled} 条凭记忆录入；"
        f"`comity show {country.iso3}` 列出全部。",
    )
    names = f"Dossier: {country.name}", f"档案：{country.name_zh or country.name}"
    columns = [("group", "类别"), *FACT_COLUMNS.items()]
    return page.Table(names[0], columns, content, note, names[1])


def base(store: Store, snapshot: Snapshot, focal: str) -> page.Page:
    """Return the page of a focal country's ranking."""
    return compose(store, snapshot, focal, recommend(snapshot, focal))


def compose(store: Store, snapshot: Snapshot, focal: str, ranked: Sequence[Candidate]) -> page.Page:
    """Gather everything that the page of a ranking shows."""
    net = snapshot.network
    centre = net.countries[net.place(focal)]
    sources = read_sources(store)
    named = read_names(store)
    parties = _parties(_memberships(store, snapshot), {c.iso3 for c in net.countries})
    hubs = _hubs(parties, centre.iso3)
    ties = [*_pair_ties(snapshot, parties, named, sources)]
    ties += _hub_ties(snapshot, parties, hubs, named, sources)
    said, kind = Words({}, labels(store)), net.kinds[snapshot.kind]
    return page.Page(
        title=f"Cooperation partners for {centre.name}",
        description=snapshot.reworded(
            f"Expected leverage of one more {kind.label} with each country."
        ),
        title_zh=f"{centre.name_zh or centre.name}的合作伙伴",
        description_zh=snapshot.reworded(f"与各国再签署一项{kind.label_zh}的预期杠杆。"),
        nodes=[*_countries(snapshot, ranked, sources, said), *_hub_nodes(hubs, named, sources)],
        ties=ties,
        focal=centre.iso3,
        at=net.at.isoformat(),
        node_kinds=[
            page.Kind("country", snapshot.words.one, snapshot.words.one_zh),
            page.Kind("body", "body", "组织"),
        ],
        tie_kinds=kinds(net.kinds),
        indicators=INDICATORS[:2] if snapshot.profile else INDICATORS,
        ranking=entries(store, ranked),
        answer=answer(brief(store, snapshot, focal, ranked), snapshot.reworded),
        matrices=_matrices(snapshot, ranked),
        tables=[dossier_table(store, centre, own=snapshot.profile is not None)],
        sources=[cited(source) for source in sources.values()],
        notes=_notes(snapshot),
        wording=snapshot.reworded,
    )


def _notes(snapshot: Snapshot) -> Sequence[str | page.Words]:
    """Return what a reader should know beside the figures."""
    if snapshot.profile is None:
        return NOTES
    return tuple(
        snapshot.reworded(f"Left out, for it is not known: {name}.") for name in snapshot.absent
    )


def kinds(kinds: Mapping[str, Kind]) -> list[page.Kind]:
    """Return the kinds of agreement, families together, each in the colour that is always its own.

    The palette has one hue a family: cyber security, standards, trade, defence, environment,
    membership.
    """
    order = [kinds[slug] for slug in PALETTE if slug in kinds]
    order += [kind for slug, kind in kinds.items() if slug not in PALETTE]
    hues = {slug: hue for hue, slug in enumerate(PALETTE)}
    return [page.Kind(k.slug, k.label, k.label_zh, hues.get(k.slug)) for k in order]


PALETTE = (
    "information-security-agreement",
    "cyber-agreement",
    "cyber-mou",
    "cyber-statement",
    "cert-cooperation",
    "cyber-convention",
    "standards-cooperation",
    "mutual-recognition",
    "certification-arrangement",
    "trade-agreement",
    "investment-treaty",
    "belt-and-road-mou",
    "defence-agreement",
    "environment-agreement",
    "membership",
)
NOTES = (
    (
        "Feasibility is learned from agreements of all kinds: it shows general cooperation, a "
        "proxy for cooperation on industrial security.",
        "可行性由各类协定推算：它反映一般合作，以此代表工业安全合作。",
    ),
    (
        "Country names and codes follow ISO 3166-1; the map takes no side in any dispute.",
        "国家名称与代码依 ISO 3166-1；地图对任何争端不持立场。",
    ),
)


def _memberships(store: Store, snapshot: Snapshot) -> list[Membership]:
    undated = snapshot.profile is not None and not snapshot.profile.dated
    return read_memberships(store, undated=undated)


def _parties(memberships: list[Membership], known: set[str]) -> dict[str, list[Membership]]:
    found: dict[str, list[Membership]] = defaultdict(list)
    for membership in memberships:
        if membership.country in known:
            found[membership.of].append(membership)
    return found


def _hubs(parties: dict[str, list[Membership]], focal: str) -> list[str]:
    own = [
        iri
        for iri, members in parties.items()
        if 2 < len(members) <= HUB_PARTIES and any(m.country == focal for m in members)
    ]
    return sorted(own, key=lambda iri: (len(parties[iri]), iri))[:HUBS]


def _pair_ties(
    snapshot: Snapshot,
    parties: dict[str, list[Membership]],
    named: dict[str, Named],
    sources: dict[str, Source],
) -> list[page.Tie]:
    return [
        _tie(
            snapshot, named, sources, members[0], members[1].country, any(m.signed for m in members)
        )
        for members in parties.values()
        if len(members) == 2
    ]


def _hub_ties(
    snapshot: Snapshot,
    parties: dict[str, list[Membership]],
    hubs: list[str],
    named: dict[str, Named],
    sources: dict[str, Source],
) -> list[page.Tie]:
    return [
        _tie(snapshot, named, sources, membership, hub, membership.signed)
        for hub in hubs
        for membership in parties[hub]
    ]


def _tie(
    snapshot: Snapshot,
    named: dict[str, Named],
    sources: dict[str, Source],
    one: Membership,
    other: str,
    signed: bool,
) -> page.Tie:
    known = named.get(one.of)
    kind = snapshot.network.kinds.get(one.kind)
    return page.Tie(
        a=one.country,
        b=other,
        kind=one.kind,
        label=known.name if known else tail(one.of),
        start=one.start,
        end=one.end,
        strength=kind.strength if kind else 0.0,
        signed=signed,
        sources=[cited(sources.get(known.source))] if known else [],
    )


def _hub_nodes(
    hubs: list[str], named: dict[str, Named], sources: dict[str, Source]
) -> list[page.Node]:
    nodes = []
    for hub in hubs:
        known = named.get(hub, Named(tail(hub), "", "", ""))
        source = cited(sources.get(known.source))
        fact = page.Fact(
            ("Named in", "载于"), known.locator or source.title, source.title, source.url
        )
        nodes.append(page.Node(hub, known.name, "body", facts=[fact]))
    return nodes


def _countries(
    snapshot: Snapshot, ranked: Sequence[Candidate], sources: dict[str, Source], said: Words
) -> list[page.Node]:
    scores = {candidate.country.iso3: candidate.expected_leverage for candidate in ranked}
    return [
        page.Node(
            id=country.iso3,
            label=country.name,
            label_zh=country.name_zh,
            lon=country.longitude,
            lat=country.latitude,
            facts=_facts(snapshot, country, sources, said),
            values=_values(snapshot, row, scores.get(country.iso3)),
            aliases=_aliases(country),
        )
        for row, country in enumerate(snapshot.network.countries)
    ]


def _aliases(country: Country) -> list[str]:
    """Return the other names and the code of a country; an actor that is none has none."""
    places = Places.shipped()
    known = places.aliases[country.iso3] if places.named(country.name) == country.iso3 else []
    return [name for name in known if name not in {country.name, country.name_zh}]


def _values(snapshot: Snapshot, row: int, score: float | None) -> dict[str, float]:
    needs = snapshot.needs
    values = {
        "need": float(needs.need[row]),
        "capability": float(needs.capability[row]),
        "exposure": float(needs.exposure[row]),
        "value": float(needs.value[row]),
    }
    return values if score is None else {"expected": score, **values}


def _facts(
    snapshot: Snapshot, country: Country, sources: dict[str, Source], said: Words
) -> list[page.Fact]:
    seen = snapshot.needs.observations.get(country.iso3, {})
    facts = []
    declared = snapshot.profile
    titles = FACTS
    if declared:
        titles = {m.slug: ((m.title, m.title), (m.unit, m.unit)) for m in declared.measures}
    for indicator, (label, unit) in titles.items():
        if indicator in seen:
            known = seen[indicator]
            source = cited(sources.get(known.source))
            value = _figure(known.value)
            facts.append(
                page.Fact(label, _united(value, unit), source.title, source.url, str(known.year))
            )
    for held in snapshot.obstacles.general(country.iso3):
        source = cited(sources.get(held.source))
        confidence = float(held.confidence) if held.confidence else None
        facts.append(
            page.Fact(
                ("Barrier", "障碍"),
                _barrier(held, said),
                source.title,
                source.url,
                confidence=confidence,
            )
        )
    return facts


def _united(value: str, unit: page.Words) -> page.Words:
    return f"{value} {unit[0]}".strip(), f"{value} {unit[1]}".strip()


def _barrier(held: Obstacle, said: Words) -> page.Words:
    since = f"（自 {held.since[:4]} 年）" if held.since else ""
    return held.text or held.label, f"{said.label(held.kind).zh}{since}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _matrices(snapshot: Snapshot, ranked: Sequence[Candidate]) -> page.Matrices:
    net, needs = snapshot.network, snapshot.needs
    codes = [country.iso3 for country in net.countries]
    chosen = {candidate.country.iso3 for candidate in ranked}
    return page.Matrices(
        countries=codes,
        tau=net.tau,
        need=needs.need,
        popularity=snapshot.forecast.popularity,
        feasibility=snapshot.forecast.probability,
        barrier=snapshot.obstacles.barrier,
        blocked=snapshot.obstacles.blocked,
        third=snapshot.third > 0.0,
        powers=(snapshot.powers.gain, snapshot.powers.popularity),
        strength=snapshot.strength,
        candidates=np.array([code in chosen for code in codes]),
        missing=dict(zip(codes, needs.missing, strict=True)),
    )


def backtest_page(report: Report) -> page.Page:
    """Return the page of a backtest: figures by kind, what the bars say, all rows."""
    results = _table(
        "All results",
        "全部结果",
        [_result(row) for row in report.rows],
        "One row a kind, cut and method. auc: area under the ROC curve, with its 95 % interval "
        "from resampling countries; ap: average precision; hits10, mrr, captured10: of the "
        "partners ranked first, the share that signed among ten, the mean of 1 / rank of the "
        "first that signed, and the share of the best possible gain that ten brought.",
    )
    bars = page.Table(
        "Good enough?",
        ("kind", "what", "value", "should be", "is it"),
        [row for summary in report.summaries for row in _bars(summary)],
        "Means over the cuts with 95 % intervals from resampling countries.",
        "是否达标",
    )
    return page.Page(
        title="How well would this have done?",
        description="What the forecasts and rankings said at each cut, beside what was signed in "
        f"the five years after it. Feasibility is {PROXY}: this tests general cooperation.",
        figures=[figure for summary in report.summaries for figure in _figures(summary)],
        tables=[bars, results],
        notes=[*NOTES[:1], *(f"Not tested: {reason}" for reason in report.skipped)],
    )


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    ends = ("auc_low", "auc_high")
    known = row["auc"] is not None
    auc = page.Interval(row["auc"], *(row[name] for name in ends)) if known else None
    shown = {**row, "cut": str(row["cut"]), "auc": auc}
    return {name: value for name, value in shown.items() if name not in ends}


def _bars(s: Summary) -> list[tuple[page.Cell, ...]]:
    """Return what a forecast has to reach to be of use, and whether it does."""
    gain, degree = s.auc_gain, s.captured_over_degree
    error, ahead = s.calibration_error, degree.mean >= MARGIN and degree.low > 0
    lines: list[tuple[str, page.Cell, str, bool]] = [
        ("AUC above every other method at every cut", _answer(s.above_all), "yes", s.above_all),
        (f"AUC above {s.best_baseline}", _spread(gain), "interval above 0", gain.low > 0),
        ("calibration error of the first 2 %", error, f"at most {MARGIN}", error <= MARGIN),
        (
            "captured leverage above degree",
            _spread(degree),
            f"at least {MARGIN}, interval above 0",
            ahead,
        ),
    ]
    return [(s.kind, what, value, bar, _answer(met)) for what, value, bar, met in lines]


def _answer(met: bool) -> str:
    return "yes" if met else "no"


def _spread(found: Interval) -> page.Interval:
    return page.Interval(found.mean, found.low, found.high)


def _figures(s: Summary) -> list[page.Figure]:
    return [_reliability(s), _lift(s), _captured(s)]


def _reliability(s: Summary) -> page.Figure:
    points = [(part.predicted, part.observed) for part in s.reliability]
    ends = [(part.low, part.high) for part in s.reliability]
    return page.Figure(
        f"Reliability: {s.kind}",
        "line",
        x="mean probability forecast",
        y="share that signed",
        series=[page.Series(LEARNED, points, ends)],
        diagonal="perfect calibration",
        percent=True,
        note="Pairs of all cuts, from the least to the most probable; lines are 95 % intervals. "
        "Below the diagonal, the forecast promised too much.",
        title_zh=f"可靠性：{s.kind}",
    )


def _lift(s: Summary) -> page.Figure:
    others = [name for name in (s.best_baseline, "gravity", "degree", "gain") if name != LEARNED]
    return page.Figure(
        f"Lift: {s.kind}",
        "line",
        x="share of pairs ranked first (logarithmic)",
        y="share of all signatures among them",
        series=[
            page.Series(name, list(zip(s.depths, s.lift[name], strict=True)))
            for name in dict.fromkeys([LEARNED, *others])
        ],
        diagonal="chosen at random",
        percent=True,
        log_x=True,
        note=f"How early each ranking finds what was signed. Of the rankings without learning, "
        f"{s.best_baseline} has the highest AUC; that of those not drawn is under All results.",
        title_zh=f"提升曲线：{s.kind}",
    )


def _captured(s: Summary) -> page.Figure:
    ranked = sorted(s.captured.items(), key=lambda item: -item[1].mean)
    return page.Figure(
        f"Captured leverage: {s.kind}",
        "bars",
        x="ranking",
        y="share of the best possible gain",
        series=[
            page.Series(
                "captured10",
                [(name, found.mean) for name, found in ranked],
                [(found.low, found.high) for _, found in ranked],
            )
        ],
        percent=True,
        note="Reach gain of the ten partners ranked first that really signed, of the most that "
        f"ten could have brought; lines are 95 % intervals. {LEARNED} ranks by feasibility times "
        "gain.",
        title_zh=f"实现的杠杆：{s.kind}",
    )
