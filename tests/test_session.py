"""What-if sessions against networks computed from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.leverage.formula import path_strength
from kg.leverage.session import Session

TAU = np.array(
    [
        [0.0, 0.5, 0.0, 0.0],
        [0.5, 0.0, 0.4, 0.0],
        [0.0, 0.4, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ]
)
NEED = np.array([1.0, 0.5, 0.25, 2.0])


def reached(tau, need):
    return (path_strength(tau) - np.eye(len(tau))) @ need


@settings(max_examples=60)
@given(data=st.data())
def test_any_sequence_of_changes_is_the_network_with_them(data):
    n = data.draw(st.integers(2, 9))
    tau = np.zeros((n, n))
    need = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    session = Session(tau, need)
    pair = st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True)
    for _ in range(data.draw(st.integers(1, 15))):
        a, b = data.draw(pair)
        if tau[a, b] and data.draw(st.booleans()):
            session.drop(a, b)
            tau[a, b] = tau[b, a] = 0.0
        else:
            strength = data.draw(st.floats(0.01, 1.0))
            session.add(a, b, strength)
            tau[a, b] = tau[b, a] = 1.0 - (1.0 - tau[a, b]) * (1.0 - strength)
    np.testing.assert_allclose(session.now.tau, tau, rtol=1e-12)
    np.testing.assert_allclose(session.now.rho, path_strength(tau), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(session.change(), reached(tau, need), rtol=1e-9, atol=1e-12)


def test_figures_worked_by_hand():
    session = Session(TAU, NEED)
    np.testing.assert_allclose(session.totals(), [0.3, 0.6, 0.4, 0.0])
    session.add(2, 3, 0.5)
    np.testing.assert_allclose(session.change(), [0.2, 0.4, 1.0, 0.325])
    gains = session.gains(0, 0.5)
    assert np.isnan(gains[0])
    # the tie with 1 grows from 0.5 to 0.75: half as much again of 0.5, of 0.25 * 0.4, of 2 * 0.2
    assert gains[1] == pytest.approx(0.5 * (0.5 * 0.5 + 0.2 * 0.25 + 0.1 * 2.0))
    # a new tie with 3: 0.5 to 3 instead of 0.1, 0.25 to 2 instead of 0.2
    assert gains[3] == pytest.approx(2.0 * 0.4 + 0.25 * 0.05)


def test_reset_and_inputs_left_alone():
    tau = TAU.copy()
    session = Session(tau)
    session.add(0, 3)
    session.drop(0, 1)
    session.reset()
    np.testing.assert_array_equal(tau, TAU)
    np.testing.assert_array_equal(session.change(), 0.0)


def test_mistakes_are_refused():
    session = Session(TAU)
    for a, b in ((0, 0), (0, 4), (-1, 2)):
        with pytest.raises(ComityError, match=r"among 0\.\.3"):
            session.add(a, b)
    with pytest.raises(ComityError, match="no tie between 0 and 3"):
        session.drop(0, 3)
    with pytest.raises(ComityError, match="at most 1"):
        session.add(0, 3, 1.5)
