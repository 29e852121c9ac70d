"""A hundred and fifty bad inputs, the same ones each time; `scripts/fuzz.py` throws thousands."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "fuzz.py"


@pytest.mark.slow
def test_bad_inputs_are_refused_in_one_line() -> None:
    spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    assert spec
    assert spec.loader
    fuzz = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = fuzz  # its dataclasses look there
    spec.loader.exec_module(fuzz)
    found = fuzz.fuzz(0, 150, 1.0)
    assert sum(found.values()) == 150
    assert [how for how in found if how.startswith("FAILED")] == []
