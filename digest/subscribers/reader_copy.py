"""A reader's copy of their data, as JSON. Pure."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from digest.model.issues import Slot

_NAMES = {
    "editions": "edition",
    "smtp_code": "code",
    "enhanced_code": "enhanced",
    "smtp_text": "text",
    "report_class": "class",
}


def reader_copy(found: Mapping[str, Any]) -> str:
    """The rows about a reader by table, in the shape of `digest subscribers export --email`."""
    return json.dumps(_json(found), ensure_ascii=False, indent=2) + "\n"


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_NAMES.get(name, name): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Slot) else value
