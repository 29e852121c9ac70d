"""The tokens of a SPARQL text: its form, its graphs, and a polite word before it is run.

The text is split into the tokens of the SPARQL 1.1 grammar (section 19.8), so that a word inside
a string, an IRI, a comment or a prefixed name is never taken for a keyword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import ComityError

UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"}
FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}

TOKEN = re.compile(
    r"""
      (?P<skip>\s+|\#[^\n\r]*)
    | (?P<text>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
              |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z0-9-]+)
    | (?P<name>[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<open>[{(\[])
    | (?P<close>[})\]])
    | (?P<word>[A-Za-z]\w*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a SPARQL text, without white space and comments."""
    return (match for match in TOKEN.finditer(text) if match.lastgroup != "skip")


def uncommented(text: str) -> str:
    """Return a SPARQL text without its comments."""
    return "".join("\n" if match[0].startswith("#") else match[0] for match in TOKEN.finditer(text))


def keywords(text: str) -> list[str]:
    """Return the bare words of a SPARQL text in upper case, in their order."""
    return [match[0].upper() for match in tokens(text) if match.lastgroup == "word"]


def form(text: str) -> str:
    """Return the query's form (SELECT, ASK, CONSTRUCT, DESCRIBE) or `UPDATE`; "" if neither."""
    for word in keywords(text):
        if word in FORMS:
            return word
        if word in UPDATES:
            return "UPDATE"
    return ""


def prologue(text: str) -> str:
    """Return the part of a query before its form: its BASE and PREFIX declarations."""
    for match in tokens(text):
        if match.lastgroup == "word" and match[0].upper() in FORMS:
            return text[: match.start()]
    return text


def dataset(text: str) -> tuple[list[str], list[str]]:
    """Return the graphs after FROM and after FROM NAMED, as they are written."""
    found: tuple[list[str], list[str]] = ([], [])
    clause = named = False
    for match in tokens(text):
        word = match[0].upper() if match.lastgroup == "word" else ""
        if clause and match.lastgroup in {"iri", "name"}:
            found[named].append(match[0])
        named = clause and word == "NAMED"
        clause = word == "FROM" or named
    return found


def outermost(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a text that stand in no brackets."""
    depth = 0
    for match in tokens(text):
        depth -= match.lastgroup == "close"
        if depth == 0:
            yield match
        depth += match.lastgroup == "open"


def parts(text: str) -> tuple[str, str, str]:
    """Return a query's prologue, its FROM clauses, and the rest, which may stand within another."""
    before = prologue(text)
    clauses, rest, done, start = [], [], len(before), -1
    for match in outermost(text):
        if match.lastgroup == "word" and match[0].upper() == "FROM":
            start = match.start()
        elif start >= 0 and match.lastgroup in {"iri", "name"}:
            clauses.append(text[start : match.end()])
            rest.append(text[done:start])
            done, start = match.end(), -1
    return before, " ".join(clauses), "".join([*rest, text[done:]])


def check(text: str, allow_service: bool = False) -> None:
    """Refuse a text that changes the graph or says SERVICE; raise ComityError (code 3).

    A courtesy: what hides from it runs in a worker that has no sockets. An engine may decode
    `\\u0053` before it reads keywords, so the decoded text is read too.
    """
    if form(text) == "UPDATE":
        raise ComityError("a query cannot change the graph: use `comity load`", code=3)
    if not allow_service and "SERVICE" in keywords(text) + keywords(unescaped(text)):
        raise reaches()


def reaches() -> ComityError:
    """Say that a query would reach the network."""
    return ComityError(
        "the query uses SERVICE, which reaches the network: say --allow-service if you mean it",
        code=3,
    )


def unescaped(text: str) -> str:
    """Decode codepoint escapes as SPARQL 1.1 (section 19.2) lets an engine do beforehand."""
    return ESCAPE.sub(lambda match: chr(min(int(match[1] or match[2], 16), 0x10FFFF)), text)
