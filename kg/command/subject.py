"""The commands for a subject of one's own: begin a profile, check it, build its graph."""

from __future__ import annotations

from pathlib import Path

import click

from kg.command.terminal import PATH, Output, listed, note, output_options, pairs


@click.command()
@click.argument("name")
@click.option("--ties", type=PATH, help="Your table of agreements (CSV): its columns are guessed.")
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Which column is which: from=A."
)
@click.option("--folder", type=PATH, default=Path(), help="Where to write it.")
def init(name: str, ties: Path | None, columns: tuple[str, ...], folder: Path) -> None:
    """Begin a subject of your own: write the profile NAME.yaml, with comments.

    Example: comity init universities --ties agreements.csv
    """
    from kg.profile import template

    given = pairs("--map", listed(columns))
    path, guessed = template.init(name, folder, ties, given)
    for field, column in guessed.items():
        note(f"{field:6} is the column {column}")
    note(f"wrote {path}: mend what was guessed wrong, then `comity check {path}`")


@click.command()
@click.argument("profile", type=PATH)
@click.option("--at", metavar="YEAR", type=click.IntRange(1800, 2100), help="For a past ranking.")
@output_options
def check(profile: Path, at: int | None, output: Output) -> None:
    """Say what the data of a PROFILE can and cannot support, before any ranking.

    Example: comity check universities.yaml
    """
    from datetime import date

    from kg.profile import reader, tables
    from kg.profile.support import support

    declared = reader.read(profile)
    found = support(declared, tables.read(declared), at or date.today().year)
    output.rows([finding.as_json() for finding in found])
    note(f"next: comity build --profile {profile} --graph {declared.name}")
