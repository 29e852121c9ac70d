"""Political relations of states: alliances, defence agreements, rivalries, sanctions, votes.

A data set that ends does not end what it describes: a spell that lasts into the last year of the
data has no end, and `as_of` says up to when it is known to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.tables import Draft

ATOP = ("ccode1", "ccode2", "start", "end", "defense", "offense", "neutral", "nonagg", "consul")
DCAD = ("ccode1", "ccode2", "signDay", "signMonth", "signYear", "EIFYear", "type", "DCAid")
RIVALRIES = ("tssr_id", "rivalry", "ccode1", "ccode2", "start", "end", "positional", "spatial")
GSDB = ("case_id", "sanctioned_state", "sanctioning_state", "begin", "end", *(
    SANCTIONED := ("trade", "arms", "military", "financial", "travel")
))  # fmt: skip
ICT_VOTES = ("country_code", "country", "unres", "date", "vote")

BROAD = 4  # kinds of sanction (of five) from which a case is broad
UNKNOWN = frozenset({"-77", "-99", ""})

# The year in which each state joined the European Union; the United Kingdom left in 2020.
EUROPEAN_UNION = {
    1958: "BEL DEU FRA ITA LUX NLD",
    1973: "DNK GBR IRL",
    1981: "GRC",
    1986: "ESP PRT",
    1995: "AUT FIN SWE",
    2004: "CYP CZE EST HUN LTU LVA MLT POL SVK SVN",
    2007: "BGR ROU",
    2013: "HRV",
}


def after(record: Record, column: str, last: int) -> tuple[str, str]:
    """Return the first year after a spell and the year it is known until; "" where it goes on."""
    end = int(record.year(column))
    return ("" if end >= last else str(end + 1)), str(min(end, last))


def last_year(entries: Sequence[Record], column: str = "end") -> int:
    """Return the last year of the data."""
    return max((int(record.year(column)) for record in entries), default=0)


def pair(record: Record, places: Places, draft: Draft) -> tuple[str, str] | None:
    """Return the two countries of Correlates-of-War codes, None (and counted) where one is none."""
    codes = [record.number("ccode1"), record.number("ccode2")]
    one, other = (places.cow(int(code)) if code is not None else None for code in codes)
    if one is None or other is None or one == other:
        draft.drop("not a pair of countries of ISO 3166-1")
        return None
    return one, other


def read_atop(path: Path, places: Places, draft: Draft) -> None:
    """Fill `relations` with alliances: spells with an obligation of defence or offence."""
    entries = list(records(path, ATOP))
    last = last_year(entries)
    for record in entries:
        if "1" not in (record["defense"], record["offense"]):
            draft.drop("no obligation of defence or offence")
        elif ends := pair(record, places, draft):
            end, known = after(record, "end", last)
            draft.add(
                "relations",
                id=f"atop-{record['ccode1']}-{record['ccode2']}-{record['start']}-{known}",
                **between("alliance", *sorted(ends)),
                start=record.year("start"),
                end=end,
                as_of=known,
                locator=f"{record['ccode1']}-{record['ccode2']} {record['start']}",
            )


def read_rivalries(path: Path, places: Places, draft: Draft) -> None:
    """Fill `relations` with strategic rivalries."""
    entries = list(records(path, RIVALRIES))
    last = last_year(entries)
    for record in entries:
        if ends := pair(record, places, draft):
            end, known = after(record, "end", last)
            draft.add(
                "relations",
                id=f"tss-{record['tssr_id']}-{record.year('start')}",
                **between("rivalry", *sorted(ends)),
                start=record.year("start"),
                end=end,
                as_of=known,
                locator=f"rivalry {record['tssr_id']}",
            )


def read_defence(path: Path, places: Places, draft: Draft) -> None:
    """Fill `agreements` and `participations` with bilateral defence cooperation agreements.

    An agreement counts from its entry into force, else from its signature; its end is not read,
    for the data end in 2010.
    """
    for record in records(path, DCAD):
        if ends := pair(record, places, draft):
            identity = record["DCAid"].removeprefix("DCADv1.0-")
            key, names = f"dcad-{identity}", sorted(places.names[code] for code in ends)
            signed, started = signature(record), record["EIFYear"]
            start = signed if started in UNKNOWN else record.year("EIFYear")
            draft.add(
                "agreements",
                id=key,
                kind="defence-agreement",
                name=f"Defence cooperation {' – '.join(names)} ({signed[:4]})",
                signed=signed,
                in_force="" if started in UNKNOWN else start,
                locator=identity,
            )
            for country in ends:
                draft.add(
                    "participations",
                    of=f"agreement/{key}",
                    country=country,
                    start=start,
                    locator=identity,
                )


def signature(record: Record) -> str:
    """Return the day of signature as exactly as the record knows it."""
    parts = [record.year("signYear")]
    for column in ("signMonth", "signDay"):
        if record[column] in UNKNOWN:
            break
        parts.append(f"{int(record[column]):02}")
    return "-".join(parts)


def read_sanctions(path: Path, places: Places, draft: Draft) -> None:
    """Fill `relations` with sanctions, one row a sender and target; the EU's one a member.

    Broad sanctions are of at least four of the five kinds (trade, arms, military assistance,
    finance, travel), sectoral ones touch trade or finance, targeted ones neither.
    """
    entries = list(records(path, GSDB))
    last = last_year(entries)
    for record in entries:
        target = places.named(record["sanctioned_state"])
        if target is None:
            draft.drop("target is not a country of ISO 3166-1")
            continue
        end, known = after(record, "end", last)
        for sender in senders(record, places, draft):
            if sender != target:
                draft.add(
                    "relations",
                    id=f"gsdb-{record['case_id']}-{sender.lower()}-{target.lower()}",
                    **between(f"sanctions-{breadth(record)}", sender, target),
                    start=record.year("begin"),
                    end=end,
                    as_of=known,
                    locator=f"case {record['case_id']}",
                )


def breadth(record: Record) -> str:
    """Return how broad a case is: broad, sectoral or targeted."""
    kinds = [kind for kind in SANCTIONED if record[kind] == "1"]
    if len(kinds) >= BROAD:
        return "broad"
    return "sectoral" if {"trade", "financial"} & set(kinds) else "targeted"


def senders(record: Record, places: Places, draft: Draft) -> Iterator[str]:
    """Yield the countries that sanction; other bodies than the EU are left out and counted."""
    for name in dict.fromkeys(part.strip() for part in record["sanctioning_state"].split(",")):
        if name == "EU":
            yield from union(int(record.year("begin")))
        elif country := places.named(name):
            yield country
        else:
            draft.drop(f"sender is not a country of ISO 3166-1: {name}")


def union(year: int) -> list[str]:
    """Return the members of the European Union in a year."""
    joined = [
        code for since, codes in EUROPEAN_UNION.items() if since <= year for code in codes.split()
    ]
    return [code for code in joined if code != "GBR" or year < 2020]


def read_ict_votes(path: Path, places: Places, draft: Draft) -> None:
    """Fill `votes` with roll calls of the General Assembly on information security."""
    for record in records(path, ICT_VOTES):
        # The file's writer read Namibia's code, NA, as missing.
        code = "NA" if record["country_code"] in {"", "nan"} else record["country_code"]
        country = places.iso2(code)
        if country is None:
            draft.drop(f"not a country of ISO 3166-1: {record['country']}")
            continue
        draft.add(
            "votes",
            resolution=resolution(record["unres"]),
            country=country,
            date=record.date("date"),
            vote=record["vote"],
        )


def resolution(symbol: str) -> str:
    """Return a resolution's symbol as the United Nations writes it: A/RES/73/27."""
    return "A/RES/" + symbol.removeprefix("A/RES/").removeprefix("R/")


def between(kind: str, one: str, other: str) -> dict[str, str]:
    """Return the cells that say which relation holds from whom to whom."""
    return {"kind": kind, "from": one, "to": other}
