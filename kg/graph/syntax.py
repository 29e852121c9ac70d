"""What is wrong with a text, in words: the engine's messages list a parser's character classes.

The commonest mistakes in a query are found again from its tokens, with their own line and column:
brackets and quotes that do not match, prefixes without a declaration, triples with a part missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from kg.errors import ComityError
from kg.graph import guard
from kg.terms import PREFIXES

POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
FILE_POSITION = re.compile(r"^Parser error .*?(?:column \d+|columns \d+ and \d+): ")
LINE_NOTE = re.compile(r" \([^()]*line \d+\)$")
SENTENCES = {
    "IRI parsing failed": "an IRI here is not valid, or is relative without a BASE",
    "The SELECT contains a variable that is unbound": "a variable after SELECT is neither in "
    "GROUP BY nor inside an aggregate such as COUNT",
    "Duplicated variable name in SELECT": "a variable after SELECT is named twice",
    "SELECT * is not authorized with GROUP BY": "SELECT * does not go with GROUP BY: name the "
    "variables",
}
FILE_SENTENCES = {
    "Unexpected end": "the file ends in the middle of a statement",
    "No scheme found in an absolute IRI": "an IRI is not absolute: write it whole",
    "Invalid UTF-8": "not UTF-8 text: save the file as UTF-8",
    "No LoadDocumentCallback has been set to load remote contexts": "its context lies at another "
    "address, which is not fetched: write it into the file",
    "error while parsing IRI": "an IRI has a character that none may have, such as a space",
    "Invalid IRI code point": "an IRI has a character that none may have, such as a space",
    "no element found": "the file ends before all its elements are closed",
    "unclosed token": "the file ends in the middle of a tag",
    "mismatched tag": "a closing tag does not fit the one that is open",
    "syntax error": "not XML",
    "not well-formed (invalid token)": "not well-formed XML",
    "limit on input amplification": "its entities grow too large",
    "XML namespaces are required in RDF/XML": "an element or attribute has no namespace: declare "
    "one with xmlns",
}
NAMES = {"{": "brace", "(": "parenthesis", "[": "square bracket"}
OPENING = {"}": "{", ")": "(", "]": "["}
TERMS = {"iri", "variable", "name", "text"}
Fault = tuple[int, str]
"""An offset in the text, and what is wrong there."""


def fault(text: str, message: str) -> ComityError:
    """Turn the engine's syntax error into one line with line, column and words."""
    found = POSITION.match(message)
    told = found[3] if found else message
    known = next((words for sign, words in SENTENCES.items() if sign in told), None)
    own = None if known else next(mistakes(text), None)
    if own or not found:
        line, column = place(text, own[0] if own else 0)
        words = own[1] if own else " ".join(message.split())
    else:
        line, column = int(found[1]), int(found[2])
        words = known or _unexpected(text, line, column)
    return ComityError(f"the query is not valid SPARQL: line {line}, column {column}: {words}")


def sentence(message: str) -> str:
    """Return a file parser's message in words, without the position that is told before it."""
    text = LINE_NOTE.sub("", FILE_POSITION.sub("", " ".join(message.split())))
    return next((words for sign, words in FILE_SENTENCES.items() if text.startswith(sign)), text)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def mistakes(text: str) -> Iterator[Fault]:
    """Yield the common mistakes that the tokens of a query show."""
    yield from _quotes(text)
    yield from _brackets(text)
    yield from _beginning(text)
    yield from _prefixes(text)
    yield from _triples(text)


def _quotes(text: str) -> Iterator[Fault]:
    for match in guard.tokens(text):
        if match[0] in {"'", '"'}:
            yield match.start(), "the quoted text that begins here does not end"


def _brackets(text: str) -> Iterator[Fault]:
    opened: list[re.Match[str]] = []
    for match in guard.tokens(text):
        if match.lastgroup == "open":
            opened.append(match)
        elif match.lastgroup == "close":
            mate = OPENING[match[0]]
            if not opened:
                yield match.start(), f"a closing {NAMES[mate]} without an opening one"
            elif opened.pop()[0] != mate:
                yield match.start(), f"a closing {NAMES[mate]} where another bracket is open"
    for match in opened:
        line, column = place(text, match.start())
        told = f"expected a closing {NAMES[match[0]]} for the {match[0]} of "
        yield len(text.rstrip()), f"{told}line {line}, column {column}"


def _beginning(text: str) -> Iterator[Fault]:
    for match in guard.tokens(text):
        word = match[0].upper()
        if match.lastgroup == "word" and word not in {"PREFIX", "BASE", "VERSION"}:
            if word not in guard.FORMS:
                told = "expected SELECT, ASK, CONSTRUCT or DESCRIBE, found"
                yield match.start(), f"{told} {match[0][:40]}"
            return
    yield 0, "expected SELECT, ASK, CONSTRUCT or DESCRIBE"


def _prefixes(text: str) -> Iterator[Fault]:
    declared = set(PREFIXES)
    declaring = False
    for match in guard.tokens(text):
        if match.lastgroup == "name":
            prefix = match[0].partition(":")[0]
            if declaring:
                declared.add(prefix)
            elif prefix not in declared and prefix != "_":
                near = get_close_matches(prefix, declared, n=1)
                hint = f"did you mean {near[0]}:?" if near else f"add PREFIX {prefix}: <...>"
                yield match.start(), f"the prefix {prefix}: is not declared: {hint}"
        declaring = match[0].upper() == "PREFIX"


def _triples(text: str) -> Iterator[Fault]:
    """Find a triple that ends after one or two of its terms; paths and lists are left alone."""
    terms: int | None = None
    for match in guard.tokens(text):
        mark = match[0]
        if mark == "{" or (mark == "." and terms is not None):
            ended, terms = terms if mark == "." else 0, 0
        elif mark == "}":
            ended, terms = terms, None
        elif match.lastgroup in TERMS or mark == "a":
            terms = None if terms is None else terms + 1
            continue
        else:
            terms = None
            continue
        if ended in {1, 2}:
            missing = "a predicate and an object are" if ended == 1 else "an object is"
            yield match.start(), f"{missing} missing before {mark}"


def _unexpected(text: str, line: int, column: int) -> str:
    start = sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1
    last = None
    for match in guard.tokens(text):
        if match.start() > start:
            break
        last = match
    if last is None or last.end() < start:
        return "the query ends too early" if start >= len(text.rstrip()) else "not expected here"
    if last.end() >= len(text.rstrip()) and last.lastgroup == "close":
        return "something before here is not SPARQL"
    return f"{last[0][:40]} is not expected here"
