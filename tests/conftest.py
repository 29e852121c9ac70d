"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from cli import main
from kg.advice import snapshot
from kg.advice.snapshot import Snapshot
from kg.graph import build
from kg.graph.store import EmbeddedStore

# A deadline is a wall-clock assertion: a busy machine would fail a test that found nothing.
settings.register_profile("comity", deadline=None)
settings.load_profile("comity")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def skip_or_fail(reason: str) -> None:
    """On a user's machine a missing tool skips a test; in CI it is a failure."""
    if os.environ.get("COMITY_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of the tests' own, so that they neither use nor touch the user's."""
    folder = Path(os.environ.get("COMITY_CACHE") or tmp_path_factory.mktemp("cache"))
    os.environ["COMITY_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def store(cache: Path) -> EmbeddedStore:
    """The graph of the shipped facts."""
    return build.cached()


@pytest.fixture(scope="session")
def now(store: EmbeddedStore) -> Snapshot:
    """The snapshot at a fixed day."""
    return snapshot.load(store, date(2026, 1, 1))


@pytest.fixture
def comity(cache: Path) -> Callable[..., Result]:
    """Run the command line in this process."""

    def run(*args: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of publishers' source files, which the project does not ship."""
    if not SHARED.is_dir():
        skip_or_fail("the publishers' source files (../shared/data) are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A headless Chromium driven by Selenium, with logging of console and network."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        skip_or_fail("chromium and chromedriver are not installed (Debian: chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    profile = tmp_path_factory.mktemp("chromium")
    flags = (
        "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-sync "
        "disable-background-networking disable-component-update disable-dev-shm-usage "
        f"window-size=1280,900 user-data-dir={profile}"
    )
    for flag in flags.split():
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=str(driver))
    session = webdriver.Chrome(options=options, service=service)
    yield session
    session.quit()
