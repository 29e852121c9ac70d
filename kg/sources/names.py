"""Names as publishers write them, turned into the ids of things."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 80

# The legal forms that a firm's name may end in; the same firm is listed with and without them.
FORMS = re.compile(
    r"[\s,.]+(?:&\s*)?(?:a\.?g|ab|a/s|b\.?v|co|company|corp|corporation|gmbh|inc|incorporated|k\.?g|"
    r"kgaa|limited|llc|l\.?l\.?c|ltd|n\.?v|oy|oyj|plc|pty|pte|sa|s\.?a|s\.?a\.?s|se|s\.?p\.?a|"
    r"s\.?r\.?l|sdn|bhd)[.,\s]*$",
    re.IGNORECASE,
)


def slug(name: str) -> str:
    """Return a name as lower-case ASCII words joined by hyphens; empty if it has no such letter."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def digest(text: str) -> str:
    """Return a short name that depends on the text alone."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def identifier(name: str) -> str:
    """Return a slug of at most LONGEST letters; what it would lose is told apart by a digest."""
    short = slug(name)
    if short and len(short) <= LONGEST and name.isascii():
        return short
    return f"{short[:LONGEST]}-{digest(name)}".strip("-")


def firm(name: str) -> str:
    """Return a firm's name without its legal forms: `Moxa Inc.` is `Moxa`."""
    shorter = FORMS.sub("", name.strip())
    return firm(shorter) if shorter and shorter != name.strip() else name.strip()


def route(*parts: str) -> str:
    """Return publishers' ids joined as a path: no sign in them can end or climb it."""
    return "/".join(re.sub(r"[^\w.-]+", "-", part).strip(".-") or "-" for part in parts)
