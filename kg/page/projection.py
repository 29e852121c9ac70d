"""The map's projection: Equal Earth, so that a choropleth does not exaggerate the far north.

Source: B. Savric, T. Patterson, B. Jenny, "The Equal Earth map projection", International Journal
of Geographical Information Science 33(3), 2019.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
WIDTH = 4000
NORTH, SOUTH = 84.0, -57.0


def equal_earth(lon: float, lat: float) -> tuple[float, float]:
    """Return (x, y) in radii of the globe, y to the north, of a point in degrees."""
    theta = asin(sqrt(3) / 2 * sin(radians(lat)))
    square = theta * theta
    sixth = square**3
    slope = 9 * A4 * sixth * square + 7 * A3 * sixth + 3 * A2 * square + A1
    x = 2 * sqrt(3) * radians(lon) * cos(theta) / (3 * slope)
    return x, theta * (A1 + A2 * square + sixth * (A3 + A4 * square))


SCALE = WIDTH / (2 * equal_earth(180, 0)[0])
TOP = equal_earth(0, NORTH)[1]
HEIGHT = round((TOP - equal_earth(0, SOUTH)[1]) * SCALE)


def place(lon: float, lat: float) -> tuple[float, float]:
    """Return (x, y) on the map, x in 0..WIDTH, y downwards and 0 at 84 degrees north."""
    x, y = equal_earth(lon, lat)
    return WIDTH / 2 + x * SCALE, (TOP - y) * SCALE
