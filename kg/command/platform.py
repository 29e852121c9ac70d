"""The commands of the public service platform: warn, respond, diagnose, assess, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.command.terminal import PATH, Output, Reading, note, output_options, reading_options
from kg.errors import ComityError

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.platform.warning import Alert, Judge

ROW = ("score", "advisory", "title", "places", "name", "host", "reasons", "remedy", "help")
SCORE = "severity x exploitation x presence x exposure x consequence"


def is_table(text: str) -> bool:
    """Tell whether a target is a user's table, not a country or a site."""
    return text.lower().endswith(".csv") or Path(text).is_file()


def is_country(text: str) -> bool:
    """Tell whether a target is written like a country's code."""
    return len(text) == 3 and text.isalpha()


@click.command()
@click.argument("target")
@click.option("--since", metavar="DATE", help="From this day; else a year before the newest.")
@click.option("--sector", help="Only sites, or an inventory, of this sector.")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True)
@reading_options
@output_options
def warn(
    target: str, since: str | None, sector: str | None, top: int, reading: Reading, output: Output
) -> None:
    """Warn of advisories that matter to TARGET, the gravest first, each with its reason.

    TARGET is a country (its sites at home and abroad), a park or project, or your own inventory:
    a CSV table with the columns vendor and product, and site, zone, version, sector or not.

    Examples: comity warn CHN --top 10; comity warn belarus-great-stone --since 2024-06;
    comity warn inventory.csv --since 2020
    """
    from kg.platform import advice, bulletin, sharing, warning

    store = reading.store()
    day = reading.day()
    known = bulletin.load(store, day)
    judge = judged(store, known)
    start = since_day(since) or known.recently()
    found, focal = sought(store, judge, target, sector, start)
    adviser = advice.load(store, known, sharing.load(store, day.isoformat()))
    certain = any(one.certain for one in found)
    chosen = [(one, 1) for one in found] if certain else warning.gravest(found)
    rows = [adviser.answered(one, focal) | {"places": n} for one, n in chosen[:top]]
    output.rows(rows, ROW)
    newest = max((one.date for one in known.advisories), default="none")
    note(
        f"{len(found)} warnings, {len(chosen)} rows, from {len(known.since(start))} advisories new "
        f"or updated since {start}; the newest known is of {newest}"
    )
    note(f"score: {SCORE}; --format json shows every factor")
    if found and not certain:
        note("no inventory: where a product stands is typical of the sector, not known")


def judged(store: Store, known: Any) -> Judge:  # noqa: ANN401
    """Return the judge of a bulletin."""
    from kg.graph.catalog import engine_query
    from kg.platform.site import read_sectors
    from kg.platform.warning import Judge
    from kg.terms import local

    actors = {local(country): int(n) for country, n in store.texts(engine_query("targets"))}
    return Judge(known, actors, read_sectors(store))


def since_day(text: str | None) -> str:
    """Return the first day of a date or part of one, empty where none is given."""
    from kg.graph.csvw import first_day

    try:
        return first_day(text) if text else ""
    except ValueError as error:
        raise ComityError(f"--since: {error}") from error


def sought(
    store: Store, judge: Judge, target: str, sector: str | None, start: str
) -> tuple[list[Alert], str]:
    """Return the warnings for a target, and the country whose ties may help."""
    from kg.platform import site, warning
    from kg.platform.inventory import read

    advisories = judge.bulletin.since(start)
    if sector:
        judge.sectors.check(sector)
    if is_table(target):
        inventory = read(Path(target))
        for problem in inventory.problems:
            note(problem)
        items = [one for one in inventory.items if not sector or one.sector in {"", sector}]
        sites = {one.id: one for one in site.read_sites(store)}
        found = warning.of_inventory(judge, advisories, items, sites)
        for line in warning.unmatched(judge, items, found):
            note(line)
        return found, ""
    focal, sites_ = whose(store, target)
    chosen = [one for one in sites_ if not sector or sector in judge.sectors.widened(one.sectors)]
    if not chosen:
        within = f" in {sector}" if sector else ""
        raise ComityError(f"{target}: no park or project of it is known{within}")
    return warning.of_sites(judge, advisories, chosen), focal


def whose(store: Store, target: str) -> tuple[str, list[Any]]:
    """Return the country that asks, and its sites at home and abroad, or the one site named."""
    from kg.platform import site

    if is_country(target):
        code = target.upper()
        mine = [one for one in site.read_sites(store) if code == one.host or code in one.homes]
        return code, mine
    found = site.find(store, target)
    return next(iter(sorted(found.homes)), ""), [found]


@click.command()
@click.argument("target", required=False)
@click.option("--technique", "techniques", multiple=True, metavar="ID", help="ATT&CK id seen.")
@click.option("--everyone", is_flag=True, help="A national team, or none known, for all states.")
@reading_options
@output_options
def respond(
    target: str | None,
    techniques: tuple[str, ...],
    everyone: bool,
    reading: Reading,
    output: Output,
) -> None:
    """Say whom to call and what to do first after an incident in TARGET, a country or a site.

    Teams with contacts, agreements in force under which information may be shared and with whom,
    neighbours' teams, first steps against the techniques of the sector (or those you saw), and
    incidents alike. What is not known is said.

    Examples: comity respond PAK; comity respond pakistan-haier-ruba --technique T0855;
    comity respond --everyone --format csv
    """
    from kg.platform import diagnosis, response, site

    store = reading.store()
    directory = response.load(store, reading.day().isoformat())
    if everyone or not target:
        if not everyone:
            raise ComityError("give a country or a site, or --everyone")
        output.rows(response.coverage(directory, sorted(directory.names)))
        return
    sectors = site.read_sectors(store)
    if is_country(target):
        country, own = target.upper(), frozenset[str]()
        if country not in directory.names:
            raise ComityError(f"{target}: no member of the United Nations has this code")
        for one in site.read_sites(store):
            own |= one.sectors if one.host == country else frozenset()
    else:
        found = site.find(store, target)
        country, own = found.host, found.sectors
    practice = diagnosis.load(store)
    wider = sectors.widened(own)
    output.rows(response.answer(directory, practice, country, own, wider, techniques))


@click.command()
@click.argument("target")
@click.option("--standard", help="Order the requirements of this standard: iec-62443-3-3, ...")
@click.option("--top", type=click.IntRange(min=1), help="Show only the first so many.")
@reading_options
@output_options
def diagnose(
    target: str, standard: str | None, top: int | None, reading: Reading, output: Output
) -> None:
    """Order the controls that answer the techniques TARGET faces by what each one adds.

    TARGET is a sector (electric-power), a park or project, or an inventory (CSV) whose lines name
    a sector or a site of the graph.

    Examples: comity diagnose belarus-great-stone; comity diagnose rail --standard iec-62443-3-3
    """
    from kg.platform import diagnosis

    store = reading.store()
    practice = diagnosis.load(store)
    sectors = faced(store, target)
    wanted = practice.techniques(sectors)
    if not wanted:
        raise ComityError(f"{target}: no technique is known against {', '.join(sorted(sectors))}")
    cover = practice.by_standard(standard) if standard else practice.mitigations
    if not cover:
        known = ", ".join(practice.referred)
        problem = "ATT&CK refers to none of it: use one of"
        raise ComityError(f"--standard {standard}: {problem} {known}")
    steps = diagnosis.ordered(cover, practice.weights, wanted)
    output.rows(diagnosis.rows(practice, steps[:top]))
    lost = diagnosis.unanswered(cover, wanted)
    note(
        f"{len(wanted)} techniques against {', '.join(sorted(sectors))}; any first k cover "
        f"at least {diagnosis.GUARANTEE:.0%} of what the best k could"
    )
    if lost:
        named = ", ".join(practice.names[technique] for technique in lost[:5])
        note(f"{len(lost)} techniques are answered by none of these: {named}, ...")


def faced(store: Store, target: str) -> frozenset[str]:
    """Return the sectors of a sector's name, a site, or an inventory."""
    from kg.platform import site
    from kg.platform.inventory import read

    sectors = site.read_sectors(store)
    if target in sectors.consequences:
        return frozenset({target})
    if not is_table(target):
        return site.find(store, target).sectors
    sites = {one.id.split(":", 1)[1]: one for one in site.read_sites(store)}
    found = frozenset[str]()
    for item in read(Path(target)).items:
        if item.sector:
            found |= {sectors.check(item.sector)}
        elif item.site in sites:
            found |= sites[item.site].sectors
        else:
            note(f"{target}:{item.line}: neither a sector nor a site of the graph: left out")
    if not found:
        raise ComityError(f"{target}: no line names a sector or a site of the graph")
    return found


@click.command()
@click.option("--answers", type=PATH, required=True, help="CSV: control, answer.")
@click.option("--standard", help="The standard answered, where numbers alone do not say.")
@click.option("--to", "other", metavar="STANDARD", help="Show how it maps to another standard.")
@reading_options
@output_options
def assess(
    answers: Path, standard: str | None, other: str | None, reading: Reading, output: Output
) -> None:
    """Assess answers to a standard's requirements: gaps, level reached, another standard's view.

    The answers are yes, partly, no or n/a, by the requirement's number.

    Examples: comity assess --answers answers.csv;
    comity assess --answers answers.csv --to iec-62443-3-3
    """
    from kg.platform import assessment, diagnosis

    practice = diagnosis.load(reading.store())
    given = assessment.read(answers, practice, standard)
    for problem in given.problems:
        note(problem)
    if other:
        if not practice.of(other):
            raise ComityError(f"--to {other}: no requirement of such a standard is known")
        output.rows(assessment.crosswalk(practice, given.standard, other))
        return
    output.rows(assessment.gaps(practice, given))
    for family, level in assessment.levels(practice, given).items():
        note(f"{family}: level {level}")
    note(f"{len(given.given)} of {len(practice.of(given.standard))} requirements answered")


@click.command()
@click.argument("target")
@click.option("-o", "--output", "path", type=PATH, help="html, to be read or printed, or md.")
@reading_options
def board(target: str, path: Path | None, reading: Reading) -> None:
    """Show the five services for TARGET, a country or a site, on one page, each line sourced.

    Examples: comity board CHN -o board.html; comity board belarus-great-stone -o bulletin.md
    """
    from kg.advice import board as boards
    from kg.graph import answer
    from kg.page import render_sheet

    if path and path.suffix.lower() not in {".html", ".htm", ".md"}:
        raise ComityError(f"{path}: write it as .html (a browser prints it to PDF) or .md", code=3)
    found = boards.board(reading.store(), target, reading.day())
    printed = path is not None and path.suffix.lower() != ".md"
    answer.emit(render_sheet(boards.sheet(found)) if printed else boards.markdown(found), path)


@click.command()
@click.argument("thing")
@click.option(
    "--as", "form", type=click.Choice(["csaf", "vex", "stix"]), required=True, help="The standard."
)
@click.option("--from", "origin", metavar="SOURCE", help="The source whose word is given out.")
@click.option("-o", "--output", "path", type=PATH, help="Write to this file.")
@reading_options
def export(thing: str, form: str, origin: str | None, path: Path | None, reading: Reading) -> None:
    """Give out THING as a standard document: an advisory, or a dataset of threat intelligence.

    CSAF 2.0 and VEX for an advisory; STIX 2.1 for an advisory or a dataset.

    Examples: comity export ICSA-24-200-01 --as csaf -o advisory.json;
    comity export misp-galaxy-ransomware --as stix --graph mine
    """
    from kg.graph import answer
    from kg.platform import csaf, stix

    store = reading.store()
    found = stated(store, thing, origin)
    day = reading.day().isoformat()
    if found is None:
        if form != "stix":
            raise ComityError(
                f"{thing}: no advisory has this number: see `comity query advisories-of`"
            )
        bundle = stix.export(store, thing.removeprefix("source:").removeprefix("source/"), day)
    elif form == "stix":
        bundle = stix.of_advisory(store, *found, day)
    else:
        answer.emit(answer.json_text(csaf.export(store, *found, vex=form == "vex")), path)
        return
    answer.emit(answer.json_text(bundle.written(thing)), path)
    for reason, number in sorted(bundle.dropped.items()):
        note(f"left out: {number} x {reason}")


def stated(store: Store, thing: str, origin: str | None) -> tuple[str, str] | None:
    """Return (path, source) of the advisory that a number or path names, None if none does."""
    from kg.graph.catalog import engine_query
    from kg.terms import local

    wanted = thing.removeprefix("advisory/").removeprefix("advisory:").casefold()
    found = [
        (local(iri), local(row[5]))
        for iri, *row in store.texts(engine_query("advisories"))
        if wanted in {row[0].casefold(), local(iri).casefold()}
    ]
    named = [one for one in found if origin in {None, one[1]}]
    if found and not named:
        raise ComityError(
            f"--from {origin}: states no {thing}: use {', '.join(s for _, s in found)}"
        )
    return next(iter(sorted(named, key=lambda one: not one[1].startswith("csaf-"))), None)
