"""Throw bad queries, files and endpoints' answers at Comity: `python scripts/fuzz.py --count 5000`.

Every case is made from a seed, so that a failure can be had again: `--first SEED --count 1`. A case
passes when Comity answers or refuses in one line (exit code 2 or 3) within the limit; at the end
the store must be what it was and nobody may have been called over the network. Prints how it went
and exits with 1 where anything failed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import worker
from kg.graph.catalog import questions
from kg.graph.fault import MEGABYTE, Limits
from kg.graph.store import EmbeddedStore

GRACE = 10
"""Seconds over the limit that a loaded machine may take to start and to end a worker."""
SAMPLES = {
    "ttl": "@prefix x: <http://x/> . x:a a x:B ; x:p 1, 'é'@en, (1 2 [ x:q '''z''' ]) .",
    "trig": '@prefix x: <http://x/> . x:g { x:a x:p "1"^^x:t } x:h { [] x:q << x:a x:b x:c >> }',
    "nq": '<http://x/a> <http://x/p> "a\\u00e9\\n"@en <http://x/g> .\n_:b <http://x/p> _:b .\n',
    "rdf": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e "eeee">]><rdf:RDF xmlns:x="http://x/" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://x/a">'
    '<x:p rdf:parseType="Collection"><x:B/></x:p><x:q>&e;</x:q></rdf:Description></rdf:RDF>',
    "jsonld": '{"@context": {"p": "http://x/p"}, "@id": "http://x/a", "p": [1, {"@list": ["a"]}]}',
}
ANSWERS = {
    "srj": '{"head": {"vars": ["x", "y"]}, "results": {"bindings": [{"x": {"type": "uri", "value": '
    '"http://x/a"}, "y": {"type": "literal", "value": "1", "xml:lang": "en"}}]}}',
    "srx": '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
    '<variable name="x"/></head><results><result><binding name="x"><literal>1</literal></binding>'
    "</result></results></sparql>",
    "nt": "<http://x/a> <http://x/p> <http://x/b> .\n",
}
REPEATED = (
    "OPTIONAL {{ ?s ?p ?o{n} }} ",
    "BIND({n} AS ?b{n}) ",
    "UNION {{ ?s ?p ?o }} ",
    "FILTER(?s != {n}) ",
    "?s{n} ?p{n} ?o{n} . ",
    "FILTER(1<((1))&&2>1) ",
    "SERVICE SILENT <{url}> {{ ?s ?p ?o }} ",
    "SERVICEex:x {{ ?s ?p ?o }} ",
    "FILTER NOT EXISTS {{ ?o ?p ?s }} ",
    "VALUES ?v{n} {{ 1 2 3 }} ",
    "?s a/a*/(a|^a)+ ?o . ",
)
NESTED = (
    ("", "{ ", "?s ?p ?o ", "} ", ""),
    ("", "?s ?p ?o OPTIONAL { ", "", "} ", ""),
    ("FILTER(", "(", "1", ")", ")"),
    ("FILTER(1<", "(", "1", ")", "&&2>1)"),
    ("?s a", "/(a", "", ")", " ?o"),
    ("?s ?p ", "(", "1 ", ") ", "."),
    ("?s ?p ", "[ ?p ", "1 ", "] ", "."),
    ("BIND(", "IF(true, 1, ", "2", ")", " AS ?x)"),
)
MARKS = ["{", "}", "(", ")", "<", ">", '"', "'", "\\", "\0", "#", "[", "]", "&", "\ud800", "\x1b["]


@dataclass(frozen=True)
class Case:
    """One case: its seed, what it is thrown at, and how."""

    seed: int
    kind: str
    throw: Callable[[], object]


def case(seed: int, store: EmbeddedStore, folder: Path, url: str, limits: Limits) -> Case:
    """Make the case of a seed."""
    chance = random.Random(seed)
    kind = chance.choice(["query", "query", "query", "repeated", "nested", "file", "answer"])
    if kind == "file":
        form = chance.choice(sorted(SAMPLES))
        path = folder / f"{seed}.{form}"
        path.write_bytes(mutated(SAMPLES[form], chance).encode(errors="surrogatepass"))
        parsed = ox.RdfFormat.from_extension(form)
        return Case(seed, kind, lambda: list(worker.parse(path, parsed, limits)))  # type: ignore[arg-type]
    if kind == "answer":
        form = chance.choice(sorted(ANSWERS))
        path = folder / f"{seed}.{form}"
        path.write_bytes(mutated(ANSWERS[form], chance).encode(errors="surrogatepass"))
        return Case(seed, kind, lambda: worker.results(str(path), form, limits, "http://x/"))
    text = {"query": lambda: a_query(chance), "repeated": lambda: repeated(chance, url)}.get(
        kind, lambda: nested(chance)
    )()
    return Case(seed, kind, lambda: store.query(text, limits=limits))


def a_query(chance: random.Random) -> str:
    """Return a named question with something wrong in it."""
    return mutated(chance.choice([q.text for q in questions().values()]), chance)


def repeated(chance: random.Random, url: str) -> str:
    """Return a query that says the same again and again."""
    count = chance.choice([3, 30, 300, 3000, 10_000])
    part = chance.choice(REPEATED)
    body = "".join(part.format(n=n, url=url) for n in range(count))
    return f"PREFIX ex: <{url}> SELECT * {{ {{ ?s ?p ?o }} {body} }}"


def nested(chance: random.Random) -> str:
    """Return a query that nests."""
    count = chance.choice([3, 30, 300, 3000, 20_000])
    begin, before, middle, after, end = chance.choice(NESTED)
    closed = after * chance.choice([count, count, count - 1])
    return f"SELECT * {{ ?s ?p ?o . {begin}{before * count}{middle}{closed}{end} }}"


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with one to three pieces cut, doubled, swapped, strange or many times over."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        piece = text[at : at + chance.randint(1, 12)]
        text = text[:at] + chance.choice(
            [
                text[at + len(piece) :],
                piece * 2 + text[at:],
                piece * chance.choice([10, 1000]) + text[at:],
                chance.choice(MARKS) + text[at:],
                chance.choice(MARKS) * chance.choice([10, 5000]) + text[at:],
                piece[::-1] + text[at + len(piece) :],
                "",
            ]
        )
    return text[:1_000_000]


def judged(one: Case, limits: Limits) -> str:
    """Throw a case; return `answered`, `refused`, or what is wrong."""
    begun = time.monotonic()
    try:
        one.throw()
        how = "answered"
    except ComityError as error:
        good = error.code in {2, 3} and len(str(error).splitlines()) == 1
        how = "refused" if good else f"refused badly: {str(error)[:200]!r}"
    except Exception as error:  # noqa: BLE001  that there is none is what is tested
        how = f"traceback: {type(error).__name__}: {str(error)[:200]}"
    late = time.monotonic() - begun > limits.timeout + GRACE
    return "hung" if late else how


def digest(folder: Path) -> str:
    """Return the content of a store's data files in one text."""
    found = hashlib.blake2b()
    for path in sorted(folder.glob("*.sst")):
        found.update(path.read_bytes())
    return found.hexdigest()


def sample_store(path: Path) -> EmbeddedStore:
    """Make a store of 2,000 statements in two graphs."""
    store = EmbeddedStore(path, writable=True)
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    store.inner.bulk_extend(
        ox.Quad(
            ox.NamedNode(f"http://x/{n}"), kind, ox.Literal(n), ox.NamedNode(f"http://g/{n % 2}")
        )
        for n in range(2000)
    )
    del store
    return EmbeddedStore(path)


def fuzz(first: int, count: int, seconds: float) -> Counter[str]:
    """Run cases; return how many went which way, with the seeds of those that failed."""
    limits = Limits(timeout=seconds, rows=10_000, memory=512 * MEGABYTE)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch, socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        folder = Path(scratch)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        store = sample_store(folder / "store")
        before = digest(folder / "store")
        with ThreadPoolExecutor(2) as pool:
            cases = (case(n, store, folder, url, limits) for n in range(first, first + count))
            for one, how in zip(
                range(first, first + count),
                pool.map(lambda c: f"{c.kind}: {judged(c, limits)}", cases),
                strict=True,
            ):
                good = how.endswith((": answered", ": refused"))
                found[how if good else f"FAILED seed {one}: {how}"] += 1
        if digest(folder / "store") != before:
            found["FAILED: the store has changed"] += 1
        try:
            trap.accept()
            found["FAILED: a socket was opened"] += 1
        except BlockingIOError:
            pass
    return found


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3, help="the limit of each case")
    given = parser.parse_args()
    found = fuzz(given.first, given.count, given.seconds)
    sys.stdout.writelines(f"{number:6}  {how}\n" for how, number in sorted(found.items()))
    sys.exit(any(how.startswith("FAILED") for how in found))


if __name__ == "__main__":
    main()
