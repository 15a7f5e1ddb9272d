"""What some tests need beyond the packages of the test extra, and why such a test is skipped."""

import os
import shutil

import pytest

from tests.support.namespaces import namespaces_missing


def missing(what: str, config: pytest.Config) -> str:
    """Why a test that needs `what` ("corpora", "root", "namespaces", "time" or a program) is not run; "" if it is."""
    if what == "corpora":
        return "" if "DIGEST_CORPORA" in os.environ else "DIGEST_CORPORA is not set"
    if what == "root":
        return "" if os.getuid() == 0 else "only root can start it"
    if what == "namespaces":
        return namespaces_missing() if config.getoption("--all") else "takes long; --all runs it"
    if what == "time":
        return "" if config.getoption("--all") else "takes long; --all runs it"
    if not config.getoption("--all"):
        return f"needs {what}; --all runs it"
    found = shutil.which(what, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return "" if found else f"{what} is not installed"
