"""What a SPARQL text may not do: reach the network unasked, or nest without end.

The text is split into the tokens of the SPARQL 1.1 grammar (section 19.8), so that a word inside
a string, an IRI, a comment or a prefixed name is never taken for a keyword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import ComityError

DEPTH = 500
REACHING = {"SERVICE", "LOAD"}
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


def check(text: str, allow_service: bool = False) -> None:
    """Refuse a text that reaches the network (SERVICE, LOAD) or nests more than 500 deep.

    An engine may decode `\\u0053` before it reads keywords, so the decoded text is read too.
    """
    if depth(text) > DEPTH:
        raise ComityError(f"the query nests more than {DEPTH} levels deep: simplify it")
    reaching = REACHING.intersection(keywords(text) + keywords(unescaped(text)))
    if reaching and not allow_service:
        word = sorted(reaching)[0]
        raise ComityError(
            f"the query uses {word}, which reaches the network: say --allow-service if you mean it",
            code=3,
        )


def depth(text: str) -> int:
    """Return how deep brackets of any kind nest."""
    level = deepest = 0
    for match in tokens(text):
        level += (match.lastgroup == "open") - (match.lastgroup == "close")
        deepest = max(deepest, level)
    return deepest


def unescaped(text: str) -> str:
    """Decode codepoint escapes as SPARQL 1.1 (section 19.2) lets an engine do beforehand."""
    return ESCAPE.sub(lambda match: chr(min(int(match[1] or match[2], 16), 0x10FFFF)), text)
