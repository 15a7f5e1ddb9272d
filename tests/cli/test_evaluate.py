"""`digest evaluate`: metrics for every formula from recorded readings, and one line for an unusable file."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.feed_server import FeedServer
from tests.support.installation import SLOT, Installation, item, rss

HEAD = "article,published_at,taken_at,views,comments"
START = datetime(2025, 3, 1, tzinfo=UTC)


def csv_of(days: int = 12, *extra: str, iso: bool = False) -> str:
    """Ten articles a day, read every second hour for four days."""
    chance = Random(3)
    lines = [HEAD]
    for number in range(days * 10):
        published = START + timedelta(hours=2.4 * number)
        final = chance.randint(10, 900)
        for age in range(0, 96, 2):
            taken = published + timedelta(hours=age, minutes=1)
            views = int(final * (1 - 2 ** (-(age + 0.1) / 4)))
            stamp = (lambda at: at.isoformat()) if iso else (lambda at: str(int(at.timestamp())))
            lines.append(f"a{number},{stamp(published)},{stamp(taken)},{views},{views // 20 or ''}")
    return "\n".join([*lines, *extra])


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """A folder without a configuration."""
    site = Installation(tmp_path)
    site.write("readings.csv", csv_of())
    return site


def evaluated(site: Installation, *arguments: str) -> Any:
    """The answer in JSON."""
    return site.run("evaluate", "--readings", "readings.csv", "--top", "3", "--json", *arguments).fine().json


def test_evaluate_json_has_the_documented_keys(site: Installation) -> None:
    """Days, hours, formulas with four metrics each, and the gain over raw with its interval."""
    answer = evaluated(site, "--hour", "07:00", "--hour", "18:00")
    assert list(answer) == ["days", "hours"]
    assert answer["days"] >= 12
    assert list(answer["hours"]) == ["07:00", "18:00"]
    hour = answer["hours"]["07:00"]
    assert list(hour) == ["formulas", "gain"]
    assert set(hour["formulas"]) == {"expected", "raw", "hn", "reddit", "velocity"}
    assert all(list(marks) == ["ndcg", "precision", "tau", "young_recall"] for marks in hour["formulas"].values())
    assert set(hour["gain"]) == {"expected", "hn", "reddit", "velocity"}
    gain = hour["gain"]["expected"]
    assert list(gain) == ["ndcg", "low", "high"]
    assert gain["low"] <= gain["ndcg"] <= gain["high"]
    raw = hour["formulas"]["raw"]["ndcg"]
    assert gain["ndcg"] == pytest.approx(hour["formulas"]["expected"]["ndcg"] - raw, abs=2e-6)


def test_evaluate_formula_option_limits_the_formulas(site: Installation) -> None:
    """Raw counts are always included: the gain is relative to them."""
    answer = evaluated(site, "--formula", "expected")
    assert set(answer["hours"]["07:00"]["formulas"]) == {"raw", "expected"}


def test_evaluate_iso_epoch_and_gzip_give_the_same_result(site: Installation) -> None:
    """However the times are written, and compressed or not."""
    answer = evaluated(site)
    site.write("readings.csv", csv_of(12, iso=True))
    assert evaluated(site) == answer
    site.write("readings.csv", gzip.compress(csv_of().encode()))
    assert evaluated(site) == answer


def test_evaluate_prints_a_table_and_writes_a_chart(site: Installation) -> None:
    """The best formula first, intervals, and an SVG with `--plot`."""
    arguments = ["--readings", "readings.csv", "--top", "3", "--target", "comments", "--comments-weight", "1"]
    ran = site.run("evaluate", *arguments, "--train", "0d", "--window", "24h", "--plot", "lab.svg").fine()
    assert "NDCG@3" in ran.out
    assert "95 % interval" in ran.out
    assert (site.folder / "lab.svg").read_text(encoding="utf-8").startswith("<svg")


def test_evaluate_one_day_has_no_interval(site: Installation) -> None:
    """null in JSON, and a sentence for people."""
    lines = csv_of(2).splitlines()
    site.write("readings.csv", "\n".join(line for line in lines if not line.startswith("a1")))
    answer = evaluated(site, "--top", "5")
    assert answer["days"] == 1
    gain = answer["hours"]["07:00"]["gain"]["expected"]
    assert (gain["low"], gain["high"]) == (None, None)
    assert isinstance(gain["ndcg"], float)
    ran = site.run("evaluate", "--readings", "readings.csv", "--top", "5", "--plot", "lab.svg").fine()
    assert "07:00 UTC, 1 day " in ran.out
    assert "so there is no interval" in ran.out


def test_evaluate_few_days_are_reported(site: Installation) -> None:
    """Below 20 the interval is too narrow."""
    few = site.run("evaluate", "--readings", "readings.csv", "--top", "3").fine().out
    assert "12 days are few" in few
    site.write("readings.csv", csv_of(24))
    assert "few" not in site.run("evaluate", "--readings", "readings.csv", "--top", "3").fine().out


def test_evaluate_with_readings_reads_no_configuration(site: Installation) -> None:
    """Not even an invalid one."""
    site.write("config/digest.toml", "this is no TOML")
    assert evaluated(site)["days"] > 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "b,1740787200,1740790800,-5,1",
            "1 row left out: views is not a count from 0 to 1,000,000,000,000,000 (line 5762: '-5')",
        ),
        ("b,1740787200,1740790800,1e18,1", "views is not a count from 0"),
        ("b,1740787200,1740790800,many,1", "views is not a count from 0 to 1,000,000,000,000,000 (line 5762: 'many')"),
        ("b,yesterday,1740790800,1,1", "published_at is not a time"),
        ("b,1740787200,nan,1,1", "taken_at is not a time"),
        ("b,1740787200,99999999999,1,1", "taken_at is in the future"),
        ("b,1740787200", "too few cells"),
        (",1740787200,1740790800,1,1", "no article is named"),
        ("b,1740787200,1740783600,1,1", "1 article read before publication: a clock runs ahead (article b)"),
        ("b,1740787200,1740790800,9,1\nb,1740787200,1740794400,3,1", "1 article whose views fell: the maximum counts"),
        (
            "b,1740787200,1740790800,9,1\nb,1740787300,1740794400,9,1",
            "1 reading with another publication time: the earliest counts",
        ),
    ],
)
def test_evaluate_bad_row_is_reported_with_its_line(site: Installation, row: str, message: str) -> None:
    """One bad row never affects the others."""
    site.write("readings.csv", csv_of(12, row))
    ran = site.run("evaluate", "--readings", "readings.csv", "--top", "3", "--json").fine()
    assert message in ran.err
    assert ran.json["days"] >= 12


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("article,published_at,taken_at,views\na,1,2,3", 2, "line 1 must name a column comments"),
        ("", 2, "line 1 must name the columns article, published_at, taken_at, views, comments"),
        (HEAD, 1, "has no reading that can be used"),
        (f"{HEAD}\na,x,y,z,w", 1, "has no reading that can be used"),
        (f"{HEAD}\na,1740787200,1740790800,1,1", 1, "no day has 4 articles"),
        (b"\x1f\x8bnot gzip at all", 1, "cannot be read"),
        (HEAD.encode() + b"\n\xff\xfe,1,2,3,4", 1, "is not UTF-8 text"),
    ],
)
def test_evaluate_unusable_file_is_one_line(site: Installation, content: str | bytes, code: int, message: str) -> None:
    """The error names the file and the line."""
    site.write("readings.csv", content)
    site.run("evaluate", "--readings", "readings.csv", "--top", "3").failed(code, message)


def test_evaluate_single_reading_is_in_the_singular(site: Installation) -> None:
    """No `1 readings of 1 articles`."""
    site.write("readings.csv", f"{HEAD}\na,1740787200,1740790800,1,1")
    assert "readings.csv: 1 reading of 1 article\n" in site.run("evaluate", "--readings", "readings.csv").err


def test_evaluate_missing_file_exits_2(site: Installation) -> None:
    """It is wrong usage."""
    site.run("evaluate", "--readings", "gone.csv").failed(2, "--readings gone.csv: no such file")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hour", "25:00"], "expected a time of day"),
        (["--timezone", "Mars"], "expected an IANA time zone"),
        (["--window", "long"], "expected a duration"),
        (["--train", "ever"], "expected a duration"),
        (["--formula", "best"], "'best' is not one of"),
        (["--comments-weight", "2"], "2.0 is not in the range"),
        (["--top", "0"], "0 is not in the range"),
    ],
)
def test_evaluate_wrong_usage_exits_2(site: Installation, arguments: list[str], message: str) -> None:
    """The error names what is expected."""
    site.run("evaluate", "--readings", "readings.csv", *arguments).failed(2, message)


def test_evaluate_without_file_uses_the_store(tmp_path: Path) -> None:
    """The stored readings are replayed at the edition's hour in the portal's zone; an empty store is an error."""
    site = Installation(tmp_path).configure()
    site.run("evaluate").failed(1, "the database has no readings")
    with FeedServer() as server:
        for hour in range(0, 48, 4):
            items = [item(number, comments=number * (hour + 1), hours=20 - number) for number in range(1, 8)]
            url = server.answer("/rss.xml", rss(*items))
            site.configure(sources=[f'name = "main"\nkind = "feed"\nurl = "{url}"'])
            site.run("collect", now=SLOT - timedelta(hours=12 - hour)).fine()
    answer = site.run("evaluate", "--top", "3", "--target", "comments", "--json").fine().json
    assert answer["days"] >= 1
    assert answer["hours"]["07:00"]["formulas"]["raw"]["ndcg"] > 0
    at = ["--hour", "04:00", "--timezone", "UTC"]
    assert site.run("evaluate", "--top", "3", "--target", "comments", *at, "--json").fine().json["hours"] == {
        "04:00": answer["hours"]["07:00"]
    }


@pytest.mark.needs("corpora")
@pytest.mark.needs("time")
@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "top", "goals"),
    [
        ("hn_readings_2020-11_2021-06.csv.gz", "10", {"07:00": 0.020, "18:00": 0.042}),
        ("barrapunto_5_readings.csv.gz", "3", {"12:00": 0.058, "18:00": 0.050}),
    ],
)
def test_evaluate_real_portals_reach_the_gain(tmp_path: Path, name: str, top: str, goals: dict[str, float]) -> None:
    """At least the design's goals, certainly above 0; four fifths of them with the default curve alone."""
    file = Path(os.environ["DIGEST_CORPORA"]) / "ranking" / name
    hours = [word for hour in goals for word in ("--hour", hour)]
    options = [
        "--readings",
        str(file),
        "--top",
        top,
        "--comments-weight",
        "0",
        "--formula",
        "expected",
        "--json",
        *hours,
    ]
    site = Installation(tmp_path)
    for train, part in (("60d", 1.0), ("0d", 0.8)):
        answer = site.run("evaluate", *options, "--train", train).fine().json
        for hour, goal in goals.items():
            gain = answer["hours"][hour]["gain"]["expected"]
            assert gain["ndcg"] >= part * goal
            assert gain["low"] > 0
