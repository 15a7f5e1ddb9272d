"""A request as the handlers see it: read whole, with a limit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from json import loads

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope

from digest.i18n import Translator
from digest.model.issues import Slot
from digest.web.clients import client_address, is_trusted

MOST_BYTES = 64 * 1024  # of a form
_MOST_DISCARDED = 8  # times the size that a file may have
_MOST_FIELDS = 1000  # each topic of the preferences is one
_LONGEST_PAGE_NUMBER = 5  # digits
_JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """One request: `path` is below the prefix of `base_url`; `form` is empty where it cannot be parsed.

    `files` are those of a form that may have one, and `file_names` what they are called there; `is_too_large`: such a
    form was larger than it may be, and is empty.
    `proxy_user`: who a trusted proxy says is signed in; empty for nobody, None where no proxy does that.
    """

    method: str
    path: str
    client: str = field(repr=False)
    translator: Translator
    parameters: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    form: Mapping[str, Sequence[str]] = field(repr=False)
    proxy_user: str | None = field(default=None, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    file_names: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_too_large: bool = False

    @property
    def chosen_language(self) -> str | None:
        """The language that the address names, None where the browser's counts."""
        return self.query.get("lang") if self.query.get("lang") == self.translator.language else None

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, and not a person."""
        accepted, sent = (self.headers.get(name, "").lower() for name in ("accept", "content-type"))
        # A browser sends a form itself with the mode `navigate`, and a script's request with this one.
        is_fetched = self.headers.get("sec-fetch-mode") == "cors" and "text/html" not in accepted
        return _JSON in accepted or sent.startswith(_JSON) or is_fetched

    def value(self, name: str) -> str:
        """The first value of a form's field, or an empty text."""
        return self.text(name).strip()

    def text(self, name: str) -> str:
        """The first value of a form's field with its spaces, or an empty text."""
        return next(iter(self.form.get(name, ())), "")


def issue_of_path(request: PageRequest) -> tuple[str, Slot]:
    """The edition and the slot that the path names; raises HTTPException 404 for what no issue has."""
    edition = request.parameters["edition"]
    try:
        slot = Slot.parse(request.parameters["slot"])
    except ValueError:
        raise HTTPException(404) from None
    if not edition.isprintable():  # no NUL reaches the database
        raise HTTPException(404)
    return edition, slot


def allowed_methods(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The methods of all routes with the path of a request, as in `Allow`: an error names those of one route only.

    HEAD is answered wherever GET is.
    """
    same = [route for route in routes if route.matches(scope)[0] is not Match.NONE]
    methods = {method for route in same for method in getattr(route, "methods", None) or ()}
    return ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))


def require_storable(request: PageRequest) -> None:
    """Raise HTTPException 400 for a NUL in a text of a request: PostgreSQL stores none, and compares with none.

    A token with one gets the page of every other token that is wrong.
    """
    parts = (text for name, text in request.parameters.items() if name != "token")
    fields = (text for name, values in request.form.items() for text in (name, *values))
    if any("\0" in text for text in (*parts, *request.query.values(), *fields)):
        raise HTTPException(400)


def client_of(request: Request, trusted: Sequence[str]) -> str:
    """The address of the client behind the proxies whose networks are trusted."""
    return client_address(*forwarded_of(request), trusted)


def forwarded_of(request: Request) -> tuple[str, str]:
    """The peer's address, and the `X-Forwarded-For` that came from it."""
    peer = request.client.host if request.client else ""
    return peer, ",".join(request.headers.getlist("x-forwarded-for"))  # a proxy may add a line of its own


def proxy_user_of(request: Request, header: str, trusted: Sequence[str]) -> str | None:
    """The user that a trusted proxy names in the header; None from anyone else.

    A header that came twice names nobody: one of the two may be the visitor's.
    """
    peer = request.client.host if request.client else ""
    named = request.headers.getlist(header) if header and is_trusted(peer, trusted) else []
    if not named:
        return None
    return named[0].strip() if len(named) == 1 else ""


async def read_form(request: Request) -> Mapping[str, Sequence[str]]:
    """The fields of a form (urlencoded, multipart or JSON); raises HTTPException 413 for more than `MOST_BYTES`."""
    body = await _read_body(request, MOST_BYTES)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _json_fields(body) if kind == _JSON else _fields(await _parsed(request, body, most_files=0))


async def read_upload(request: Request, page_request: PageRequest, most: int) -> PageRequest:
    """The request with the fields of its form and one file; of more than `most` bytes neither."""
    try:
        body = await _read_body(request, most)
    except HTTPException:
        await _discard(request, _MOST_DISCARDED * most)  # a browser shows the answer only once it has sent all
        return replace(page_request, is_too_large=True)
    form = await _parsed(request, body, most_files=1)
    try:
        uploaded = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
        files = {name: await one.read() for name, one in uploaded.items()}
        names = {name: one.filename or "" for name, one in uploaded.items()}
        return replace(page_request, form=_fields(form), files=files, file_names=names)
    finally:
        await form.close()


async def _parsed(request: Request, body: bytes, most_files: int) -> FormData:
    again = Request(request.scope, _receive_of(body))
    try:
        return await again.form(max_files=most_files, max_fields=_MOST_FIELDS, max_part_size=MOST_BYTES)
    except (HTTPException, MultiPartException, FormParserError, LookupError, ValueError):
        return FormData()


async def _read_body(request: Request, most: int) -> bytes:
    body = bytearray()
    while (chunk := await _next_chunk(request)) is not None:
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


async def _discard(request: Request, most: int) -> None:
    left = most
    while left > 0 and (chunk := await _next_chunk(request)) is not None:
        left -= len(chunk)


async def _next_chunk(request: Request) -> bytes | None:
    """The next bytes of the body, None after the last ones."""
    if request.scope.get("digest.body_ended"):
        return None
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    request.scope["digest.body_ended"] = not message.get("more_body", False)
    body: bytes = message.get("body", b"")
    return body


def _receive_of(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _json_fields(body: bytes) -> Mapping[str, Sequence[str]]:
    try:
        found = loads(body)
    except (ValueError, RecursionError):  # among them numbers with too many digits
        return {}
    if not isinstance(found, dict):
        return {}
    lists = {str(key): value if isinstance(value, list) else [value] for key, value in found.items()}
    return {key: ["1" if one is True else _valid(str(one)) for one in value if one] for key, value in lists.items()}


def _fields(form: FormData) -> Mapping[str, Sequence[str]]:
    return {name: [_valid(value) for value in form.getlist(name) if isinstance(value, str)] for name in form}


def _valid(text: str) -> str:
    """The text without lone surrogates, which no answer could repeat."""
    return text.encode(errors="replace").decode()


def page_number(text: str) -> int:
    """The number of a page of a list, as an address or a form names it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_PAGE_NUMBER else 0
