"""A DNS server on loopback that answers MX questions from a table, and misbehaves on request."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

HOST = "127.0.0.1"
Answer = list[str] | int | None  # MX records such as "10 mx.example.", an error code, or None: no reply


@dataclass
class DnsLog:
    """A resolver that asks the server, and the names that it was asked for."""

    resolver: dns.resolver.Resolver
    questions: list[str] = field(default_factory=list)


@contextmanager
def dns_server(answers: Mapping[str, Answer]) -> Iterator[DnsLog]:
    """Run the server on a free port during the block; a name that is not in the table does not exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOST, 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [HOST]
        resolver.port = server.getsockname()[1]
        log = DnsLog(resolver)
        thread = threading.Thread(target=_serve, args=(server, answers, log), daemon=True)
        thread.start()
        yield log
        server.sendto(b"", server.getsockname())
        thread.join(5)


def _serve(server: socket.socket, answers: Mapping[str, Answer], log: DnsLog) -> None:
    while True:
        data, client = server.recvfrom(4096)
        if not data:
            return
        reply = _reply(dns.message.from_wire(data), answers, log)
        if reply is not None:
            server.sendto(reply.to_wire(), client)


def _reply(query: dns.message.Message, answers: Mapping[str, Answer], log: DnsLog) -> dns.message.Message | None:
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True)
    log.questions.append(name)
    answer = answers.get(name, int(dns.rcode.NXDOMAIN))
    if answer is None:
        return None
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    if isinstance(answer, int):
        reply.set_rcode(dns.rcode.Rcode(answer))
    elif answer:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "MX", *answer))
    return reply
