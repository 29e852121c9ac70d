"""A profile to begin with: written for a user's own table of ties, or with a small example."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from kg.errors import ComityError
from kg.files import write_whole
from kg.graph.csvw import rows

GUESSES = {
    "from": ("from", "partner1", "partner 1", "a", "source", "party1", "one", "actor1", "side1"),
    "to": ("to", "partner2", "partner 2", "b", "target", "party2", "two", "actor2", "side2"),
    "kind": ("kind", "type", "category"),
    "date": ("date", "signed", "start", "year", "since", "signature"),
    "end": ("end", "ended", "until", "expires", "expiry"),
    "title": ("title", "name", "agreement", "subject"),
    "source": ("source", "url", "link", "reference"),
}
TIES = """from,to,kind,date,end,title,source
Alpha,Beta,agreement,2019-04-01,,Agreement of Alpha and Beta,page 1 of the register
Beta,Gamma,agreement,2021,,,
Gamma,Delta,memorandum,2022-09,2027-09,,
"""
ACTORS = """id,name,group,size
ALPHA,Alpha,north,1200
BETA,Beta,north,800
GAMMA,Gamma,south,4000
DELTA,Delta,south,
"""


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Guess which column says what: {field: column}, each column once."""
    free = {column.strip().casefold(): column for column in columns}
    found = {}
    for field, names in GUESSES.items():
        exact = next((name for name in names if name in free), "")
        near = get_close_matches(names[0], free, n=1, cutoff=0.85) if not exact else [exact]
        if near:
            found[field] = free.pop(near[0])
    return found


def init(
    name: str, folder: Path, ties: Path | None = None, given: Mapping[str, str] | None = None
) -> tuple[Path, dict[str, str]]:
    """Write a commented profile into a folder; return its path and the columns as guessed.

    `given` says which column is which field, where a guess would be wrong. Without a table of ties
    a small example is written beside it. Raises ComityError where a file is
    there already, where the name is none, or where the table does not say who is tied to whom.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", name):
        raise ComityError(f"{name}: write small letters, digits and hyphens: my-network")
    path = folder / f"{name}.yaml"
    files = {path: ""}
    if ties is None:
        files |= {folder / f"{name}-ties.csv": TIES, folder / f"{name}-actors.csv": ACTORS}
        columns = {field: field for field in GUESSES}
        kinds: list[str] = ["agreement", "memorandum"]
        table = f"{name}-ties.csv"
    else:
        columns, kinds = _of(ties, given or {})
        table = os.path.relpath(ties, folder).replace(os.sep, "/")
    files[path] = _text(name, table, columns, kinds, example=ties is None)
    for made in files:
        if made.exists():
            raise ComityError(f"{made}: exists already: choose another name")
    for made, text in files.items():
        write_whole(made, text.encode())
    return path, columns


def _of(ties: Path, given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the columns of a table as guessed, and the kinds that it names."""
    listed = [row for _, row in rows(ties)]
    if not listed:
        raise ComityError(f"{ties}: no row below the header")
    for field, column in given.items():
        if field not in GUESSES:
            raise ComityError(f"--map {field}: no such field: use one of {', '.join(GUESSES)}")
        if column not in listed[0]:
            raise ComityError(
                f"--map: {ties} has no column {column}: it has {', '.join(listed[0])}"
            )
    rest = [column for column in listed[0] if column not in given.values()]
    columns = {**guessed(rest), **given}
    for field in ("from", "to"):
        if field not in columns:
            raise ComityError(
                f"{ties}:1: which column is `{field}`? it has {', '.join(listed[0])}:"
                f" say it with --map {field}=COLUMN"
            )
    named = (
        sorted({row[columns["kind"]].strip() for row in listed} - {""}) if "kind" in columns else []
    )
    return columns, named


def _text(
    name: str, table: str, columns: Mapping[str, str], kinds: Sequence[str], *, example: bool
) -> str:
    lines = [
        f"# The subject {name}: who acts, what ties them, what counts. `comity check {name}.yaml`",
        "# says what it supports; docs/how-to/subject.md explains every field.",
        f"name: {name}",
        f"title: {name.replace('-', ' ').capitalize()}",
        "words: {one: party, many: parties, one_zh: 成员}   # what an actor is called",
        "",
        *(_example_actors(name) if example else ACTORS_HINT),
        "",
        "ties:                       # tables of agreements between two actors, one a row",
        f"  - file: {_quoted(table)}",
        *(f"    {field}: {_quoted(column)}" for field, column in columns.items()),
        "",
        "kinds:                      # the strength of a tie: 0 nothing, near 1 as good as one",
        *(f"  {_quoted(kind)}: {{strength: 0.4}}" for kind in kinds or ["agreement"]),
        f"sign: {_quoted((list(kinds) or ['agreement'])[0])}   # the kind that is to be signed",
        "",
        *(NEED_EXAMPLE if example else NEED_HINT),
        "",
        *OBSTACLES_HINT,
    ]
    return "\n".join(lines) + "\n"


def _example_actors(name: str) -> list[str]:
    return [
        "actors:                     # the table of those who act; leave it out: whoever is named",
        f"  file: {name}-actors.csv",
        "  id: id",
        "  name: name",
        "  group: group",
    ]


ACTORS_HINT = [
    "# actors:                   # a table of those who act, if there is one",
    "#   file: actors.csv",
    "#   name: name              # columns: id, name, name_zh, group, latitude, longitude",
]
NEED_EXAMPLE = [
    "need:                       # columns of the actors' table; without any, all count alike",
    "  - {column: size, year: 2025, scale: log}",
]
NEED_HINT = [
    "# need:                     # columns of the actors' table; without any, all count alike",
    "#   - {column: size, year: 2025, scale: log}   # or linear, or none (figures in 0..1)",
]
OBSTACLES_HINT = [
    "# obstacles:                # what stands between two actors",
    "#   file: obstacles.csv",
    "#   from: from",
    "#   to: to",
    "#   kind: kind",
    "#   since: since",
    "#   kinds: {dispute: {level: 0.5}, ban: {level: 1, blocks: true}}",
]


def _quoted(text: str) -> str:
    """Return a text as YAML writes it."""
    plain = re.fullmatch(r"[A-Za-z_/.][\w/. -]*", text) and text.casefold() not in YAML_WORDS
    return text if plain and text == text.strip() else '"' + text.replace('"', '\\"') + '"'


YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"}
