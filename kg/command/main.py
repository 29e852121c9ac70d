"""The `comity` command: parses, calls kg, prints. Heavy imports live in the commands."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from kg.command import platform, subject
from kg.command.terminal import (
    PATH,
    Ceiling,
    Comity,
    Output,
    Progress,
    Reading,
    asked,
    confirmed,
    conforming,
    draw_atlas,
    graph_options,
    judgement,
    language_option,
    likeness,
    limit_options,
    listed,
    note,
    output_options,
    own_graph,
    pairs,
    purpose_options,
    question_names,
    ranking_options,
    reading_options,
    result_options,
    shipped_store,
    verdict,
    whole_year,
    writable,
)
from kg.errors import ComityError

WIDE = 34  # characters of an actor's name, where no code stands beside it


@click.group(cls=Comity, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comity", message="comity %(version)s")
def main() -> None:
    """Find where cooperation between countries would have the most leverage.

    Example: comity recommend CHN --top 10
    """
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


@main.command()
@click.argument("focal")
@click.option("--top", type=click.IntRange(min=1), help="Show only the best so many.")
@click.option("--mutual", is_flag=True, help="Rank by the Nash product of both sides' gains.")
@click.option("--everyone", is_flag=True, help="Rank countries outside the United Nations too.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@language_option
@purpose_options
@output_options
def recommend(
    focal: str,
    top: int | None,
    mutual: bool,
    everyone: bool,
    html: Path | None,
    lang: str,
    reading: Reading,
    output: Output,
) -> None:
    """Rank partner countries for FOCAL by expected leverage.

    FOCAL is a code or a name: CHN, cn, "Viet Nam", 中国. With --sector, --site or --service the
    gain is counted in the need of that purpose, and each partner shows what is known of it.

    Examples: comity recommend KAZ --top 10 --html kazakhstan.html;
    comity recommend CHN --sector nuclear; comity recommend CHN --service certification
    """
    from kg.advice.brief import brief
    from kg.advice.recommend import Candidate, flat, narrow, recommend
    from kg.advice.snapshot import declared

    store = reading.store()
    snapshot = reading.snapshot(store)
    ranked = recommend(snapshot, focal, everyone, mutual)
    if html:
        from kg.advice import draw

        draw.draw(draw.compose(store, snapshot, focal, ranked), html)
        note(f"wrote {html}")
    answer = brief(store, snapshot, focal, ranked).sentence
    note(f"{snapshot.reworded(answer.in_language(lang))}\n")
    short = partial(narrow, room=WIDE) if snapshot.profile else narrow
    shape = {"json": Candidate.as_json, "table": short}.get(output.chosen, flat)
    output.rows([declared(snapshot, shape(candidate)) for candidate in ranked[:top]])
    note(likeness(snapshot, focal))


@main.command()
@click.argument("focal")
@click.option("-o", "--output", "path", type=PATH, help="html, to be printed on A4, or md.")
@language_option
@purpose_options
def brief(focal: str, path: Path | None, lang: str, reading: Reading) -> None:
    """Answer for FOCAL on one page: with whom, why, how sure, through which channel.

    Example: comity brief CHN -o china.html; comity brief 中国 --lang zh
    """
    from kg.advice import sheet
    from kg.advice.brief import brief
    from kg.advice.recommend import recommend
    from kg.graph import answer
    from kg.page import render_sheet

    if path and path.suffix.lower() not in {".html", ".htm", ".md"}:
        raise ComityError(f"{path}: write it as .html (a browser prints it to PDF) or .md", code=3)
    store = reading.store()
    snapshot = reading.snapshot(store)
    words = brief(store, snapshot, focal, recommend(snapshot, focal))
    printed = path is not None and path.suffix.lower() != ".md"
    made = sheet.sheet(words, snapshot, lang) if printed else None
    answer.emit(
        render_sheet(made) if made else snapshot.reworded(sheet.markdown(words, lang)), path
    )


@main.command()
@click.argument("focal")
@click.argument("other", required=False)
@click.option("--against", metavar="DATE", help="The same country at another date, by that date.")
@click.option("--top", type=click.IntRange(min=1), help="Show only the best so many.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@purpose_options
@output_options
def compare(
    focal: str,
    other: str | None,
    against: str | None,
    top: int | None,
    html: Path | None,
    reading: Reading,
    output: Output,
) -> None:
    """Compare the rankings of FOCAL and OTHER, or of FOCAL at two dates, side by side.

    Examples: comity compare CHN RUS --html both.html; comity compare CHN --against 2016
    """
    from kg.advice import compare

    if not other and not against:
        raise ComityError("compare with what? give a second country, or --against DATE")
    store = reading.store()
    one = compare.side(reading.snapshot(store), focal)
    then = replace(reading, at=against).snapshot(store) if against else one.snapshot
    two = compare.side(then, other or focal)
    if html:
        from kg.advice import draw

        base = draw.compose(store, one.snapshot, focal, one.ranked)
        draw.draw(compare.opened(base, store, one, two), html)
        note(f"wrote {html}")
    output.rows(compare.rows(one, two)[:top])


@main.command()
@click.option("--measure", default="reach", show_default=True, help="A centrality; see the list.")
@click.option("--top", type=click.IntRange(min=1), help="Show only the best so many.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@ranking_options
@output_options
def rank(
    measure: str,
    top: int | None,
    html: Path | None,
    reading: Reading,
    output: Output,
) -> None:
    """Rank countries by a centrality of the cooperation network.

    Measures: degree, strength, closeness, harmonic, betweenness, eigenvector, pagerank, katz,
    reach, need.

    Example: comity rank --measure betweenness --at 2010 --top 20
    """
    from kg.advice import subject
    from kg.network.centrality import ranking

    store = reading.store()
    network = reading.network(store)
    rows = ranking(network, measure, lambda: subject.needs(store, network).need)
    if html:
        from kg.advice import draw, opening

        snapshot = reading.snapshot(store)
        whole = draw.base(store, snapshot, str(rows[0]["iso3"]))
        draw.draw(opening.rank(whole, measure, rows), html)
        note(f"wrote {html}")
    output.rows(rows[:top])


@main.command()
@click.argument("focal")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@purpose_options
@output_options
def robustness(focal: str, html: Path | None, reading: Reading, output: Output) -> None:
    """Say how sure FOCAL's ranking is, which doubts drive it, and whether one factor does.

    Example: comity robustness CHN
    """
    from kg.advice.robustness import report

    store = reading.store()
    snapshot = reading.snapshot(store)
    rows = report(snapshot, focal)
    if html:
        from kg.advice import draw, opening

        base = draw.base(store, snapshot, focal)
        draw.draw(opening.robustness(base, store, snapshot, rows), html)
        note(f"wrote {html}")
    output.rows([{**row, "of": snapshot.reworded(str(row["of"]))} for row in rows])


@main.command()
@click.argument("focal")
@click.argument("partner")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@purpose_options
@output_options
def explain(focal: str, partner: str, html: Path | None, reading: Reading, output: Output) -> None:
    """Explain one pair: every factor, fact and source behind its score.

    Example: comity explain CHN KAZ
    """
    from kg.advice.explain import explain, rows, text
    from kg.advice.snapshot import declared
    from kg.graph import answer

    store = reading.store()
    snapshot = reading.snapshot(store)
    explanation = explain(store, snapshot, focal, partner)
    if html:
        from kg.advice import draw, opening

        base = draw.base(store, snapshot, focal)
        draw.draw(opening.explanation(base, store, snapshot, explanation), html)
        note(f"wrote {html}")
    if output.chosen == "json":
        answer.emit(answer.json_text(declared(snapshot, explanation.as_json())), output.path)
    elif output.form is None and output.path is None:
        answer.emit(snapshot.reworded(text(explanation)))
    else:
        output.rows(rows(explanation))


@main.command()
@click.argument("focal")
@click.option("--size", type=click.IntRange(min=1), default=3, show_default=True, help="Partners.")
@click.option("--include", multiple=True, metavar="CODE", help="A partner that must be in.")
@click.option("--exclude", multiple=True, metavar="CODE", help="A country that must stay out.")
@click.option("--body", help="Only members of this body, e.g. igo-asean.")
@click.option(
    "--accession",
    type=click.Choice(["independent", "all-or-nothing", "certain"]),
    default="independent",
    show_default=True,
    help="How partners join: each with its own chance, all together, or surely.",
)
@click.option("--hosts", is_flag=True, help="Rank existing bodies as hosts instead.")
@click.option("--all-bodies", is_flag=True, help="With --hosts: bodies of any purpose.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@purpose_options
@output_options
def coalition(
    focal: str,
    size: int,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    body: str | None,
    accession: Any,  # noqa: ANN401
    hosts: bool,
    all_bodies: bool,
    html: Path | None,
    reading: Reading,
    output: Output,
) -> None:
    """Find the best group to sign one agreement with, or the best existing body to host it.

    Example: comity coalition CHN --size 4 --body igo-asean
    """
    from kg.advice import group
    from kg.advice.snapshot import declared

    store = reading.store()
    snapshot = reading.snapshot(store)
    chosen = group.coalition(
        snapshot, focal, size, accession, listed(include), listed(exclude), body
    )
    steps = group.steps(snapshot, chosen)
    existing = group.hosts(store, snapshot, focal, accession, all_bodies) if hosts or html else []
    if html:
        from kg.advice import draw, opening

        base = draw.base(store, snapshot, focal)
        rows = [host.as_json() for host in existing]
        draw.draw(opening.coalition(base, store, snapshot, steps, rows), html)
        note(f"wrote {html}")
    shape = group.narrow if output.chosen == "table" else group.Host.as_json
    shown = [shape(host) for host in existing] if hosts else steps
    output.rows([declared(snapshot, row) for row in shown])
    if not hosts:
        note(f"value {chosen.value:.6g}; guarantee: {chosen.guarantee}")


@main.command()
@click.argument("focal")
@click.option("--add", multiple=True, metavar="CODES", help="Partners to sign with: KAZ,IDN.")
@click.option("--remove", multiple=True, metavar="CODES", help="Partners whose ties all end.")
@click.option("--top", type=click.IntRange(min=1), help="Show only the largest so many changes.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@purpose_options
@output_options
def whatif(
    focal: str,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    top: int | None,
    html: Path | None,
    reading: Reading,
    output: Output,
) -> None:
    """Show what changes if FOCAL signed with, or lost its ties to, these countries.

    Example: comity whatif CHN --add KAZ,IDN --remove AUS --top 20
    """
    from kg.advice.snapshot import declared
    from kg.advice.whatif import whatif

    if not add and not remove:
        raise ComityError("give --add or --remove: there is nothing to change")
    store = reading.store()
    snapshot = reading.snapshot(store)
    rows = [row.as_json() for row in whatif(snapshot, focal, listed(add), listed(remove))]
    if html:
        from kg.advice import draw, opening

        base = draw.base(store, snapshot, focal)
        changed = opening.whatif(base, store, snapshot, rows, listed(add), listed(remove))
        draw.draw(changed, html)
        note(f"wrote {html}")
    output.rows([declared(snapshot, row) for row in rows[:top]])


@main.command()
@click.option("--ties", type=PATH, help="CSV of your own agreements: a, b (ISO alpha-3), year.")
@click.option("--of", "kinds", multiple=True, metavar="KIND", help="Kind of shipped agreements.")
@click.option("--cuts", help="Years to forecast from: 1995,2000,2005,2010.")
@click.option("--html", type=PATH, help="Write a page with plots too.")
@click.option("--headline", is_flag=True, help="Judge what `comity recommend` ranks by.")
@reading_options
@output_options
def backtest(
    ties: Path | None,
    kinds: tuple[str, ...],
    cuts: str | None,
    html: Path | None,
    headline: bool,
    reading: Reading,
    output: Output,
) -> None:
    """Show how well the forecasts and rankings would have done in the past.

    With --at, on what was signed by the end of that year. With --headline, the ranking as it
    ships is judged on papers on cyber security, and on papers of any kind.

    Examples: comity backtest --of investment-treaty --cuts 1995,2000,2005,2010;
    comity backtest --headline --cuts 2012,2016
    """
    from kg.forecast import backtest
    from kg.forecast.history import read

    if ties and kinds:
        raise ComityError("--ties and --of exclude each other: give one")
    if headline and (ties or kinds or html):
        raise ComityError("--headline goes with --cuts and --at only")
    years = [whole_year(text) for text in listed([cuts])] if cuts else None
    store, until = reading.store(), reading.day().year
    if headline:
        output.rows(judgement(store, years, until, brief=output.chosen == "table"))
        return
    with Progress("testing the past") as told:
        if ties:
            report = backtest.run_ties(store, ties, years, told, until)
        else:
            of = kinds or ("investment-treaty",)
            report = backtest.run(read(store), of, years or backtest.CUTS, told, until)
    if html:
        from kg.advice import draw

        draw.draw(draw.backtest_page(report), html)
        note(f"wrote {html}")
    output.rows(report.rows)
    verdict(report)


@main.command()
@click.option(
    "--ties", type=PATH, required=True, help="CSV with columns a, b and weight or not; - for stdin."
)
@click.option("--map", "columns", default="", help="Names of the columns: a=FROM,b=TO,weight=W.")
@click.option("--focal", required=True, help="The node that seeks a tie.")
@click.option("--objective", default="reach", show_default=True, help="What a tie should raise.")
@click.option("--strength", type=float, help="Of the new tie; 1, for reach 0.5.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@output_options
def leverage(
    ties: Path,
    columns: str,
    focal: str,
    objective: str,
    strength: float | None,
    html: Path | None,
    output: Output,
) -> None:
    """Rank the non-neighbours of a node in any network by what a tie would gain.

    Objectives: reach, harmonic, betweenness, forest, kirchhoff, katz, pagerank. Every gain is
    exact or said to be estimated, within a bound where one is known.

    Example: comity leverage --ties ties.csv --focal A --objective harmonic --format json
    """
    from kg.leverage.ranking import COLUMNS, rank_ties
    from kg.leverage.ties import read_ties

    names = pairs("--map", tuple(filter(None, columns.split(","))))
    network = read_ties(ties, names)
    rows = rank_ties(network, focal, objective, strength)
    if html:
        from kg.advice import draw, opening

        draw.draw(opening.leverage(network, focal, objective, rows), html)
        note(f"wrote {html}")
    output.rows(rows, COLUMNS)


@main.command()
@click.argument("name", required=False, shell_complete=question_names)
@click.option("-q", "--query", "text", help="SPARQL text, a file, or - for standard input.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--country", help="The same as -p country=CODE.")
@click.option("--prefix", "prefixes", multiple=True, metavar="NAME=IRI", help="Declare a prefix.")
@click.option("--allow-service", is_flag=True, help="Let the query reach other endpoints.")
@click.option("--short", is_flag=True, help="Short IRIs and plain values, as in a table.")
@limit_options
@reading_options
@result_options
def query(
    name: str | None,
    text: str | None,
    params: tuple[str, ...],
    country: str | None,
    prefixes: tuple[str, ...],
    allow_service: bool,
    short: bool,
    limits: Ceiling,
    reading: Reading,
    output: Output,
) -> None:
    """Answer a named question (see `comity queries`) or any SPARQL 1.1 query.

    Rows are written as the standard's JSON, XML, CSV and TSV, with full terms; --short writes
    them as a table shows them. A terminal gets a table.

    Examples: comity query parties -p kind=cyber-agreement;
    comity query -q 'SELECT ?c { ?c a schema:Country } LIMIT 5' --format csv
    """
    from kg.graph import answer, parameter
    from kg.graph.catalog import question

    given = pairs("--param", params)
    sparql = asked(name, text, given, country, reading.at)
    store = reading.store()
    if name:
        parameter.check(store, question(name), given | ({"country": country} if country else {}))
    declared = "".join(f"PREFIX {p}: <{i}> " for p, i in pairs("--prefix", prefixes).items())
    result = store.query(declared + sparql, limits=limits.limits(), allow_service=allow_service)
    form = answer.chosen_format(output.form, output.path, answer.is_graph(result))
    shown = answer.result_text(result, form, short=short, spreadsheet=output.spreadsheet)
    answer.emit(shown, output.path)


@main.command()
@click.option("--dataset", metavar="NAME", help="Only this named graph: wto, source:wto or an IRI.")
@reading_options
@graph_options
def dump(dataset: str | None, reading: Reading, output: Output) -> None:
    """Write the graph as RDF: every named graph, or their union where a format has none.

    Formats: nquads (the default) and trig keep the named graphs; turtle, ntriples, rdfxml and
    jsonld do not.

    Example: comity dump -o facts.nq; comity dump --dataset wto -o wto.ttl
    """
    from kg.graph import dump

    form = output.form or dump.form_of(output.path)
    written = dump.dump(reading.store(), output.path, form, dataset)
    note(f"{written} statements")


@main.command()
@click.argument("search", required=False)
@click.option("--theme", help="Only the questions of one theme.")
@output_options
def queries(search: str | None, theme: str | None, output: Output) -> None:
    """List the named questions with their parameters: all, or those that SEARCH finds.

    Every word of SEARCH is looked for in names, summaries, descriptions, themes and tags.

    Examples: comity queries --theme threats; comity queries "park threat"
    """
    from kg.graph.catalog import found

    listing = found(search or "", theme)
    rows = [
        {
            "question": q.name,
            "theme": q.theme,
            "summary": q.summary,
            "parameters": [f"{p.name}={p.default} ({p.type})" for p in q.parameters.values()],
        }
        for q in listing
    ]
    output.rows(rows)


@main.command()
@click.argument("thing")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    help="How many facts of each group.",
)
@reading_options
@output_options
def show(thing: str, top: int, reading: Reading, output: Output) -> None:
    """Show what is known of THING, in groups, each fact with its source.

    THING is a country's code or name, kind/id such as park/belarus-great-stone, a short IRI, an
    id or a name.

    Example: comity show BLR; comity show standard/nist-sp-800-82 --format json
    """
    from kg.graph import answer, dossier

    record = dossier.dossier(reading.store(), thing)
    answer.emit(dossier.text(record, output.chosen, top), output.path)


@main.command()
@reading_options
@output_options
def claims(reading: Reading, output: Output) -> None:
    """Set the seed paper's figures beside the graph's own, with a verdict on each.

    Example: comity claims --format json
    """
    from kg.graph.claims import COLUMNS, verdicts

    output.rows([verdict.as_json() for verdict in verdicts(reading.store())], COLUMNS)


@main.command()
@click.argument("files", nargs=-1, type=PATH)
@click.option("--shapes", type=PATH, help="SHACL shapes in Turtle instead of the shipped ones.")
@click.option("--examples", type=click.IntRange(min=0), default=3, show_default=True)
@reading_options
@output_options
def validate(
    files: tuple[Path, ...], shapes: Path | None, examples: int, reading: Reading, output: Output
) -> None:
    """Check the graph, or FILES before they are loaded; exit with 1 where it does not conform.

    Lists what breaks a SHACL shape, what has no source, what refers to nothing, and which
    statements contradict each other (kept, as a source may be wrong).

    Example: comity validate --examples 5; comity validate mine.ttl
    """
    from kg.graph import validate

    store = reading.store()
    if files:
        findings = validate.validate_files(store, files, shapes, examples)
    else:
        findings = validate.validate(store, shapes, examples)
    rows = [f.as_json() if output.chosen == "json" else f.as_row() for f in findings]
    output.rows(rows, validate.COLUMNS)
    good = validate.conforms(findings)
    note("conforms" if good else "does not conform: mend the violations")
    click.get_current_context().exit(0 if good else 1)


@main.command()
@click.option("--focal", "--focus", "focal", help="The country in the middle.")
@click.option("--about", metavar="THING", help="Anything in the middle: IRI, kind/id or name.")
@click.option(
    "--hops", type=click.IntRange(min=1), default=1, show_default=True, help="How far to draw."
)
@click.option("-q", "--query", "asking", metavar="QUESTION", help="A question's name, or SPARQL.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option(
    "-o", "--output", type=PATH, required=True, help="html, graphml, gexf, json, svg or png."
)
@purpose_options
def draw(
    focal: str | None,
    about: str | None,
    hops: int,
    asking: str | None,
    params: tuple[str, ...],
    output: Path,
    reading: Reading,
) -> None:
    """Draw a country's cooperation, anything's neighbourhood, or the answer to a question.

    With --focal, the cooperation network around a country: a self-contained page, or a file.
    With --about or --query, a page from which everything in the graph can be reached.

    Examples: comity draw --focus CHN -o china.html;
    comity draw --about park/belarus-great-stone --hops 2 -o park.html;
    comity draw --query park-threat-exposure -p country=BLR -o threats.html
    """
    from kg.advice import draw

    chosen = [name for name in (focal, about, asking) if name]
    if len(chosen) != 1:
        raise ComityError("give one of --focal COUNTRY, --about THING, --query QUESTION")
    if params and not asking:
        raise ComityError("-p belongs to --query")
    store = reading.store()
    if focal:
        draw.draw(draw.base(store, reading.snapshot(store), focal), output)
    else:
        draw_atlas(store, about, hops, asking, params, reading.at, output)
    note(f"wrote {output}")


@main.command()
@click.option("--graph", type=PATH, envvar="COMITY_GRAPH", help="Build into this folder.")
@click.option("--empty", is_flag=True, help="Begin with no statement at all.")
@click.option("--profile", type=PATH, help="Build the subject that this profile declares.")
def build(graph: Path | None, empty: bool, profile: Path | None) -> None:
    """Build the graph of the shipped facts, if it is not built yet.

    Example: comity build --graph my-graph
    """
    if profile and (empty or graph is None):
        raise ComityError("--profile needs --graph FOLDER and excludes --empty")
    if graph is None:
        if empty:
            raise ComityError(
                "--empty needs --graph FOLDER: the shared graph is not for your facts"
            )
        note(f"the shipped facts are in {shipped_store().location}")
        return
    from kg.graph import build

    if graph.exists():
        raise ComityError(f"{graph}: exists already: remove it or choose another folder")
    if profile:
        from kg.profile import reader, statements, tables

        subject = reader.read(profile)
        build.build_subject(graph, statements.quads(subject, tables.read(subject)))
    else:
        with Progress() as told:
            build.build(graph, told, empty=empty)
    note(f"built {graph}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=PATH)
@own_graph
@click.option("--source", help="Name the dataset; else the file's own name does.")
@click.option("--replace", is_flag=True, help="Take a name that another file or the facts have.")
@click.option("--format", "form", help="A publisher's format, where it is not recognised.")
@click.option("--edition", help="The release of a publisher's file, e.g. 2027.")
@click.option("--no-validate", is_flag=True, help="Load what does not conform, too.")
@click.option("--dry-run", is_flag=True, help="Only show what would be added and removed.")
@click.option("--yes", is_flag=True, help="Do not ask, even where more is removed than added.")
def load(
    files: tuple[Path, ...],
    graph: Path,
    source: str | None,
    replace: bool,
    form: str | None,
    edition: str | None,
    no_validate: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Load RDF, described CSV tables and publishers' own files into a store of your own.

    Make the store with `comity build --graph FOLDER`. Each file is a dataset with a named graph of
    its own: a newer edition of the same file replaces that graph, a publisher's file its
    publisher's, and nothing else is touched. `comity undo` takes the last load back.

    Example: comity load mine.ttl ics-attack.json --graph my-graph
    """
    from kg.graph import load

    store = writable(graph)
    with load.drafts(store, files, source, form, edition, replace=replace) as drafts:
        if not no_validate:
            conforming(store, drafts)
        plans = [load.plan(store, draft) for draft in drafts]
        if dry_run:
            click.echo("".join(f"{line}\n" for plan in plans for line in plan.shown()), nl=False)
        elif not yes:
            confirmed(plans)
        for plan in plans:
            if not dry_run:
                load.apply(store, plan)
            note(f"{plan}; nothing was changed" if dry_run else str(plan))


@main.command()
@own_graph
@output_options
def log(graph: Path, output: Output) -> None:
    """List the loads of a store of your own: when, which file, which dataset, how much.

    Example: comity log --graph my-graph
    """
    from kg.graph import log
    from kg.graph.store import EmbeddedStore

    columns = ["load", "when", "file", "dataset", "edition", "added", "removed"]
    output.rows([one.as_json() for one in log.loads(EmbeddedStore(graph))], columns)


@main.command()
@own_graph
def undo(graph: Path) -> None:
    """Take the last load of a store of your own back, exactly.

    Example: comity undo --graph my-graph
    """
    from kg.graph import load

    last = load.undo(writable(graph))
    note(f"undone: load {last.number}, {last.file}: {last.added} removed, {last.removed} restored")


for command in (
    platform.warn,
    platform.respond,
    platform.diagnose,
    platform.assess,
    platform.export,
    platform.board,
    subject.init,
    subject.check,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
