"""Take the pictures in this folder: the page at three widths, in headless Chromium.

python docs/screenshots.py              # draws the page for China first
python docs/screenshots.py china.html   # a page that is there already
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver

HERE = Path(__file__).resolve().parent
# Name: width, height, what the address says after "#".
SHOTS = {
    "answer-1440": (1440, 900, ""),
    "answer-390": (390, 844, ""),
    "answer-zh-390": (390, 844, "lang=zh"),
    "network-1280": (1280, 860, "view=network"),
    "pacific-1280": (1280, 860, "view=network&centre=150&lang=zh&select=IDN"),
    "explanation-1280": (1280, 860, "view=map&select=KAZ"),
    "ranking-1280": (1280, 860, "view=ranking"),
    "whatif-1280": (1280, 860, "view=whatif&add=CHN~IDN&theme=dark"),
    "map-768": (768, 1024, "view=map&lang=zh"),
    "network-390": (390, 844, "view=network"),
    "timeline-390": (390, 844, "view=timeline&theme=dark"),
}


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as name:
        drawn = Path(name, "page.html")
        if len(sys.argv) > 1:
            shutil.copy(sys.argv[1], drawn)
        else:
            command = [sys.executable, str(HERE.parent / "cli.py"), "draw", "--focus", "CHN"]
            subprocess.run([*command, "-o", str(drawn)], check=True)  # noqa: S603
        driver = browser(name)
        try:
            for shot, (width, height, state) in SHOTS.items():
                take(driver, f"{drawn.as_uri()}#{state}", width, height, HERE / f"{shot}.png")
        finally:
            driver.quit()


def browser(profile: str) -> webdriver.Chrome:
    """Start a headless Chromium that reaches no host."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "hide-scrollbars",
        "host-resolver-rules=MAP * ~NOTFOUND",
        f"user-data-dir={profile}/profile",
    ):
        options.add_argument(f"--{flag}")
    service = webdriver.ChromeService(str(shutil.which("chromedriver")))
    return webdriver.Chrome(options=options, service=service)


def take(driver: webdriver.Chrome, address: str, width: int, height: int, path: Path) -> None:
    """Open an address at a size and save what is seen."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get("about:blank")
    driver.get(address)
    while not driver.execute_script("return document.documentElement.dataset.ready"):
        time.sleep(0.05)
    time.sleep(1)
    driver.save_screenshot(str(path))


if __name__ == "__main__":
    main()
