"""What every test gets: a clean environment, real databases, and property tests without a stopwatch."""

import os
import shutil

import hypothesis
import pytest

pytest_plugins = ["tests.support.databases", "tests.support.fetching"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the golden files of tests/rendering/golden anew instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write tests/rendering/golden anew")


def pytest_configure() -> None:
    """Forget the settings of whoever runs the tests, and let no property test fail for being slow."""
    for name in [name for name in os.environ if name == "SMTP_PASSWORD" or name.startswith("DIGEST_")]:
        if name not in {"DIGEST_CORPORA", "DIGEST_MUTATED_MESSAGES"}:
            del os.environ[name]
    too_slow = [hypothesis.HealthCheck.too_slow]
    usual = hypothesis.settings(
        deadline=None, suppress_health_check=too_slow, derandomize="CI" in os.environ, max_examples=50
    )
    hypothesis.settings.register_profile("digest", usual)
    hypothesis.settings.register_profile("thorough", usual, max_examples=1000)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "digest"))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a text of several lines by the first of them that is not empty: a test's id can be read and typed again."""
    lines = val.strip().splitlines() if isinstance(val, str) else []
    return lines[0].strip().encode("unicode_escape").decode() + " ..." if len(lines) > 1 else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that `needs` a program that is not installed, or the corpora where nothing names their folder."""
    for marker in item.iter_markers("needs"):
        what = str(marker.args[0])
        if what == "corpora" and "DIGEST_CORPORA" not in os.environ:
            pytest.skip("DIGEST_CORPORA is not set")
        if what == "root" and os.getuid() != 0:
            pytest.skip("only root can start it")
        if (
            what not in {"corpora", "root"}
            and shutil.which(what, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None
        ):
            pytest.skip(f"{what} is not installed")
