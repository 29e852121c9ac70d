"""Which channel of cooperation fits a pair of countries, and why.

The channels are those that the seed paper proposes (section IV.A). The rules below read the same
inputs as the ranking; the first that holds decides, and its reason says which facts it read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.network.purpose import SERVICES

POOR = 5_000.0  # GDP per head in US dollars below which aid is the paper's first answer
EVEN = 0.10  # a difference in capability that counts as level
CLOSE = 0.50  # a path strength from which existing documents are a base to build on


@dataclass(frozen=True)
class Pair:
    """What the rules look at: f the focal country, j its partner; capabilities in 0..1."""

    capability_f: float
    capability_j: float
    tie: float
    gdp_per_head_j: float | None
    barriers_j: frozenset[str]
    sites_in_j: int

    @property
    def lead(self) -> float:
        """How far the focal country's capability is ahead of the partner's."""
        return self.capability_f - self.capability_j


@dataclass(frozen=True)
class Suggestion:
    """A channel (its slug in the vocabulary) and the reason in plain words."""

    channel: str
    reason: str


NONE = Suggestion("", "")
"""Where a subject has no channels."""

# What keeps suppliers out, so that nothing can be sold there.
CLOSED = frozenset(
    {"supplier-exclusion", "sanctions", "sanctions-comprehensive", "sanctions-broad"}
)

OPEN_TO_ALL = "vulnerability-sharing"  # what remains where nothing can be sold

Rule = tuple[Callable[[Pair], bool], str, str]

RULES: tuple[Rule, ...] = (
    (
        lambda p: bool(p.barriers_j & CLOSED),
        OPEN_TO_ALL,
        "suppliers are excluded or sanctioned, so notices of weaknesses remain open",
    ),
    (
        lambda p: "strict-review" in p.barriers_j and p.lead > -EVEN,
        "testing-certification",
        "the partner reviews foreign technology strictly: certified products pass more easily",
    ),
    (
        lambda p: "own-standards" in p.barriers_j and abs(p.lead) <= 3 * EVEN,
        "regional-standards",
        "the partner's region draws up standards of its own: draw them up together",
    ),
    (
        lambda p: p.lead < -EVEN,
        "research-institutes",
        "the partner is ahead in capability: research together to learn",
    ),
    (
        lambda p: "mature-industry" in p.barriers_j or abs(p.lead) <= EVEN,
        "joint-development",
        "both sides are equally capable: develop common techniques",
    ),
    (
        lambda p: p.gdp_per_head_j is not None and p.gdp_per_head_j < POOR,
        "aid-style-export",
        "the partner's economy is weak and its capability behind",
    ),
    (
        lambda p: p.sites_in_j > 0,
        "public-service-platform",
        "the focal country has built parks or projects there that need protection",
    ),
    (
        lambda p: p.tie >= CLOSE,
        "remote-services",
        "close ties exist and the partner's capability is behind",
    ),
    (lambda _: True, "cooperation-documents", "few ties exist yet: begin with a memorandum"),
)

# The same reasons in Chinese, by channel: each rule has a channel of its own.
REASONS_ZH = {
    "vulnerability-sharing": "供应商被排除或受制裁，漏洞通报仍可进行",
    "testing-certification": "对方严格审查外国技术：经认证的产品较易通过",
    "regional-standards": "对方所在地区自行制定标准：可共同制定",
    "research-institutes": "对方能力领先：可联合研究以资学习",
    "joint-development": "双方能力相当：可共同研发通用技术",
    "aid-style-export": "对方经济较弱，能力落后",
    "public-service-platform": "焦点国在当地建有需要保护的园区或项目",
    "remote-services": "双方联系紧密，对方能力落后",
    "joint-drills": "以联合演练提供培训",
    "test-ranges": "以共建靶场提供测试环境",
    "cooperation-documents": "现有联系尚少：可从谅解备忘录开始",
}


def served(found: Suggestion, service: str) -> Suggestion:
    """Return the channel that a service is given by, unless suppliers are kept out."""
    if found.channel == OPEN_TO_ALL:
        return found
    return Suggestion(SERVICES[service], f"the channel by which {service} is given")


def suggest(pair: Pair) -> Suggestion:
    """Return the first channel whose rule holds for the pair."""
    return next(Suggestion(name, reason) for holds, name, reason in RULES if holds(pair))
