"""The tables that a profile names: actors, ties and obstacles, each row checked where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kg.errors import ComityError
from kg.graph.csvw import first_day, rows
from kg.profile.profile import Measure, Profile

FEWEST = 3  # actors: among two there is nothing to choose
COLUMNS = ("id", "name", "name_zh", "group", "latitude", "longitude")


@dataclass(frozen=True)
class Actor:
    """One who acts: id, names, group, place, and the figures of the columns that count."""

    id: str
    name: str
    name_zh: str = ""
    group: str = ""
    latitude: str = ""
    longitude: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tie:
    """One agreement between two actors (ids), with the days as the table gives them."""

    table: str
    line: int
    one: str
    other: str
    kind: str
    date: str = ""
    end: str = ""
    title: str = ""
    source: str = ""


@dataclass(frozen=True)
class Bar:
    """One obstacle between two actors (ids)."""

    table: str
    line: int
    one: str
    other: str
    kind: str
    since: str = ""
    end: str = ""
    text: str = ""
    source: str = ""


@dataclass(frozen=True)
class Tables:
    """Everything that a profile's tables say; `skipped` are the mistakes of rows left out."""

    actors: tuple[Actor, ...]
    ties: tuple[Tie, ...]
    obstacles: tuple[Bar, ...]
    skipped: tuple[str, ...] = ()


def read(profile: Profile) -> Tables:
    """Read the tables of a profile; raise ComityError with file, line and column at a mistake."""
    actors = {actor.id: actor for actor in _actors(profile)}
    ids = Ids(profile, actors)
    skipped: list[str] = []
    ties = tuple(_ties(profile, ids, skipped))
    obstacles = tuple(_obstacles(profile, ids))
    if len(ids.actors) < FEWEST:
        where = ("actors", "file") if "actors" in profile.document else ("ties",)
        raise profile.at.error(where, f"{len(ids.actors)} actors: a ranking needs {FEWEST}")
    named = tuple(ids.actors[key] for key in sorted(ids.actors))
    return Tables(named, ties, obstacles, tuple(skipped))


class Ids:
    """Who is meant by a cell: an id or a name; without a table of actors, whoever is named."""

    def __init__(self, profile: Profile, actors: dict[str, Actor]) -> None:
        self.actors = actors
        self.closed = "actors" in profile.document
        self.known = {actor.name.casefold(): key for key, actor in actors.items()}
        self.known |= {key.casefold(): key for key in actors}

    def of(self, cell: str, where: str, column: str) -> str:
        """Return the id of the actor that a cell names; raise ComityError where there is none."""
        if not cell:
            raise ComityError(f"{where}: {column}: it is empty: who is it?")
        if cell.casefold() in self.known:
            return self.known[cell.casefold()]
        if self.closed:
            near = get_close_matches(cell.casefold(), self.known, n=1)
            hint = f"did you mean {self.known[near[0]]}?" if near else "add a row for it"
            raise ComityError(f"{where}: {column}: {cell} is not in the table of actors: {hint}")
        key = identifier(cell)
        self.actors[key] = Actor(key, cell)
        self.known[cell.casefold()] = key
        return key


def identifier(name: str) -> str:
    """Return an id made of a name: capitals, and hyphens for what is neither letter nor digit."""
    return re.sub(r"[^\w]+", "-", name).strip("-").upper()


def located(profile: Profile, file: str) -> Path:
    """Return the path of a table, which is meant from the profile's own folder."""
    return profile.at.path.parent / file


def _rows(
    profile: Profile,
    where: tuple[str | int, ...],
    table: Mapping[str, Any],
    columns: tuple[str, ...],
) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Yield (file:line, line, {field: cell}) of a table; a column that lacks is named at once."""
    path = located(profile, table["file"])
    if not path.is_file():
        raise profile.at.error((*where, "file"), f"there is no file {table['file']} beside it")
    empty = True
    for line, row in rows(path):
        for name in columns:
            if name in table and table[name] not in row:
                near = get_close_matches(str(table[name]), row, n=1, cutoff=0.4)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(row)}"
                text = f"{table['file']} has no column {table[name]}: {hint}"
                raise profile.at.error((*where, name), text)
        empty = False
        cells = {n: row[table[n]].strip() for n in columns if n in table}
        yield f"{path}:{line}", line, cells
    if empty:
        raise profile.at.error((*where, "file"), f"{table['file']} has no row below its header")


def _actors(profile: Profile) -> Iterator[Actor]:
    given = profile.document.get("actors")
    if not given:
        return
    path = located(profile, given["file"])
    header = next((set(row) for _, row in rows(path)), set()) if path.is_file() else set()
    table = {name: name for name in COLUMNS if name in header} | given
    if "name" not in table:
        raise profile.at.error(("actors",), "which column holds the names? say it with `name`")
    measures = measured(profile)
    for declared_at, measure in measures:
        if path.is_file() and measure.column not in header:
            text = f"{given['file']} has no column {measure.column}: "
            raise profile.at.error(
                (*declared_at, "column"), text + f"it has {', '.join(sorted(header))}"
            )
    table |= {f"figure {m.column}": m.column for _, m in measures}
    seen: dict[str, str] = {}
    for where, _, cells in _rows(
        profile, ("actors",), table, (*COLUMNS, *(f"figure {m.column}" for _, m in measures))
    ):
        actor = _actor(where, cells, measures)
        for name in {actor.id.casefold(), actor.name.casefold()}:
            if name in seen:
                raise ComityError(
                    f"{where}: {table.get('id', table['name'])}: {name} is there "
                    f"already, at {seen[name]}"
                )
            seen[name] = where
        yield actor


def measured(profile: Profile) -> list[tuple[tuple[str | int, ...], Measure]]:
    """List the measures of a profile with the field that declares each."""
    found: list[tuple[tuple[str | int, ...], Measure]] = [
        (("need", number), measure) for number, measure in enumerate(profile.need)
    ]
    return [*found, (("capability",), profile.capability)] if profile.capability else found


def _actor(
    where: str, cells: dict[str, str], measures: list[tuple[tuple[str | int, ...], Measure]]
) -> Actor:
    if not cells["name"]:
        raise ComityError(f"{where}: name: it is empty: give each actor a name")
    figures = {}
    for _, measure in measures:
        text = cells[f"figure {measure.column}"].replace(",", "").replace(" ", "")
        if text:
            figures[measure.slug] = _figure(text, f"{where}: {measure.column}", measure)
    for name, most in (("latitude", 90), ("longitude", 180)):
        if cells.get(name) and abs(_number(cells[name], f"{where}: {name}")) > most:
            raise ComityError(f"{where}: {name}: {cells[name]} is beyond {most}")
    key = identifier(cells.get("id") or cells["name"])
    rest = {name: cells.get(name, "") for name in COLUMNS if name != "id"}
    return Actor(id=key, figures=figures, **rest)


def _number(text: str, where: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not math.isfinite(value):
        raise ComityError(f"{where}: {text} is not a number")
    return value


def _figure(text: str, where: str, measure: Measure) -> str:
    value = _number(text, where)
    if value < 0:
        raise ComityError(f"{where}: {text} is below 0: a measure counts what there is")
    if measure.scale == "none" and value > 1:
        raise ComityError(f"{where}: {text} is above 1: scale it (scale: log, or linear)")
    return format(value, "f")


def _ties(profile: Profile, ids: Ids, skipped: list[str]) -> Iterator[Tie]:
    columns = ("from", "to", "kind", "date", "end", "title", "source")
    kinds = [kind.slug for kind in profile.kinds]
    for number, table in enumerate(profile.document["ties"]):
        for where, line, cells in _rows(profile, ("ties", number), table, columns):
            try:
                yield _tie(ids, kinds, cells, where, line, table)
            except ComityError as error:
                if table.get("errors") != "skip":
                    raise
                skipped.append(str(error))


def _tie(
    ids: Ids,
    kinds: list[str],
    cells: dict[str, str],
    where: str,
    line: int,
    table: Mapping[str, Any],
) -> Tie:
    one, other = _two(ids, cells, where, table)
    kind = cells.get("kind") or table.get("as") or (kinds[0] if len(kinds) == 1 else "")
    if kind not in kinds:
        text = f"{kind} is none of the kinds" if kind else "it is empty: write one of"
        raise ComityError(f"{where}: {table.get('kind', 'kind')}: {text} {', '.join(kinds)}")
    start, end = _days(cells, where, table, "date")
    title, source = cells.get("title", ""), cells.get("source", "")
    return Tie(table["file"], line, one, other, kind, start, end, title, source)


def _obstacles(profile: Profile, ids: Ids) -> Iterator[Bar]:
    table = profile.document.get("obstacles")
    if not table:
        return
    kinds = [kind.slug for kind in profile.obstacles]
    columns = ("from", "to", "kind", "since", "end", "text", "source")
    for where, line, cells in _rows(profile, ("obstacles",), table, columns):
        one, other = _two(ids, cells, where, table)
        kind = cells.get("kind") or table.get("as") or (kinds[0] if len(kinds) == 1 else "")
        if kind not in kinds:
            raise ComityError(
                f"{where}: {table.get('kind', 'kind')}: {kind or 'it is empty'}: "
                f"write one of {', '.join(kinds)}"
            )
        since, end = _days(cells, where, table, "since")
        text, source = cells.get("text", ""), cells.get("source", "")
        yield Bar(table["file"], line, one, other, kind, since, end, text, source)


def _two(ids: Ids, cells: dict[str, str], where: str, table: Mapping[str, Any]) -> tuple[str, str]:
    one, other = (ids.of(cells[name], where, str(table[name])) for name in ("from", "to"))
    if one == other:
        raise ComityError(f"{where}: {table['to']}: {cells['to']} cannot be tied to itself")
    return one, other


def _days(
    cells: dict[str, str], where: str, table: Mapping[str, Any], begin: str
) -> tuple[str, str]:
    """Return the first and the last day of a row as written, both checked."""
    for name in (begin, "end"):
        if cells.get(name):
            try:
                first_day(cells[name])
            except ValueError as error:
                raise ComityError(
                    f"{where}: {table[name]}: {cells[name]} is no date: write 1996, "
                    "1996-05 or 1996-05-12"
                ) from error
    start, end = cells.get(begin, ""), cells.get("end", "")
    if start and end and first_day(end) < first_day(start):
        raise ComityError(f"{where}: {table['end']}: it ends on {end}, before it begins on {start}")
    return start, end
