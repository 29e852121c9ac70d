"""Draw rows of the curated tables for a second reader, and sum up what was found.

    python scripts/second_reading.py draw --seed 9
    python scripts/second_reading.py summary

`draw` prints the rows that a second reader compares with their sources: 30 a table, all of the
small tables and all statements of the paper. The reader keeps the verdicts in
`docs/second_reading.csv`: `confirmed` where a text that states the row was seen, `contradicted`
where a text that states otherwise was seen, `not found` where no text that settles it could be
had. `summary` prints the rates of error of the rows that could be read, a table and over all, with
95 % intervals (Clopper and Pearson 1934). A value that was contradicted stays counted when it has
been put right.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)  # scripts/platform.py would stand for the standard library's

from scipy.stats import binomtest  # noqa: E402

DATA = ROOT / "kg" / "data"
VERDICTS = ROOT / "docs" / "second_reading.csv"
OUTCOMES = ("confirmed", "contradicted", "not found")
SIZE = 30
WHOLE = {"claims", "ways"}
KEYS = {
    "adoptions": ("standard", "adopter", "mode"),
    "agreements": ("id",),
    "assets": ("kind_or_sector", "asset"),
    "barriers": ("id",),
    "bodies": ("id",),
    "certs": ("id",),
    "claims": ("id",),
    "companies": ("id",),
    "consequences": ("sector",),
    "contacts": ("team",),
    "controls": ("id",),
    "crosswalk": ("subject", "relation", "object"),
    "hosts": ("body", "scope"),
    "incidents": ("id",),
    "parks": ("id",),
    "participations": ("of", "country", "role", "start"),
    "projects": ("id",),
    "relations": ("id",),
    "standards": ("id",),
    "strategies": ("country",),
    "teams": ("id",),
    "territories": ("territory",),
    "ways": ("id",),
}
"""The columns that name a row, by table."""

Rows = list[dict[str, str]]


def table(name: str) -> Rows:
    """Return the rows of a curated table, or of the table of strategies."""
    path = DATA / "curated" / f"{name}.csv"
    return read(path if path.exists() else DATA / f"{name}.csv")


def read(path: Path) -> Rows:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key(name: str, row: dict[str, str]) -> str:
    """Return what names a row of a table."""
    return "|".join(row[column] for column in KEYS[name])


def drawn(name: str, seed: int) -> Rows:
    """Return the rows of a table that the seed draws, in the table's order."""
    rows = table(name)
    if name in WHOLE or len(rows) <= SIZE:
        return rows
    places = random.Random(f"{seed} {name}").sample(range(len(rows)), SIZE)
    return [rows[place] for place in sorted(places)]


def draw(seed: int) -> None:
    """Print the rows to read as CSV: table, key, source, locator."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("table", "key", "source", "locator"))
    for name in KEYS:
        for row in drawn(name, seed):
            writer.writerow((name, key(name, row), row["source"], row.get("locator", "")))


def interval(wrong: int, read_: int) -> str:
    """Return a rate of error in per cent with its 95 % interval of Clopper and Pearson."""
    if not read_:
        return "–"
    bounds = binomtest(wrong, read_).proportion_ci(method="exact")
    return f"{wrong / read_:.1%} ({bounds.low:.1%}-{bounds.high:.1%})"


def summary() -> None:
    """Print the verdicts and the rates of error, a table a line, as Markdown."""
    counts = Counter((row["table"], row["verdict"]) for row in read(VERDICTS))
    print("| table | confirmed | contradicted | not found | rate of error (95 %) |")
    print("|---|---|---|---|---|")
    for name in KEYS:
        print(line(name, [counts[name, outcome] for outcome in OUTCOMES]))
    print(line("all", [sum(counts[name, outcome] for name in KEYS) for outcome in OUTCOMES]))


def line(name: str, found: list[int]) -> str:
    """Return one line of the summary."""
    confirmed, contradicted, missing = found
    rate = interval(contradicted, confirmed + contradicted)
    return f"| {name} | {confirmed} | {contradicted} | {missing} | {rate} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("draw").add_argument("--seed", type=int, default=9)
    commands.add_parser("summary")
    options = parser.parse_args()
    if options.command == "draw":
        draw(options.seed)
    else:
        summary()


if __name__ == "__main__":
    main()
