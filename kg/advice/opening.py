"""The first view of the pages of the other commands: each opens on its own subject, in words.

A sentence, the ties that it is about, and one table, in English and Chinese, put before what the
page of a ranking shows anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kg import page
from kg.advice import brief
from kg.advice.answer import both, cited
from kg.advice.brief import Text, Words
from kg.advice.explain import Explanation
from kg.advice.snapshot import Snapshot
from kg.graph.provenance import read_sources
from kg.graph.store import Store
from kg.leverage.ties import Ties

Rows = Sequence[Mapping[str, Any]]
SHOWN = 60  # rows of a first table; the command line prints them all

NAMES = {
    "feasibility": ("chance to sign", "签署概率"),
    "barrier": ("barrier", "障碍"),
    "popularity": ("popularity", "受欢迎度"),
    "direct": ("direct gain", "直接收益"),
    "onward": ("onward gain", "间接收益"),
}
MEASURES = {
    "candidates of a tier": ("countries of a tier", "各档次国家数"),
    "top ten kept": ("share of the top ten that stays", "前十名保留比例"),
    "doubt about the top ten: alone": ("doubt about the top ten: alone", "对前十名的影响：单独"),
    "doubt about the top ten: with others": (
        "doubt about the top ten: with others",
        "对前十名的影响：与其他因素合计",
    ),
    "rank correlation of the headline": ("rank correlation with", "与之的秩相关"),
}
SUBJECTS = {
    "leading": ("leading", "领先"),
    "contending": ("contending", "有望"),
    "undecided": ("undecided", "未定"),
    "surely-not": ("surely not", "基本无望"),
    "mean over all draws": ("mean over all draws", "全部抽样的平均"),
    "strengths of kinds of agreement": ("strengths of kinds of agreement", "各类协定的强度"),
    "need of each country": ("need of each country", "各国的需求"),
    "readiness of each country to sign": ("readiness of each country to sign", "各国的签署意愿"),
    "chance of each pair": ("chance of each pair", "每对国家的概率"),
    "levels of obstacles": ("levels of obstacles", "障碍的程度"),
    "powers of gain and popularity": ("powers of gain and popularity", "收益与受欢迎度的指数"),
    "degree": ("the partner's ties", "伙伴的联系数"),
    "GDP": ("the partner's GDP", "伙伴的国内生产总值"),
    **NAMES,
}
CENTRALITIES = {
    "degree": "联系数",
    "strength": "联系强度",
    "closeness": "接近中心性",
    "harmonic": "调和中心性",
    "betweenness": "中介中心性",
    "eigenvector": "特征向量中心性",
    "pagerank": "PageRank",
    "katz": "Katz 中心性",
    "reach": "触及的需求",
    "need": "需求",
}
COUNTRY = ("Country", "国家")
RANK = ("Rank", "排名")


def words_of(store: Store, snapshot: Snapshot) -> Words:
    """Return what turns codes and slugs into words."""
    countries = {country.iso3: country for country in snapshot.network.countries}
    return Words(countries, brief.labels(store), snapshot.chance_known)


def explanation(
    drawn: page.Page, store: Store, snapshot: Snapshot, found: Explanation
) -> page.Page:
    """Return the page of a ranking that opens on why one partner stands where it stands."""
    c, words = found.candidate, words_of(store, snapshot)
    own, other, why = words.name(found.focal), words.name(c.country.iso3), words.why(c)
    held = words.against(c)
    sentence = Text(
        f"{brief.capital(other.en)} stands at rank {c.rank} of {found.candidates} for {own.en}, "
        f"with {c.index:.0f} of 100: {why.en}"
        f"{f'; {held.en}' if held.en else ''}; {words.unknown(c).en}.",
        f"对{own.zh}而言，{other.zh}在 {found.candidates} 个国家中排名第 {c.rank}，"
        f"指数 {c.index:.0f}（最佳为 100）：{why.zh}"
        f"{f'；不利因素为{held.zh}' if held.zh else ''}；{words.unknown(c).zh}。",
    )
    known = read_sources(store)
    used = dict.fromkeys(row["source"] for row in [*found.agreements, *found.barriers])
    return _opened(
        drawn,
        page.Answer(
            sentence=both(sentence, snapshot.reworded),
            proposed=[c.country.iso3],
            tables=[_factors(found), _in_force(snapshot, found)],
            sources=[cited(known[key]) for key in used if key in known],
        ),
        Text(f"Why {other.en} for {own.en}", f"为什么是{other.zh}：{own.zh}"),
    )


def _factors(found: Explanation) -> page.Table:
    values = {name: getattr(found.candidate, name) for name in found.baseline}
    return page.Table(
        "What makes the score",
        (
            ("Factor", "因素"),
            ("This partner", "该伙伴"),
            ("Median country", "中位国家"),
            ("Adds to the score", "对得分的贡献"),
        ),
        [
            (NAMES.get(name, (name, name)), values[name], found.baseline[name], share)
            for name, share in sorted(found.shapley.items(), key=lambda item: -abs(item[1]))
        ],
        (
            f"Exact Shapley values against the median country, whose score is "
            f"{found.baseline_score:.3g}; this one's is {found.candidate.expected_leverage:.3g}.",
            f"相对于中位国家（得分 {found.baseline_score:.3g}）的精确 Shapley 值；"
            f"该伙伴得分 {found.candidate.expected_leverage:.3g}。",
        ),
        "得分的构成",
    )


def _in_force(snapshot: Snapshot, found: Explanation) -> page.Table:
    kinds = snapshot.network.kinds
    return page.Table(
        "What ties the two today",
        (("Kind", "类型"), ("Agreement", "协定"), ("Strength", "强度"), ("Source", "来源")),
        [
            (
                (kinds[row["kind"]].label, kinds[row["kind"]].label_zh),
                row["agreement"],
                float(row["contribution"]),
                row["locator"] or row["source"],
            )
            for row in found.agreements[:SHOWN]
            if row["kind"] in kinds
        ],
        title_zh="两国现有的联系",
    )


def coalition(
    drawn: page.Page, store: Store, snapshot: Snapshot, steps: Rows, hosts: Rows
) -> page.Page:
    """Return the page of a ranking that opens on the best group to sign one agreement with."""
    words = words_of(store, snapshot)
    own, members = words.name(drawn.focal), words.names([str(row["iso3"]) for row in steps])
    host = f" {hosts[0]['name']} is the existing body that would bring most." if hosts else ""
    sentence = Text(
        f"One agreement of {own.en} would do most together with {members.en}.{host}",
        f"由{own.zh}发起的一项多边协定，与{members.zh}共同签署成效最大。"
        + (f"现有组织中以 {hosts[0]['name']} 为最佳载体。" if hosts else ""),
    )
    table = page.Table(
        "The group, in the order in which each adds most",
        (("Order", "次序"), COUNTRY, ("Adds", "增加"), ("Group's value", "组合的价值")),
        [
            (row["order"], page.Thing(str(row["iso3"])), float(row["adds"]), float(row["value"]))
            for row in steps
        ],
        title_zh="组合（按各自增加的价值排序）",
    )
    return _opened(
        drawn,
        page.Answer(
            sentence=both(sentence, snapshot.reworded),
            proposed=[str(row["iso3"]) for row in steps],
            tables=[table, _hosts(hosts)] if hosts else [table],
        ),
        Text(f"The best group for {own.en}", f"{own.zh}的最佳组合"),
    )


def _hosts(hosts: Rows) -> page.Table:
    return page.Table(
        "Existing bodies as hosts",
        (
            ("Body", "组织"),
            ("Partners", "伙伴数"),
            ("A member already", "已是成员"),
            ("Expected leverage", "预期杠杆"),
            ("Per partner", "平均每个伙伴"),
        ),
        [
            (
                str(row["name"]),
                int(row["partners"]),
                bool(row["focal_is_member"]),
                float(row["expected_leverage"]),
                float(row["per_partner"]),
            )
            for row in hosts[:SHOWN]
        ],
        title_zh="可作载体的现有组织",
    )


def whatif(
    drawn: page.Page,
    store: Store,
    snapshot: Snapshot,
    rows: Rows,
    add: Sequence[str],
    remove: Sequence[str],
) -> page.Page:
    """Return the page of a ranking that opens on what changes if ties were made or ended."""
    words, net = words_of(store, snapshot), snapshot.network
    places = [[net.countries[net.place(text)].iso3 for text in list_] for list_ in (add, remove)]
    own, (added, ended) = words.name(drawn.focal), (words.names(codes) for codes in places)
    own_row = next(row for row in rows if row["iso3"] == drawn.focal)
    share = float(own_row["change"]) / float(own_row["reach"]) if own_row["reach"] else 0.0
    signs = f"signed with {added.en}" if places[0] else ""
    ends = f"ended all its agreements with {ended.en}" if places[1] else ""
    sentence = Text(
        f"If {own.en} {' and '.join(part for part in (signs, ends) if part)}, the need that it "
        f"reaches would change by {share:+.1%}.",
        f"若{own.zh}{f'与{added.zh}签署协定' if places[0] else ''}"
        f"{'，并' if all(places) else ''}{f'终止与{ended.zh}的全部协定' if places[1] else ''}，"
        f"其所触及的需求将变化 {share:+.1%}。",
    )
    table = page.Table(
        "Who is affected most",
        (
            COUNTRY,
            ("Need reached now", "现在触及的需求"),
            ("Change", "变化"),
            ("Rank now", "现在排名"),
            ("Rank then", "之后排名"),
        ),
        [
            (page.Thing(row["iso3"]), row["reach"], row["change"], row["rank"], row["new_rank"])
            for row in rows[:SHOWN]
        ],
        title_zh="受影响最大的国家",
    )
    return _opened(
        drawn,
        page.Answer(both(sentence, snapshot.reworded), proposed=places[0], tables=[table]),
        Text(f"What if: {own.en}", f"假设分析：{own.zh}"),
    )


def robustness(drawn: page.Page, store: Store, snapshot: Snapshot, rows: Rows) -> page.Page:
    """Return the page of a ranking that opens on how sure it is."""
    own = words_of(store, snapshot).name(drawn.focal)
    kept = next(float(row["value"]) for row in rows if row["measure"] == "top ten kept")
    alone = [row for row in rows if row["measure"] == "doubt about the top ten: alone"]
    most = SUBJECTS[str(max(alone, key=lambda row: float(row["value"]))["of"])]
    sentence = Text(
        f"On average {kept:.0%} of the ten best partners of {own.en} stay among the ten best when "
        f"all that is uncertain is drawn anew; what moves them most is the {most[0]}.",
        f"对全部不确定因素重新抽样时，{own.zh}的十个最佳伙伴平均有 {kept:.0%} 仍在前十；"
        f"影响最大的是{most[1]}。",
    )
    table = page.Table(
        "How sure the ranking is",
        (("Measure", "指标"), ("Of", "对象"), ("Value", "数值")),
        [
            (
                MEASURES.get(str(row["measure"]), str(row["measure"])),
                SUBJECTS.get(str(row["of"]), str(row["of"])),
                float(row["value"]),
            )
            for row in rows
        ],
        title_zh="排名的可靠程度",
    )
    proposed = drawn.answer.proposed if drawn.answer else ()
    return _opened(
        drawn,
        page.Answer(both(sentence, snapshot.reworded), proposed=proposed, tables=[table]),
        Text(f"How sure is the ranking for {own.en}?", f"{own.zh}的排名有多可靠"),
    )


def rank(drawn: page.Page, measure: str, rows: Rows) -> page.Page:
    """Return a page that opens on the countries that a centrality ranks first."""
    names = {n.id: (brief.within(n.label), n.label_zh or n.label) for n in drawn.nodes}
    first = [names[row["iso3"]] for row in rows[:3]]
    label = (measure, CENTRALITIES.get(measure, measure))
    sentence = (
        f"By {measure}, {brief.joined([name for name, _ in first], 'and')} stand first among "
        f"{len(rows)} countries, as of {drawn.at}.",
        f"截至 {drawn.at}，在 {len(rows)} 个国家中，按{label[1]}排名居前的是"
        f"{brief.joined_zh([name for _, name in first])}。",
    )
    table = page.Table(
        f"Countries by {measure}",
        (RANK, COUNTRY, (brief.capital(measure), label[1])),
        [(row["rank"], page.Thing(row["iso3"]), float(row[measure])) for row in rows],
        title_zh=f"各国{label[1]}",
    )
    values = {str(row["iso3"]): float(row[measure]) for row in rows}
    return replace(
        drawn,
        title=f"Countries by {measure}",
        title_zh=f"各国{label[1]}",
        description="",
        focal="",
        ranking=(),
        matrices=None,
        tables=(),
        nodes=[
            replace(node, values={measure: values[node.id]} if node.id in values else {})
            for node in drawn.nodes
        ],
        indicators=[page.Indicator(measure, measure, label[1])],
        answer=page.Answer(sentence, tables=[table]),
    )


def leverage(ties: Ties, focal: str, objective: str, rows: Rows) -> page.Page:
    """Return a page of any network that opens on the ties that would gain a node most."""
    first = [str(row["node"]) for row in rows[:3]]
    sentence = (
        f"A new tie of {focal} would gain most ({objective}) with {brief.joined(first, 'and')}."
        if first
        else f"{focal} is tied to every other node already.",
        f"对 {focal} 而言，新建联系收益最大（{objective}）的是{brief.joined_zh(first)}。"
        if first
        else f"{focal} 已与所有其他节点相连。",
    )
    table = page.Table(
        "Gain of a tie with each node",
        (("Node", "节点"), ("Gain", "收益")),
        [(page.Thing(str(row["node"])), float(row["gain"])) for row in rows[:SHOWN]],
        title_zh="与各节点建立联系的收益",
    )
    links = ties.weights.tocoo()
    most = float(links.data.max()) if links.nnz else 1.0
    return page.Page(
        title=f"New ties for {focal}",
        title_zh=f"{focal} 的新联系",
        focal=focal,
        nodes=[page.Node(str(name), str(name), "node") for name in ties.nodes],
        ties=[
            page.Tie(str(ties.nodes[a]), str(ties.nodes[b]), "tie", strength=float(w) / most)
            for a, b, w in zip(links.row, links.col, links.data, strict=True)
            if a < b
        ],
        node_kinds=[page.Kind("node", "node", "节点")],
        tie_kinds=[page.Kind("tie", "tie", "联系")],
        answer=page.Answer(sentence, proposed=first, tables=[table]),
    )


def _opened(drawn: page.Page, answer: page.Answer, title: Text) -> page.Page:
    lead = drawn.answer.lead if drawn.answer else ("", "")
    sources = answer.sources or (drawn.answer.sources if drawn.answer else ())
    answer = replace(answer, lead=lead, sources=sources)
    return replace(drawn, title=title.en, title_zh=title.zh, answer=answer)
