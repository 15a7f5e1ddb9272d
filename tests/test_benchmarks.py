"""Each benchmark runs to its end with little input, and writes what it measured."""

import contextlib
import io
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import (
    bounces,
    collecting,
    delay_proxy,
    fan_out,
    feeds,
    importing,
    many_senders,
    parsing,
    planning,
    preferences,
    ranking,
    scale,
    senders,
    signing,
    stories,
    web,
    year,
)
from benchmarks.material import SIZE, Ground
from benchmarks.report import Goal
from digest.sources.feed.fast_reader import read_ordinary
from tests.support.installation import Installation

pytestmark = [pytest.mark.needs("time"), pytest.mark.unmeasured]


def read_results(path: Path) -> dict[str, Any]:
    """What the benchmark wrote."""
    found: dict[str, Any] = json.loads(path.read_text())
    assert found["conditions"]["python"]
    return found


@pytest.fixture
def without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two benchmarks run commands within this process: to start one takes a second of processor time."""
    for benchmark in (scale, year):
        monkeypatch.setattr(benchmark, "subprocess", SimpleNamespace(run=run_within, DEVNULL=subprocess.DEVNULL))


def run_within(command: list[str], *, cwd: Path, **_of_processes: object) -> subprocess.CompletedProcess[str]:
    """The same as `subprocess.run` for `python -m digest …` and `python -m benchmarks.year …`; it must succeed."""
    _python, _option, name, *arguments = command
    if name == "digest":
        ran = Installation(cwd).run(*arguments).fine()
        return subprocess.CompletedProcess(command, ran.code, ran.out, ran.err)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = year.main(arguments)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def test_fan_out_quick_run_measures_every_sender(tmp_path: Path) -> None:
    """A quick run gives each sender's rate on loopback and behind a delay, the conditions and the goals."""
    file, scenes = tmp_path / "fan_out.json", (fan_out.LOOPBACK, fan_out.NEAR_CHUNKING)
    quick = ["--quick", "--recipients", "60", "--connections", "2", "--skip", senders.NODEMAILER]
    only = [word for scene in scenes for word in ("--only", scene.name)]
    fan_out.main([*quick, *only, "--json", str(file)])
    found = read_results(file)
    measured = {(row["scene"], row["sender"]) for row in found["results"]}
    here = {senders.OURS, senders.OURS_POSTGRES, senders.OURS_FORGETFUL, senders.READY, senders.COMPOSED}
    here |= {senders.SOURCE} if shutil.which("smtp-source", path="/usr/sbin:/usr/bin") else set()
    expected = {(scene.name, sender) for scene in scenes for sender in scene.shares if sender in here}
    assert measured == expected
    assert all(row["messages_per_second"] > 0 for row in found["results"])
    assert abs(found["conditions"]["octets_of_a_message"] - SIZE) < SIZE * 0.02
    assert {row["peak_octets"] is not None for row in found["results"] if row["sender"] == senders.OURS} == {True}
    assert any("ledger's share" in goal["goal"] for goal in found["to_reach"])


def test_many_senders_run_measures_each_number(tmp_path: Path) -> None:
    """Every number of senders has its rate, and all but the first a goal."""
    file = tmp_path / "many.json"
    many_senders.main(["--messages", "240", "--rounds", "1", "--senders", "1", "2", "--json", str(file)])
    found = read_results(file)
    assert all(found["results"][number]["messages_per_second"] > 0 for number in ("1", "2"))
    assert [goal["wanted"] for goal in found["to_reach"]] == [1.8]


def test_preferences_quick_run_measures_rendering_and_planning(tmp_path: Path) -> None:
    """The variants of a few sets of topics, and planning with and without preferences."""
    file = tmp_path / "preferences.json"
    preferences.main(["--subscribers", "200", "--sets", "5", "--rounds", "1", "--json", str(file)])
    results = read_results(file)["results"]
    assert results["rendering"]["octets_compressed"] < results["rendering"]["octets"]
    assert results["planning"]["with_preferences_seconds"] > 0


def test_bounces_quick_run_measures_rate_and_memory(tmp_path: Path) -> None:
    """All are recognised, and the memory of a tenth of them is beside that of all."""
    file = tmp_path / "bounces.json"
    bounces.main(["--messages", "20", "--json", str(file)])
    found = read_results(file)
    assert found["results"]["messages_per_second"] > 0
    assert found["results"]["peak_octets"] > 0


def test_signing_quick_run_measures_signatures_and_messages(tmp_path: Path) -> None:
    """The signature alone, messages with and without it, and OpenSSL where it is installed."""
    file = tmp_path / "signing.json"
    signing.main(["--messages", "20", "--rounds", "1", "--json", str(file)])
    results = read_results(file)["results"]
    here = {signing.OPENSSL} if shutil.which("openssl") else set()
    assert results.keys() == {signing.SIGNATURE, signing.SIGNED, signing.PLAIN} | here
    assert results[signing.SIGNED]["ms"] > results[signing.PLAIN]["ms"]


def test_fan_out_signed_messages_are_sent(tmp_path: Path) -> None:
    """The signed senders send everything, and are compared with OpenSSL where it is installed."""
    file = tmp_path / "fan_out.json"
    quick = ["--quick", "--recipients", "60", "--connections", "2", "--skip", senders.NODEMAILER]
    fan_out.main([*quick, "--only", fan_out.SIGNED.name, "--json", str(file)])
    found = read_results(file)
    missing = set() if shutil.which("openssl") else {signing.OPENSSL}
    assert {row["sender"] for row in found["results"]} == set(fan_out.SIGNED.shares) - missing
    goals = [goal["goal"] for goal in found["to_reach"] if "openssl" in goal["goal"]]
    assert len(goals) == (2 if shutil.which("openssl") else 0)


def test_planning_quick_run_measures_both_databases(tmp_path: Path, postgres_url: str) -> None:
    """Planning against a bare insert, and the ledger's steps in groups of each size."""
    file = tmp_path / "planning.json"
    few = ["--subscribers", "600", "--rows", "500", "--rounds", "2", "--postgres", postgres_url]
    planning.main([*few, "--json", str(file)])
    results = read_results(file)["results"]
    assert set(results) == {"SQLite", "PostgreSQL"}
    for result in results.values():
        assert result["bare_insert_seconds"] > 0
        assert [set(rates) for rates in result["rows_per_second"].values()] == [{"claim", "intend", "settle"}] * 3


def test_importing_quick_run_measures_the_command(tmp_path: Path) -> None:
    """The import of a small list, into a new database and again."""
    file = tmp_path / "importing.json"
    importing.main(["--rows", "200", "--rounds", "1", "--json", str(file)])
    assert read_results(file)["results"].keys() == {"rows_per_second", "the_same_list_again"}


def test_web_quick_run_measures_pages_beside_bare_handlers(tmp_path: Path, postgres_url: str) -> None:
    """Every request of each scene is answered as it should be, and the start of `digest serve` is measured."""
    file = tmp_path / "web.json"
    few = ["--requests", "30", "--connections", "5", "--rounds", "1", "--postgres", postgres_url]
    web.main([*few, "--json", str(file)])
    results = read_results(file)["results"]
    for scene in (web.ONE_CLICK, web.SIGN_UP, web.ARCHIVE, web.CONSOLE):
        assert results[scene]["per_second"] > 0
        assert results[scene]["bare_per_second"] > 0
        assert results[scene]["failures"] == 0
    assert results["start"]["octets_at_rest"] > 0


def test_parsing_quick_run_measures_each_format(tmp_path: Path) -> None:
    """Every format uses the fast reader, and has a ratio for both figures."""
    file = tmp_path / "parsing.json"
    parsing.main(["--rounds", "1", "--json", str(file)])
    results = read_results(file)["results"]
    assert [row["feed"] for row in results] == list(feeds.KINDS)
    assert all(ratio > 0 for row in results for ratio in row["times_feedparser"].values())
    for make in feeds.KINDS.values():
        assert read_ordinary(make(datetime(2026, 11, 23, tzinfo=UTC)), 100) is not None


def test_collecting_quick_run_measures_a_round(tmp_path: Path) -> None:
    """A few feeds that hardly wait: the ratio to fetching alone, and how long the store takes."""
    file = tmp_path / "collecting.json"
    few = ["--feeds", "12", "--items", "3", "--latency", "0.01", "--rounds", "1"]
    collecting.main([*few, "--json", str(file)])
    (row,) = read_results(file)["results"]
    assert row["ratio"] > 0
    assert len(row["store_seconds"]) == 2


def test_stories_run_measures_pairs_sets_and_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the corpora: the project's own titles, a file of pairs, and the time for 1,000 titles."""
    monkeypatch.delenv("DIGEST_CORPORA", raising=False)
    file, pairs = tmp_path / "stories.json", tmp_path / "pairs.tsv"
    pairs.write_text("same\tТуман закрыл порт\tFog closes the port\n", encoding="utf-8")
    stories.main(["--pairs", str(pairs), "--rounds", "1", "--json", str(file)])
    results = json.loads(file.read_text(encoding="utf-8"))["results"]
    assert results["pairs"][str(pairs)] == {"same": "1 of 1 joined"}
    assert (
        results["labelled"]["second set"]["with the encoder"]["f1"] > results["labelled"]["second set"]["without"]["f1"]
    )
    assert set(results["cost"]) == {"one_language", "cold", "stored", "peak_mb"}


def test_ranking_quick_run_measures_ranking_and_evaluation(tmp_path: Path) -> None:
    """A few articles and readings: the CPU seconds of ranking and of replaying."""
    file = tmp_path / "ranking.json"
    ranking.main(["--articles", "50", "--readings", "50000", "--rounds", "1", "--json", str(file)])
    assert read_results(file)["results"].keys() == {"rank", "evaluate"}


@pytest.mark.parametrize("round_trip", [0.02, 0.05])
def test_delay_proxy_echo_takes_the_round_trip(round_trip: float) -> None:
    """An echo through it takes at least the round trip."""
    assert delay_proxy.measured(round_trip) >= round_trip


def test_material_issue_is_planned_for_its_audience(sqlite_url: str) -> None:
    """Issues of several sizes can be in one database."""
    with Ground.open(sqlite_url) as ground:
        ground.settle([30, 7])
        assert len({ground.plan(30), ground.plan(7), ground.plan(30)}) == 3


def test_goal_bound_above_or_below_is_reached() -> None:
    """A goal may be a lower or an upper bound."""
    assert Goal(says="", wanted=3, reached=3).holds
    assert not Goal(says="", wanted=3, reached=2.9).holds
    assert Goal(says="", wanted=15, reached=14, most=True).holds
    assert not Goal(says="", wanted=15, reached=16, most=True).holds


@pytest.mark.usefixtures("without_processes")
def test_scale_small_run_measures_growth_and_answers(tmp_path: Path) -> None:
    """Rates, octets and seconds of one size, and each command at three moments."""
    file = tmp_path / "scale.json"
    scale.main(["--rows", "10000", "--json", str(file)])
    (found,) = read_results(file)["results"].values()
    assert all(value > 0 for step, value in found.items() if "rows/s" in step or "WAL" in step)
    assert found["nearly all sent: database, MB"] > found["planned: database, MB"]
    assert sum("`digest" in step for step in found) == 3 * len(scale.COMMANDS)


@pytest.mark.usefixtures("without_processes")
def test_year_quick_run_measures_the_database_and_every_command(tmp_path: Path) -> None:
    """Two days at a fiftieth: sizes by family, rows, and the time and memory of each command."""
    file = tmp_path / "year.json"
    assert year.main(["--scale", "50", "--days", "2", "--measure", "2", "--json", str(file)]) == 0
    found = read_results(file)
    (day,) = found["results"]["SQLite"]
    assert day["rows"]["delivery"] == 2 * 2_000
    assert day["families"]["readings"] > 0
    assert set(day["seconds"]) == {"plan", "retention"}
    assert all(took["seconds"] > 0 and took["peak"] > 0 for took in day["commands"].values())
    assert {"collect", "rank", "preview", "status", "editions", "evaluate"} <= set(day["commands"])
