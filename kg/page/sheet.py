"""One sheet of paper: an answer, its cards and a small map, as HTML made for A4. No script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kg.page.html import digest, environment, read, world
from kg.page.model import Reference
from kg.page.payload import safe_url
from kg.page.projection import WIDTH, place

BEND = 0.12  # how far an arc rises, as a share of its length
LINE, ACROSS = 68, 420  # how high a name is on the map, and how wide it may be


@dataclass(frozen=True)
class Block:
    """A card: a name, its figures in a line, lists under headings, a closing line."""

    title: str
    figures: str
    lists: Sequence[tuple[str, Sequence[str]]]
    closing: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Spot:
    """A country on the sheet's map: where it lies, its name, and the ones that it opens."""

    id: str
    name: str
    lon: float
    lat: float
    opens: Sequence[Spot] = ()


@dataclass(frozen=True)
class Sheet:
    """What is on the sheet; `focal` is tied to each of `proposed` on the map."""

    title: str
    lang: str
    sentence: str
    lead: str
    blocks: Sequence[Block]
    focal: Spot | None
    proposed: Sequence[Spot]
    keys: Sequence[str]
    heading: str
    sources: Sequence[Reference]
    foot: str


def render_sheet(sheet: Sheet) -> str:
    """Return the sheet as one HTML document that loads nothing and runs nothing."""
    style = read("sheet.css")
    policy = f"default-src 'none'; style-src {digest(style)}; base-uri 'none'; form-action 'none'"
    html: str = (
        environment()
        .get_template("sheet.html.j2")
        .render(
            sheet=sheet,
            policy=policy,
            style=Markup(style),  # noqa: S704
            map=drawing(sheet) if sheet.focal else None,
            safe=safe_url,
        )
    )
    return html


def drawing(sheet: Sheet) -> dict[str, object]:
    """Return the parts of the map: shapes by their look, lines, and names."""
    opened = {spot.id: spot for partner in sheet.proposed for spot in partner.opens}
    looks = dict.fromkeys(opened, "opened") | {spot.id: "proposed" for spot in sheet.proposed}
    looks[sheet.focal.id if sheet.focal else ""] = "focal"
    near = [*([sheet.focal] if sheet.focal else []), *sheet.proposed]
    ties = [line for partner in sheet.proposed for line in arcs(sheet.focal, partner)]
    onward = [
        line for partner in sheet.proposed for spot in partner.opens for line in arcs(partner, spot)
    ]
    return {
        "size": (world()["width"], world()["height"]),
        "shapes": [(d, looks.get(code, "")) for code, d in world()["shapes"].items()],
        "hatched": world()["hatched"],
        "ties": ties,
        "onward": onward,
        "dots": [
            (*place(spot.lon, spot.lat), look)
            for code, look in looks.items()
            for spot in (*near, *opened.values())
            if spot.id == code
        ],
        "names": named(near),
    }


def named(spots: Sequence[Spot]) -> list[tuple[float, float, str]]:
    """Return where each name stands: beside its spot, below a name that is in the way."""
    taken: list[tuple[float, float, str]] = []
    for x, y, name in sorted((*place(spot.lon, spot.lat), spot.name) for spot in spots):
        spot_x, spot_y = x + 26, y - 18
        while any(abs(spot_x - a) < ACROSS and abs(spot_y - b) < LINE for a, b, _ in taken):
            spot_y += LINE
        taken.append((spot_x, spot_y, name))
    return taken


def arcs(one: Spot | None, other: Spot) -> list[str]:
    """Return the SVG paths of a tie: one, or two that leave the map where the shorter way does."""
    if one is None:
        return []
    (x1, y1), (x2, y2) = place(one.lon, one.lat), place(other.lon, other.lat)
    if abs(x2 - x1) <= WIDTH / 2:
        return [arc(x1, y1, x2, y2)]
    turn = WIDTH if x2 < x1 else -WIDTH
    return [arc(x1, y1, x2 + turn, y2), arc(x1 - turn, y1, x2, y2)]


def arc(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a line that rises to the north, as an SVG path."""
    sign = 1 if x1 < x2 else -1
    x = (x1 + x2) / 2 + (y2 - y1) * BEND * sign
    y = (y1 + y2) / 2 - abs(x2 - x1) * BEND
    return f"M{x1:.0f} {y1:.0f}Q{x:.0f} {y:.0f} {x2:.0f} {y2:.0f}"
