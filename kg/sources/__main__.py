"""Regenerate the shipped tables: `python -m kg.sources PUBLISHERS_FILES KG_DATA`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from kg.errors import ComityError
from kg.sources import Imported, publisher, read
from kg.sources.places import Places
from kg.sources.registry import IMPORTERS
from kg.sources.tables import Row, read_table, write_table
from kg.terms import shipped

Tables = dict[str, list[Row]]

# The table of scores is taken first; the panel adds what it lacks and what it gives differently.
SECONDARY = "itu-gci-panel"
TOLERANCE = 1e-9


def import_all(folder: Path) -> list[Imported]:
    """Return what every shipped source yields, the countries first (the others map to them)."""
    nations = read(folder / IMPORTERS["country-codes"].file, "country-codes", places=Places([]))
    places = Places(nations.tables["countries"])
    names = [name for name, importer in IMPORTERS.items() if importer.ships]
    names.remove("country-codes")
    rest = [read(folder / IMPORTERS[name].file, name, places=places) for name in sorted(names)]
    return [nations, *rest]


def second_opinions(rows: list[Row]) -> list[Row]:
    """Return `rows` without scores of the secondary GCI source that repeat the primary's."""
    primary = {
        (row["country"], row["indicator"], row["year"]): float(row["value"])
        for row in rows
        if row["source"] != SECONDARY
    }

    def repeats(row: Row) -> bool:
        known = primary.get((row["country"], row["indicator"], row["year"]))
        return known is not None and abs(known - float(row["value"])) < TOLERANCE

    return [row for row in rows if row["source"] != SECONDARY or not repeats(row)]


def undescribed(rows: list[Row]) -> list[Row]:
    """Return the controls that no curated table describes: a bare number would say it twice."""
    curated = [shipped("data") / part / "controls.csv" for part in ("curated", "platform")]
    known = {row["id"] for path in curated for row in read_table(path)}
    return [row for row in rows if row["id"] not in known]


def gather(imports: list[Imported]) -> Tables:
    """Return the rows by the file that holds them: one a table, and one an indicator."""
    tables: Tables = {}
    for table, rows in ((t, r) for imported in imports for t, r in imported.tables.items()):
        for row in rows:
            file = f"observations/{row['indicator']}" if table == "observations" else table
            tables.setdefault(file, []).append(row)
    tables["observations/gci"] = second_opinions(tables["observations/gci"])
    if "controls" in tables:
        tables["controls"] = undescribed(tables["controls"])
    cited = {row["source"] for rows in tables.values() for row in rows}
    tables["sources"] = [publisher(name) for name in cited]
    return tables


def write_all(tables: Mapping[str, list[Row]], target: Path) -> dict[str, int]:
    """Write every table below `target`; return the number of rows of each."""
    return {
        file: write_table(target / f"{file}.csv", file.partition("/")[0], rows)
        for file, rows in sorted(tables.items())
    }


def report(imports: list[Imported], written: Mapping[str, int]) -> str:
    """Return the number of rows written and the records left out, as text."""
    dropped: Counter[str] = Counter()
    for imported in imports:
        for reason, number in imported.dropped.items():
            dropped[f"{imported.key}: {reason}"] += number
    rows = [f"{number:8,}  {file}.csv" for file, number in written.items()]
    left = [f"{number:8,}  {reason}" for reason, number in sorted(dropped.items())]
    return "\n".join(["written", *rows, "left out", *left])


def main(arguments: list[str]) -> int:
    """Regenerate the tables; return the exit code."""
    if len(arguments) != 2:
        click.echo("usage: python -m kg.sources PUBLISHERS_FILES KG_DATA", err=True)
        return 2
    source, target = map(Path, arguments)
    try:
        imports = import_all(source)
        click.echo(report(imports, write_all(gather(imports), target)))
    except ComityError as error:
        click.echo(f"Error: {error}", err=True)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
