"""The answer in words: the same everywhere, in two languages, on one sheet of paper."""

import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape

import pytest
from conftest import skip_or_fail

from kg import page
from kg.advice import channel, sheet
from kg.advice.brief import Brief, brief, surely_leading
from kg.advice.recommend import recommend

FOCALS = ("CHN", "NAM", "WSM", "PRK")
LATIN = re.compile(r"[A-Za-z]")


@pytest.fixture(scope="module", params=FOCALS)
def made(request, store, now) -> Brief:
    return brief(store, now, request.param, recommend(now, request.param))


def test_the_sentence_says_whom_why_how_sure_and_through_what(made, now):
    first = made.leading[0]
    said = made.sentence.en
    assert said.count(". ") == 0
    assert first.country.name in said
    assert f"{first.p_top10:.0%} of the draws of all that is uncertain" in said
    assert all(now.network.countries[now.network.place(v.iso3)].name in said for v in first.via[:3])
    assert all(name in said for name in first.missing)
    assert (first.status == "renewal") == ("renew" in said)


def test_the_group_is_surely_leading_and_no_partner_is_ruled_out(made):
    assert all(c.status != "blocked" for c in made.proposed)
    assert made.proposed[: len(made.leading)] == made.leading
    assert all(c.tier == "leading" for c in made.leading) or len(made.leading) == 1
    assert len(made.cards) == 3


def test_where_nobody_is_surely_leading_the_first_is_named_alone(now):
    ranked = recommend(now, "CHN")
    sure, unsure = (replace(ranked[0], tier=tier) for tier in ("leading", "contending"))
    assert surely_leading([unsure, sure, sure]) == (unsure,)
    assert surely_leading([sure, unsure, sure]) == (sure,)
    assert surely_leading([sure] * 9) == (sure,) * 5
    assert surely_leading([]) == ()


def test_what_stands_between_is_on_the_card(made):
    for card in made.cards:
        barring = [o for o in card.candidate.obstacles if o.level > 0]
        assert len(card.reasons) >= 1
        assert not barring or card.obstacles[0].en.startswith(barring[0].label[:1].upper())


def test_chinese_has_no_english_word(made):
    texts = [made.sentence]
    for card in made.cards:
        texts += [card.name, *card.reasons, *card.obstacles, card.step, card.unknown]
    assert not [text.zh for text in texts if LATIN.search(text.zh)]


def test_every_reason_has_chinese():
    given = {slug for _, slug, _ in channel.RULES} | set(channel.SERVICES.values())
    assert set(channel.REASONS_ZH) == given


def test_terminal_sheet_and_markdown_say_the_same(comity, tmp_path, store, now):
    at = ("--at", "2026-01-01")
    said = brief(store, now, "CHN", recommend(now, "CHN")).sentence
    told = comity("recommend", "China", "--top", "1", *at)
    assert said.en in told.stderr
    assert said.en not in told.stdout
    assert said.en in comity("brief", "cn", *at).stdout
    path = tmp_path / "china.html"
    assert comity("brief", "中国", "--lang", "zh", "-o", path, *at).exit_code == 0
    assert said.zh in path.read_text(encoding="utf-8")


def test_a_format_that_is_not_written_is_refused(comity, tmp_path):
    told = comity("brief", "CHN", "-o", tmp_path / "x.pdf")
    assert told.exit_code == 3
    assert "a browser prints it to PDF" in told.stderr


def test_the_sheet_is_closed_and_texts_stay_texts():
    bad = "<script>alert(1)</script>"
    spot = page.Spot("CHN", bad, 100, 30, [page.Spot("USA", bad, -100, 40)])
    block = page.Block(bad, bad, [(bad, [bad])], [(bad, bad)])
    source = page.Reference(bad, "javascript:alert(1)")
    html = page.render_sheet(
        page.Sheet(bad, "en", bad, bad, [block], spot, [spot], (bad, bad), bad, [source], bad)
    )
    assert "<script" not in html
    assert "javascript:" not in html
    assert "default-src 'none'" in unescape(html)


def test_the_short_way_round_the_globe_is_drawn():
    samoa, china = page.Spot("WSM", "Samoa", -172, -14), page.Spot("CHN", "China", 104, 36)
    made = page.sheet.arcs(samoa, china)
    assert len(made) == 2
    assert all(abs(float(d.split()[-2]) - float(d[1:].split()[0])) < 2000 for d in made)


@pytest.mark.parametrize("focal", FOCALS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_fills_one_page_of_a4(tmp_path, store, now, focal, lang):
    chromium = shutil.which("chromium")
    if not chromium:
        skip_or_fail("chromium is not installed")
    found = brief(store, now, focal, recommend(now, focal))
    (tmp_path / "a.html").write_text(page.render_sheet(sheet.sheet(found, now, lang)), "utf-8")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/p"]
    printed = f"--print-to-pdf={tmp_path}/a.pdf"
    address = (tmp_path / "a.html").as_uri()
    subprocess.run([chromium, *flags, printed, address], check=True, capture_output=True)
    assert re.findall(rb"/Count (\d+)", (tmp_path / "a.pdf").read_bytes()) == [b"1"]
