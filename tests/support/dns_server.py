"""A DNS server on loopback that answers from a table, and misbehaves on request."""

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

HOST = "127.0.0.1"
_SOA = "ns.example. admin.example. 1 3600 600 86400 60"


class Late(NamedTuple):
    """Records that come only once the question is repeated."""

    records: list[str]


class Truncated(NamedTuple):
    """Records that do not fit over UDP; over TCP they come, or the connection is closed (None)."""

    records: list[str] | None


class Referral(NamedTuple):
    """No answer, but the name of another server: a lame delegation."""

    server: str


Answer = list[str] | int | Late | Truncated | Referral | None
"""Records such as "10 mx.example.", an error code, a misbehaviour, or None: no reply."""


@dataclass
class DnsLog:
    """A resolver that asks the server, and the names that it was asked for."""

    resolver: dns.resolver.Resolver
    questions: list[str] = field(default_factory=list)


@contextmanager
def dns_server(answers: Mapping[str, Answer]) -> Iterator[DnsLog]:
    """Run the server on a free port during the block.

    A key is a type and a name, such as "TXT gazette.example", or a name alone for MX; aliases are keys of type CNAME. A
    name without any key does not exist.
    """
    table = {key if " " in key else f"MX {key}": answer for key, answer in answers.items()}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        tcp.bind((HOST, 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [HOST]
        resolver.port = tcp.getsockname()[1]
        log = DnsLog(resolver)
        threads = [
            threading.Thread(target=serve, args=(server, table, log), daemon=True)
            for serve, server in ((_serve_udp, udp), (_serve_tcp, tcp))
        ]
        for thread in threads:
            thread.start()
        try:
            yield log
        finally:
            udp.sendto(b"", udp.getsockname())
            socket.create_connection(tcp.getsockname()).close()
            for thread in threads:
                thread.join(5)


def _serve_udp(server: socket.socket, answers: Mapping[str, Answer], log: DnsLog) -> None:
    while True:
        data, client = server.recvfrom(4096)
        if not data:
            return
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True)
        answer = _find(query, answers)
        reply = _reply(query, answers)
        is_late = isinstance(answer, Late) and name not in log.questions
        log.questions.append(name)  # before the reply: a test may look at once
        if reply is not None and not is_late:
            server.sendto(reply.to_wire(), client)


def _serve_tcp(server: socket.socket, answers: Mapping[str, Answer], _log: DnsLog) -> None:
    while True:
        connection, _client = server.accept()
        with connection:
            length = connection.recv(2)
            if not length:
                return
            query = dns.message.from_wire(connection.recv(struct.unpack("!H", length)[0]))
            answer = _find(query, answers)
            if isinstance(answer, Truncated) and answer.records is not None:
                reply = dns.message.make_response(query)
                _add(reply, answer.records)
                data = reply.to_wire()
                connection.sendall(struct.pack("!H", len(data)) + data)


def _find(query: dns.message.Message, answers: Mapping[str, Answer]) -> Answer:
    """The answer of the table; that of an alias is an empty list here."""
    name = query.question[0].name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(query.question[0].rdtype)
    if f"{kind} {name}" in answers:
        return answers[f"{kind} {name}"]
    exists = any(key.partition(" ")[2] == name for key in answers)
    return [] if exists else int(dns.rcode.NXDOMAIN)


def _reply(query: dns.message.Message, answers: Mapping[str, Answer]) -> dns.message.Message | None:
    answer = _find(query, answers)
    if answer is None:
        return None
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    match answer:
        case int():
            reply.set_rcode(dns.rcode.Rcode(answer))
        case Truncated():
            reply.flags |= dns.flags.TC
        case Referral():
            reply.authority.append(dns.rrset.from_text("example.", 60, "IN", "NS", answer.server))
        case Late():
            _add(reply, answer.records)
        case _:
            _add(reply, answer)
            _follow_alias(reply, answers)
    if isinstance(answer, list) and not reply.answer:
        reply.authority.append(dns.rrset.from_text("example.", 60, "IN", "SOA", _SOA))
    return reply


def _add(reply: dns.message.Message, records: list[str]) -> None:
    question = reply.question[0]
    if records:
        reply.answer.append(
            dns.rrset.from_text(question.name, 60, "IN", dns.rdatatype.to_text(question.rdtype), *records)
        )


def _follow_alias(reply: dns.message.Message, answers: Mapping[str, Answer]) -> None:
    """Add the alias and the records that it leads to, where the question is about an alias."""
    question = reply.question[0]
    alias = answers.get(f"CNAME {question.name.to_text(omit_final_dot=True).lower()}")
    if not isinstance(alias, list) or reply.answer:
        return
    kind = dns.rdatatype.to_text(question.rdtype)
    reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", *alias))
    found = answers.get(f"{kind} {alias[0].rstrip('.')}")
    if isinstance(found, list) and found:
        reply.answer.append(dns.rrset.from_text(alias[0], 60, "IN", kind, *found))
    else:
        reply.authority.append(dns.rrset.from_text("example.", 60, "IN", "SOA", _SOA))
