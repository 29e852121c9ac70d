"""Six countries of which next to nothing is known: refused or said, and never nan."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from kg.graph import shipped
from kg.graph.store import EmbeddedStore

Run = Callable[..., Result]

HEAD = """
@prefix schema: <https://schema.org/> .
@prefix coop: <https://w3id.org/comity/ontology#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix country: <https://w3id.org/comity/country/> .
@prefix source: <https://w3id.org/comity/source/> .
@prefix indicator: <https://w3id.org/comity/indicator/> .
"""
NAMES = {"XXA": "Alpha", "XXB": "Beta", "XXC": "Gamma", "XXD": "Delta", "XXE": "Eta", "XXF": "Phi"}
COUNTRY = (
    'country:{} a schema:Country ; skos:notation "{}" ; schema:name "{}"@en ; coop:unMember true .'
)
FIGURE = (
    "[] a coop:Observation ; schema:observationAbout country:{} ; coop:year 2020 ;"
    " schema:measuredProperty indicator:{} ; schema:value {} ; prov:hadPrimarySource source:mine ."
)
COMMANDS = [
    ("recommend", "{}"),
    ("recommend", "{}", "--mutual", "--prefer", "gain"),
    ("explain", "{}", "XXB"),
    ("coalition", "{}", "--size", "2"),
    ("coalition", "{}", "--hosts"),
    ("robustness", "{}"),
    ("whatif", "{}", "--add", "XXB"),
    ("rank",),
    ("rank", "--measure", "need"),
    ("rank", "--measure", "closeness"),
]
NO_NUMBER = re.compile(r"\b(nan|inf|infinity)\b", re.IGNORECASE)


def known(folder: Path, figures: list[str]) -> Path:
    """A store with the ontology, six names, and some figures."""
    (folder / "six.ttl").write_text(
        "\n".join([HEAD, *(COUNTRY.format(c, c, name) for c, name in NAMES.items()), *figures])
    )
    store = EmbeddedStore(folder / "graph", writable=True)
    files = [*shipped.ontology_files(), folder / "six.ttl"]
    store.change((), [quad for path in files for quad in shipped.ontology_quads(path)])
    return folder / "graph"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six names and nothing else."""
    return known(tmp_path_factory.mktemp("names"), [])


@pytest.fixture(scope="module")
def hollow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six names, and the industry of two of them."""
    figures = [
        FIGURE.format(code, indicator, value)
        for code, size in (("XXA", 1e11), ("XXB", 5e11))
        for indicator, value in (("gdp", size), ("industry-share", 30.0))
    ]
    return known(tmp_path_factory.mktemp("hollow"), figures)


@pytest.mark.parametrize("command", [c for c in COMMANDS if "closeness" not in c])
def test_names_alone_are_refused_in_one_line(
    comity: Run, names: Path, command: tuple[str, ...]
) -> None:
    told = comity(*(word.format("XXA") for word in command), "--graph", names)
    assert told.exit_code == 2
    assert told.stderr.count("\n") == 1
    assert "industrial value (GDP and industry's share) is not known of any" in told.stderr
    assert not told.stdout


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_missing_is_said_first_and_nan_is_never_printed(
    comity: Run, hollow: Path, command: tuple[str, ...], form: str
) -> None:
    for focal in ("XXA", "XXC"):  # known of a little, known of nothing
        words = (word.format(focal) for word in command)
        told = comity(*words, "--graph", hollow, "--format", form)
        assert told.exit_code == 0, told.stderr
        assert not NO_NUMBER.search(told.stdout + told.stderr)
        if command[0] != "rank":
            first = told.stderr.splitlines()[0]
            assert first.startswith("left out, for it is not known of any country")
            assert "threat exposure, internet use, capability" in first


def test_the_answer_in_words_names_what_is_missing_and_nobody_who_is_worth_nothing(
    comity: Run, hollow: Path
) -> None:
    told = comity("brief", "XXC", "--graph", hollow)
    assert told.exit_code == 0
    assert not NO_NUMBER.search(told.stdout)
    assert "Leading group: Beta." in told.stdout
    assert "not known but guessed: threat exposure" in told.stdout


def test_a_graph_without_kinds_of_agreement_is_refused(comity: Run, tmp_path: Path) -> None:
    (tmp_path / "six.ttl").write_text(HEAD + COUNTRY.format("XXA", "XXA", "Alpha"))
    store = EmbeddedStore(tmp_path / "graph", writable=True)
    store.change((), list(shipped.ontology_quads(tmp_path / "six.ttl")))
    told = comity("recommend", "XXA", "--graph", tmp_path / "graph")
    assert told.exit_code == 2
    assert "the graph knows no kind of agreement: load ontology/agreement-kinds.ttl" in told.stderr
