"""Features of every pair of countries, as they were known at the end of a year, and windows.

`FEATURES` documents each one: its name, what it says in plain words, its formula, the direction
in which it may move a forecast, and where it comes from. Symbols in the formulas:

A       1 where the two have signed an agreement of the kinds forecast, n countries
R, R2   the same for the last five and the last two years
G       A faded with time: exp(-(Y - last signature) / 5)
d, r    row sums of A and R: partners, and partners of the last five years
M       1 where a country is a member of a body; m = members of that body
S       how alike two countries are; W(S) = S with the diagonal 0 and each row scaled to 1

A window is the pairs that could sign at the end of a year, their features then, and whether they
signed in the five years after: what a model learns from and what it is tested on.

All features are symmetric (n, n). An unknown input makes a feature NaN, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from kg.forecast.history import BLOC, NEVER, Flags, Floats, Geography, History, Ints

Grids: TypeAlias = dict[str, Floats]

WINDOW = 5
FADE = 5.0
LATENT = 8
RESTART = 0.15


@dataclass(frozen=True)
class Feature:
    """What one feature is.

    `sign` is the direction in which it may move a forecast: +1 up, -1 down, 0 either.
    `scale` says how `formula` was scaled, so that a reader is shown the plain number.
    `each` marks a sum of two terms, one a country; the diagonal then holds twice its own term.
    `needs` names the input that is missing where the feature is NaN.
    """

    name: str
    title: str
    formula: str
    sign: int
    source: str
    scale: str = "plain"
    needs: str = ""
    each: bool = False

    def plain(self, value: float) -> str:
        """Return `value` in the unit of the title, as text for a reader."""
        if np.isnan(value):
            return "unknown"
        if self.scale == "flag":
            return {0.0: "no", 1.0: "yes"}.get(value, f"{value:.0%} of pairs")
        shown = float(SCALES[self.scale](value))
        return f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:.3g}"


SCALES: dict[str, Callable[[float], float]] = {
    "plain": lambda value: value,
    "log1p": lambda value: float(np.expm1(value)),
    "log": lambda value: float(np.exp(value)),
    "billion": lambda value: float(np.exp(value)) / 1e9,
}
GRAVITY = "J. Tinbergen (1962), Shaping the World Economy"
CLOSURE = "D. Liben-Nowell and J. Kleinberg (2007), The link-prediction problem"
DIFFUSION = "E. Neumayer and T. Plümper (2010), Spatial effects in dyadic data"
GEODIST = "T. Mayer and S. Zignago (2011), GeoDist"

FEATURES = (
    Feature("recent", "partners signed with in the last five years",
            "log(1 + r_a) + log(1 + r_b)", 1,
            "A.-L. Barabási and R. Albert (1999), on the last five years", "log1p", each=True),
    Feature("pace", "partners signed with in the last two years",
            "log(1 + r2_a) + log(1 + r2_b)", 1, "as above, on two years", "log1p", each=True),
    Feature("attachment", "partners signed with so far", "log(1 + d_a) + log(1 + d_b)", 1,
            "A.-L. Barabási and R. Albert (1999), Emergence of scaling", "log1p", each=True),
    Feature("idle", "years since the last signature",
            "log(1 + t_a) + log(1 + t_b), t = years since the last signature, 50 if none", -1,
            "recency of activity", "log1p", each=True),
    Feature("common", "partners in common", "log(1 + A²)", 1, CLOSURE, "log1p"),
    Feature("adamic-adar", "partners in common, those with few partners counting more",
            "log(1 + Σ_k A_ak A_kb / log d_k)", 1,
            "L. Adamic and E. Adar (2003), Friends and neighbors on the Web", "log1p"),
    Feature("allocation", "partners in common, each shared among all its partners",
            "log(1 + Σ_k A_ak A_kb / d_k)", 1,
            "T. Zhou, L. Lü and Y.-C. Zhang (2009), Predicting missing links", "log1p"),
    Feature("katz", "paths between them through partners, short ones counting more",
            "log(K + 1e-4), K = (I - αA)⁻¹ - I, α = 0.5/λ_max", 1,
            "L. Katz (1953), A new status index", "log"),
    Feature("resistance", "resistance between them in the network of agreements",
            "Q_aa + Q_bb - 2 Q_ab, Q = (I + L)⁻¹, L the Laplacian of A", -1,
            "P. Chebotarev and E. Shamis (1997), The matrix-forest theorem"),
    Feature("affinity", "fit of the pair with the main patterns of recent agreements",
            "√(g_a g_b) · (rank-8 part of D^-½ G D^-½)_ab, g = row sums of G", 1, CLOSURE),
    Feature("bodies", "international bodies both belong to", "log(1 + MMᵀ)", 1,
            "joint memberships", "log1p"),
    Feature("like-bodies", "recent agreements of either with countries that sit in the same "
            "bodies as the other", "GW + (GW)ᵀ, S = cos⁴ of memberships weighted 1/√m", 1,
            DIFFUSION),
    Feature("like-bodies-mutual", "the same, where it holds from both sides",
            "√((GW) ∘ (GW)ᵀ)", 1, DIFFUSION),
    Feature("like-economy", "recent agreements of either with economies the size of the other",
            "GW + (GW)ᵀ, S = exp(-|Δ log GDP| / 0.5)", 1, DIFFUSION),
    Feature("like-partners", "recent agreements of either with countries that share the other's "
            "partners", "GW + (GW)ᵀ, S = Jaccard² of partners in any kind of agreement", 1,
            DIFFUSION),
    Feature("earlier", "other agreements between the two in the last five years",
            "log(1 + signed in five years, any bilateral kind)", 1, "earlier ties", "log1p"),
    Feature("distance", "distance, km", "log(distance)", -1, GEODIST, "log", "distance"),
    Feature("border", "common border", "1 or 0", 1, GEODIST, "flag", "common border"),
    Feature("language", "common official language", "1 or 0", 1, GEODIST, "flag",
            "common language"),
    Feature("colony", "colonial tie", "1 or 0", 1, GEODIST, "flag", "colonial tie"),
    Feature("region", "same region of the world", "1 or 0", 0, "UN M49", "flag"),
    Feature("gdp-sum", "GDP, US$ billion", "log GDP_a + log GDP_b", 1, GRAVITY, "billion", "GDP",
            each=True),
    Feature("gdp-gap", "how many times larger one economy is", "|log GDP_a - log GDP_b|", 0,
            GRAVITY, "log", "GDP"),
    Feature("gdp-least", "GDP of the smaller economy, US$ billion", "min(log GDP_a, log GDP_b)",
            1, GRAVITY, "billion", "GDP"),
    Feature("ideal-gap", "distance between their votes in the UN General Assembly",
            "|p_a - p_b|, p = ideal point", -1,
            "M. Bailey, A. Strezhnev and E. Voeten (2017)", needs="votes in the United Nations"),
)  # fmt: skip
NAMES = tuple(feature.name for feature in FEATURES)


@dataclass(frozen=True)
class Target:
    """What is forecast: a signature of one of `kinds`; `repeat` counts pairs that have one."""

    name: str
    kinds: tuple[str, ...]
    repeat: bool = False


TARGETS = {
    target.name: target
    for target in (
        Target(
            "cooperation",
            ("investment-treaty", "trade-agreement", "environment-agreement"),
            repeat=True,
        ),
        Target("investment-treaty", ("investment-treaty",)),
        Target("trade-agreement", ("trade-agreement",)),
        Target("environment-agreement", ("environment-agreement",)),
        Target("trade-agreement-bloc", ("trade-agreement-bloc",)),
    )
}


@dataclass(frozen=True)
class Window:
    """The pairs open at the end of `year` and whether they signed in the five years after.

    `a` < `b` (pairs,) are positions of countries, `x` (pairs, features) standardised, NaN where
    unknown, `mean` and `sd` (features,) what it was standardised by, `signed` (pairs,) 0 or 1.
    """

    year: int
    a: Ints
    b: Ints
    x: Floats
    mean: Floats
    sd: Floats
    signed: Floats
    grids: Grids


@dataclass(frozen=True)
class Windows:
    """The windows of one history and target, each computed once: `windows[1995]`."""

    history: History
    target: Target
    known: dict[int, Window] = field(default_factory=dict)

    def __getitem__(self, year: int) -> Window:
        if year not in self.known:
            self.known[year] = window(self.history, self.target, year)
        return self.known[year]


def compute(history: History, kinds: Sequence[str], year: int) -> Grids:
    """Return {name: (n, n)} of all `FEATURES`, from what was known at the end of `year`.

    `kinds` are the kinds of agreement whose signature is forecast.
    """
    signed = (history.signed(kinds, 0, year) > 0).astype(float)
    faded = _faded(history, kinds, year)
    grids = {
        **_momentum(history, kinds, year),
        **_closure(signed),
        "affinity": _affinity(faded),
        **_memberships(history.memberships(year), faded),
        **_alike(history, faded, year),
        **_pair(history.geography, history.region),
        **_economy(history.as_of("gdp", year)),
        "ideal-gap": _gap(history.as_of("ideal-point", year)),
    }
    return {name: grids[name] for name in NAMES}


def window(history: History, target: Target, year: int) -> Window:
    """Return the pairs open at the end of `year`, their features and what they did next."""
    grids = compute(history, target.kinds, year)
    a, b = np.nonzero(open_pairs(history, target, year))
    raw = np.stack([grids[name][a, b] for name in NAMES], axis=1)
    mean, sd = _moments(raw)
    signed = history.signed(target.kinds, year, year + WINDOW)[a, b] > 0
    return Window(year, a, b, (raw - mean) / sd, mean, sd, signed.astype(float), grids)


def open_pairs(history: History, target: Target, year: int) -> Flags:
    """Return (n, n), upper triangle: the pairs that exist and may still sign at `year`."""
    exists = history.known(year)
    pairs = np.logical_and.outer(exists, exists)
    if not target.repeat:
        pairs &= history.latest(target.kinds, year) == -NEVER
    return np.triu(pairs, 1)


def _moments(raw: Floats) -> tuple[Floats, Floats]:
    """Return the mean and the standard deviation of the known values of each column."""
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, raw, 0.0).sum(axis=0) / count
    spread = np.where(known, raw - mean, 0.0)
    sd = np.sqrt((spread**2).sum(axis=0) / count)
    return mean, np.where(sd > 1e-9, sd, 1.0)


def gravity(grids: Grids) -> Floats:
    """Return (n, n): log of GDP times GDP over distance; the unknown at the mean of the known."""
    pull = grids["gdp-sum"] - grids["distance"]
    known = pull[~np.isnan(pull)]
    return np.where(np.isnan(pull), known.mean() if len(known) else 0.0, pull)


def random_walk(ties: Floats) -> Floats:
    """Return (n, n): how often random walks with restart from either meet the other.

    H. Tong, C. Faloutsos and J.-Y. Pan (2006), Fast random walk with restart.
    """
    step = ties / np.maximum(ties.sum(axis=1, keepdims=True), 1.0)
    visits = RESTART * np.linalg.inv(np.eye(len(ties)) - (1 - RESTART) * step)
    return np.asarray(visits + visits.T)


def bilateral(history: History) -> list[str]:
    """Return the kinds of agreement between two parties, sorted."""
    return sorted(kind for kind in history.ties if not kind.endswith(BLOC))


def _faded(history: History, kinds: Sequence[str], year: int) -> Floats:
    return np.asarray(np.exp((history.latest(kinds, year) - year) / FADE))


def _sum(x: Floats) -> Floats:
    return np.asarray(np.add.outer(x, x))


def _partners(history: History, kinds: Sequence[str], after: int, until: int) -> Floats:
    """Return (n, n): log(1 + partners of a) + log(1 + partners of b), signed after .. until."""
    return _sum(np.log1p((history.signed(kinds, after, until) > 0).sum(axis=1)))


def _momentum(history: History, kinds: Sequence[str], year: int) -> Grids:
    idle = np.minimum(year - history.latest(kinds, year).max(axis=1), 50)
    return {
        "recent": _partners(history, kinds, year - WINDOW, year),
        "pace": _partners(history, kinds, year - 2, year),
        "attachment": _partners(history, kinds, 0, year),
        "idle": _sum(np.log1p(idle)),
        "earlier": np.log1p(history.signed(bilateral(history), year - WINDOW, year)),
    }


def _closure(signed: Floats) -> Grids:
    degree = signed.sum(axis=1)
    identity = np.eye(len(signed))
    adamic = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0.0)
    share = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    largest = max(float(np.linalg.eigvalsh(signed)[-1]), 1.0)
    katz = np.linalg.inv(identity - 0.5 / largest * signed) - identity
    forest = np.linalg.inv(identity + np.diag(degree) - signed)
    diagonal = np.diag(forest)
    return {
        "common": np.log1p(signed @ signed),
        "adamic-adar": np.log1p((signed * adamic) @ signed),
        "allocation": np.log1p((signed * share) @ signed),
        "katz": np.log(np.maximum(katz, 0.0) + 1e-4),
        "resistance": diagonal[:, None] + diagonal - 2 * forest,
    }


def _affinity(faded: Floats) -> Floats:
    """Return the part of the normalised network that its leading eigenvectors explain."""
    scale = np.sqrt(np.maximum(faded.sum(axis=1), 0.5))
    values, vectors = np.linalg.eigh(faded / np.multiply.outer(scale, scale))
    lead = np.argsort(-np.abs(values), kind="stable")[:LATENT]
    part = (vectors[:, lead] * values[lead]) @ vectors[:, lead].T
    return np.asarray(part * np.multiply.outer(scale, scale))


def _toward(faded: Floats, alike: Floats) -> Floats:
    """Return (n, n): entry (a, b) is how much a has lately signed with countries like b."""
    weights = np.array(alike)
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return np.asarray(faded @ weights.T)


def _memberships(member: Floats, faded: Floats) -> Grids:
    size = np.maximum(member.sum(axis=0), 1.0)
    weighted = np.where(size > 1, member / np.sqrt(size), 0.0)
    norm = np.maximum(np.linalg.norm(weighted, axis=1), 1e-9)
    toward = _toward(faded, ((weighted / norm[:, None]) @ (weighted / norm[:, None]).T) ** 4)
    return {
        "bodies": np.log1p(member @ member.T),
        "like-bodies": toward + toward.T,
        "like-bodies-mutual": np.sqrt(toward * toward.T),
    }


def _alike(history: History, faded: Floats, year: int) -> Grids:
    gap = np.abs(_gap(np.log(history.as_of("gdp", year))))
    economy = _toward(faded, np.nan_to_num(np.exp(-gap / 0.5)))
    partners = _toward(faded, _jaccard(history.signed(bilateral(history), 0, year) > 0) ** 2)
    return {"like-economy": economy + economy.T, "like-partners": partners + partners.T}


def _jaccard(signed: Flags) -> Floats:
    ties = signed.astype(float)
    common, degree = ties @ ties, ties.sum(axis=1)
    return np.asarray(common / np.maximum(degree[:, None] + degree - common, 1.0))


def _pair(geography: Geography, region: Ints) -> Grids:
    return {
        "distance": np.log(np.maximum(geography.distance, 1.0)),
        "border": geography.contiguous,
        "language": geography.language,
        "colony": geography.colony,
        "region": (region[:, None] == region).astype(float),
    }


def _economy(gdp: Floats) -> Grids:
    size = np.log(gdp)
    return {
        "gdp-sum": _sum(size),
        "gdp-gap": _gap(size),
        "gdp-least": np.minimum.outer(size, size),
    }


def _gap(x: Floats) -> Floats:
    return np.asarray(np.abs(x[:, None] - x))
