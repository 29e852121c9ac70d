"""Run the `comity` command from a checkout: `python cli.py recommend CHN`."""

from kg.command import run
from kg.command.main import main

__all__ = ["main"]

if __name__ == "__main__":
    run()
