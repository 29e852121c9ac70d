"""The `comity` command: parses, calls kg, prints. Heavy imports live in the commands."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from kg.errors import ComityError

if TYPE_CHECKING:
    from kg.backtest import Report
    from kg.situation import Situation
    from kg.store import EmbeddedStore, Store

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ["table", "json", "csv", "tsv", "turtle", "ntriples", "rdfxml", "jsonld"]
PATH = click.Path(path_type=Path)
KIND = "information-security-agreement"


class Comity(click.Group):
    """A group that turns every ComityError into one line on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ComityError as error:
            click.echo(f"comity: {' '.join(str(error).split())}", err=True)
            ctx.exit(error.code)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; suggest close ones where there is none."""
        from difflib import get_close_matches

        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.list_commands(ctx), n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else "see `comity --help`"
            raise ComityError(f"no command is called {args[0]}: {hint}")
        return super().resolve_command(ctx, args)


@dataclass(frozen=True)
class Source:
    """Which graph a command reads, as of when, and what kind of tie it ranks."""

    graph: Path | None
    endpoint: str | None
    at: str | None
    kind: str = KIND
    strengths: tuple[str, ...] = ()

    def store(self) -> Store:
        """Open the graph: a folder, an endpoint, or the shipped facts."""
        from kg.store import EmbeddedStore, RemoteStore

        if self.graph and self.endpoint:
            raise ComityError("--graph and --endpoint exclude each other: give one")
        if self.endpoint:
            return RemoteStore(self.endpoint)
        return EmbeddedStore(self.graph) if self.graph else shipped_store()

    def day(self) -> date:
        """Return the date that `--at` gives, or today."""
        from kg.csvw import partial_date

        try:
            return date.fromisoformat(partial_date(self.at)) if self.at else date.today()
        except ValueError as error:
            raise ComityError(f"--at: {error}") from error

    def situation(self, store: Store) -> Situation:
        """Read everything that a ranking needs."""
        from kg import situation

        strengths = pairs("--strengths", self.strengths, strength_of)
        return situation.load(store, self.day(), self.kind, strengths)


@dataclass(frozen=True)
class Output:
    """In which format an answer goes where."""

    form: str | None
    path: Path | None

    @property
    def chosen(self) -> str:
        """The format to write rows in."""
        from kg.answer import chosen_format

        return chosen_format(self.form, self.path)

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
        """Print rows, or write them to the output file."""
        from kg import answer

        answer.emit(answer.text(rows, self.chosen, columns), self.path)


def bundled(
    name: str, kind: Callable[..., Any], *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Make a decorator that adds options and hands them to the command as one object."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(**given: Any) -> Any:  # noqa: ANN401
            parts = {field: given.pop(field) for field in kind.__annotations__ if field in given}
            return command(**given, **{name: kind(**parts)})

        wrapped: Any = call
        for option in reversed(options):
            wrapped = option(wrapped)
        return cast("Command", wrapped)

    return decorate


READING = (
    click.option(
        "--graph", type=PATH, envvar="COMITY_GRAPH", help="Read this store on disk (a folder)."
    ),
    click.option("--endpoint", metavar="URL", help="Ask this SPARQL 1.1 endpoint."),
    click.option("--at", metavar="DATE", help="As of this day: 2015, 2015-06 or 2015-06-30."),
)
RANKING = (
    click.option(
        "--kind", default=KIND, show_default=True, help="The kind of agreement to be signed."
    ),
    click.option("--strengths", multiple=True, metavar="KIND=S", help="Override a strength."),
)
WRITING = (
    click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="Guessed from the output's suffix; else a table on a terminal, csv elsewhere.",
    ),
    click.option("-o", "--output", "path", type=PATH, help="Write to this file."),
)
source_options = bundled("source", Source, *READING)
ranking_options = bundled("source", Source, *RANKING, *READING)
output_options = bundled("output", Output, *WRITING)


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
@click.option(
    "--weights", metavar="NAME=N,...", help="Weigh feasibility, barrier, incumbent, gain."
)
@click.option("--everyone", is_flag=True, help="Rank countries outside the United Nations too.")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@ranking_options
@output_options
def recommend(
    focal: str,
    top: int | None,
    mutual: bool,
    weights: str | None,
    everyone: bool,
    html: Path | None,
    source: Source,
    output: Output,
) -> None:
    """Rank partner countries for FOCAL by expected leverage.

    FOCAL is an ISO 3166-1 alpha-3 code.

    Example: comity recommend KAZ --top 10 --html kazakhstan.html
    """
    from kg.recommend import Candidate, brief, flat, recommend
    from kg.robustness import parse_weights

    store = source.store()
    situation = source.situation(store)
    chosen = parse_weights(weights) if weights else None
    ranked = recommend(situation, focal, everyone, mutual, chosen)
    if html:
        from kg import draw as drawing

        drawing.draw(drawing.compose(store, situation, focal, ranked), html)
        note(f"wrote {html}")
    shape = {"json": Candidate.as_json, "table": brief}.get(output.chosen, flat)
    output.rows([shape(candidate) for candidate in ranked[:top]])
    note(likeness(situation, focal))


@main.command()
@click.option("--measure", default="reach", show_default=True, help="A centrality; see the list.")
@click.option("--top", type=click.IntRange(min=1), help="Show only the best so many.")
@ranking_options
@output_options
def rank(
    measure: str,
    top: int | None,
    source: Source,
    output: Output,
) -> None:
    """Rank countries by a centrality of the cooperation network.

    Measures: degree, strength, closeness, harmonic, betweenness, eigenvector, pagerank, katz,
    reach.

    Example: comity rank --measure betweenness --at 2010 --top 20
    """
    from kg.centrality import ranking

    situation = source.situation(source.store())
    output.rows(ranking(situation.network, measure, situation.needs.need)[:top])


@main.command()
@click.argument("focal")
@ranking_options
@output_options
def robustness(focal: str, source: Source, output: Output) -> None:
    """Say how sure FOCAL's ranking is: of the network, of the weights, of any one factor.

    Example: comity robustness CHN
    """
    from kg.robustness import report

    output.rows(report(source.situation(source.store()), focal))


@main.command()
@click.argument("focal")
@click.argument("partner")
@click.option("--html", type=PATH, help="Write an interactive page too.")
@ranking_options
@output_options
def explain(focal: str, partner: str, html: Path | None, source: Source, output: Output) -> None:
    """Explain one pair: every factor, fact and source behind its score.

    Example: comity explain CHN KAZ
    """
    from kg import answer
    from kg.explain import explain as explained
    from kg.explain import rows, text

    store = source.store()
    situation = source.situation(store)
    found = explained(store, situation, focal, partner)
    if html:
        from kg import draw as drawing
        from kg.recommend import recommend as ranking

        base = drawing.compose(store, situation, focal, ranking(situation, focal))
        drawing.draw(drawing.explanation(base, found), html)
        note(f"wrote {html}")
    if output.chosen == "json":
        answer.emit(answer.json_text(found.as_json()), output.path)
    elif output.form is None and output.path is None:
        answer.emit(text(found))
    else:
        output.rows(rows(found))


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
@ranking_options
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
    source: Source,
    output: Output,
) -> None:
    """Find the best group to sign one agreement with, or the best existing body to host it.

    Example: comity coalition CHN --size 4 --body igo-asean
    """
    from kg import group

    store = source.store()
    situation = source.situation(store)
    chosen = group.coalition(
        situation, focal, size, accession, listed(include), listed(exclude), body
    )
    steps = group.steps(situation, chosen)
    existing = (
        [host.as_json() for host in group.hosts(store, situation, focal, accession, all_bodies)]
        if hosts or html
        else []
    )
    if html:
        from kg import draw as drawing
        from kg.recommend import recommend as ranking

        base = drawing.compose(store, situation, focal, ranking(situation, focal))
        drawing.draw(drawing.coalition(base, steps, existing), html)
        note(f"wrote {html}")
    output.rows(existing if hosts else steps)
    if not hosts:
        note(f"value {chosen.value:.6g}; guarantee: {chosen.guarantee}")


@main.command()
@click.argument("focal")
@click.option("--add", multiple=True, metavar="CODES", help="Partners to sign with: KAZ,IDN.")
@click.option("--remove", multiple=True, metavar="CODES", help="Partners whose ties all end.")
@click.option("--top", type=click.IntRange(min=1), help="Show only the largest so many changes.")
@ranking_options
@output_options
def whatif(
    focal: str,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    top: int | None,
    source: Source,
    output: Output,
) -> None:
    """Show what changes if FOCAL signed with, or lost its ties to, these countries.

    Example: comity whatif CHN --add KAZ,IDN --remove AUS --top 20
    """
    from kg.whatif import whatif as changes

    if not add and not remove:
        raise ComityError("give --add or --remove: there is nothing to change")
    situation = source.situation(source.store())
    rows = changes(situation, focal, listed(add), listed(remove))[:top]
    output.rows([row.as_json() for row in rows])


@main.command()
@click.option("--ties", type=PATH, help="CSV of your own agreements: a, b (ISO alpha-3), year.")
@click.option("--of", "kinds", multiple=True, metavar="KIND", help="Kind of shipped agreements.")
@click.option("--cuts", help="Years to forecast from: 1995,2000,2005,2010.")
@click.option("--html", type=PATH, help="Write a page with plots too.")
@output_options
def backtest(
    ties: Path | None, kinds: tuple[str, ...], cuts: str | None, html: Path | None, output: Output
) -> None:
    """Show how well the forecasts and rankings would have done in the past.

    Example: comity backtest --of investment-treaty --cuts 1995,2000,2005,2010
    """
    from kg import backtest as testing

    if ties and kinds:
        raise ComityError("--ties and --of exclude each other: give one")
    years = [whole_year(text) for text in listed([cuts])] if cuts else None
    with progress("testing the past") as told:
        report = (
            testing.run_ties(ties, years, told)
            if ties
            else testing.run(kinds or ("investment-treaty",), years or testing.CUTS, told)
        )
    if html:
        from kg import draw as drawing

        drawing.draw(drawing.backtest_page(report), html)
        note(f"wrote {html}")
    output.rows(report.rows)
    verdict(report)


@main.command()
@click.option("--ties", type=PATH, required=True, help="CSV with columns a, b and weight or not.")
@click.option("--focal", required=True, help="The node that seeks a tie.")
@click.option("--objective", default="reach", show_default=True, help="What a tie should raise.")
@click.option("--strength", type=float, help="Of the new tie; 1, for reach 0.5.")
@output_options
def leverage(
    ties: Path, focal: str, objective: str, strength: float | None, output: Output
) -> None:
    """Rank the non-neighbours of a node in any network by what a tie would gain.

    Objectives: reach, harmonic, betweenness, forest, kirchhoff, katz, pagerank.

    Example: comity leverage --ties ties.csv --focal A --objective harmonic --format json
    """
    from kg.objective import rank_ties
    from kg.ties import read_ties

    output.rows(rank_ties(read_ties(ties), focal, objective, strength), ["node", "gain"])


@main.command()
@click.argument("name", required=False)
@click.option("-q", "--query", "text", help="SPARQL text, a file, or - for standard input.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--country", help="The same as -p country=CODE.")
@click.option("--prefix", "prefixes", multiple=True, metavar="NAME=IRI", help="Declare a prefix.")
@click.option("--allow-service", is_flag=True, help="Let the query reach other endpoints.")
@source_options
@output_options
def query(
    name: str | None,
    text: str | None,
    params: tuple[str, ...],
    country: str | None,
    prefixes: tuple[str, ...],
    allow_service: bool,
    source: Source,
    output: Output,
) -> None:
    """Answer a named question (see `comity queries`) or any SPARQL 1.1 query.

    Examples: comity query parties -p kind=cyber-agreement;
    comity query -q 'SELECT ?c { ?c a schema:Country } LIMIT 5' --format csv
    """
    from kg import answer

    sparql = asked(name, text, pairs("--param", params), country, source.at)
    declared = "".join(f"PREFIX {p}: <{i}> " for p, i in pairs("--prefix", prefixes).items())
    interruptible()
    result = source.store().query(declared + sparql, allow_service=allow_service)
    form = answer.chosen_format(output.form, output.path, answer.is_graph(result))
    answer.emit(answer.result_text(result, form), output.path)


@main.command()
@click.option("--theme", help="Only the questions of one theme.")
@output_options
def queries(theme: str | None, output: Output) -> None:
    """List the named questions with their parameters.

    Example: comity queries --theme threats
    """
    from kg.catalog import questions

    found = [q for q in questions().values() if theme in (None, q.theme)]
    rows = [
        {
            "question": q.name,
            "theme": q.theme,
            "summary": q.summary,
            "parameters": [f"{p.name}={p.default} ({p.type})" for p in q.parameters.values()],
        }
        for q in found
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
@source_options
@output_options
def show(thing: str, top: int, source: Source, output: Output) -> None:
    """Show what is known of THING, in groups, each fact with its source.

    THING is a country code, kind/id such as park/belarus-great-stone, a short IRI, an id or a
    name.

    Example: comity show BLR; comity show standard/nist-sp-800-82 --format json
    """
    from kg import answer, dossier

    found = dossier.dossier(source.store(), thing)
    answer.emit(dossier.text(found, output.chosen, top), output.path)


@main.command()
@source_options
@output_options
def claims(source: Source, output: Output) -> None:
    """Set the seed paper's figures beside the graph's own, with a verdict on each.

    Example: comity claims --format json
    """
    from kg.claims import COLUMNS, verdicts

    output.rows([verdict.as_json() for verdict in verdicts(source.store())], COLUMNS)


@main.command()
@click.argument("files", nargs=-1, type=PATH)
@click.option("--shapes", type=PATH, help="SHACL shapes in Turtle instead of the shipped ones.")
@click.option("--examples", type=click.IntRange(min=0), default=3, show_default=True)
@source_options
@output_options
def validate(
    files: tuple[Path, ...], shapes: Path | None, examples: int, source: Source, output: Output
) -> None:
    """Check the graph, or FILES before they are loaded; exit with 1 where it does not conform.

    Lists what breaks a SHACL shape, what has no source, what refers to nothing, and which
    statements contradict each other (kept, as a source may be wrong).

    Example: comity validate --examples 5; comity validate mine.ttl
    """
    from kg import validate as checker

    store = source.store()
    if files:
        found = checker.validate_files(store, files, shapes, examples)
    else:
        found = checker.validate(store, shapes, examples)
    rows = [f.as_json() if output.chosen == "json" else f.as_row() for f in found]
    output.rows(rows, checker.COLUMNS)
    good = checker.conforms(found)
    note("conforms" if good else "does not conform: mend the violations")
    click.get_current_context().exit(0 if good else 1)


@main.command()
@click.option("--focal", "--focus", "focal", required=True, help="The country in the middle.")
@click.option(
    "-o", "--output", type=PATH, required=True, help="html, graphml, gexf, json, svg or png."
)
@ranking_options
def draw(
    focal: str,
    output: Path,
    source: Source,
) -> None:
    """Draw the cooperation network around a country: a self-contained page, or a file.

    Example: comity draw --focus CHN -o china.html
    """
    from kg import draw as drawing
    from kg.recommend import recommend as ranking

    store = source.store()
    situation = source.situation(store)
    ranked = ranking(situation, focal)
    drawing.draw(drawing.compose(store, situation, focal, ranked), output)
    note(f"wrote {output}")


@main.command()
@click.option("--graph", type=PATH, envvar="COMITY_GRAPH", help="Build into this folder.")
def build(graph: Path | None) -> None:
    """Build the graph of the shipped facts, if it is not built yet.

    Example: comity build --graph my-graph
    """
    if graph is None:
        note(f"the shipped facts are in {shipped_store().location}")
        return
    from kg import build as builder

    if graph.exists():
        raise ComityError(f"{graph}: exists already: remove it or choose another folder")
    with progress() as told:
        builder.build(graph, told)
    note(f"built {graph}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--graph", type=PATH, envvar="COMITY_GRAPH", required=True, help="The store.")
@click.option("--source", help="Name the source of an RDF file; else the file's own name.")
@click.option("--format", "form", help="A publisher's format, where it is not recognised.")
@click.option("--edition", help="The release of a publisher's file, e.g. 2027.")
def load(
    files: tuple[Path, ...], graph: Path, source: str | None, form: str | None, edition: str | None
) -> None:
    """Load RDF, described CSV tables and publishers' own files into a store of your own.

    Make the store with `comity build --graph FOLDER`. Each source has its own named graph, which
    a newer file of the same source replaces.

    Example: comity load mine.ttl ics-attack.json --graph my-graph
    """
    from kg.load import load as load_file
    from kg.store import EmbeddedStore

    if not (graph / "CURRENT").is_file():
        raise ComityError(f"{graph}: no graph here: make one with `comity build --graph {graph}`")
    store: EmbeddedStore = EmbeddedStore(graph, writable=True)
    for path in files:
        for change in load_file(store, path, source, form, edition):
            note(f"{path}: {change.graph}: {change.added} added, {change.removed} removed")


def shipped_store() -> EmbeddedStore:
    """Open the shipped facts, with a progress bar where they are built first."""
    from kg import build as builder

    with progress() as told:
        return builder.cached(told)


class progress:  # noqa: N801
    """A progress bar on stderr that appears only once there is something to tell."""

    def __init__(self, label: str = "building the graph") -> None:
        self.label = label

    def __enter__(self) -> Callable[[str, int, int], None]:
        """Return the function to call at each step."""
        self.bar: Any = None
        return self.tell

    def tell(self, step: str, done: int, steps: int) -> None:
        """Show a step."""
        if self.bar is None:
            self.bar = click.progressbar(
                length=steps,
                label=self.label,
                file=sys.stderr,
                item_show_func=str,
                width=24,
            )
        self.bar.update(done - self.bar.pos, step)

    def __exit__(self, *error: object) -> None:
        """Finish the bar's line."""
        if self.bar is not None:
            self.bar.render_finish()


def asked(
    name: str | None,
    text: str | None,
    params: Mapping[str, str],
    country: str | None,
    at: str | None,
) -> str:
    """Return the SPARQL text of a question's name with parameters, or of -q."""
    from kg.catalog import question

    if (name is None) == (text is None):
        raise ComityError("give the name of a question (see `comity queries`), or -q SPARQL")
    given = {**params, **({"country": country} if country else {})}
    if name is not None:
        chosen = question(name)
        dated = {"at": at} if at and "at" in chosen.parameters else {}
        return chosen.filled({**dated, **given})
    if given:
        raise ComityError("-p belongs to a named question: write the value into the SPARQL text")
    return sparql_text(str(text))


def sparql_text(text: str) -> str:
    """Return the text itself, the content of the file that it names, or standard input."""
    if text == "-":
        return sys.stdin.read()
    if "{" in text or len(text) > 255:
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except OSError as error:
        raise ComityError(
            f"{text}: neither SPARQL nor a readable file: {error.strerror}"
        ) from error


def pairs(option: str, texts: Sequence[str], kind: Callable[[str], Any] = str) -> dict[str, Any]:
    """Read NAME=VALUE texts, each value with `kind`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise ComityError(f"{option} {text}: write NAME=VALUE")
        found[name] = kind(value)
    return found


def likeness(situation: Situation, focal: str) -> str:
    """Say how the headline correlates with simpler rankings, so that none hides in it."""
    import numpy as np

    from kg.robustness import correlations
    from kg.situation import candidates

    factors = situation.factors(focal)
    found = correlations(situation, factors, np.array(candidates(situation, factors.focal)))
    parts = ", ".join(f"{name} {value:.2f}" for name, value in found.items() if not np.isnan(value))
    return f"rank correlation of the headline with: {parts}"


def verdict(report: Report) -> None:
    """Say on stderr what the rows mean together, and what they are a proxy for."""
    from kg.feasibility import PROXY

    for s in report.summaries:
        gain, over = s.auc_gain, s.captured_over_degree
        note(
            f"{s.kind}: AUC {gain.mean:+.3f} [{gain.low:.3f}, {gain.high:.3f}] against "
            f"{s.best_baseline}; captured leverage@10 {over.mean:+.3f} [{over.low:.3f}, "
            f"{over.high:.3f}] against degree; calibration error of the top 2 % "
            f"{s.calibration_error:.3f}"
        )
    for line in (*report.skipped, f"what is forecast: {PROXY}"):
        note(line)


def whole_year(text: str) -> int:
    """Read a year; raise ComityError where it is none."""
    if not (text.isdigit() and len(text) == 4):
        raise ComityError(f"--cuts: {text!r} is no year: write 1995,2000")
    return int(text)


def listed(texts: Sequence[str]) -> list[str]:
    """Split options that may each hold several codes: KAZ,IDN."""
    return [code.strip() for text in texts for code in text.split(",") if code.strip()]


def strength_of(text: str) -> float:
    """Read a strength; raise ComityError where it is not in 0..1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1.0:
        raise ComityError(f"--strengths: {text!r} is no strength: write a number in 0..1, not 1")
    return value


def interruptible() -> None:
    """Let Ctrl-C end the process at once: a running query does not look at it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def note(text: str) -> None:
    """Tell the user something beside the answer."""
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
