"""The commands of the public service platform: warn, respond, diagnose, assess, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.command.terminal import Output, Source, note, output_options, source_options
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
@source_options
@output_options
def warn(
    target: str, since: str | None, sector: str | None, top: int, source: Source, output: Output
) -> None:
    """Warn of advisories that matter to TARGET, the gravest first, each with its reason.

    TARGET is a country (its sites at home and abroad), a park or project, or your own inventory:
    a CSV table with the columns vendor and product, and site, zone, version, sector or not.

    Examples: comity warn CHN --top 10; comity warn belarus-great-stone --since 2024-06;
    comity warn inventory.csv --since 2020
    """
    from kg.platform import advice, bulletin, sharing, warning

    store = source.store()
    day = source.day()
    known = bulletin.load(store, day)
    judge = judged(store, known)
    start = first_day(since) or known.recently()
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


def first_day(text: str | None) -> str:
    """Return the first day of a date or part of one, empty where none is given."""
    from kg.graph.csvw import partial_date

    try:
        return partial_date(text) if text else ""
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
