"""What is known to be in the answer of every named question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.terms import BASE

CLAIM = BASE + "claim/"


@dataclass(frozen=True)
class Known:
    """What must be in an answer: for each row, the texts of some of its columns."""

    params: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Mapping[str, str], ...] = ()
    least: int = 1
    empty: bool = False


def known(*rows: Mapping[str, str], least: int = 1, **params: str) -> Known:
    return Known(params, rows, max(least, len(rows)))


ADVISORY = "advisory:www.cisa.gov/ICSA-24-200-01"
NOTHING = Known(empty=True)

AGREEMENTS = {
    "documents": known({"agreement": "agreement:idn-aus-2018", "signed": "2018-08-31"}),
    "parties": known(
        {"agreement": "agreement:sco-information-security-2009", "country": "country:KAZ"},
        {"agreement": "agreement:rus-chn-2015", "country": "country:CHN", "signed": "2015-05-08"},
        least=40,
    ),
    "agreements-between": known(
        {"agreement": "agreement:bri-kaz", "kind": "coop:kind-belt-and-road-mou"},
        {"agreement": "agreement:sco-information-security-2009"},
    ),
    "agreements-of": known(
        {"agreement": "agreement:bri-ita", "start": "2019-01-01", "source": "source:bri-mou"},
        {"agreement": "agreement:bri-ita", "end": "2024-03-22"},
        country="ITA",
    ),
    "cyber-agreements": known(
        {"agreement": "agreement:rus-chn-2015", "parties": "CHN RUS", "signed": "2015-05-08"},
        {"agreement": "agreement:chn-idn-2021", "kind": "coop:kind-cyber-mou"},
        least=60,
    ),
    "cyber-conventions": known(
        {"convention": "agreement:budapest-convention", "signed": "2001-11-23", "role": "party"},
        {"convention": "agreement:un-cybercrime-convention", "status": "not-in-force"},
    ),
    "recognition-members": known(
        {"arrangement": "agreement:ccra-2014", "country": "country:DEU", "role": "issuing-member"},
        {"arrangement": "agreement:iecee-cb", "country": "country:CHN"},
        least=80,
    ),
    "bodies-of": known({"body": "body:igo-sco", "start": "2024-07-04"}, country="BLR"),
    "members-of": known(
        {"country": "country:CHN"},
        {"country": "country:BLR", "start": "2024-07-04"},
        body="igo-sco",
    ),
    "bodies": known({"body": "body:igo-un", "name": "United Nations"}, least=540),
    "shared-bodies": known({"body": "body:igo-sco"}, a="CHN", b="KAZ"),
    "agreements-by-year": known({"kind": "coop:kind-belt-and-road-mou", "year": "2015"}, least=200),
    "ended-agreements": known({"status": "terminated"}, least=60, country="IND"),
}
COUNTRIES = {
    "route-countries": known(
        {"country": "country:BLR"},
        {"country": "country:ITA", "since": "2019-01-01", "until": "2024-03-22"},
        least=150,
    ),
    "industrial-output": known(
        {"country": "country:KOR", "route": "true"},
        {"country": "country:CHN", "route": "false"},
        least=180,
        year="2016",
    ),
    "indicators-of": known(
        {"indicator": "indicator:gdp", "latest": "2016", "source": "source:worldbank-gdp"},
        country="BLR",
        year="2016",
    ),
    "indicators": known({"indicator": "indicator:gci", "from": "2014", "to": "2024"}),
    "neighbours": known(
        {"neighbour": "country:RUS", "contiguous": "true", "commonLanguage": "true"}, country="KAZ"
    ),
    "strategies": known({"country": "country:RUS", "date": "2000-09-09"}, least=130),
    "response-teams": known({"country": "country:KAZ", "name": "KZ-CERT"}, least=90),
    "aid-candidates": known({"country": "country:ETH", "landlocked": "true"}, least=30),
    "country-codes": known(
        {"country": "country:NAM", "iso2": "NA", "nameZh": "纳米比亚"}, least=249
    ),
}
STANDARDS = {
    "standards-list": known(
        {"standard": "standard:nist-sp-800-82", "issuer": "body:nist"},
        {"standard": "standard:iec-62443-4-2", "issuer": "body:iec", "published": "2019-02-27"},
        least=60,
    ),
    "standard-editions": known(
        {"standard": "standard:nist-sp-800-82", "replaces": "standard:nist-sp-800-82-r2"}
    ),
    "adopters-of": known(
        {"adopter": "country:DEU", "mode": "mandates"},
        {"adopter": "body:igo-eu", "mode": "mandates"},
        standard="nis2",
    ),
    "standards-in": known(
        {"standard": "standard:nis2", "through": "body:igo-eu", "mode": "mandates"},
        {"standard": "standard:iec-62443-4-2", "through": "country:DEU", "mode": "adopts"},
        country="DEU",
    ),
    "most-adopted-standards": known({"standard": "standard:iec-62443-3-3", "issuer": "body:iec"}),
    "shared-standards": known(
        {"standard": "standard:iso-iec-27001-2013", "modeA": "adopts"}, a="CHN", b="SGP"
    ),
    "standards-of-country": known(
        {"standard": "standard:gb-t-22239", "issuer": "body:sac"},
        {"standard": "standard:miit-ics-guide-2016", "issuer": "body:miit"},
        country="CHN",
    ),
}
COMPANIES = {
    "companies-of": known(
        {"company": "company:check-point", "founded": "1993-01-01"}, country="ISR"
    ),
    "companies-by-role": known(
        {"company": "company:siemens", "headquarters": "country:DEU"}, role="ics-vendor"
    ),
    "company-counts": known({"country": "country:ISR", "role": "ics-security"}),
    "sites-of-company": known(
        {"site": "park:pakistan-haier-ruba", "part": "developer", "host": "country:PAK"},
        {"site": "project:russia-haier-refrigerators", "part": "builder", "host": "country:RUS"},
        company="haier",
    ),
}
SITES = {
    "parks-in": known(
        {
            "park": "park:belarus-great-stone",
            "nameZh": "中白工业园",
            "developer": "company:gs-ipdc",
            "home": "country:CHN",
        },
        country="BLR",
    ),
    "parks-from": known({"park": "park:thailand-rayong", "host": "country:THA"}, least=60),
    "confirmed-parks": known({"park": "park:egypt-teda-suez", "host": "country:EGY"}, least=18),
    "park-hosts": known({"home": "country:CHN", "host": "country:IDN"}),
    "sites-in": known({"site": "park:pakistan-haier-ruba"}, country="PAK"),
    "map": known({"subject": "park:belarus-great-stone", "predicate": "geo:asWKT"}, least=600),
    "projects-in": known(
        {"project": "project:pakistan-chashma-1", "builder": "company:cnnc"}, country="PAK"
    ),
    "projects-by-kind": known(
        {"project": "project:indonesia-jakarta-bandung-hsr", "opened": "2023-10-02"},
        {"project": "project:russia-moscow-kazan-hsr", "status": "not-built"},
        kind="coop:project-high-speed-rail",
    ),
    "project-counts": known({"home": "country:CHN", "kind": "coop:project-nuclear"}),
    "builders": known({"builder": "company:sinohydro", "headquarters": "country:CHN"}),
    "sites-of-pair": known(
        {"site": "project:russia-haier-refrigerators", "class": "coop:Project"},
        home="CHN",
        host="RUS",
    ),
}
THREATS = {
    "park-threat-exposure": known(
        {
            "park": "park:belarus-great-stone",
            "technique": "threat:T0855",
            "sector": "coop:sector-manufacturing",
        },
        country="BLR",
    ),
    "project-threat-exposure": known(
        {"project": "project:indonesia-jakarta-bandung-hsr", "sector": "coop:sector-rail"},
        country="IDN",
    ),
    "site-mitigations": known(
        {"mitigation": "threat:M0930", "name": "Network Segmentation"}, country="BLR"
    ),
    "site-standards": known(
        {"standard": "standard:iec-62645", "field": "coop:sector-nuclear"},
        {"standard": "standard:iec-62443-3-3", "field": "coop:sector-multi"},
        country="PAK",
    ),
    "risk-warnings": known(
        {"host": "country:BLR", "parks": "1"}, {"host": "country:PAK"}, least=60, country="CHN"
    ),
    "sector-incident-threats": known(
        {"sector": "coop:sector-nuclear", "threat": "threat:S0603"}, country="PAK"
    ),
    "sector-techniques": known({"technique": "threat:T0855"}, sector="electric-power"),
    "techniques-of": known({"technique": "threat:T0889"}, least=20, threat="S0603"),
    "users-of": known({"user": "threat:C0020", "kind": "coop:threat-campaign"}, threat="T0855"),
    "mitigations-for": known({"mitigation": "threat:M0802"}, threat="T0855"),
    "threat-counts": known(
        {"kind": "coop:threat-technique", "objects": "83"},
        {"kind": "coop:threat-software", "objects": "23"},
        {"kind": "coop:threat-group", "objects": "14"},
        {"kind": "coop:threat-mitigation", "objects": "52"},
    ),
    "assets-in-sector": known({"sector": "coop:sector-electric-power", "asset": "threat:A0005"}),
    "actors-targeting": known({"actor": "actor:apt28", "sponsors": "RUS"}, country="KAZ"),
    "group-software": known(
        {"group": "threat:G0034", "relation": "ran", "other": "threat:C0025"},
        {"group": "threat:G0032", "relation": "uses", "other": "threat:S0366"},
    ),
    "incidents-in": known(
        {"incident": "incident:ukraine-2015", "date": "2015-12-23"}, least=5, country="UKR"
    ),
    "incidents-by-sector": known({"sector": "coop:sector-water"}),
    "incident-techniques": known({"threat": "threat:S0603", "kind": "coop:threat-software"}),
    "targets-of-software": known(
        {"incident": "incident:stuxnet-2010", "country": "country:IRN"}, threat="S0603"
    ),
    "incident-list": known({"incident": "incident:wenzhou-2011", "kind": "accident"}, least=40),
}
COOPERATION = {
    "barriers-of": known(
        {"kind": "coop:barrier-strict-review", "source": "source:seed-paper"}, country="IND"
    ),
    "barriers-against": known(
        {"holder": "country:USA", "named": "true"},
        {"holder": "country:RUS", "kind": "coop:barrier-mature-industry", "named": "false"},
        country="CHN",
    ),
    "barrier-counts": known({"kind": "coop:barrier-mature-industry", "countries": "3"}),
    "channels": known({"channel": "coop:channel-joint-drills", "labelZh": "联合演练", "ways": "1"}),
    "ways-in-channel": known(
        {"way": BASE + "way/remote-services", "section": "IV.A"}, channel="remote-services"
    ),
    "sectors": known({"sector": "coop:sector-rail", "broader": "coop:sector-transport"}),
    "vocabularies": known(
        {"concept": "coop:threat-technique", "label": "technique", "labelZh": "攻击技术"}, least=80
    ),
    "shortcuts": known(
        {"subject": "country:BLR", "predicate": "org:memberOf", "object": "body:igo-sco"},
        {
            "subject": "country:DEU",
            "predicate": "dcterms:conformsTo",
            "object": "standard:iec-62443-4-2",
        },
        {"subject": "agreement:budapest-convention", "object": "schema:Legislation"},
    ),
}
PAPER = {
    "exposed-systems": known(
        {"claim": CLAIM + "ii-a-exposed-systems", "value": "90000", "section": "II.A"}, least=4
    ),
    "national-strategies": known(
        {"subject": "country/DEU", "value": "Industry 4.0"},
        {"subject": "country/CHN", "value": "Made in China 2025"},
        {"subject": "country/JPN", "predicate": "strengthens"},
    ),
    "infrastructure-spending": known({"subject": "country/AUS", "value": "230000000"}),
    "industrial-output-claims": known(
        {"value": "9", "unit": "countries"}, {"value": "6", "unit": "countries"}, {"value": "40"}
    ),
    "market-shares": known({"value": "17.21"}, {"value": "21.16", "year": "2019"}),
    "cybersecurity-500": known(
        {"value": "32", "unit": "companies"}, {"subject": "country/ISR", "value": "75"}
    ),
    "market-demand": known({"subject": "route-countries", "predicate": "generates"}),
    "exposure-claims": known(
        {"subject": "chinese-overseas-facilities"}, {"subject": "country/MYS"}
    ),
    "capability-claims": known({"subject": "route-countries", "value": "lagging"}),
    "chinese-industry": known({"value": "82500000"}, {"value": "300000000"}),
    "barrier-claims": known(
        {"subject": "country/SGP", "value": "well developed"},
        {"subject": "body/igo-asean", "value": "own emergency response mechanism"},
        {"subject": "country/IND", "predicate": "reviews-strictly"},
        {"subject": "central-and-eastern-european-countries", "predicate": "adopts"},
    ),
    "incumbent-claims": known({"subject": "country/USA", "predicate": "steps-up"}),
    "standard-claims": known(
        {"subject": "standard/nist-sp-800-82", "predicate": "rank-by-influence"},
        {"subject": "route-countries", "predicate": "mostly-adopts"},
    ),
    "policy-goals": known(
        {"predicate": "strives-for-exchange", "value": "people-to-people"},
        {"predicate": "calls-for-security", "value": "sustainable"},
        {"predicate": "should-be", "value": "multilateral"},
    ),
    "cooperation-claims": known({"predicate": "theme", "value": "win-win cooperation"}),
    "going-global": known({"value": "nuclear power facilities"}, {"value": "high-speed railway"}),
    "wenzhou-accident": known(
        {"predicate": "cause", "value": "communication signal system failure"},
        {"predicate": "date", "value": "2011-07-23"},
    ),
    "chinese-guide": known(
        {"predicate": "published", "value": "2016"}, {"predicate": "covers", "year": ""}
    ),
    "high-speed-railways": known(
        {"host": "country:RUS", "status": "not-built"},
        {"host": "country:IDN", "project": "project:indonesia-jakarta-bandung-hsr"},
        {"host": "country:THA"},
        {"host": "country:MYS"},
    ),
    "nuclear-projects": known(
        {"host": "country:PAK", "project": "project:pakistan-chashma-1", "home": "country:CHN"},
        {"host": "country:TUR"},
        {"host": "country:ROU"},
    ),
    "stuxnet": known(
        {"incident": "incident:stuxnet-2010", "country": "country:IRN", "value": "country/IRN"},
        {"predicate": "nuclear-leakage", "value": "none"},
    ),
    "parks-claimed": known(
        {"value": "56"},
        {"value": "20"},
        {"subject": "park/belarus-great-stone", "host": "country:BLR"},
        {"subject": "project/russia-haier-refrigerators", "host": "country:RUS"},
    ),
    "ways-abroad": known(
        {"channel": "coop:channel-aid-style-export"},
        {"channel": "coop:channel-research-institutes"},
        {"channel": "coop:channel-test-ranges", "name": "Testbeds"},
        {"channel": "coop:channel-vulnerability-sharing"},
        {"channel": "coop:channel-joint-drills"},
        {"channel": "coop:channel-regional-standards"},
        {"name": "Bilateral memorandums"},
        least=25,
    ),
    "ways-at-home": known(
        {"name": "National inspection centre"},
        {"name": "Centre for intellectual property"},
        {"name": "Public platform for intellectual property"},
        {"name": "Entrepreneurship base in a security park"},
        least=15,
    ),
    "platform-services": known(
        {"name": "Risk warning"},
        {"name": "Safety diagnosis and assessment"},
        {"name": "Safety consulting"},
        {"name": "Emergency response"},
        {"name": "Implementation of protection"},
        least=6,
    ),
    "claims-in-section": known(
        {"subject": "chinese-overseas-parks", "value": "56"}, section="II.C"
    ),
    "claims-about": known({"value": "IT industry"}, subject="country/IND"),
    "claim-subjects": known({"topic": "barrier", "subject": "body/igo-asean", "claims": "2"}),
    "quantities": known({"id": "ii-a-exposed-systems", "minimum": "true"}, least=15),
    "claim-gaps": known({"flag": "gap:country-list-not-stated"}, least=20),
    "route-countries-by-output": known({"figure": "14", "of": "146"}, year="2016"),
    "route-parks": known({"hosts": "33"}, country="CHN"),
    "cybersecurity-500-share": known({"figure": "6.4", "of": "500"}),
    "standard-rank": known({"figure": "1"}, standard="iec-62443-3-3"),
}
QUALITY = {
    "statements-without-source": NOTHING,
    "loads": NOTHING,
    "dangling-references": NOTHING,
    "orphans": known({"class": "coop:Body", "thing": "body:bsi-deu"}),
    "conflicts": known(
        {"conflict": "conflict:industry-scale", "other": "300000000 CNY"},
        {"conflict": "conflict:industry-scale", "other": "82500000 CNY"},
        {"conflict": "sources differ on the date", "thing": "agreement:bri-kgz"},
    ),
    "conflicting-observations": known({"country": "country:ESP", "year": "2017"}, indicator="gci"),
    "recalled-share": known({"class": "coop:Company"}, {"class": "coop:Park"}, least=12),
    "recalled-statements": known(
        {"thing": "company:sunshell", "class": "coop:Company"}, source="park-operators"
    ),
    "recalled-sources": known({"source": "source:company-reports"}),
    "graph-sizes": known({"source": "source:unctad-iia", "reliability": "0.9"}, least=38),
    "class-counts": known({"class": "schema:Country", "things": "249", "labelZh": "国家（地区）"}),
    "profile": NOTHING,
    "undated": known({"kind": "coop:kind-investment-treaty"}),
    "missing-indicators": known({"country": "country:PRK"}, indicator="industry-share"),
    "link-counts": known({"class": "coop:Targeting", "links": "821"}),
    "stated-where": known(
        {"source": "source:seed-paper", "checked": "seen"}, entity="way/test-ranges"
    ),
    "types-of": known({"subject": "country:BLR", "object": "schema:Country"}),
    "names": known({"thing": "country:CHN", "name": "中国"}, least=9000),
}
DOSSIER = {
    "about-itself": known(
        {"fact": "host", "thing": "country:BLR", "text": "Belarus"},
        {"fact": "start", "text": "2014"},
        entity="park/belarus-great-stone",
    ),
    "about-indicators": known({"fact": "GDP per head", "date": "2024"}, entity="country/BLR"),
    "about-agreements": known({"thing": "agreement:bri-blr", "date": "2014"}, entity="country/BLR"),
    "about-bodies": known(
        {"fact": "member", "thing": "body:igo-sco", "date": "2024-07-04"}, entity="country/BLR"
    ),
    "about-parties": known({"thing": "country:IND", "date": "2017-06-09"}, entity="body/igo-sco"),
    "about-sites": known(
        {"fact": "hosts", "thing": "park:belarus-great-stone", "date": "2014"},
        entity="country/BLR",
    ),
    "about-standards": known(
        {"fact": "issues", "thing": "standard:sgp-ccop-2"}, entity="country/SGP"
    ),
    "about-adopters": known({"fact": "mandates", "thing": "country:DEU"}, entity="standard/nis2"),
    "about-editions": known(
        {"fact": "is replaced by", "thing": "standard:nist-sp-800-82"},
        {"fact": "replaces", "thing": "standard:nist-sp-800-82-r1"},
        entity="standard/nist-sp-800-82-r2",
    ),
    "about-companies": known(
        {"thing": "company:check-point", "date": "1993"}, entity="country/ISR"
    ),
    "about-teams": known({"text": "KZ-CERT"}, entity="country/KAZ"),
    "about-incidents": known(
        {"fact": "used in", "thing": "incident:stuxnet-2010", "date": "2010"}, entity="threat/S0603"
    ),
    "about-threats": known({"thing": "actor:apt28"}, entity="country/KAZ"),
    "about-relations": known(
        {"fact": "mitigates it", "thing": "threat:M0802"}, entity="threat/T0855"
    ),
    "about-barriers": known(
        {"fact": "held against it: supplier exclusion", "thing": "country:USA"},
        entity="country/CHN",
    ),
    "about-neighbours": known({"thing": "country:POL"}, entity="country/BLR"),
    "about-claims": known({"fact": "strong-in"}, entity="country/IND"),
    "about-members": known(
        {"fact": "project", "thing": "project:pakistan-chashma-1"}, entity="coop:project-nuclear"
    ),
}
RELATIONS = {
    "relations-between": known(
        {"kind": "coop:relation-rivalry", "source": "source:tss-rivalries"}, one="IND", other="PAK"
    ),
    "relations-of": known(
        {"from": "country:RUS", "to": "country:UKR", "start": "2022-02-24"},
        country="UKR",
        kind="war",
        at="2024",
    ),
    "relation-counts": known(
        {"kind": "coop:relation-war", "blocks": "true"},
        {"kind": "coop:relation-alliance", "level": "0"},
        least=14,
    ),
    "votes-of": known(
        {"resolution": "A/RES/73/27", "date": "2018-12-05", "vote": "no"}, least=9, country="EST"
    ),
    "votes-apart": known({"resolution": "A/RES/73/27", "voteOne": "no", "voteOther": "yes"}),
    "represented-territories": known(
        {"territory": "country:GRL", "state": "country:DNK"},
        {"territory": "country:HKG", "state": "country:CHN"},
        least=50,
    ),
}
ENGINE = {
    "relations": known(
        {"from": "country:RUS", "to": "country:UKR", "kind": "coop:relation-war"}, least=6000
    ),
    "relation-kinds": known({"slug": "war", "blocks": "true", "level": "1"}, least=14),
    "standard-use": known({"country": "country:CHN", "sector": "multi"}, least=100),
    "service-evidence": known(
        {"service": "certification", "country": "country:KOR", "piece": "agreement:ccra-2014"},
        {"service": "range", "country": "country:SGP", "piece": "facility:itrust-swat"},
        least=500,
    ),
    "territories": known({"territory": "country:MAC", "state": "country:CHN"}, least=50),
    "agreements": known({"of": "body:igo-sco"}, {"of": "agreement:bit-1"}, least=6000),
    "barriers": known({"country": "country:IND", "level": "0.6"}, least=30),
    "countries": known({"code": "NAM", "name": "Namibia", "unMember": "true"}, least=249),
    "kinds": known({"slug": "membership", "strength": "0.01"}, least=12),
    "observations": known(
        {"country": "country:CHN", "year": "2016", "source": "source:worldbank-gdp"},
        indicator="gdp",
    ),
    "participations": known({"country": "country:KAZ", "of": "body:igo-sco"}, least=30000),
    "proximities": known({"one": "country:BLR", "other": "country:POL", "contiguous": "true"}),
    "signatures": known({"agreement": "agreement:budapest-convention", "signed": "2001-11-23"}),
    "hosts": known(
        {"body": "body:igo-asean", "scope": "security", "source": "source:e-csa-asean-cert"},
        {"body": "body:oic-cert", "scope": "security"},
    ),
    "observers": known({"country": "country:HUN", "body": "body:ots", "start": "2018-01-01"}),
    "sites": known({"home": "country:CHN", "host": "country:BLR"}, least=80),
    "sources": known({"source": "source:mitre-attack-ics", "year": "2025"}, least=200),
    "advisories": known(
        {"number": "ICSA-24-200-01", "published": "2024-07-18", "source": "source:cisa-csaf"},
        least=2379,
    ),
    "advisory-sectors": known({"slug": "water"}, least=2000),
    "advisory-weaknesses": known({"vulnerability": "vulnerability:CVE-2023-4807"}, least=7000),
    "vendors": known({"vendor": "vendor:mitsubishi-electric", "country": "country:JPN"}),
    "products": known({"vendor": "vendor:emerson", "name": "GC1500XA"}, least=8000),
    "statuses": known({"versions": ">=1.00A|<1.05F", "status": "known_affected"}, least=16000),
    "status-weaknesses": known({"vulnerability": "vulnerability:CVE-2023-4807"}, least=16000),
    "weaknesses": known({"vulnerability": "vulnerability:CVE-2023-4807", "cvss": "7.8"}),
    "sightings": known({"vulnerability": "vulnerability:CVE-2023-6448", "listed": "2023-12-11"}),
    "remedies": known({"kind": "vendor_fix"}, least=4000),
    "places": known(
        {"site": "park:belarus-great-stone", "host": "country:BLR", "sector": "electronics"}
    ),
    "sharing": known(
        {"agreement": "agreement:sco-information-security-2009", "country": "country:KAZ"}
    ),
    "advisory-statements": known({"thing": ADVISORY, "property": "schema:name"}, least=20),
    "intelligence-statements": known({"value": "Function: Correlation"}, least=500),
    "exposures": known({"sector": "electric-power", "technique": "threat:T0855"}, least=300),
    "mitigations": known({"mitigation": "threat:M0802", "technique": "threat:T0855"}),
    "controls": known({"control": "control:iec-62443-3-3/sr-5.1", "level": "1"}, least=500),
    "control-links": known(
        {"from": "threat:M0801", "relation": "refers-to", "to": "control:nist-sp-800-53/ac-3"},
        {"from": "control:sau-otcc-1/2-7", "relation": "meets-in-part"},
    ),
    "teams": known(
        {"team": "cert:psirt-siemens", "kind": "vendor", "vendor": "vendor:siemens"}, least=120
    ),
    "contacts": known({"team": "cert:cert-deu", "phone": "+49 228 99 9582-222"}, least=80),
    "forums": known({"body": "body:africacert", "country": "country:BEN"}, least=60),
    "labels": known({"slug": "alliance", "label": "alliance", "labelZh": "同盟"}, least=30),
    "links": known(
        {"from": "country:CHN", "to": "agreement:rus-chn-2015", "start": "2016-08-10"},
        least=50_000,
    ),
    "terms": known({"term": "coop:sector-rail", "label": "rail", "labelZh": "铁路"}, least=200),
    "things": known(
        {"thing": "park:belarus-great-stone", "property": "coop:host", "value": "country:BLR"},
        least=100_000,
    ),
    "borders": known({"one": "country:BLR", "other": "country:POL"}),
    "events": known({"incident": "incident:stuxnet-2010", "used": "threat:S0603"}),
    "sector-weights": known({"slug": "nuclear", "broader": "energy", "consequence": "1"}),
    "targets": known({"country": "country:KAZ", "actors": "9"}, least=100),
}
PLATFORM = {
    "advisories-of": known(
        {"advisory": ADVISORY, "published": "2024-07-18", "sectors": "manufacturing"},
        vendor="mitsubishi-electric",
    ),
    "products-in": known(
        {"status": "known_affected", "versions": ">=1.00A|<1.05F", "headquarters": "country:JPN"},
    ),
    "vulnerability-facts": known({"kind": "CWE-20", "cvss": "7.8", "advisory": ADVISORY}),
    "remedies-of": known({"kind": "mitigation", "source": "source:cisa-csaf"}),
    "controls-in": known(
        {"number": "SR 5.1", "family": "restricted data flow", "level": "1"}, least=100
    ),
    "controls-for": known({"control": "control:iec-62443-3-3/sr-2.1"}),
    "sector-consequences": known(
        {"sector": "coop:sector-electric-power", "consequence": "1"}, least=20
    ),
    "team-contacts": known({"team": "cert:cert-deu", "telephone": "+49 228 99 9582-222"}),
    "members-without-pact": known(
        {"member": "country:KGZ", "pacts": "0", "example": "none known"},
        {"member": "country:RUS", "pacts": "1"},
        least=9,
    ),
    "exercises": known(
        {"exercise": "exercise:sco-xiamen-2015", "role": "participant", "partners": "5"},
        country="KAZ",
    ),
    "exercise-partners": known(
        {"partner": "country:KAZ", "exercises": "4", "latest": "2021-01-01"}, least=20
    ),
    "protection": known(
        {"what": "certifies", "thing": "facility:cssc", "scheme": "body:isasecure"},
        country="JPN",
    ),
    "exploited": known({"note": "used by ransomware"}, least=65),
    "team-services": known(
        {"name": "Service: Crisis management support"},
        {"name": "Service: Event analysis", "functionName": "Function: Correlation"},
        least=60,
    ),
}
KNOWN = (AGREEMENTS | COUNTRIES | STANDARDS | COMPANIES | SITES | THREATS | COOPERATION | PAPER) | (
    QUALITY | DOSSIER | RELATIONS | ENGINE | PLATFORM
)
