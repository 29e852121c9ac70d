"""What the commands share: where a graph is read, how answers are written, what options mean.

Heavy imports live in the functions that need them, so that `comity --help` answers at once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from kg.command import interrupt
from kg.errors import ComityError
from kg.files import read_text

if TYPE_CHECKING:
    from kg.advice.snapshot import Snapshot
    from kg.forecast.backtest import Report
    from kg.graph.draft import Draft
    from kg.graph.fault import Limits
    from kg.graph.load import Plan
    from kg.graph.store import EmbeddedStore, Store
    from kg.network.network import Network
    from kg.network.purpose import Purpose

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ["table", "json", "csv", "tsv"]
RESULT_FORMATS = [*FORMATS, "xml"]
GRAPH_FORMATS = ["turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"]
PATH = click.Path(path_type=Path)
KIND = "information-security-agreement"


class Comity(click.Group):
    """A group that turns every ComityError into one line on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ComityError as error:
            note(f"comity: {' '.join(str(error).split())}")
            ctx.exit(error.code)
        except (KeyboardInterrupt, click.Abort):
            interrupt.end()
        except BrokenPipeError:
            # Who reads the answer has had enough of it; nothing may be written at the end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)

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
class Reading:
    """Which graph a command reads, as of when, and what kind of tie it ranks."""

    graph: Path | None
    endpoint: str | None
    at: str | None
    kind: str = KIND
    strengths: tuple[str, ...] = ()
    prefer: str = "balance"
    strict: bool = False
    for_sector: str | None = None
    for_site: str | None = None
    for_service: str | None = None
    anywhere: bool = False

    def store(self) -> Store:
        """Open the graph: a folder, an endpoint, or the shipped facts."""
        from kg.graph.endpoint import RemoteStore
        from kg.graph.store import EmbeddedStore

        if self.graph and self.endpoint:
            raise ComityError("--graph and --endpoint exclude each other: give one")
        if self.endpoint:
            return RemoteStore(self.endpoint, anywhere=self.anywhere)
        return EmbeddedStore(self.graph) if self.graph else shipped_store()

    def day(self) -> date:
        """Return the date that `--at` gives, or today."""
        from kg.graph.csvw import first_day

        try:
            return date.fromisoformat(first_day(self.at)) if self.at else date.today()
        except ValueError as error:
            raise ComityError(f"--at: {error}") from error

    def network(self, store: Store) -> Network:
        """Read the cooperation network."""
        from kg.network import network
        from kg.profile import profile

        declared = profile.of(store)
        undated = declared is not None and not declared.dated
        return network.load(store, self.day(), self.overridden(), undated=undated)

    def snapshot(self, store: Store) -> Snapshot:
        """Read everything that a recommendation needs; say what is not known of any country."""
        from kg.advice import subject

        read = subject.load(
            store,
            self.day(),
            self.kind,
            self.overridden(),
            self.prefer,
            self.strict,
            self.purpose(store),
        )
        if missing := ", ".join((*read.needs.absent, *read.absent)):
            said = f"left out, for it is not known of any country by {self.day()}: {missing}"
            note(read.reworded(said))
        return read

    def purpose(self, store: Store) -> Purpose | None:
        """Return what cooperation is sought for, None where nothing is said."""
        from kg.network.purpose import Purpose
        from kg.platform import site

        if not (self.for_sector or self.for_site or self.for_service):
            return None
        if self.for_sector and self.for_site:
            raise ComityError("--sector and --site exclude each other: a site has its own sectors")
        if self.for_site:
            found = site.find(store, self.for_site)
            return Purpose(found.sectors, found.host, self.for_service or "")
        known = site.read_sectors(store)
        sectors = {known.check(self.for_sector)} if self.for_sector else set[str]()
        return Purpose(frozenset(sectors), service=self.for_service or "")

    def overridden(self) -> dict[str, float]:
        """Return the strengths of kinds of agreement that the user sets."""
        return pairs("--strengths", self.strengths, strength_of)


@dataclass(frozen=True)
class Output:
    """In which format an answer goes where."""

    form: str | None
    path: Path | None
    spreadsheet: bool = False

    @property
    def chosen(self) -> str:
        """The format to write rows in."""
        from kg.graph.answer import chosen_format

        return chosen_format(self.form, self.path)

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
        """Print rows, or write them to the output file."""
        from kg.graph import answer

        shown = answer.text(rows, self.chosen, columns, spreadsheet=self.spreadsheet)
        answer.emit(shown, self.path)


@dataclass(frozen=True)
class Ceiling:
    """How long a stranger's query may take, how many rows give, how many MB use."""

    timeout: float
    rows: int
    memory: int

    def limits(self) -> Limits:
        """Return the limits of a worker."""
        from kg.graph.fault import MEGABYTE, Limits

        return Limits(self.timeout, self.rows, self.memory * MEGABYTE)


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
    click.option(
        "--allow-redirect", "anywhere", is_flag=True, help="Let it send on to another host."
    ),
    click.option("--at", metavar="DATE", help="As of this day: 2015, 2015-06 or 2015-06-30."),
)
RANKING = (
    click.option(
        "--kind", default=KIND, show_default=True, help="The kind of agreement to be signed."
    ),
    click.option("--strengths", multiple=True, metavar="KIND=S", help="Override a strength."),
    click.option(
        "--prefer",
        type=click.Choice(["chance", "balance", "gain"]),
        default="balance",
        show_default=True,
        help="Rank by the chance to sign, by the gain, or by both.",
    ),
    click.option("--strict", is_flag=True, help="Leave out facts that carry no date."),
)
PURPOSE = (
    click.option("--sector", "for_sector", metavar="SLUG", help="Count need in a sector: rail."),
    click.option("--site", "for_site", metavar="SITE", help="Count need at one park or project."),
    click.option(
        "--service",
        "for_service",
        type=click.Choice(["certification", "response", "training", "range"]),
        help="Count the lack of this service.",
    ),
)


def formatted(formats: Sequence[str], guess: str) -> tuple[Callable[[Command], Command], ...]:
    """Make the options that say in which of these formats an answer goes where."""
    return (
        click.option("--format", "form", type=click.Choice(formats), help=guess),
        click.option("-o", "--output", "path", type=PATH, help="Write to this file."),
    )


SPREADSHEET = click.option(
    "--for-spreadsheet",
    "spreadsheet",
    is_flag=True,
    help="Keep CSV and TSV cells from being run as formulas.",
)
GUESSED = "Guessed from the output's suffix; else a table on a terminal, csv elsewhere."
LIMITING = (
    click.option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        default=120,
        show_default=True,
        metavar="SECONDS",
        help="How long the query may take.",
    ),
    click.option(
        "--max-rows",
        "rows",
        type=click.IntRange(min=1),
        default=1_000_000,
        show_default=True,
        help="How many rows or triples the answer may have.",
    ),
    click.option(
        "--memory",
        type=click.IntRange(min=256),
        default=2048,
        show_default=True,
        metavar="MB",
        help="How much memory the query may use.",
    ),
)
language_option = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="The language of the answer.",
)
reading_options = bundled("reading", Reading, *READING)
ranking_options = bundled("reading", Reading, *RANKING, *READING)
purpose_options = bundled("reading", Reading, *PURPOSE, *RANKING, *READING)
output_options = bundled("output", Output, *formatted(FORMATS, GUESSED), SPREADSHEET)
result_options = bundled(
    "output", Output, *formatted([*RESULT_FORMATS, *GRAPH_FORMATS], GUESSED), SPREADSHEET
)
graph_options = bundled(
    "output", Output, *formatted(GRAPH_FORMATS, "Guessed from the output's suffix; else nquads.")
)
limit_options = bundled("limits", Ceiling, *LIMITING)


own_graph = click.option(
    "--graph", type=PATH, envvar="COMITY_GRAPH", required=True, help="The store (a folder)."
)


def writable(graph: Path) -> EmbeddedStore:
    """Open a store of the user's own to write to it."""
    from kg.graph.store import EmbeddedStore, check_there

    check_there(graph)
    return EmbeddedStore(graph, writable=True)


def conforming(store: EmbeddedStore, drafts: Sequence[Draft]) -> None:
    """Check files that were read; list what breaks a shape and raise ComityError (code 1)."""
    from kg.graph import answer
    from kg.graph.validate import COLUMNS, validate_drafts

    found = validate_drafts(store, drafts)
    if found:
        answer.emit(answer.text([finding.as_row() for finding in found], "table", COLUMNS))
        names = ", ".join(str(draft.file) for draft in drafts)
        advice = "mend what is listed, or load it as it is with --no-validate"
        raise ComityError(f"{names}: does not conform, nothing was loaded: {advice}", code=1)


def confirmed(plans: Sequence[Plan]) -> None:
    """Ask before more is removed than added; raise ComityError where the user says no."""
    removed, added = sum(len(p.removed) for p in plans), sum(p.count for p in plans)
    if removed <= added:
        return
    for plan in plans:
        note(str(plan))
    if not sys.stdin.isatty():
        raise ComityError(
            f"this would remove {removed} statements and add {added}: give --yes if you mean it, "
            "--dry-run to see them"
        )
    if not click.confirm("More would be removed than added. Load?", err=True):
        raise ComityError("nothing was loaded")


def shipped_store() -> EmbeddedStore:
    """Open the shipped facts, with a progress bar where they are built first."""
    from kg.graph import build as builder

    with Progress() as told:
        return builder.cached(told)


class Progress:
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
    from kg.graph.catalog import question

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


def question_names(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the names of the questions that complete what was typed, for a shell."""
    from kg.terms import shipped

    names = (path.stem for path in shipped("queries").glob("*/*.rq"))
    return sorted(name for name in names if name.startswith(begun))


def draw_atlas(
    store: Store,
    thing: str | None,
    hops: int,
    asking: str | None,
    params: Sequence[str],
    at: str | None,
    output: Path,
) -> None:
    """Write the page of the whole graph, around a thing or with the answer to a question."""
    from kg.advice import answered, atlas
    from kg.graph import parameter
    from kg.graph.catalog import question
    from kg.graph.things import whole
    from kg.page import write_atlas

    if output.suffix.lower() not in {".html", ".htm"}:
        raise ComityError(f"{output}: this page is .html; take GraphML, JSON or CSV away from it")
    if hops > atlas.HOPS:
        note(f"--hops {hops}: {atlas.HOPS} is the most that is drawn; open the rest in the page")
    if asking:
        named = not ("{" in asking or asking == "-" or Path(asking).is_file())
        sparql = asked(
            asking if named else None,
            None if named else asking,
            pairs("--param", params),
            None,
            at if named else None,
        )
        if named:
            parameter.check(store, question(asking), pairs("--param", params))
        result = answered.read(store.query(sparql))
    found = atlas.identified(store, thing) if thing else ""
    with Progress("reading the whole graph") as told:
        everything = whole(store, told)
    if asking:
        made = answered.answered(store, everything, result, asking if named else "SPARQL")
    else:
        made = atlas.about(store, everything, found, hops)
    write_atlas(made, output)


def sparql_text(text: str) -> str:
    """Return the text itself, the content of the file that it names, or standard input."""
    if text == "-":
        return _standard_input()
    if "{" in text or len(text) > 255:
        return text
    try:
        return read_text(Path(text))
    except ComityError as error:
        raise ComityError(f"neither SPARQL nor a file to read: {error}") from error


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise ComityError(f"standard input: not UTF-8 at byte {error.start + 1}") from error


def pairs(option: str, texts: Sequence[str], kind: Callable[[str], Any] = str) -> dict[str, Any]:
    """Read NAME=VALUE texts, each value with `kind`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise ComityError(f"{option} {text}: write NAME=VALUE")
        found[name] = kind(value)
    return found


def likeness(snapshot: Snapshot, focal: str) -> str:
    """Say how the headline correlates with simpler rankings, so that none hides in it."""
    import numpy as np

    from kg.advice.robustness import correlations
    from kg.advice.snapshot import candidates

    factors = snapshot.factors(focal)
    found = correlations(snapshot, factors, np.array(candidates(snapshot, factors.focal)))
    parts = ", ".join(f"{name} {value:.2f}" for name, value in found.items())
    return f"rank correlation of the headline with: {parts or 'nothing: all scores are equal'}"


def judgement(
    store: Store, cuts: Sequence[int] | None, until: int, brief: bool
) -> list[dict[str, Any]]:
    """Judge the headline; return rows to be read (`brief`), or whole."""
    from kg.advice import headline

    with Progress("testing the past") as told:
        rows = headline.run(store, cuts or headline.CUTS, told, until)
    return [headline.narrow(row) for row in rows] if brief else rows


def verdict(report: Report) -> None:
    """Say on stderr what the rows mean together, and what they are a proxy for."""
    from kg.forecast.feasibility import PROXY
    from kg.forecast.features import TARGETS

    for s in report.summaries:
        gain, over = s.auc_gain, s.captured_over_degree
        note(
            f"{s.kind}: AUC {gain.mean:+.3f} [{gain.low:.3f}, {gain.high:.3f}] against "
            f"{s.best_baseline}; captured leverage@10 {over.mean:+.3f} [{over.low:.3f}, "
            f"{over.high:.3f}] against degree; calibration error of the top 2 % "
            f"{s.calibration_error:.3f}"
        )
    learned = all(s.kind in TARGETS for s in report.summaries)
    said = [f"what is forecast: {PROXY}"] if learned else []
    for line in (*report.skipped, *said):
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


def note(text: str) -> None:
    """Tell the user something beside the answer, without the control characters of foreign text."""
    click.echo(
        "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text), err=True
    )
