"""What mail apps support, by the data of caniemail.com (npm package `caniemail`)."""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "caniemail@2.0.2"
SHA512 = "lvhn4RrF2Ae3PQA3HMOVGxFPqPAxfv8HWp+xUSqJPumbzFUzQGVgFG0nl8s0sjSoBd2PgmAqB5xRF0wcPbrVcA=="

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
# Features whose title or slug names more than one thing, or something else than a property.
_PROPERTIES = {
    "css-column-layout-properties": ("column-fill", "column-gap", "column-rule", "column-span", "column-width"),
    "css-grid-template": ("grid-template", "grid-template-areas", "grid-template-columns", "grid-template-rows"),
    "css-border-inline-block-individual": ("border-block-end", "border-block-start", "border-inline-end"),
    "css-border-inline-block-longhand": ("border-block-color", "border-inline-color"),
    "css-border-radius-logical": ("border-start-start-radius", "border-end-end-radius"),
}
_FUNCTIONS = {"css-variables": ("var",), "css-unit-calc": ("calc",), "css-rgb": ("rgb",), "css-rgba": ("rgba",)}
_NOT_PROPERTIES = {"css-important", "css-comments", "css-nesting", "css-sytem-ui", "css-intrinsic-size"}


@dataclass(frozen=True, kw_only=True)
class Unsupported:
    """What one mail app does not support; selectors by the name of their kind, or as `:hover` and `::before`."""

    properties: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()
    functions: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    at_rules: frozenset[str] = frozenset()
    media_features: frozenset[str] = frozenset()
    selectors: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


def fetch_data(folder: Path) -> Sequence[Mapping[str, Any]]:
    """The features of the package, fetched into the folder by npm and checked by its hash."""
    file = folder / f"{PACKAGE.replace('@', '-')}.tgz"
    if not file.exists():
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    if base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode() != SHA512:
        raise ValueError(f"{file} is not the {PACKAGE} that is expected here")
    with tarfile.open(file) as archive:
        content = archive.extractfile("package/data/caniemail.json")
        assert content is not None
        features: list[Mapping[str, Any]] = json.load(content)["data"]
    return features


def unsupported_by(app: str, platform: str, features: Sequence[Mapping[str, Any]]) -> Unsupported:
    """What the newest tested version of the app does not support at all; partial support counts as support."""
    found: dict[str, set[Any]] = {name: set() for name in Unsupported.__dataclass_fields__}
    for feature in features:
        versions = feature["stats"].get(app, {}).get(platform, {})
        if versions and [*versions.values()][-1].startswith("n"):
            for name, things in _things(feature["slug"], feature["title"]).items():
                found[name].update(things)
    return Unsupported(**{name: frozenset(things) for name, things in found.items()})


def _things(slug: str, title: str) -> dict[str, Sequence[Any]]:
    """What a feature of the data is about, by the field of `Unsupported`."""
    kind, _, name = slug.partition("-")
    if kind == "html":
        return {"elements": re.findall(r"<(\w+)>", title), "attributes": re.findall(r"^([\w-]+) attribute$", title)}
    return _things_of_css(slug, name, title) if kind == "css" else {}


def _things_of_css(slug: str, name: str, title: str) -> dict[str, Sequence[Any]]:
    part, _, rest = name.partition("-")
    pair = re.match(r"([a-z-]+):\s*([a-z-]+)$", title)
    if title.startswith("@media ("):
        return {"media_features": re.findall(r"\(([\w-]+)\)", title)}
    if slug in _FUNCTIONS or ("()" in title and part != "pseudo"):
        return {"functions": _FUNCTIONS.get(slug) or re.findall(r"([a-z-]+)\(\)", title)}
    if part in ("pseudo", "selector", "at", "unit"):
        return _named_by_slug(part, rest)
    return {"values": [pair.groups()]} if pair else {"properties": _properties(slug, title)}


def _named_by_slug(part: str, rest: str) -> dict[str, Sequence[Any]]:
    if part == "pseudo":
        return {"selectors": [re.sub("^(class|element)-", lambda found: "::"[found[1] == "class" :], rest)]}
    field = {"selector": "selectors", "at": "at_rules", "unit": "units"}[part]
    return {field: [{"percent": "%"}.get(rest, rest)]}


def _properties(slug: str, title: str) -> Sequence[str]:
    if slug in _NOT_PROPERTIES:
        return ()
    words = re.split(r",\s*|\s*&\s*", re.sub(r" (CSS )?(shorthand|property)$", "", title.strip()))
    return _PROPERTIES.get(slug) or [word for word in words if _NAME.fullmatch(word)]
