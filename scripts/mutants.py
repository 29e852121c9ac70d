"""How many slips in the glue from rows to numbers do the golden tests catch?

    python scripts/mutants.py                # a sample of 120 mutants, about ten minutes
    python scripts/mutants.py --all

Each mutant changes one thing in one module (a comparison, an arithmetic operator, a constant, a
boolean, a condition), in a copy of the package; the tests named below are run on it. A mutant
that no test notices has survived. The sample is drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GLUE = (
    "kg/network/network.py",
    "kg/network/need.py",
    "kg/network/obstacles.py",
    "kg/forecast/kinds.py",
    "kg/forecast/pairs.py",
    "kg/advice/snapshot.py",
    "kg/advice/recommend.py",
    "kg/advice/group.py",
    "kg/advice/channel.py",
)
TESTS = ("tests/test_golden.py",)
SEED = 1
LIMIT = 120
# Imported before the forks, so that no mutant's run waits for them.
HEAVY = ("click.testing", "hypothesis", "networkx", "numpy", "pyoxigraph", "rdflib", "scipy.stats")

COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def mutants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, source of the mutated module), leaving the tree as it was."""
    for node in statements(tree):
        for undo in changes(node):
            yield getattr(node, "lineno", 0), ast.unparse(tree)
            undo()


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node of what a module does: no annotations, no decorators."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from statements(child)


def changes(node: ast.AST) -> Iterator:
    """Make each possible change to a node in turn; yield what takes it back."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        old = node.ops[0]
        node.ops[0] = COMPARE[type(old)]()
        yield lambda: node.ops.__setitem__(0, old)
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        sign = node.op
        node.op = ARITHMETIC[type(sign)]()
        yield lambda: setattr(node, "op", sign)
    if isinstance(node, ast.BoolOp):
        junction = node.op
        node.op = ast.Or() if isinstance(junction, ast.And) else ast.And()
        yield lambda: setattr(node, "op", junction)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        sign = node.op
        node.op = ast.UAdd() if isinstance(sign, ast.USub) else sign
        if isinstance(sign, ast.USub):
            yield lambda: setattr(node, "op", sign)
    if isinstance(node, ast.Constant) and type(node.value) in {int, float, bool}:
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1
        yield lambda: setattr(node, "value", value)
    if isinstance(node, ast.IfExp | ast.If):
        test = node.test
        node.test = ast.UnaryOp(ast.Not(), test)
        yield lambda: setattr(node, "test", test)


def caught(package: Path) -> bool:
    """Run the tests on a mutated copy, in a process forked from this one; tell whether one fails.

    One that takes longer than `LIMIT` seconds has failed: the mutant does not end.
    """
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        os.chdir(package)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path.insert(0, str(package))
        os._exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *TESTS]))
    return os.waitpid(child, 0)[1] != 0


def main() -> int:
    """Print the survivors and the share of mutants that were caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--sample", type=int, default=120)
    chosen = parser.parse_args()
    found = [
        (name, line, source)
        for name in GLUE
        for line, source in mutants(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]
    total = len(found)
    for library in HEAVY:
        import_module(library)
    sys.dont_write_bytecode = True
    if not chosen.all:
        found = random.Random(SEED).sample(found, min(chosen.sample, total))
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "comity"
        for part in ("kg", "cli.py", "ontology", "queries", "tests", "pyproject.toml"):
            source = ROOT / part
            copy.mkdir(exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        if caught(copy):
            raise SystemExit("the tests fail on the package as it is")
        for name, line, source in found:
            path = copy / name
            whole = path.read_text(encoding="utf-8")
            path.write_text(source, encoding="utf-8")
            dead = caught(copy)
            path.write_text(whole, encoding="utf-8")
            kills += dead
            if not dead:
                text = (ROOT / name).read_text(encoding="utf-8").splitlines()[line - 1].strip()
                sys.stdout.write(f"survived  {name}:{line}  {text}\n")
                sys.stdout.flush()
    share = kills / len(found)
    sys.stdout.write(f"{kills} of {len(found)} mutants caught ({share:.0%}), {total} possible\n")
    return 0 if share >= 0.9 else 1


if __name__ == "__main__":
    raise SystemExit(main())
