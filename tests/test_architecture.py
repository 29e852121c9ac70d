"""Rooms: who may import whom, as docs/architecture.md says."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "kg"


def rooms() -> list[set[str]]:
    """The rooms from the ground up; those of one line stand side by side."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return [set(re.findall(r"`(\w+)`", line)) for line in lines]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    paths = [p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py"]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in paths}


def imported(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the package that a file imports, at its head or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kg":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found - {"kg"}


def room_of(module: str) -> str:
    return module.split(".")[1]


def test_every_room_is_in_the_table():
    listed = set().union(*rooms())
    assert listed == {room_of(name) for name in modules()}


@pytest.mark.parametrize("name", sorted(modules()))
def test_arrows_point_to_rooms_further_down(name):
    floor = {room: level for level, line in enumerate(rooms()) for room in line}
    used = {room_of(other) for other in imported(modules()[name], modules())} - {room_of(name)}
    above = {room for room in used if floor[room] > floor[room_of(name)]}
    assert not above, f"{name} imports from {', '.join(sorted(above))}"


def test_modules_form_no_circle():
    known = modules()
    arrows = {
        name.removesuffix(".__init__"): {m for m in imported(path, known) if m in known}
        for name, path in known.items()
    }
    assert len(list(TopologicalSorter(arrows).static_order())) >= len(arrows)


def test_the_mathematics_knows_no_country():
    for path in (PACKAGE / "leverage").glob("*.py"):
        assert not re.findall(r"\b(?:iso3|countries)\b", path.read_text(encoding="utf-8")), path
