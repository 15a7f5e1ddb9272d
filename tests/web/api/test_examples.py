"""The examples of docs/api.md work as they are typed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from digest.model.api import Scope
from tests.support.web import BASE
from tests.web.api.conftest import Api

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def examples() -> list[str]:
    """The blocks of the page that call curl."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [block for block in blocks if "curl " in block]


@pytest.mark.needs("curl")
def test_curl_examples_succeed_as_typed(api: Api, tmp_path: Path) -> None:
    """In their order, against a served installation: each exits with 0 and prints JSON or nothing."""
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n", encoding="utf-8")
    variables = {**os.environ, "CURL_HOME": str(tmp_path), "TOKEN": api.tokens[Scope.MANAGE]}
    assert len(examples()) > 3
    for example in examples():
        command = example.replace(BASE, f"http://127.0.0.1:{api.web.port}")
        ended = subprocess.run(
            ["sh", "-ec", command], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=30, check=False
        )
        assert ended.returncode == 0, (example, ended.stdout, ended.stderr)
