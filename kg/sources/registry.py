"""The list of importers: what each reads, recognises and yields, and whether its source ships."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kg.sources import (
    agreements,
    bodies,
    countries,
    csaf,
    desta,
    dyads,
    galaxies,
    incidents,
    indicators,
    oscal,
    projects,
    relations,
    stix,
    threats,
    vulnerabilities,
)
from kg.sources.places import Places
from kg.sources.tables import Draft, Row

Parse = Callable[[Path, Places, Draft], None]
Describe = Callable[[Path], Row]


@dataclass(frozen=True)
class Importer:
    """One publisher's format.

    `name` is the key of its source; `reads` says in words what file it takes; `tables` are those
    it yields; `signature` the words in the file's head by which it is recognised (empty: only by
    name); `file` the path of the shipped edition below the folder of publishers' files, empty if
    the source's terms do not let its facts ship.
    """

    name: str
    reads: str
    tables: tuple[str, ...]
    parse: Parse
    signature: frozenset[str] = frozenset()
    file: str = ""
    describe: Describe | None = None

    @property
    def ships(self) -> bool:
        """Return whether facts from this source are part of the project."""
        return bool(self.file)


def without_places(parse: Callable[[Path, Draft], None]) -> Parse:
    """Return a parser that ignores the countries it is given."""
    return lambda path, _places, draft: parse(path, draft)


def gapminder() -> list[Importer]:
    """Return one importer a Gapminder indicator."""
    return [
        Importer(
            f"gapminder-{indicator.slug}",
            f"Gapminder DDF data points of {indicator.concept}",
            ("observations",),
            partial(indicators.read_gapminder, indicator=indicator),
            frozenset({"geo", "time", indicator.concept}),
            f"indicators/gm_{indicator.concept}.csv",
        )
        for indicator in indicators.INDICATORS
    ]


def world_bank() -> list[Importer]:
    """Return one importer a World Bank indicator in the bank's own download format."""
    return [
        Importer(
            f"worldbank-{slug}",
            f"World Bank download of {code} (CSV, one column a year)",
            ("observations",),
            partial(indicators.read_world_bank, indicator=slug),
            frozenset({"Country Code", "Indicator Code", code}),
            "indicators/gdp_current_usd.csv" if slug == "gdp" else "",
        )
        for code, slug in indicators.WORLD_BANK_CODES.items()
    ]


def attack() -> list[Importer]:
    """Return one importer an ATT&CK domain; each has a graph of its own."""
    return [
        Importer(
            f"mitre-attack-{domain}",
            f"ATT&CK, domain {domain}, STIX 2.1 bundle",
            ("attack_objects", "attack_relations", "attack_sectors", "controls", "control_links"),
            without_places(threats.read_attack),
            frozenset({"type", "id", "objects", f"{domain}-attack"}),
            "threats/ics-attack.json" if domain == "ics" else "",
        )
        for domain in ("enterprise", "ics", "mobile")
    ]


STATED = ("advisories", "vendors", "products", "product_statuses", "vulnerabilities")

EXCHANGED = (
    Importer(
        "csaf",
        "CSAF 2.0 document of any publisher: a security advisory, VEX",
        (*STATED, "remedies"),
        csaf.read_csaf,
        frozenset({"document", "csaf_version"}),
        describe=csaf.describe,
    ),
    Importer(
        "cve",
        "CVE record, JSON 5",
        STATED,
        without_places(vulnerabilities.read_cve),
        frozenset({"dataType", "cveMetadata", "containers"}),
        describe=vulnerabilities.describe_cve,
    ),
    Importer(
        "nvd",
        "National Vulnerability Database, answer of the API 2.0",
        (*STATED, "sightings"),
        without_places(vulnerabilities.read_nvd),
        frozenset({"resultsPerPage", "totalResults", "vulnerabilities"}),
        describe=vulnerabilities.describe_nvd,
    ),
    Importer(
        "kev",
        "CISA's Known Exploited Vulnerabilities catalogue, JSON or CSV",
        ("vulnerabilities", "sightings"),
        without_places(vulnerabilities.read_kev),
        frozenset({"catalogVersion", "dateReleased", "vulnerabilities"}),
    ),
    Importer(
        "kev-csv",
        "CISA's Known Exploited Vulnerabilities catalogue, CSV",
        ("vulnerabilities", "sightings"),
        without_places(vulnerabilities.read_kev),
        frozenset(vulnerabilities.KEV),
        describe=lambda _file: {"key": "kev"},
    ),
    Importer(
        "epss",
        "Exploit Prediction Scoring System, CSV of one day",
        ("exploit_forecasts",),
        without_places(vulnerabilities.read_epss),
        frozenset(vulnerabilities.EPSS),
        describe=vulnerabilities.describe_epss,
    ),
    Importer(
        "stix",
        "STIX 2.1 bundle of any domain",
        ("intelligence", "intelligence_relations", "vulnerabilities", "sightings"),
        stix.read_stix,
        frozenset({"type", "id", "objects"}),
        describe=stix.describe,
    ),
    Importer(
        "misp-event",
        "MISP event, JSON",
        ("intelligence", "intelligence_relations", "vulnerabilities"),
        without_places(stix.read_event),
        frozenset({"Event"}),
        describe=stix.describe_event,
    ),
    Importer(
        "oscal",
        "OSCAL catalogue of controls, JSON",
        ("controls", "control_links"),
        without_places(oscal.read_oscal),
        frozenset({"catalog"}),
        describe=oscal.describe,
    ),
)

OTHERS = (
    Importer(
        "country-codes",
        "country-codes.csv of datasets/country-codes",
        ("countries",),
        without_places(countries.read),
        frozenset({"ISO3166-1-Alpha-3", "is_independent", "CLDR display name"}),
        "countries/country-codes.csv",
    ),
    Importer(
        "cepii-geodist",
        "CEPII GeoDist, ordered pairs (dist_cepii)",
        ("dyads",),
        dyads.read_cepii,
        frozenset({"iso_o", "iso_d", "contig", "comlang_off"}),
        "countries/dist_cepii.csv",
    ),
    Importer(
        "itu-gci",
        "Global Cybersecurity Index by country name, one column an edition",
        ("observations",),
        indicators.read_gci_table,
        frozenset({"Country", "2014", "2017", "Global Rank"}),
        "indicators/gci_sspi.csv",
    ),
    Importer(
        "itu-gci-panel",
        "panel of index vintages with GCI scores by ISO3",
        ("observations",),
        indicators.read_gci_panel,
        frozenset(indicators.GCI_PANEL),
        "indicators/gci_ncsi_vintage_panel.csv",
    ),
    Importer(
        "un-votes",
        "UN General Assembly ideal points (Bailey, Strezhnev, Voeten)",
        ("observations",),
        indicators.read_ideal_points,
        frozenset(indicators.IDEAL_POINTS),
        "agreements/unga_idealpoints_2025-07.csv",
    ),
    Importer(
        "cyber-strategies",
        "dates of national cyber-security strategies (Kostyuk)",
        ("strategies",),
        indicators.read_strategies,
        frozenset(indicators.STRATEGIES),
        "standards/national_cyber_strategies_2000_2024.csv",
    ),
    Importer(
        "unctad-iia",
        "UNCTAD IIA Navigator, bilateral investment treaties by pair",
        ("agreements", "participations"),
        agreements.read_unctad,
        frozenset(agreements.UNCTAD),
        "agreements/unctad_bits_dyads.csv",
    ),
    Importer(
        "desta",
        "DESTA list of treaties with member columns",
        ("agreements", "participations"),
        desta.read,
        frozenset(desta.NEEDED),
        "agreements/desta_02_03_list.csv",
    ),
    Importer(
        "ieadb",
        "IEADB bilateral environmental agreements by pair",
        ("agreements", "participations"),
        agreements.read_ieadb,
        frozenset(agreements.IEADB),
        "agreements/ieadb_bilateral_dyads.csv",
    ),
    Importer(
        "bri-mou",
        "Belt and Road memoranda, two lists merged",
        ("agreements", "participations"),
        agreements.read_belt_and_road,
        frozenset(agreements.BELT_AND_ROAD),
        "agreements/bri_mou_merged.csv",
    ),
    Importer(
        "cow-igo",
        "Correlates of War IGO memberships as spells",
        ("bodies", "participations"),
        bodies.read_cow,
        frozenset(bodies.COW),
        "agreements/igo_memberships.csv",
    ),
    Importer(
        "wto",
        "WTO members with dates of accession",
        ("participations",),
        bodies.read_wto,
        frozenset(bodies.WTO),
        "agreements/wto_members.csv",
    ),
    Importer(
        "atop",
        "ATOP alliances as spells of pairs of states",
        ("relations",),
        relations.read_atop,
        frozenset(relations.ATOP),
        "relations/atop_alliances_1980_2018.csv",
    ),
    Importer(
        "dcad",
        "Defense Cooperation Agreement Dataset, bilateral agreements",
        ("agreements", "participations"),
        relations.read_defence,
        frozenset(relations.DCAD),
        "relations/DCAD-v1.0-main.csv",
    ),
    Importer(
        "tss-rivalries",
        "strategic rivalries (Thompson, Sakuwa and Suhas)",
        ("relations",),
        relations.read_rivalries,
        frozenset(relations.RIVALRIES),
        "relations/tss_rivalries.csv",
    ),
    Importer(
        "gsdb",
        "Global Sanctions Data Base, one line a case",
        ("relations",),
        relations.read_sanctions,
        frozenset(relations.GSDB),
        "relations/GSDB_V3.csv",
    ),
    Importer(
        "un-ict-votes",
        "General Assembly roll calls on information security (unvotes)",
        ("votes",),
        relations.read_ict_votes,
        frozenset(relations.ICT_VOTES),
        "relations/un_ict_votes.csv",
    ),
    Importer(
        "misp-threat-actors",
        "MISP galaxy cluster threat-actor.json",
        ("actors", "targetings"),
        threats.read_misp,
        frozenset({"type", "uuid", "values", "threat-actor"}),
        "threats/misp_threat-actor.json",
    ),
    Importer(
        "misp-galaxy",
        "MISP galaxy cluster of any other type",
        ("intelligence", "intelligence_relations"),
        galaxies.read_galaxy,
        frozenset({"type", "uuid", "values"}),
        describe=galaxies.describe,
    ),
    Importer(
        "cisa-ics-advisories",
        "ICS Advisory Project master CSV",
        STATED,
        incidents.read_advisories,
        frozenset(incidents.ADVISORIES),
    ),
    Importer(
        "eurepoc",
        "EuRepoC Global Database CSV",
        ("incidents",),
        incidents.read_eurepoc,
        frozenset(incidents.EUREPOC),
    ),
    Importer(
        "eurepoc-receivers",
        "EuRepoC receiver table CSV",
        ("incident_receivers",),
        incidents.read_receivers,
        frozenset(incidents.RECEIVERS),
    ),
    Importer(
        "geo-nuclear",
        "GeoNuclearData nuclear_power_plants CSV",
        ("reactors",),
        projects.read_reactors,
        frozenset(projects.REACTORS),
    ),
    Importer(
        "aiddata",
        "AidData Chinese Official Finance CSV, one line a project",
        ("projects",),
        projects.read_aiddata,
        frozenset(projects.AIDDATA),
    ),
    Importer(
        "trade-dyads",
        "exports between countries, every fourth year (penppml)",
        ("trade",),
        dyads.read_trade,
        frozenset(dyads.TRADE),
    ),
)

IMPORTERS: Mapping[str, Importer] = {
    importer.name: importer
    for importer in (*OTHERS, *EXCHANGED, *attack(), *gapminder(), *world_bank())
}
