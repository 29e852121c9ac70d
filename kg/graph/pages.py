"""An answer that an endpoint cuts, had page by page.

Servers give at most so many rows (Virtuoso 10,000 by default) and say nothing. How many rows there
are is counted by the server itself; each page is a query around the query, which keeps within
Virtuoso's limit on sorting too.
"""

from __future__ import annotations

import re

from kg.graph import guard

SLICE = {"LIMIT", "OFFSET"}
NUMBER = re.compile(r"(?:\s|#[^\n]*\n)*(\d+)")
FEW = 100
"""Rows that every server gives."""


def counting(text: str) -> str:
    """Return a query that counts the rows of a SELECT."""
    prologue, graphs, rest = guard.parts(text)
    return f"{prologue} SELECT (COUNT(*) AS ?rows) {graphs} {{ {{ {rest}\n}} }}"


def page(text: str, names: str, size: int, start: int) -> str:
    """Return a query for some rows of a SELECT, in the order of its variables `names` (?a ?b).

    Its own OFFSET is heeded, and its LIMIT left out: who asks knows how many rows there are.
    """
    prologue, graphs, rest = guard.parts(text)
    body, offset = ordered(rest, names)
    within = f"{{ {{ {body}\n}} }}"
    return f"{prologue} SELECT {names} {graphs} {within} LIMIT {size} OFFSET {offset + start}"


def ordered(text: str, names: str) -> tuple[str, int]:
    """Return a SELECT in its own order and then its variables', without its slice; its OFFSET."""
    kept, done, offset, own = [], 0, 0, False
    for match in guard.outermost(text):
        word = match[0].upper() if match.lastgroup == "word" else ""
        own |= word == "ORDER"
        if word in SLICE and (number := NUMBER.match(text, match.end())):
            offset += int(number[1]) if word == "OFFSET" else 0
            kept.append(text[done : match.start()])
            done = number.end()
    body = "".join([*kept, text[done:]])
    marks = (m.start() for m in guard.outermost(body) if m[0].upper() == "VALUES")
    end = next(marks, len(body))
    return f"{body[:end]}\n{'' if own else 'ORDER BY'} {names} {body[end:]}", offset


def pattern(text: str) -> str:
    """Return a SELECT of the rows that a CONSTRUCT makes its triples from."""
    prologue, graphs, rest = guard.parts(text)
    word, *marks = guard.outermost(rest)
    template = marks[0][0] == "{"
    return f"{prologue} SELECT * {graphs} {rest[marks[1].end() if template else word.end() :]}"
