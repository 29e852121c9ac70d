"""Make the map's shapes and the countries' centroids from Natural Earth (public domain).

    npm install --no-save --prefix build world-atlas
    python scripts/world.py build/node_modules/world-atlas

writes kg/page/world.json (shapes at 1:50 million, simplified, projected, integer SVG paths) and
kg/data/centroids.csv (the middle of each country's largest part, from 1:10 million).

Neutral policy: lines are those of de facto control as Natural Earth draws them, and imply no
position on anyone's legal status. Areas without an ISO 3166 code, and the parts listed in
CONTESTED, belong to no country's shape: the page draws them hatched and never colours them.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.page.projection import HEIGHT, WIDTH, place  # noqa: E402

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]

DETAIL = 0.025  # triangles smaller than this (in squared degrees at the equator) are smoothed away
SPECK = 30.0  # islands smaller than this are left out, unless they are a country's largest part
SMALL = 20.0  # countries narrower than this also get a dot that a finger can hit

# Parts (west, south, east, north) that Natural Earth draws within one country and others claim.
CONTESTED: dict[str, list[Box]] = {
    "RUS": [(32.4, 44.3, 36.7, 46.3), (145.3, 43.3, 149.0, 45.6)],  # Crimea; southern Kurils
}
# Parallels that divide a shape of Natural Earth's: what lies south of it is contested.
DIVIDED = {"MAR": 27 + 40 / 60}  # Western Sahara west of the berm
# ISO countries that Natural Earth keeps as parts of another one.
PARTS: dict[str, tuple[str, Box]] = {
    "GUF": ("FRA", (-55, 2, -51, 6)),
    "GLP": ("FRA", (-62, 15.8, -61, 16.6)),
    "MTQ": ("FRA", (-61.3, 14.3, -60.7, 15)),
    "REU": ("FRA", (55, -21.5, 56, -20.8)),
    "MYT": ("FRA", (44.9, -13.1, 45.4, -12.6)),
    "SJM": ("NOR", (10, 76, 34, 81)),
    "BVT": ("NOR", (3, -54.6, 3.6, -54.2)),
    "BES": ("NLD", (-68.5, 12, -68.1, 12.4)),
    "TKL": ("NZL", (-172.6, -9.5, -171, -8.5)),
    "CXR": ("", (105.4, -10.7, 105.9, -10.3)),
    "CCK": ("", (96.7, -12.3, 97, -11.8)),
}


def decode(topology: dict[str, Any], least: float) -> list[Ring]:
    """Undo TopoJSON's delta encoding: a list of arcs in degrees, unbroken at the antimeridian."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((beside(x * sx + tx, points), y * sy + ty))
        arcs.append(simplify(points, least) if least else points)
    return arcs


def beside(lon: float, points: Ring) -> float:
    """Return the longitude, plus or minus whole turns, that is nearest to the last point's."""
    return lon + 360 * round((points[-1][0] - lon) / 360) if points else lon


def stitch(arcs: list[Ring], indices: list[int]) -> Ring:
    """Join arcs to a closed ring; index ~i is arc i backwards."""
    points: Ring = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        turn = beside(arc[0][0], points) - arc[0][0]
        points.extend((x + turn, y) for x, y in (arc[1:] if points else arc))
    return points


def wrap(ring: Ring) -> list[Ring]:
    """Cut a ring at the antimeridian into rings within -180..180."""
    pieces = []
    for turn in (-360, 0, 360):
        piece = clip(clip([(x + turn, y) for x, y in ring], -180, 1), 180, -1)
        if len(piece) > 3:
            pieces.append(piece)
    return pieces


def clip(ring: Ring, edge: float, side: int) -> Ring:
    """Keep the part of a ring east (side 1) or west (-1) of a meridian (Sutherland-Hodgman)."""
    out: Ring = []
    for a, b in pairwise(ring):
        inside, next_inside = (a[0] - edge) * side >= 0, (b[0] - edge) * side >= 0
        if inside:
            out.append(a)
        if inside != next_inside:
            out.append((edge, a[1] + (edge - a[0]) * (b[1] - a[1]) / (b[0] - a[0])))
    return [*out, out[0]] if out else out


def polygons(geometry: dict[str, Any], arcs: list[Ring]) -> list[list[Ring]]:
    """Return the polygons of a geometry, each a list of rings, the outer one first."""
    parts = geometry.get("arcs", [])
    if geometry["type"] == "Polygon":
        parts = [parts]
    return [[stitch(arcs, ring) for ring in part] for part in parts]


def area(ring: Ring) -> float:
    """Return the signed area."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def centroid(ring: Ring) -> Point:
    """Return the centre of gravity of the area within a ring."""
    x0, y0 = ring[0]
    x = y = total = 0.0
    for a, b in pairwise([(px - x0, py - y0) for px, py in ring]):
        cross = a[0] * b[1] - b[0] * a[1]
        x, y, total = x + (a[0] + b[0]) * cross, y + (a[1] + b[1]) * cross, total + cross
    return (x0 + x / (3 * total), y0 + y / (3 * total)) if total else ring[0]


def middle(rings: list[Ring]) -> Point:
    """Return the centroid, or the middle of the widest chord at its latitude if that is outside."""
    x, y = centroid(rings[0])
    cuts = sorted(
        a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for ring in rings
        for a, b in pairwise(ring)
        if (a[1] > y) != (b[1] > y)
    )
    chords = list(zip(cuts[::2], cuts[1::2], strict=False))
    if not chords or any(west <= x <= east for west, east in chords):
        return x, y
    west, east = max(chords, key=lambda chord: chord[1] - chord[0])
    return (west + east) / 2, y


def triangle(a: Point, b: Point, c: Point) -> float:
    """Return the area, on the globe, of the triangle that leaving out `b` cuts off."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    return abs(cross) * cos(radians(b[1])) / 2


def simplify(arc: Ring, least: float) -> Ring:
    """Drop points whose triangle is smaller than `least` (Visvalingam and Whyatt 1993)."""
    fewest = 4 if arc[0] == arc[-1] else 3  # or small countries would shrink to a line
    before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
    kept = [True] * len(arc)
    size = [0.0] * len(arc)
    for i in range(1, len(arc) - 1):
        size[i] = triangle(arc[i - 1], arc[i], arc[i + 1])
    heap = [(size[i], i) for i in range(1, len(arc) - 1)]
    heapify(heap)
    left = len(arc)
    while heap and left > fewest:
        current, i = heappop(heap)
        if not kept[i] or current != size[i]:
            continue
        if current >= least:
            break
        kept[i], left = False, left - 1
        low, high = before[i], after[i]
        after[low], before[high] = high, low
        for j in (low, high):
            if 0 < j < len(arc) - 1:
                # A neighbour never becomes smaller than the point just dropped.
                size[j] = max(current, triangle(arc[before[j]], arc[j], arc[after[j]]))
                heappush(heap, (size[j], j))
    return [point for point, keep in zip(arc, kept, strict=True) if keep]


def within(rings: list[Ring], box: Box) -> bool:
    """Say whether a polygon's outer ring lies inside a box."""
    west, south, east, north = box
    return all(west <= x <= east and south <= y <= north for x, y in rings[0])


def path(rings: Iterable[Ring]) -> str:
    """Write rings as one SVG path of whole numbers, relative moves."""
    out = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
        moves = [step for step in steps if step != (0, 0)][:-1]
        if len(moves) > 1:
            line = " ".join(f"{x}{'' if y < 0 else ' '}{y}" for x, y in moves)
            out.append(f"M{points[0][0]} {points[0][1]}l{line.replace(' -', '-')}z")
    return "".join(out)


def world(
    topology: dict[str, Any], codes: dict[str, str], least: float = 0.0
) -> dict[str, list[list[Ring]]]:
    """Return the polygons by ISO3, in degrees; "" holds contested and uncoded areas."""
    arcs = decode(topology, least)
    found: dict[str, list[list[Ring]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = codes.get(str(geometry.get("id", "")), "")
        for part in polygons(geometry, arcs):
            claimed = any(within(part, box) for box in CONTESTED.get(code, []))
            found.setdefault("" if claimed else code, []).append(part)
    return found


def project(parts: list[list[Ring]]) -> list[list[Ring]]:
    """Return polygons on the map, cut where it ends."""
    cut = ([piece for ring in part for piece in wrap(ring)] for part in parts)
    return [[[place(*point) for point in ring] for ring in part] for part in cut]


def shapes(topology: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    """Return the map: its size, a path by ISO3, hatched paths, and the countries too small."""
    found = world(topology, codes, DETAIL)
    for code, parallel in DIVIDED.items():
        found[code], south = divided(found[code], parallel)
        found.setdefault("", []).extend(south)
    parts = {code: project(part) for code, part in found.items()}
    parts.pop("ATA", None)
    hatched = parts.pop("", [])
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "shapes": {code: path(visible(part)) for code, part in sorted(parts.items())},
        "hatched": path(visible(hatched)),
        "small": sorted(code for code, part in parts.items() if extent(part) < SMALL),
    }


def divided(parts: list[list[Ring]], parallel: float) -> tuple[list[list[Ring]], list[list[Ring]]]:
    """Return the parts of polygons north and south of a parallel."""

    def half(side: int) -> list[list[Ring]]:
        cut = ([clip(flipped(ring), parallel, side) for ring in part] for part in parts)
        kept = ([flipped(ring) for ring in part if len(ring) > 3] for part in cut)
        return [part for part in kept if part]

    return half(1), half(-1)


def flipped(ring: Ring) -> Ring:
    """Return a ring with its coordinates exchanged."""
    return [(y, x) for x, y in ring]


def visible(parts: list[list[Ring]]) -> list[Ring]:
    """Return all rings that are worth drawing."""
    largest = max((abs(area(ring)) for part in parts for ring in part), default=0.0)
    least = min(SPECK, largest)
    return [ring for part in parts for ring in part if abs(area(ring)) >= least]


def extent(parts: list[list[Ring]]) -> float:
    """Return the longer side of the largest part's box."""
    ring = max((ring for part in parts for ring in part), key=lambda ring: abs(area(ring)))
    xs, ys = zip(*ring, strict=True)
    return float(max(max(xs) - min(xs), max(ys) - min(ys)))


def centroids(topology: dict[str, Any], codes: dict[str, str]) -> dict[str, Point]:
    """Return (lon, lat) by ISO3: the middle of the largest part."""
    found = world(topology, codes)
    for code, (owner, box) in PARTS.items():
        found[code] = [part for part in found[owner] if within(part, box)]
    middles = {
        code: middle(max(parts, key=lambda part: abs(area(part[0]))))
        for code, parts in found.items()
        if code and parts
    }
    return {code: ((lon + 180) % 360 - 180, lat) for code, (lon, lat) in middles.items()}


def numeric_codes(table: Path) -> dict[str, str]:
    """Return ISO3 by three-digit ISO number, from the table of countries."""
    with table.open(encoding="utf-8", newline="") as file:
        return {row["numeric"].zfill(3): row["iso3"] for row in csv.DictReader(file)}


def main() -> None:
    """Read the package, write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="folder of the npm package world-atlas")
    parser.add_argument("--countries", type=Path, default=ROOT / "kg" / "data" / "countries.csv")
    options = parser.parse_args()
    codes = numeric_codes(options.countries)
    medium, fine = (
        json.loads((options.package / f"countries-{scale}.json").read_text(encoding="utf-8"))
        for scale in ("50m", "10m")
    )
    text = json.dumps(shapes(medium, codes), separators=(",", ":"))
    (ROOT / "kg" / "page" / "world.json").write_text(text + "\n", encoding="utf-8")
    rows = sorted(centroids(fine, codes).items())
    with (ROOT / "kg" / "data" / "centroids.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["country", "lat", "lon", "source"])
        writer.writerows([code, f"{y:.4f}", f"{x:.4f}", "natural-earth"] for code, (x, y) in rows)
    sys.stderr.write(f"{len(text):,} bytes of shapes, {len(rows)} centroids\n")


if __name__ == "__main__":
    main()
