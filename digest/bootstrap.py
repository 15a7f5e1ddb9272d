"""The composition root: builds the real objects from the settings. `sources/factory.py` builds the sources.

The sources are made once somebody asks for them: a process that only sends does without them and what they load.
"""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path

from digest import tokens
from digest.app import App
from digest.clock import SystemClock
from digest.delivery.guarded_issues import GuardedIssues
from digest.delivery.message_composer import MessageComposer
from digest.delivery.process_lock import ProcessLock
from digest.delivery.ramp import Ramp
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.delivery.restore_guard import RestoreGuard
from digest.delivery.returned_mail import ReturnedMail, log_read_reports
from digest.delivery.sender import Sender
from digest.errors import ConfigurationError
from digest.mailboxes.factory import check_source, open_bounces
from digest.mailers.outbox import OutboxMailer
from digest.mailers.smtp.mailer import SmtpMailer, prompt_mailer, require_certificates, require_passwords
from digest.message.build import SenderIdentity
from digest.message.dkim import Signer
from digest.model.issues import Kind
from digest.notices.heartbeat import DEADLINE, Heartbeat
from digest.notices.target import Target
from digest.notices.targets import make_targets
from digest.operations.place import Place
from digest.protocols import Clock, Compare, Comparison, Mailer, PictureSource, SourceSet
from digest.receivers.groups import Hosts, receiver_group
from digest.rendering.logo import Logo, read_logo
from digest.rendering.render import Renderer
from digest.rendering.system_page import SystemMailRenderer
from digest.rendering.theme import built_in_templates
from digest.settings.looks import LogoSettings
from digest.settings.mail import parse_mailbox
from digest.settings.schema import Settings
from digest.sources.sample import sample_image
from digest.store.articles.title_vectors import TitleVectors
from digest.store.connect import open_database
from digest.store.engine.database import Database
from digest.store.engine.database_url import is_server
from digest.store.ledger.ledger_clock import ledger_clock
from digest.store.ledger.ramps import Ramps
from digest.store.ledger.work_notices import WorkNotices
from digest.store.store import parts_of

_SHORTEST_SECRET = 16
_STATE = ".digest"  # the folder for what a machine keeps to itself


def built_in_config() -> Path:
    """The folder of the configuration to start from: in a wheel inside the package, in a checkout beside it."""
    package = Path(__file__).parent
    inside = package / "_config"
    return inside if inside.is_dir() else package.parent / "config"


def with_portal(app: App, *, name: str, url: str | None, logo: LogoSettings | None) -> App:
    """The application of a portal that is called so; an empty name, a missing URL and no logo change nothing."""
    known = {key: value for key, value in (("name", name), ("url", url), ("logo", logo)) if value}
    portal = app.settings.portal.model_copy(update=known)
    settings = app.settings.model_copy(update={"portal": portal})
    return replace(
        app,
        settings=settings,
        renderer=_renderer(settings),
        sender_identity=replace(app.sender_identity, portal=portal.name),
        logo=_logo_of(settings),
    )


@contextmanager
def open_app(settings: Settings, clock: Clock) -> Iterator[App]:
    """All parts of one process, closed at the end."""
    check_source(settings.bounces.source)
    with ExitStack() as closing, open_database(settings, partial(clock.wait, 0)) as database:
        database.require_current()
        yield App(
            **parts_of(database, engaged_first=bool(settings.smtp.ramp)),
            settings=settings,
            clock=clock,
            make_source_set=cache(partial(_source_set, settings, closing)),
            make_picture_source=cache(partial(_picture_source, settings, closing)),
            make_prompt_mailer=partial(prompt_mailer, settings.smtp, settings.root),
            renderer=_renderer(settings),
            system_mail_renderer=SystemMailRenderer(portal=settings.portal, theme_folders=_theme_folders(settings)),
            sender_identity=_sender_identity(settings, database),
            signer_of=_signer_of(settings),
            compare=title_comparer(TitleVectors(database), clock),
            restore_guard=RestoreGuard(settings.root / _STATE, database.secret()),
            ledger_clock=ledger_clock(database, clock),
            heartbeat=Heartbeat(url=settings.alerts.heartbeat_url, fetch=_request_once),
            alert_targets=cache(partial(_alert_targets, settings, database)),
            logo=_logo_of(settings),
            work_notices=closing.enter_context(WorkNotices(database)),
            ramp=_ramp(settings, database),
        )


def read_once(address: str, root: Path) -> tuple[str, bytes]:
    """The name in messages and the bytes of a document, over HTTP or from a file below `root`; raises FetchError."""
    document = import_module("digest.sources.factory").read_once(address, root)
    return document.place, document.body


def _renderer(settings: Settings) -> Renderer:
    return Renderer(settings.portal, _theme_folders(settings))


def _theme_folders(settings: Settings) -> list[Path]:
    return [settings.root / "templates", built_in_templates()]


def _source_set(settings: Settings, closing: ExitStack) -> SourceSet:
    source_set: SourceSet = import_module("digest.sources.factory").make_source_set(settings, closing)
    return source_set


def _request_once(url: str) -> None:
    import_module("digest.sources.factory").request_once(url, DEADLINE)


def _alert_targets(settings: Settings, database: Database) -> Sequence[Target]:
    secret, urls = _secret(settings, database), [one.get_secret_value() for one in settings.alerts.apprise]
    return make_targets(urls, lambda url: tokens.keyed_hash(secret, "alert-target", url.encode())[:16].hex())


def _logo_of(settings: Settings) -> Callable[[], Logo | None]:
    return cache(partial(read_logo, settings.portal.logo, settings.root, settings.web.base_url))


def _picture_source(settings: Settings, closing: ExitStack) -> PictureSource:
    source: PictureSource = import_module("digest.sources.factory").make_picture_source(settings, closing)
    return source


def sender(app: App, mailer: Mailer, process_lock: ProcessLock, kind: Kind | None = None) -> Sender:
    """The delivery loop of this process, for mail of one kind or of both.

    Raises ConfigurationError for a DKIM key that cannot be used.
    """
    app.signer_of(app.dkim_selector)
    composer = message_composer(app)
    return Sender(
        ledger=app.deliveries,
        issues=GuardedIssues(
            issues=app.issues,
            tallies=app.tallies,
            resends=app.resends,
            server_changes=app.server_changes,
            restore_guard=app.restore_guard,
            clock=app.ledger_clock,
            kind=kind,
        ),
        resends=app.resends,
        receivers=ReceiverPauses(
            pauses=app.group_pauses, alerts=app.alerts, clock=app.ledger_clock, mx_hosts=_mx_hosts()
        ),
        bounces=app.bounces,
        rates=app.shared_rates,
        mailer=mailer,
        compose=composer,
        in_turn=composer.in_turn,
        owner=process_lock.owner,
        clock=app.ledger_clock,
        is_dead=process_lock.is_dead,
        notices=app.work_notices,
        ramp=app.ramp,
        resend_editions=[edition.name for edition in app.settings.all_editions if edition.on_unknown == "resend"],
    )


def message_composer(app: App) -> MessageComposer:
    """What makes the messages of claims."""
    return MessageComposer(app.issues.variant, app.sender_of, app.signer_of)


def _ramp(settings: Settings, database: Database) -> Ramp | None:
    if not settings.smtp.ramp:
        return None
    senders = {one.name: one.sender for one in settings.all_editions if one.sender}
    domains = {name: parse_mailbox(sender).domain.lower() for name, sender in senders.items()}
    default = settings.smtp.mailbox.domain.lower()
    return Ramp(
        ramps=Ramps(database),
        zone=settings.portal.zone,
        domain_of=lambda edition: domains.get(edition, default),
        editions=[one.name for one in settings.all_editions],
    )


def returned_mail(app: App) -> ReturnedMail:
    """What acts on bounces, complaints and replies."""
    return ReturnedMail(
        bounces=app.bounces,
        pauses=app.group_pauses,
        alerts=app.alerts,
        clock=app.ledger_clock,
        secret=app.sender_identity.secret,
        group_of=partial(receiver_group, mx_hosts=_mx_hosts()),
    )


def bounce_reader(app: App, clock: SystemClock) -> Callable[[], None] | None:
    """What reads the mailbox of `[bounces]` once, None without one."""
    if not app.settings.bounces.source:
        return None
    mail = returned_mail(app)

    def read() -> None:
        with open_bounces(app.settings) as mailbox:
            log_read_reports(mail.process(mailbox, lambda: clock.stopped))

    return read


def _signer_of(settings: Settings) -> Callable[[str | None], Signer | None]:
    """The signer of each selector; without `[dkim]` nothing is signed, and the library for keys is not loaded."""
    if not settings.dkim.key:
        return lambda _selector: None
    find: Callable[[str | None], Signer | None] = import_module("digest.dkim_keys").signers(
        settings.path(settings.dkim.key), settings.dkim.selector, settings.dkim_domain
    )
    return find


def _mx_hosts() -> Callable[[str], Hosts]:
    """The MX records of domains; loads the DNS library only for a process that sends."""
    records = import_module("digest.delivery.mx_records").background_records()
    return records.hosts_of if records is not None else lambda _domain: ()


def smtp_mailer(settings: Settings) -> Mailer:
    """The way out through the configured server.

    Raises ConfigurationError where its password is missing, or its `ca_file` cannot be read.
    """
    require_passwords(settings.smtp)
    require_certificates(settings.smtp, settings.root)
    return SmtpMailer(settings.smtp, settings.root, ledger_is_server=is_server(settings.database.url))


def outbox_mailer(folder: Path) -> Mailer:
    """The way out into a folder of .eml files."""
    return OutboxMailer(folder)


def place_of(settings: Settings) -> Place:
    """Where an installation keeps its data, for backups."""
    return Place(settings.database.url, settings.root, settings.root / _STATE)


def process_lock(settings: Settings) -> ProcessLock:
    """This process's file lock, by which another one on this machine knows whether we live."""
    return ProcessLock.acquire(settings.root / _STATE)


def own_picture(app: App, url: str) -> bytes | None:
    """What an address of the installation shows: its logo, or a picture of the sample portal; None for others."""
    return app.logo_content(url) or sample_image(app.settings, url)


def title_comparer(vectors: TitleVectors | None, clock: Clock) -> Compare:
    """The comparison of titles; it and NumPy are loaded once an issue is composed: sending does without."""
    load: Callable[[], Compare] = cache(
        lambda: import_module("digest.encoding.title_comparer").TitleComparer(vectors, clock)
    )

    def compare(titles: Sequence[str], times: Sequence[datetime | None]) -> Comparison:
        return load()(titles, times)

    return compare


def _sender_identity(settings: Settings, database: Database) -> SenderIdentity:
    return SenderIdentity(
        sender=settings.smtp.mailbox,
        portal=settings.portal.name,
        secret=_secret(settings, database),
        base_url=settings.web.base_url,
        bounce_domain=settings.smtp.bounce_domain,
        reads_replies=bool(settings.bounces.source),
    )


def _secret(settings: Settings, database: Database) -> bytes:
    own = settings.secret.get_secret_value()
    if own and len(own) < _SHORTEST_SECRET:
        raise ConfigurationError(f"DIGEST_SECRET is too short: expected at least {_SHORTEST_SECRET} characters")
    return own.encode() if own else database.secret()


def operator() -> str:
    """The name of the person at the keyboard, as the machine knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
