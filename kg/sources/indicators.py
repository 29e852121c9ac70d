"""Figures by country and year: World Bank, Gapminder, ITU, UN votes, cyber-security strategies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, lines, record_of, records, require
from kg.sources.tables import Draft, figure, partial_date

FIRST_YEAR = 1960
WORLD_BANK_LONG = ("Country Name", "Country Code", "Year", "Value")
WORLD_BANK_WIDE = ("Country Name", "Country Code", "Indicator Name", "Indicator Code")
GCI_TABLE = ("Country", "2014", "2017")
GCI_PANEL = ("iso3", "source", "vintage_year", "index_score_raw", "index_scale")
IDEAL_POINTS = ("ccode", "iso3c", "year", "idealpointall")
STRATEGIES = ("Countries", "DATE", "cyb_strategy")

# COW code 345 is Yugoslavia, then Serbia and Montenegro, then Serbia, in one series; its figures
# are Serbia's own from 2006 on, when Montenegro left.
COW_SERBIA = "345"
SERBIA_ALONE = 2006


@dataclass(frozen=True)
class Indicator:
    """An indicator: its slug, Gapminder's concept, the World Bank's code, and its last real year.

    `until` cuts off what the publisher projected (None: it publishes observations only).
    """

    slug: str
    concept: str
    code: str
    until: int | None = None


# Gapminder's population series follows the 2010 revision of the UN's World Population Prospects,
# whose estimates end in 2010 (its India, China and United States of 2010 are that revision's).
INDICATORS = (
    Indicator("industry-share", "industry_percent_of_gdp", "NV.IND.TOTL.ZS"),
    Indicator("population", "total_population_with_projections", "SP.POP.TOTL", until=2010),
    Indicator("internet-users", "internet_users", "IT.NET.USER.ZS"),
    Indicator("gdp-per-head", "gdppercapita_us_inflation_adjusted", "NY.GDP.PCAP.KD"),
    Indicator("exports-share", "exports_percent_of_gdp", "NE.EXP.GNFS.ZS"),
    Indicator(
        "high-tech-exports",
        "high_technology_exports_percent_of_manufactured_exports",
        "TX.VAL.TECH.MF.ZS",
    ),
)
WORLD_BANK_CODES: Mapping[str, str] = {"NY.GDP.MKTP.CD": "gdp"} | {
    indicator.code: indicator.slug for indicator in INDICATORS
}


def observe(draft: Draft, country: str | None, indicator: str, year: str, value: float) -> None:
    """Add one observation, unless it is not a country's or lies before 1960."""
    if country is None:
        draft.drop("not a country of ISO 3166-1 (an aggregate, a former state or a part)")
    elif int(year) < FIRST_YEAR:
        draft.drop(f"before {FIRST_YEAR}")
    else:
        draft.add(
            "observations", country=country, indicator=indicator, year=year, value=figure(value)
        )


def read_gapminder(path: Path, places: Places, draft: Draft, indicator: Indicator) -> None:
    """Fill `observations` from a Gapminder DDF file (geo, time, one concept)."""
    for record in records(path, ("geo", "time", indicator.concept)):
        value, year = record.number(indicator.concept), record.year("time")
        if value is None:
            draft.drop("no value")
        elif indicator.until and int(year) > indicator.until:
            draft.drop(f"projected: after {indicator.until}")
        else:
            observe(draft, places.iso3(record["geo"]), indicator.slug, year, value)


def read_world_bank_long(path: Path, places: Places, draft: Draft, indicator: str) -> None:
    """Fill `observations` from a country-year-value table; the file does not name its indicator."""
    for record in records(path, WORLD_BANK_LONG):
        value = record.number("Value")
        if value is None:
            draft.drop("no value")
        else:
            country = places.iso3(record["Country Code"])
            observe(draft, country, indicator, record.year("Year"), value)


def wide_records(path: Path) -> Iterator[Record]:
    """Yield the records of the World Bank's own download, whose header follows a preamble."""
    header: list[str] = []
    for line, cells in lines(path):
        if header:
            yield record_of(path, line, header, cells)
        elif "Country Code" in cells:
            require(path, cells, WORLD_BANK_WIDE)
            header = cells
    require(path, header, WORLD_BANK_WIDE)


def read_world_bank_wide(path: Path, places: Places, draft: Draft, indicator: str) -> None:
    """Fill `observations` from the World Bank's own download: one column a year."""
    for record in wide_records(path):
        if WORLD_BANK_CODES.get(record["Indicator Code"]) != indicator:
            draft.drop("another indicator")
            continue
        country = places.iso3(record["Country Code"])
        for year in (column for column in record.cells if column.isdigit()):
            value = record.number(year)
            if value is not None:
                observe(draft, country, indicator, year, value)


def read_world_bank(path: Path, places: Places, draft: Draft, indicator: str) -> None:
    """Fill `observations` from either of the two layouts in which World Bank data go round."""
    _, first = next(lines(path), (1, []))
    long = set(WORLD_BANK_LONG) <= set(first)
    parse = read_world_bank_long if long else read_world_bank_wide
    parse(path, places, draft, indicator)


def gci_share(value: float, year: int) -> float:
    """Return a Global Cybersecurity Index score as 0..1: editions from 2020 on count to 100."""
    return value / 100 if year >= 2020 else value


def add_gci(draft: Draft, record: Record, country: str | None, year: int, value: float) -> None:
    """Add one GCI score, refusing what cannot be one."""
    share = gci_share(value, year)
    if not 0 <= share <= 1:
        raise record.error(f"GCI {year} is {value}, out of its scale")
    observe(draft, country, "gci", str(year), share)


def read_gci_table(path: Path, places: Places, draft: Draft) -> None:
    """Fill `observations` from a table of GCI scores: a country's name, one column an edition.

    Two columns share the header `Global Rank`; the year columns alone are read.
    """
    for record in records(path, GCI_TABLE):
        country = places.named(record["Country"])
        if country is None:
            draft.drop(f"country name not known: {record['Country']}")
            continue
        for year in (column for column in record.cells if column.isdigit()):
            value = record.number(year)
            if value is None:
                draft.drop("no score")
            else:
                add_gci(draft, record, country, int(year), value)


def read_gci_panel(path: Path, places: Places, draft: Draft) -> None:
    """Fill `observations` from a panel of index vintages: the cardinal GCI scores of it.

    The edition of 2024 appears there as a tier only and is left out; so is every other index.
    """
    for record in records(path, GCI_PANEL):
        value = record.number("index_score_raw")
        if record["source"] != "GCI" or "cardinal" not in record["index_scale"]:
            draft.drop("not a cardinal GCI score")
        elif value is None:
            draft.drop("no score")
        else:
            country = places.iso3(record["iso3"])
            add_gci(draft, record, country, int(record.year("vintage_year")), value)


def ideal_point_country(record: Record, places: Places) -> str | None:
    """Return the country of a UN-votes record, None for a state that is no more."""
    if record["ccode"] == COW_SERBIA and int(record.year("year")) >= SERBIA_ALONE:
        return "SRB"
    return places.iso3(record["iso3c"])


def read_ideal_points(path: Path, places: Places, draft: Draft) -> None:
    """Fill `observations` with UN General Assembly ideal points (the estimate from all votes)."""
    for record in records(path, IDEAL_POINTS):
        value = record.number("idealpointall")
        if value is None:
            draft.drop("no estimate from all votes")
        else:
            country = ideal_point_country(record, places)
            observe(draft, country, "ideal-point", record.year("year"), value)


def read_strategies(path: Path, places: Places, draft: Draft) -> None:
    """Fill `strategies`: the date of each country's first national cyber-security strategy."""
    for record in records(path, STRATEGIES):
        country, date = places.iso3(record["Countries"]), record.date("DATE", "%Y%m%d")
        if country is None:
            draft.drop(f"country code not known: {record['Countries']}")
        elif not date:
            draft.drop("no dated strategy")
        else:
            draft.add("strategies", country=country, date=partial_date(date))
