"""Regenerate kg/data/platform: `python scripts/platform.py GALAXIES`.

GALAXIES is the folder `clusters` of MISP/misp-galaxy.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kg.sources import Imported, read
from kg.sources.tables import Row, write_table

TARGET = Path(__file__).resolve().parents[1] / "kg" / "data" / "platform"
GALAXY = "first-csirt-services-framework.json"


def gather(imports: list[Imported]) -> dict[str, list[Row]]:
    """Return the rows of all imports by table, and the sources they cite."""
    tables: dict[str, list[Row]] = {"sources": [dict(imported.source) for imported in imports]}
    for table, rows in ((t, r) for imported in imports for t, r in imported.tables.items()):
        tables.setdefault(table, []).extend(rows)
    return tables


def main(galaxies: Path) -> None:
    """Write the tables."""
    for table, rows in gather([read(galaxies / GALAXY)]).items():
        print(write_table(TARGET / f"{table}.csv", table, rows), table)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
