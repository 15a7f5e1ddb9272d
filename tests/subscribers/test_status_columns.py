"""What the exports of other systems state about each reader, and which columns stop an import."""

import pytest

from digest.errors import ConfigurationError
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.subscribers.csv_io import RowDefaults, read_csv
from digest.subscribers.status_columns import require_subscribed_by_name
from digest.subscribers.status_names import names_an_end

S = SubscriberStatus
MAILCHIMP = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TIMEZONE,CC,"
HUBSPOT = (
    "Record ID,Email,Lead Status,Marketing contact status,Unsubscribed from all email,Email hard bounce reason,"
    "Invalid email address,Email Address Quarantined,Opted out of email: Marketing Information,Marketing emails bounced"
)
DYNAMICS = (
    "(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Email,"
    "Do not allow Emails,Do not allow Bulk Emails,Status"
)
PHPLIST = (
    "Is this user confirmed\tIs this user blacklisted\tDid this user manually confirm\tNumber of bounces on this user"
)


def read_statuses(text: str) -> list[SubscriberStatus]:
    """The statuses of a list, whose values must all be known."""
    lines = text.splitlines(keepends=True)
    read_csv(lines).require_known_statuses()
    found = list(read_csv(lines))
    assert all(isinstance(row, Subscriber) for row in found), found
    return [row.status for row in found if isinstance(row, Subscriber)]


def require_questions(columns: str, value: str) -> None:
    """Each of the columns, between bars, with that value stops an import."""
    for column in columns.split("|"):
        reader = read_csv([f"email,{column}\n", f"b@x.example,{value}\n"], "list.csv")
        with pytest.raises(ConfigurationError, match="it is not clear who is subscribed"):
            reader.require_known_statuses()


@pytest.mark.parametrize(
    ("header", "rows", "statuses"),
    [
        (
            "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels",
            ["1,a@x.example,A,,true,false,,2024,,", "2,b@x.example,B,,false,true,,2024,,", "3,c@x.example,,,,,,,,"],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.CONFIRMED],
        ),
        (
            "uuid,email,name,attributes,status,created_at,updated_at",
            [f"u,{name}@x.example,N,{{}},{name},2024,2024" for name in ("enabled", "disabled", "blocklisted")],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED],
        ),
        (
            MAILCHIMP + "LAST_CHANGED,LEID,EUID,NOTES,TAGS",
            ["a@x.example,A,L,2,,,2024-01-01 10:00:00,1.1.1.1,Europe/Moscow,RU,2024-01-01,1,e,,"],
            [S.CONFIRMED],
        ),
        (
            MAILCHIMP + "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID",
            ["a@x.example,A,L,2,,,,,,,2024-01-01 10:00:00,May,1,NORMAL,,1,e", "b@x.example,B,L,2,,,,,,,,,,,,2,e"],
            [S.UNSUBSCRIBED, S.UNSUBSCRIBED],
        ),
        (
            MAILCHIMP + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID",
            ["a@x.example,A,L,2,,,,,,,2024-01-01 10:00:00,May,1,1,e", "b@x.example,B,L,2,,,,,,,,,,2,e"],
            [S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            "id,email,notes,subscriber_type,creation_date,unsubscription_date",
            [
                "1,a@x.example,,regular,2024,",
                "2,b@x.example,,unactivated,2024,",
                "3,c@x.example,,regular,2024,2024-05-01",
            ],
            [S.CONFIRMED, S.PENDING, S.UNSUBSCRIBED],
        ),
        (
            "id,email_address,type,churn_date,undeliverability_date,unsubscription_date,bounce_date",
            [
                "1,a@x.example,premium,2024-01-01,,,2024-01-01",
                "2,b@x.example,removed,,,,",
                "3,c@x.example,spammy,,,,",
                "4,d@x.example,regular,,2024-01-01,,",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            '"Email","First name","Last name","List status","Global status","IP address","List"',
            [
                f'"{number}@x.example","A","L","{one}","{other}","","Daily"'
                for number, (one, other) in enumerate(
                    [
                        ("subscribed", "subscribed"),
                        ("unsubscribed", "subscribed"),
                        ("subscribed", "bounced"),
                        ("unconfirmed", "unconfirmed"),
                        ("subscribed", "inactive"),
                    ]
                )
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED, S.PENDING, S.UNSUBSCRIBED],
        ),
        (
            "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
            ["a@x.example,false,,other,false,2025-01-01,", "b@x.example,true,2026-12-01,monthly,true,2025-01-01,"],
            [S.CONFIRMED, S.UNSUBSCRIBED],
        ),
        (
            "Email,First name,Last name,Status,Data",
            ["a@x.example,,,active,", "b@x.example,,,unsubscribed,", "c@x.example,,,unreachable,"],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED],
        ),
        (
            "firstname,lastname,email,doNotEmail",
            ["A,L,a@x.example,0", "B,L,b@x.example,1", "C,L,c@x.example,2", "D,L,d@x.example,true"],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED, S.UNSUBSCRIBED],
        ),
        (
            f"ID\tEmail\t{PHPLIST}\tIs this account disabled?",
            [
                "1\ta@x.example\t1\t0\t1\t0\t0",
                "2\tb@x.example\t1\t1\t1\t0\t0",
                "3\tc@x.example\t0\t0\t0\t2\t0",
                "4\td@x.example\t1\t0\t0\t0\t1",
            ],
            [S.CONFIRMED, S.SUPPRESSED, S.PENDING, S.UNSUBSCRIBED],
        ),
        (
            "email,email_status,email_availability,email_list_ids,email_unsubscribed_list_ids,phone_status",
            [
                "a@x.example,active,available,1,,new",
                "b@x.example,unsubscribed,available,1,,",
                "c@x.example,active,,2,1,",
                "d@x.example,active,unreachable,1,,",
                "e@x.example,blocked,,1,,",
                "f@x.example,invited,mailbox_full,1,,",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED, S.PENDING],
        ),
        (
            '"Email";"Name";"Surname";"Gender";"Status";"Date";"Token";"List 1";"Feed by mail";"Follow up";"IP"',
            [f'"{one}@x.example";"A";"L";"n";"{one}";"2024";"t";"1";"0";"0";"";' for one in "CSUBP"],
            [S.CONFIRMED, S.PENDING, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            "Почта;Имя;Статус",
            ["a@x.example;Анна;Подписан", "b@x.example;Борис;Отписался", "c@x.example;Вера;Не подтверждён"],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.PENDING],
        ),
        (
            "email,Subscribed,Unsubscribed,Opt-in date",
            [
                "a@x.example,2024-01-01 10:00:00,,x",
                "b@x.example,2024-01-01 10:00:00,2024-02-01 10:00:00,x",
                "c@x.example,2024-01-01,0000-00-00 00:00:00,",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.CONFIRMED],
        ),
    ],
    ids=[
        *(
            "ghost",
            "listmonk",
            "mailchimp",
            "mailchimp-unsubscribed",
            "mailchimp-cleaned",
            "buttondown-old",
            "buttondown",
        ),
        *("mailpoet", "substack", "keila", "mautic", "phplist", "unisender", "newsletter", "russian", "moments"),
    ],
)
def test_export_of_another_system_states_who_is_subscribed(
    header: str, rows: list[str], statuses: list[SubscriberStatus]
) -> None:
    """Each row gets the status that the other system gave it; nobody who left becomes confirmed."""
    assert read_statuses("\n".join([header, *rows])) == statuses


@pytest.mark.parametrize(
    ("header", "rows", "statuses"),
    [
        (
            HUBSPOT,
            [
                "1,a@x.example,New,Marketing contact,,,,,,",
                "2,b@x.example,Open,Non-marketing contact,false,,false,false,false,0",
                "3,c@x.example,,Marketing contact,true,,,,true,0",
                "4,d@x.example,,,,UNKNOWN_USER,,,,1",
                "5,e@x.example,,,,,true,,,",
                "6,f@x.example,,,,,,true,,",
            ],
            [S.CONFIRMED, S.PENDING, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Marketing Information,One to One",
            [
                "a@x.example,550 5.1.1 no such user,FALSE,FALSE,FALSE,FALSE,FALSE",
                "b@x.example,,TRUE,FALSE,FALSE,TRUE,TRUE",
                "c@x.example,,,TRUE,,,",
                "d@x.example,FALSE,,,TRUE,,",
            ],
            [S.SUPPRESSED, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            "Id,Email,Status,IsConverted,HasOptedOutOfEmail,EmailBouncedReason,EmailBouncedDate,IsEmailBounced",
            [
                "1,a@x.example,Open - Not Contacted,0,0,,,0",
                "2,b@x.example,Closed - Converted,1,1,,,0",
                "3,c@x.example,Open,0,0,550 no such user,2024-05-01T10:00:00.000Z,1",
                "4,d@x.example,Open,0,0,,,1",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            DYNAMICS,
            [
                "1,x=,1/2/2024 10:00,a@x.example,Allow,Allow,Active",
                "2,y=,1/2/2024 10:00,b@x.example,Do Not Allow,Allow,Active",
                "3,z=,1/2/2024 10:00,c@x.example,Allow,Do Not Allow,Active",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.UNSUBSCRIBED],
        ),
        (
            "First Name,Email 1,Email subscriber status,SMS subscriber status,Language",
            [
                "A,a@x.example,Subscribed,Never subscribed,en",
                "B,b@x.example,Unsubscribed,Subscribed,en",
                "C,c@x.example,Never subscribed,Subscribed,en",
            ],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.PENDING],
        ),
        (
            "Email,Email Marketing Consent,Email Suppressions",
            [
                "a@x.example,SUBSCRIBED,[]",
                "b@x.example,NEVER_SUBSCRIBED,",
                "c@x.example,UNSUBSCRIBED,[]",
                "d@x.example,SUBSCRIBED,['HARD_BOUNCE']",
            ],
            [S.CONFIRMED, S.PENDING, S.UNSUBSCRIBED, S.SUPPRESSED],
        ),
        (
            "email,status,eu_consent",
            ["a@x.example,active,unknown", "b@x.example,active,granted", "c@x.example,active,denied"],
            [S.CONFIRMED, S.CONFIRMED, S.UNSUBSCRIBED],
        ),
        (
            "emailAddress,unsubscribeAll,topicPreferences.News",
            ["a@x.example,false,OPT_IN", "b@x.example,true,OPT_IN", "c@x.example,false,OPT_OUT"],
            [S.CONFIRMED, S.UNSUBSCRIBED, S.UNSUBSCRIBED],
        ),
        (
            "EmailAddress,SuppressionReason,Origin,CreatedAt",
            ["a@x.example,HardBounce,Recipient,2024-05-01", "b@x.example,SpamComplaint,Recipient,2024-05-01"],
            [S.SUPPRESSED, S.SUPPRESSED],
        ),
        (
            "email,Is this subscriber confirmed (1/0),Is this subscriber blacklisted (1/0)",
            ["a@x.example,1,0", "b@x.example,0,0", "c@x.example,1,1"],
            [S.CONFIRMED, S.PENDING, S.SUPPRESSED],
        ),
    ],
    ids=[
        *("hubspot", "hubspot-left", "salesforce", "dynamics", "wix", "klaviyo", "drip", "ses", "postmark", "phplist"),
    ],
)
def test_export_of_a_contact_manager_states_who_is_subscribed(
    header: str, rows: list[str], statuses: list[SubscriberStatus]
) -> None:
    """How far a sale is says nothing; nobody is asked about what is known."""
    assert read_statuses("\n".join([header, *rows])) == statuses


@pytest.mark.parametrize(
    "header", ["Email,Portal Unsubscribe,One to One", "Email,Opted out of email: Marketing Information"]
)
def test_require_known_statuses_of_who_left_one_kind_of_mail_is_a_question(header: str) -> None:
    """HubSpot's kinds of mail: it is not known which of them the newsletter was; FALSE states nothing."""
    empty = "," * (header.count(",") - 1)
    lines = [f"{header}\n", f"a@x.example{empty},FALSE\n", f"b@x.example{empty},TRUE\n"]
    with pytest.raises(ConfigurationError, match=r"\(TRUE\); change"):
        read_csv(lines).require_known_statuses()


@pytest.mark.parametrize(
    ("column", "unknown"),
    [
        *(("gdpr_permission", "granted"), ("Mailing status of today", "x"), ("Digest frequency", "never")),
        *(("Bounced at", "2024-05-01"), ("Opted out of email: News", "TRUE"), ("reason", "no route to host")),
        *(("confirmed_at", ""), ("Consent withdrawn", "yes"), ("unsubscribed", "perhaps"), ("status", "gone")),
    ],
)
def test_read_csv_status_written_in_place_of_an_unknown_value_is_read(column: str, unknown: str) -> None:
    """As the message asks; that an end is confirmed may be what the other system says, and is still a question."""
    header = f"email,{column}\n"
    with pytest.raises(ConfigurationError) as caught:
        read_csv([header, f"a@x.example,{unknown}\n"]).require_known_statuses()
    answers = str(caught.value).partition("change these values to ")[2].partition(", or, if")[0].split(", ")
    assert {"pending", "unsubscribed", "suppressed"} < set(answers)
    for answer in answers:
        expected = S.CONFIRMED if answer == '""' else S(answer)
        assert read_statuses(f"{header}a@x.example,{answer}\n") == [expected], answer


def test_read_csv_status_in_place_of_an_unknown_value_is_noted() -> None:
    """The other system may have the word, too, for something else than the newsletter."""
    lines = [
        "email,Verification of profile\n",
        "a@x.example,pending\n",
        "b@x.example,suppressed\n",
        "c@x.example,confirmed\n",
    ]
    reader = read_csv(lines, "list.csv")
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.PENDING, S.SUPPRESSED, S.CONFIRMED]
    assert reader.notes == [
        f"list.csv: {status} in 1 row, line {line}, because the column verification of profile says {status}"
        for line, status in ((2, "pending"), (3, "suppressed"))
    ]


@pytest.mark.parametrize("column", ["reason", "Error", "error_message", "Причина", "Ошибка"])
def test_require_known_statuses_of_a_reason_without_a_status_is_a_question(column: str) -> None:
    """Mail to these people failed, as in lists of SendGrid and Mailgun; beside a status it says nothing more."""
    lines = [f"email,{column}\n", "a@x.example,Mail domain mentioned in email address is unknown\n"]
    with pytest.raises(ConfigurationError, match="it is not clear who is subscribed"):
        read_csv(lines).require_known_statuses()
    assert read_statuses(f"email,{column}\na@x.example,\nb@x.example,Bounced\n") == [S.CONFIRMED, S.SUPPRESSED]
    assert read_statuses(f"email,status,{column}\na@x.example,active,met at the fair\n") == [S.CONFIRMED]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("email,created", "a@x.example,1790083507"),
        ("ip,email,created", "192.0.2.1,a@x.example,1790083507"),
        ("address,tags,created_at", 'a@x.example,*,"Fri, 21 Oct 2011 11:02:55 GMT"'),
        ("address,count,created_at", 'a@x.example,1,"Fri, 21 Oct 2011 11:02:55 GMT"'),
        ("recipient,transactional,non_transactional,description,subaccount_id", "a@x.example,true,true,imported,0"),
    ],
)
def test_require_subscribed_by_name_of_a_services_list_of_others_is_an_error(header: str, row: str) -> None:
    """SendGrid, Mailgun and SparkPost: whatever the file is called; with a stated status it is read."""
    lines = [f"{header}\n", f"{row}\n"]
    with pytest.raises(ConfigurationError, match=r"list of people who get no mail from \w+; state what"):
        read_csv(lines).require_subscribed_by_name("list.csv")
    reader = read_csv(lines, defaults=RowDefaults(status=S.SUPPRESSED))
    reader.require_subscribed_by_name("list.csv")
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.SUPPRESSED]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("member_status", "gone"),
        ("status", "3"),
        ("Subscription state", "lapsed"),
        ("gdpr_permission", "granted"),
        ("subscribed_to_emails", "perhaps"),
        ("Bounced?", "soft"),
        ("unsubscribed_from_list", "news"),
        ("Статус рассылки", "неизвестно"),
        ("active", "7"),
        ("EmailUnsubscribedSince", "May"),
        ("Subscription", "lapsed"),
        ("email_verified", "0"),
        ("Mailing paused", "yes"),
        ("Valid", "False"),
        ("EmailIsInvalid", "true"),
        ("left_at", "2024-01-01"),
        ("quit_date", "2024-01-01"),
        ("cancelled_at", "2024-01-01"),
        ("bounced_at", "2024-01-01"),
        ("suspended_till", "2999-01-01"),
        ("subscription_end", "2024-01-01"),
        ("no_email", "1"),
        ("receive_emails", "0"),
        ("wants_newsletter", "no"),
        ("SubscriptionsEmail", "false"),
        ("email_digests", "false"),
        ("Получать рассылку", "нет"),
        ("Отказ от рассылки", "2024-01-01"),
        ("Недоступен", "да"),
        ("Receive news by email", "No"),
        ("Newsletter empfangen", "nein"),
        ("Digest frequency", "never"),
        ("frequency", "Никогда"),
        ("email_notifications", "disabled"),
        ("mail_ok", "0"),
        ("newsletter", "-"),
        ("subscribed", "✗"),
        ("CustomerIsSubscribed", "false"),
        ("userActive", "false"),
        ("Opted in at checkout", "no"),
        ("dnc_reason", "asked"),
        ("disabled_at", "2024-01-01"),
        ("bounce_at", "2024-01-01"),
        ("Дата отказа", "2024-01-01"),
        ("Дата отзыва согласия", "2024-01-01"),
        ("Désinscription", "2024-01-01"),
        ("Abgemeldet", "ja"),
        ("Stato", "disiscritto"),
        ("subscription_status_id", "0"),
        ("Don't email", "yes"),
        ("nomail", "U"),
        ("Exclude", "1"),
        ("DSGVO", "nein"),
        ("email_validated", "no"),
        ("Доступность e-mail", "unreachable"),
        ("Last status", "left"),
        ("unsubscribed_at", "1970-01-01 03:00:00"),
        ("status", "paused"),
        ("Send Marketing Materials", "Do Not Send"),
        ("eu_consent", "unknown"),
        ("Email permission status", "Implied"),
        ("unsubscribed_channel_ids", "23"),
        ("adminemail", "0"),
        ("errorCode", "NoMailbox"),
        ("unsubscribed", "confirmed"),
        ("Opt-out", "Active"),
        ("Blacklisted", "enabled"),
        ("do_not_contact", "active"),
        ("Отписка", "подтверждена"),
    ],
)
def test_require_known_statuses_unknown_value_is_an_error(column: str, value: str) -> None:
    """The message names column and value, and what the operator can do."""
    reader = read_csv([f"email,{column}\n", "a@x.example,\n", f"b@x.example,{value}\n"], "list.csv")
    with pytest.raises(ConfigurationError, match=r"list\.csv: nothing was imported.*--status confirmed") as caught:
        reader.require_known_statuses()
    assert f"{column.casefold()} ({value})" in str(caught.value)


@pytest.mark.parametrize(
    ("column", "yes"),
    [
        *(("active", "1"), ("Newsletter", "yes"), ("Subscriber", "TRUE"), ("Verified", "1"), ("GDPR consent", "ja")),
        *(("Согласие", "да"), ("Можно писать", "✔\ufe0f"), ("May contact", "x"), ("Included", "checked")),
        *(("Писать", "х"), ("Confirmed", "yes"), ("Newsletter", "subscribed")),
        *(("active", "evet"), ("active", "иә"), ("active", "підписаний"), ("active", "Підписник")),
    ],
)
def test_require_known_statuses_box_without_a_tick_is_a_question(column: str, yes: str) -> None:
    """Airtable and Contao write nothing for no: where a column only says yes, an empty cell is not known."""
    lines = [f"email,name,{column}\n", f"a@x.example,A,{yes}\n", "b@x.example,B,\n"]
    with pytest.raises(ConfigurationError, match=r"by the column [\w ]+ \((?:\S+, )?empty\); .* --status unsub"):
        read_csv(lines).require_known_statuses()


@pytest.mark.parametrize(("other", "value"), [("status", "active"), ("confirmed_at", "2024-01-01")])
def test_require_known_statuses_box_without_a_tick_of_an_active_customer_is_a_question(other: str, value: str) -> None:
    """Another column may be about the account, or about an earlier time."""
    lines = [f"email,{other},newsletter\n", f"a@x.example,{value},1\n", f"b@x.example,{value},\n"]
    with pytest.raises(ConfigurationError, match=r"by the column newsletter \(empty\);"):
        read_csv(lines).require_known_statuses()


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("email,active", ["a@x.example,1", "b@x.example,0", "c@x.example,"]),
        ("email,active", ["a@x.example,", "b@x.example,"]),
        ("email,subscribed", ["a@x.example,2024-01-01", "b@x.example,"]),
        ("email,Subscriber", ["a@x.example,Anna", "b@x.example,"]),
        ("email,approved", ["a@x.example,yes", "b@x.example,by Anna", "c@x.example,"]),
        ("email,status,newsletter", ["a@x.example,active,1", "b@x.example,unsubscribed,", "c@x.example,pending,"]),
        ("email,disable,deleted", ["a@x.example,,0", "b@x.example,1,0"]),
        ("email,hidden", ["a@x.example,0", "b@x.example,"]),
        ("email,name,active", ["a@x.example,A,1", "b@x.example"]),
        ("email,plan_activated_at", ["a@x.example,2024-01-01", "b@x.example,"]),
    ],
)
def test_require_known_statuses_other_empty_cell_is_no_question(header: str, rows: list[str]) -> None:
    """Where another value or another column says no, or nothing says anything; a row that ends early is a bad one."""
    read_csv([f"{header}\n", *(f"{row}\n" for row in rows)]).require_known_statuses()


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        ("disable", "1", S.UNSUBSCRIBED),
        ("HasOptedOutOfEmail", "1", S.UNSUBSCRIBED),
        ("HasOptedOutOfEmail", "0", S.CONFIRMED),
        ("Unsubscribed from all email", "true", S.UNSUBSCRIBED),
        ("emailBlacklisted", "true", S.SUPPRESSED),
        ("marketingStatus", "Opted out", S.UNSUBSCRIBED),
        ("Subscription", "unsubscribed", S.UNSUBSCRIBED),
        ("EMAIL_BLOCKLISTED", "Yes", S.SUPPRESSED),
        ("subscribed_to_newsletter", "false", S.UNSUBSCRIBED),
        ("Status", "Cancelled", S.UNSUBSCRIBED),
        ("Status", "Junk", S.SUPPRESSED),
        ("Email Status", "Awaiting Confirmation", S.PENDING),
        ("Email Status", "No Permissions Set", S.PENDING),
        ("Email permission status", "Express", S.CONFIRMED),
        ("Email permission status", "Unsubscribed", S.UNSUBSCRIBED),
        ("emailStatus", "nonSubscribed", S.UNSUBSCRIBED),
        ("Статус", "Отписался от рассылок", S.UNSUBSCRIBED),
        ("Статус", "Запрошено подтверждение", S.PENDING),
        ("Status", "Transactional", S.PENDING),
        ("Статус", "Жалоба на спам", S.SUPPRESSED),
        ("Статус", "Не существует", S.SUPPRESSED),
        ("Статус", "Отписан(а)", S.UNSUBSCRIBED),
        ("Статус подписки", "Подтверждён", S.CONFIRMED),
        ("Состояние подписки", "Отписался", S.UNSUBSCRIBED),
        ("Статус", "Отписался от всех рассылок", S.UNSUBSCRIBED),
        ("member.haslock", "0", S.CONFIRMED),
        ("acceptsMarketing", "no", S.UNSUBSCRIBED),
        ("Blacklist", "True", S.SUPPRESSED),
        ("isActive", "false", S.UNSUBSCRIBED),
        ("Email hard bounce reason", "no such user", S.SUPPRESSED),
        ("Unsubscribe source", "campaign", S.UNSUBSCRIBED),
        ("unsubscribed_ip", "192.0.2.1", S.UNSUBSCRIBED),
        ("Opted out of email: news by email", "yes", S.UNSUBSCRIBED),
        ("Opted out of email: news by email", "no", S.CONFIRMED),
        ("Stop Time", "2024-01-01", S.UNSUBSCRIBED),
        ("unsubscribed_at", "NaT", S.CONFIRMED),
        ("unsubscribed_at", "0001-01-01T00:00:00Z", S.CONFIRMED),
        ("unsubscribed_at", "\\N", S.CONFIRMED),
        ("Дата отписки", "нет", S.CONFIRMED),
        ("enable", "0", S.UNSUBSCRIBED),
        ("smsStatus", "nonSubscribed", S.CONFIRMED),
        ("Подписан на email", "Нет", S.UNSUBSCRIBED),
        ("Статус", "Ожидает активации", S.PENDING),
        ("Статус", "Недоступный", S.SUPPRESSED),
        ("activated", "0", S.PENDING),
        ("Blacklisted Email", "Yes", S.SUPPRESSED),
        ("Blacklisted Email", "No", S.CONFIRMED),
        ("Marketing contact status", "Marketing contact", S.CONFIRMED),
        ("Status", "Valid", S.CONFIRMED),
        ("Статус подписки", "Подписан(а)", S.CONFIRMED),
        ("Marked email as spam", "true", S.SUPPRESSED),
        ("Email suppressed", "Suppressed", S.SUPPRESSED),
        ("Email suppressed", "Not Suppressed", S.CONFIRMED),
        ("unsubscribed", "Not subscribed", S.UNSUBSCRIBED),
        ("isExcludedFromCampaigns", "True", S.UNSUBSCRIBED),
        ("emailstop", "1", S.UNSUBSCRIBED),
        ("adminemail", "1", S.CONFIRMED),
        ("Отписан от рассылки", "Y", S.UNSUBSCRIBED),
        ("unsubscribed_channel_ids", "[]", S.CONFIRMED),
        ("City,State", ",CA", S.CONFIRMED),
        ("City,State", ",ON", S.CONFIRMED),
        ("City,State", ",Unsubscribed", S.UNSUBSCRIBED),
    ],
)
def test_read_csv_names_written_together_state_who_left(column: str, value: str, status: SubscriberStatus) -> None:
    """As Salesforce, HubSpot, Shopify, Brevo, Kit, Mailchimp, Intercom, Mailjet, Moodle and databases name them."""
    assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [status]


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ("consent_withdrawn_at|revoked_at|withdrawal_date|ConsentWithdrawnDate|objected_at|erased_at", "2024-01-01"),
        ("unregistered_at|expired_at|Closed on|anonymised_at|rejected_since|GDPR objection date", "2024-01-01"),
        ("Withdrawn|Revoked|Refused|Rejected|Expired|Closed|Declined|Terminated|Erased|Forgotten|Anonymized", "yes"),
        ("Objected|Objection to processing|objects_to_processing|UserRejected|account_closed|Lapsed|Denied", "1"),
        ("Exclusion of mail|Removal|Deletion date|Suspension|Ban|Blocking|Email disabling|Departure", "2024-01-01"),
        ("On hold|Deceased|is_deceased|Non-subscriber|rejection_reason|Unregistered|Consent withdrawal", "true"),
        ("Отклонено|Истёк|Закрыт|Отменена|Расторгнут|Обезличен|Запрет|Ушли|Заблокированные|Умер", "да"),
        ("Недействителен|Уволен|Не надо|Не интересует|Убрать|Возврат|Неверный адрес|Мёртвый|Архив|Неактуален", "да"),
        ("Remove|Delete|Bad email|Wrong address|Bouncing|Failed|Returned|Pending|Ex-subscriber|Unwanted", "yes"),
        ("Mail returned|Failed mail|failed_deliveries|remove_from_list|Skip address|pending_since|Is pending", "2"),
        ("Remove me|Delete this|Ignore recipient|Pending confirmation|Awaiting approval|Failed verification", "yes"),
        ("Не надо писать|Не нужно присылать|Возврат почты|Битый адрес|Недействительный email|Бывший подписчик", "да"),
        ("Відмовився|Відкликано|Скарга|Заблоковано|Закрито|Скасовано|Недійсний|Не турбувати", "так"),
        ("Жойылған|Бұғатталған|Шағым|Бас тартты", "иә"),
        ("Hidden|is_hidden", "1"),
        ("Zurückgezogen|Abgelehnt|Gekündigt|Gesperrt|Widerspruch|Gelöscht|Abgelaufen|Keine Werbung", "ja"),
        ("Révoqué|Refusé|Rejeté|Opposition|Résilié|Supprimé|Plainte|Expirée", "oui"),
        ("Inactif|Invalide|Liste noire|Ne pas contacter", "oui"),
        ("date_retrait_consentement|Date de résiliation", "2024-01-01"),
        ("Revocado|Rechazado|Retirado|Eliminado|Caducado|Inactivo|Recusado|Cancelado|Rebotado", "sí"),
        ("Inválido|Lista negra|No contactar|Não contatar|Reclamação", "sim"),
        ("Revocato|Rifiutato|Ritirato|Scaduto|Rimosso|Disattivato|Opposizione|Lista nera|Non contattare", "sì"),
        ("Wycofano|Odrzucony|Zrezygnował|Wygasły|Sprzeciw|Usunięty|Zamknięte|Skarga", "tak"),
        ("Nieprawidłowy|Czarna lista|Nie wysyłać", "tak"),
        ("Klacht|Inactief|Ongeldig|Zwarte lijst|Niet mailen", "ja"),
        ("Blokováno|Stížnost|Neplatný|Neposílat", "ano"),
        ("Silindi|Engellendi|Şikayet|Çıktı|Pasif|Geçersiz|Kara liste", "evet"),
    ],
)
def test_require_known_statuses_word_of_an_end_in_any_language_is_an_error(columns: str, value: str) -> None:
    """Something ended or was refused: perhaps the consent."""
    require_questions(columns, value)


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ("expiry|expires_at|Expiration date|Close Date|vencimiento|scadenza|истекает", "2027-01-01"),
        ("withdrawn_at|revoked_at|consent_withdrawn_at", "0000-00-00"),
        ("Withdrawn|Expired|Closed|Rejected|account_closed", "no"),
        ("Refused|Lapsed|Deceased|on_hold", "0"),
        ("Отклонено|Закрыт", "нет"),
        ("Gesperrt|Gekündigt", "nein"),
        ("Недійсний", "ні"),
        ("Жойылған|Шағым", "жоқ"),
        ("Silindi|Pasif", "hayır"),
        ("Remove|Bad email|Failed|Returned|Pending", "no"),
        ("Архив|Возврат|Бывший клиент|Former customer", "нет"),
        ("Бывший клиент|Former customer|Newsroom|Subject|Old", "yes"),
        ("failed_logins|Failed exam|Returned books|Pending amount|Awaiting call|Skipped lessons|obsolete_model", "2"),
        ("Растаможка", "нет"),
        ("old_email|Old e-mail|new_email", "anna@old.example"),
        ("Old address|Старый адрес|Возврат средств|Архивный номер|Недействительный паспорт", "Ленина 5"),
        ("Не надо звонить|Не нужно звонить|Не нужна сдача|Ожидает звонка|Битая ссылка", "да"),
        ("card_expired|payment_refused|Order rejected|Password expired|trial_expired", "yes"),
        ("object_id|object_type|Objective|Retired|anonymous|Закрытый клуб", "yes"),
    ],
)
def test_read_csv_nothing_that_ended_states_nothing(columns: str, value: str) -> None:
    """A day to come, no, and the end of an order or a card stop no import."""
    for column in columns.split("|"):
        assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [S.CONFIRMED], column


@pytest.mark.parametrize(
    ("columns", "value", "status"),
    [
        ("Subscriber|Is subscriber|isSubscriber|Newsletter subscriber|is_a_subscriber", "no", S.UNSUBSCRIBED),
        ("Subscriber|Is subscriber", "нет", S.UNSUBSCRIBED),
        ("Subscriber|Is subscriber", "yes", S.CONFIRMED),
        ("Subscriber", "Unsubscribed", S.UNSUBSCRIBED),
        ("Subscriber", "pending", S.PENDING),
        ("Subscriber", "Anna Lee", S.CONFIRMED),
        ("Subscriber", "anna@x.example", S.CONFIRMED),
        ("Subscriber", "", S.CONFIRMED),
    ],
)
def test_read_csv_column_subscriber_states_who_left(columns: str, value: str, status: SubscriberStatus) -> None:
    """As *Подписчик* does; a name or an address in it states nothing."""
    for column in columns.split("|"):
        assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [status], column


def test_read_csv_column_subscriber_of_addresses_is_no_status() -> None:
    """As another system calls its column of addresses; it says nothing about who left, so the file's name counts."""
    for header in ("Subscriber,Name", "Subscriber,Email"):
        reader = read_csv([f"{header}\n", "a@x.example,a@x.example\n"])
        assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.CONFIRMED]
        with pytest.raises(ConfigurationError, match="nothing was imported"):
            reader.require_subscribed_by_name("unsubscribed.csv")


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ("Can contact|canContact|can_be_contacted|OK to contact|Can we write|May contact|Contact permitted", "no"),
        ("Email works|emailWorks|E-mail exists|Reachable|Recipient|Approved|Send|Send to|Eligible|Include", "no"),
        ("Можно писать|Отправлять письма|Можно беспокоить|Почта работает|Разрешено|Письма", "нет"),
        ("Активний|Згода|Надсилати листи|Розсилка|Email-розсилка|Новини|Підтверджений|Дозвіл|Передплатник", "ні"),
        ("Дайджест|Email-дайджест|Бюллетень|Реклама|Маркетинг|Информировать|Актуальный|В базе", "нет"),
        ("Updates by email|Would like emails|I'd like emails|Circulars|Broadcasts|Wants news", "no"),
        ("Email updates|Updates|News|E-news|Email me|Send me news|Keep me informed|Stay in touch", "no"),
        ("Signed up|mc4wp_subscribe|sub|NL|Bulletin|mail_list|List member|Happy to be contacted|Daily email", "no"),
        ("Жазылған|Келісім|Растау|Расталған", "жоқ"),
        ("Erreichbar|Darf kontaktiert werden|Aktiv|Zugestimmt", "nein"),
        ("Joignable|Actif|Autorisé|Lettre d'information", "non"),
        ("Activo|Válido|Attivo|Consenso|Confirmado|Boletín|Acepta|Confermato|Abbonato", "no"),
        ("Ativo|Assinante|Aceita", "não"),
        ("Aktywny|Zgoda|Zapisany|Potwierdzony|Subskrypcja|Biuletyn", "nie"),
        ("Ingeschreven|Bevestigd|Actief|Toestemming|Nieuwsbrief", "nee"),
        ("Odebírá|Potvrzeno|Aktivní|Souhlas|Přihlášen", "ne"),
        ("Abone|Onaylı|Aktif|İzin", "hayır"),
        ("Can contact|Reachable", "0"),
        ("Hard bounces|Bounces|Soft bounces", "yes"),
        ("Hard bounces|Bounces", "да"),
        ("Unconfirmed|Unverified", "yes"),
        ("Not verified|emailInValid|Consent missing|Consent pending|Нет согласия на рассылку|Согласие не дано", "yes"),
        ("Email_subscription|sendemail|E-mail доступен|Согласие на рассылку|GDPR consent|DOUBLE_OPT-IN", "no"),
        ("DOUBLE_OPT-IN", "2"),
        ("Result|Проверка", "invalid"),
        ("Not left|Exclude from mailing|Blocked or active", "no"),
        ("Removed from blacklist|Deleted from stop list|Complaint resolved|Suppression lifted|Bounce free", "no"),
        ("Without complaints|Unsubscribe cancelled|Resubscribed after unsubscribe|Left and came back", "0"),
        ("Исключён из чёрного списка|Снят с блокировки|Без жалоб|Отписка отменена|Восстановлен после отписки", "нет"),
        ("member.haslock|member.lockremove|member.lockconfirm|is_locked", "1"),
    ],
)
def test_require_known_statuses_answer_against_mail_is_an_error(columns: str, value: str) -> None:
    """The reader wants no mail, or it does not arrive."""
    require_questions(columns, value)


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ("Can contact|Email works|Reachable|Approved|Send|Erreichbar|Activo", "yes"),
        ("Можно писать|Отправлять письма|Почта работает", "да"),
        ("Розсилка|Підтверджений", "так"),
        ("Email updates|News|Signed up|sub|Bulletin", "yes"),
        ("Zapisany|Subskrypcja", "tak"),
        ("Согласие на рассылку|Согласие на обработку персональных данных|Согласие на получение писем", "да"),
        ("email_verified|Verified|GDPR consent|Email valid|doi|DOUBLE_OPT-IN|Has opted in", "1"),
        ("Unsubscribes|Complaints|Archived projects|Жалобы", "0"),
        ("Removed from sale|Left the company|Блокировка", "no"),
        ("terms_accepted|Privacy policy accepted", "0"),
        ("Consent to Track|Permission to track", "No"),
        ("Marital status|Employment status|Order status|Статус заказа", "cancelled"),
        ("Email suppressions|unsubscribed_at", "[]"),
        ("Bounces|Hard bounces|Soft bounces", "12"),
        ("Bounces|Hard bounces", "no"),
        ("emails sent|Contacted|Registered|Member|Last send|Email opened|contact owner|Recipient country", "no"),
        ("Работает|Член клуба", "нет"),
        ("emails sent|send hour|Mail count|subscriber rating", "0"),
        ("Recipient name|Subscriber name|Contact", "Anna"),
    ],
)
def test_read_csv_answer_in_favour_of_mail_states_nothing(columns: str, value: str) -> None:
    """Neither do counters, and answers to other questions."""
    for column in columns.split("|"):
        assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [S.CONFIRMED], column


def test_read_csv_day_of_an_end_in_ukrainian_states_who_left() -> None:
    """As in Russian."""
    lines = "email,Дата відписки\na@x.example,2024-01-01\nb@x.example,\n"
    assert read_statuses(lines) == [S.UNSUBSCRIBED, S.CONFIRMED]


def test_read_csv_unknown_value_of_a_reader_who_left_stops_nothing() -> None:
    """Another column states it already."""
    assert read_statuses("email,status,cancelled_at\na@x.example,Cancelled,2024-01-01\n") == [S.UNSUBSCRIBED]


def test_require_known_statuses_message_holds_few_values_and_no_address() -> None:
    """A column of thousands of values makes one line."""
    lines = [
        "email,status\n",
        *(f"a{number}@x.example,s{number}\n" for number in range(99)),
        "b@x.example,b@x.example\n",
    ]
    with pytest.raises(ConfigurationError, match=r"\(s0, s1, s2, s3, s4 and 95 more\)") as caught:
        read_csv(lines).require_known_statuses()
    assert "@" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ("created_at|subscribed_at|last_active|subscription_date|optin_time|verified_at|status_date", "2024-01-01"),
        ("Дата подписки|Anmeldedatum|date_inscription|Email valid until", "2024-01-01"),
        (
            "signup_source|opt-in source|opt_in_method|unsubscribe_url|unsubscribe link|unsubscribe_hash",
            "double_opt_in",
        ),
        ("confirmed_ip|subscription_id|phone_status|sms_state", "192.0.2.1"),
        ("Accepts SMS Marketing|phone_opt_in", "no"),
        ("open rate|bounces|Hard bounces|Number of bounces on this user|emails sent|rating", "1"),
        ("country|state/province|billing_state", "NO"),
        ("agree_to_terms|Accepted privacy policy|complimentary_plan|vip", "yes"),
        ("plan|tags|note|List|Lists|newsletters|frequency", "Daily"),
        ("Город|Комментарий", "нет"),
    ],
)
def test_read_csv_other_columns_state_nothing(columns: str, value: str) -> None:
    """Moments, sources, addresses of pages, places and counters stop no import."""
    for column in columns.split("|"):
        assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [S.CONFIRMED], column


@pytest.mark.parametrize(
    ("column", "value"),
    [("member_status", ""), ("left_at", "0000-00-00 00:00:00"), ("cancelled_at", "NULL"), ("newsletters", "Daily")],
)
def test_read_csv_unknown_column_without_values_stops_nothing(column: str, value: str) -> None:
    """An empty column states nothing, and neither does one that names the mailings."""
    assert read_statuses(f"email,{column}\na@x.example,{value}\n") == [S.CONFIRMED]


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        ("tags", "unsubscribed", S.UNSUBSCRIBED),
        ("group", "Not subscribed", S.UNSUBSCRIBED),
        ("Активность", "Отписался", S.UNSUBSCRIBED),
        ("Reason", "BOUNCE", S.SUPPRESSED),
        ("list", " Opted Out ", S.UNSUBSCRIBED),
        ("note {1}", "Hard-bounced", S.SUPPRESSED),
        ("tags", "vip; Unsubscribed", S.UNSUBSCRIBED),
        ("Segments", "[vip|Bounced]", S.SUPPRESSED),
        ("Список", "Отписавшиеся", S.UNSUBSCRIBED),
        ("Bemerkung", "abgemeldet", S.UNSUBSCRIBED),
        ("reception", "nomail", S.UNSUBSCRIBED),
        ("Delivery", "No mail", S.UNSUBSCRIBED),
        ("Комментарий", "отписался 12.03.2024", S.UNSUBSCRIBED),
        ("Комментарий", "2024-03-12 - Unsubscribed", S.UNSUBSCRIBED),
        ("Примечание", "Не присылать", S.UNSUBSCRIBED),
        ("Примечание", "Отписать!", S.UNSUBSCRIBED),
        ("Примечание", "удалить из рассылки", S.UNSUBSCRIBED),
        ("Примечание", "отменила подписку 01.02.2024", S.UNSUBSCRIBED),
        ("Примечание", "больше не писать", S.UNSUBSCRIBED),
        ("Примечание", "умер", S.UNSUBSCRIBED),
        ("Примечание", "Не пишите!", S.UNSUBSCRIBED),
        ("Примечание", "вычеркнуть", S.UNSUBSCRIBED),
        ("Примітка", "видалити з розсилки", S.UNSUBSCRIBED),
        ("note", "Do not send", S.UNSUBSCRIBED),
        ("Примечание", "ящик не существует", S.SUPPRESSED),
        ("Примечание", "12 bounces", S.CONFIRMED),
        ("Причина", "несуществующий", S.SUPPRESSED),
        ("Department", "Complaints", S.CONFIRMED),
        ("Компания", "Bounce", S.CONFIRMED),
        ("sms_state", "unsubscribed", S.CONFIRMED),
        ("Супруг", "умер", S.CONFIRMED),
        ("Husband's name", "Deceased", S.CONFIRMED),
        ("Супруг", "отписан", S.UNSUBSCRIBED),
        ("tags", "unsubscribed news", S.CONFIRMED),
    ],
)
def test_read_csv_word_in_any_column_says_who_left(column: str, value: str, status: SubscriberStatus) -> None:
    """A cell that says nothing but that somebody left counts under every name but another channel's."""
    reader = read_csv([f"email,{column}\n", "a@x.example,\n", f"b@x.example,{value}\n"], "list.csv")
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.CONFIRMED, status]
    noted = f"list.csv: {status} in 1 row, line 3, because the column {column.casefold()} says {value.strip()}"
    assert reader.notes == ([noted] if status is not S.CONFIRMED else [])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "unsubscribed by phone",
            "asked to be removed",
            "Please don't send anything",
            "no longer wants the newsletter",
        ),
        *("отписалась по телефону", "просил больше не писать", "отказался от рассылки", "mail bounced twice"),
        *("отказ от рассылки по телефону", "не хочет получать письма", "просит удалить из рассылки"),
        *("doesn't want emails", "wants to be deleted", "cancelled her subscription", "withdrew consent in 2022"),
        *("снять с рассылки", "исключён из нашего списка", "отозвал согласие 12.03", "отказалась от получения писем"),
        *("не желает больше получать письма", "прекратить рассылку", "была жалоба на спам", "passed away in 2021"),
        *("STOP!", "отказ", "Удалён", "удалить", "spam", "Removed"),
        "550 5.1.1 recipient rejected",
        "550-5.1.1 the address is gone",
        "smtp: user unknown",
    ],
)
def test_read_csv_text_that_may_say_who_left_is_noted(text: str) -> None:
    """The reader is subscribed, as nothing states that they are not; the operator is asked to look."""
    reader = read_csv(["email,notes\n", "a@x.example,met at the fair\n", f"b@x.example,{text}\n"], "list.csv")
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.CONFIRMED, S.CONFIRMED]
    assert reader.notes == [
        f"list.csv: confirmed in 1 row, line 3; check whether they left: the column notes has {text}"
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("notes", "left a nice comment"),
        ("notes", "nonstop"),
        ("notes", "does not mind; will stop by"),
        ("company", "Bouncy Castles & Remove-it-all Ltd"),
        ("position", "Head of Complaints"),
        ("notes", "исключительно вежлив; снято с учёта; не желает звонков"),
        ("status,notes", "confirmed,unsubscribed from another list"),
        ("unsubscribe_link", "https://x.example/unsubscribe/1"),
    ],
)
def test_read_csv_text_that_says_something_else_is_not_noted(header: str, row: str) -> None:
    """Nor is one beside a status, which says more."""
    reader = read_csv([f"email,{header}\n", f"b@x.example,{row}\n"])
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.CONFIRMED]
    assert reader.notes == []


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        ("Type", "HardBounce", S.SUPPRESSED),
        ("Type", "SpamComplaint", S.SUPPRESSED),
        ("Type", "ManualSuppression", S.SUPPRESSED),
        ("Type", "hardBounce", S.SUPPRESSED),
        ("Reason", "HARD bounce", S.SUPPRESSED),
        ("Reason", "Spam-complaint", S.SUPPRESSED),
        ("Reason", "Invalid Email", S.SUPPRESSED),
        ("Last event", "unsubscribe", S.UNSUBSCRIBED),
        ("Last event", "Unsub", S.UNSUBSCRIBED),
        ("Last event", "group_unsubscribe", S.UNSUBSCRIBED),
        ("Event", "spamreport", S.SUPPRESSED),
        ("Event", "GroupUnsubscribe", S.UNSUBSCRIBED),
        ("Note", "UnSubscribed", S.UNSUBSCRIBED),
        ("Note", "unsubscribed.", S.UNSUBSCRIBED),
        ("Note", "*Unsubscribed*", S.UNSUBSCRIBED),
        ("Note", "«отписка»", S.UNSUBSCRIBED),
        ("Note", "ОтПисался", S.UNSUBSCRIBED),
        ("Note", "desinscrit", S.UNSUBSCRIBED),
        ("Status", "HardBounce", S.SUPPRESSED),
        ("Status", "Unsubscribe", S.UNSUBSCRIBED),
        ("Status", "Désinscrit", S.UNSUBSCRIBED),
    ],
)
def test_read_csv_word_of_an_event_in_any_spelling_says_who_left(
    column: str, value: str, status: SubscriberStatus
) -> None:
    """As services for sending mail name what happened, and as people write it."""
    assert read_statuses(f"email,{column}\nb@x.example,{value}\n") == [status]


def test_read_csv_word_in_a_column_without_name_says_who_left() -> None:
    """The note counts the columns."""
    reader = read_csv(["email,,name\n", "a@x.example,unsubscribed,Anna\n"], "list.csv")
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.UNSUBSCRIBED]
    assert reader.notes == ["list.csv: unsubscribed in 1 row, line 2, because the column 2 says unsubscribed"]


@pytest.mark.parametrize(
    "file",
    [
        *("unsubscribed.csv", "lists/nonsubscribed_members_export.csv", "Bounces 2024.csv", "suppression_list.csv.gz"),
        *("Отписавшиеся.csv", "стоп-лист.csv", "opt-outs.csv", "deleted_subscribers.csv", "cleaned_members_export.csv"),
        *("invalid_emails.csv", "archived_email_audience_export_x.csv", "undeliverable.csv", "invalid.csv", "dnc.csv"),
        *("abuse.csv", "leavers.csv", "quit.csv", "revoked.csv", "Unsubscribed(1).csv", "unsubscribedContacts.csv"),
        *("жалобы.csv", "спам.csv", "недоставленные.csv", "ушли.csv", "выбывшие.csv", "Чёрный список.csv"),
        *("HardBounces.csv", "soft_bounces.csv", "stoplist.csv", "donotcontact.csv", "unconfirmed.csv", "pending.csv"),
        *("failed.csv", "returned_2026.csv", "remove_list.csv", "junk.csv", "возвраты.csv", "Не надо.csv"),
        *("désinscrits.csv", "відписані.csv", "Abgemeldet.csv", "bajas.csv", "rejected.csv", "удалённые.csv"),
        *("canceled.csv", "spammers.csv", "complainers.csv", "отказники.csv", "unsub.csv", "blocked.csv", "left.csv"),
    ],
)
def test_require_subscribed_by_name_of_others_is_an_error(file: str) -> None:
    """A file whose name says that its people are not subscribed is not imported unasked."""
    with pytest.raises(ConfigurationError, match=r"nothing was imported.*--status unsubscribed"):
        require_subscribed_by_name(file, file, choose="")


@pytest.mark.parametrize(
    "file",
    [
        *("subscribers.csv", "list.csv", "-", "blocks/readers.csv", "Подписчики.csv", "subs.csv"),
        *("clean.csv", "clean_list.csv", "subscribed_email_audience_export_1.csv", "export-2024-01-01.csv"),
        *("active.csv", "verified.csv", "deliverable.csv", "доставленные.csv", "Активные.csv", "report_objects.csv"),
    ],
)
def test_require_subscribed_by_name_of_readers_is_fine(file: str) -> None:
    """Other names, and the names of folders, say nothing."""
    require_subscribed_by_name(file, file, choose="")


@pytest.mark.parametrize(
    "column",
    [
        *("deactivated", "complained", "quarantined", "unreachable", "excluded", "revoked", "отказались", "жалобы"),
        *("spam", "archived", "silenced", "abgemeldet", "desinscrits", "відписані", "zrezygnował", "wypisani"),
    ],
)
def test_require_subscribed_by_name_of_a_columns_word_is_an_error(column: str) -> None:
    """Columns and files are recognised by the same words."""
    assert read_csv([f"email,{column}_at\n"]).has_statuses
    with pytest.raises(ConfigurationError, match="nothing was imported"):
        require_subscribed_by_name(f"{column}.csv", "list.csv", choose="")


def test_read_csv_note_about_stated_rows_counts_those_alone_that_it_decided() -> None:
    """Not who left by another column, and not who is known to be a reader."""
    lines = [
        "email,status,active,tags\n",
        "a@x.example,gone,,unsubscribed\n",
        "b@x.example,gone,yes,\n",
        "c@x.example,gone,,\n",
    ]
    reader = read_csv(lines, "list.csv", RowDefaults(status=S.CONFIRMED))
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.UNSUBSCRIBED, S.CONFIRMED, S.CONFIRMED]
    assert [note for note in reader.notes if "as stated" in note] == [
        "list.csv: confirmed in 1 row, line 4, as stated for unknown values: the column status says gone"
    ]


def test_read_csv_status_for_the_rest_never_replaces_a_known_one() -> None:
    """`--status` answers for the unknown values, which a note counts; rows of readers who left stay out."""
    lines = ["email,status,member_state\n", "a@x.example,gone,x\n", "b@x.example,unsubscribed,y\n", "c@x.example,,\n"]
    reader = read_csv(lines, defaults=RowDefaults(status=S.PENDING))
    assert reader.unknown == ("member_state",)
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.PENDING, S.UNSUBSCRIBED, S.PENDING]
    stated = "pending in 1 row, line 2, as stated for unknown values"
    assert reader.notes == [
        f"the list: {stated}: the column {column} says {value}"
        for column, value in (("status", "gone"), ("member_state", "x"))
    ]


def test_read_csv_status_for_unknown_values_counts_also_beside_a_column_that_says_active() -> None:
    """The question was about this row; one without such a value keeps its status, and so does one that left."""
    lines = ["email,active,newsletter\n", "a@x.example,1,1\n", "b@x.example,1,perhaps\n", "c@x.example,0,perhaps\n"]
    expected = {S.SUPPRESSED: S.SUPPRESSED, S.UNSUBSCRIBED: S.UNSUBSCRIBED, S.PENDING: S.PENDING}
    for stated, status in {**expected, S.CONFIRMED: S.CONFIRMED}.items():
        found = list(read_csv(lines, defaults=RowDefaults(status=stated)))
        statuses = [row.status for row in found if isinstance(row, Subscriber)]
        assert statuses == [S.CONFIRMED, status, S.UNSUBSCRIBED]


def test_read_csv_status_for_boxes_without_a_tick_counts_for_spaces_and_not_for_short_rows() -> None:
    """A row that ends before the box is a bad one; one that waits for confirmation was no question."""
    rows = [
        "a@x.example,active,1",
        "b@x.example,active, ",
        "c@x.example,pending,",
        "d@x.example,,",
        "e@x.example,active",
    ]
    lines = [f"{row}\n" for row in ("email,status,newsletter", *rows)]
    defaults = RowDefaults(status=S.UNSUBSCRIBED)
    places = read_csv(lines, defaults=defaults).find_unclear_boxes()
    found = list(read_csv(lines, defaults=defaults).with_unclear_boxes(places))
    statuses = [row.status if isinstance(row, Subscriber) else None for row in found]
    assert statuses == [S.CONFIRMED, S.UNSUBSCRIBED, S.PENDING, S.UNSUBSCRIBED, None]


def test_read_csv_status_for_unknown_values_that_ends_other_rows_is_noted() -> None:
    """Who answers for a few unknown values must see that the rows without any are meant, too."""
    lines = ["email,Opted out of email: News\n", "a@x.example,true\n", "b@x.example,false\n", "c@x.example,\n"]
    reader = read_csv(lines, "list.csv", RowDefaults(status=S.UNSUBSCRIBED))
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.UNSUBSCRIBED] * 3
    assert "list.csv: unsubscribed in 2 rows, lines 3, 4, as stated for rows without a status" in reader.notes
    whole = read_csv(["email\n", "a@x.example\n"], "list.csv", RowDefaults(status=S.UNSUBSCRIBED))
    assert [row.status for row in whole if isinstance(row, Subscriber)] == [S.UNSUBSCRIBED]
    assert whole.notes == []
    stated = read_csv(["email,status\n", "a@x.example,confirmed\n"], "list.csv", RowDefaults(status=S.UNSUBSCRIBED))
    assert [row.status for row in stated if isinstance(row, Subscriber)] == [S.CONFIRMED]
    assert stated.notes == []


@pytest.mark.parametrize(
    ("name", "is_end"),
    [
        *(("hasoptedoutofemail", True), ("isUnsubscribed", True), ("Not subscribed", True), ("Не получает", True)),
        *(("Bounces", True), ("Rejected", True), ("Subscribed", False), ("Confirmed", False)),
    ],
)
def test_names_an_end_of_a_column_about_who_gets_no_mail(name: str, is_end: bool) -> None:
    """Confirmed may be the end there, so nobody is subscribed by that word."""
    assert names_an_end(name) is is_end


@pytest.mark.parametrize(
    "column",
    [
        *("confirmed_at", "confirmedAt", "Confirmation date", "Confirmed on", "email_verified_at", "date_confirmed"),
        *("double_opt_in_at", "DOI date", "activated_at", "email_activated_at", "User activated on"),
        *("Дата подтверждения", "Время подтверждения"),
    ],
)
@pytest.mark.parametrize("empty", [",", ",NULL", ",0000-00-00 00:00:00", ",1970-01-01", ""])
def test_read_csv_row_without_a_moment_of_confirmation_stops_the_import(column: str, empty: str) -> None:
    """Nobody who never confirmed is subscribed unasked; with `--status` the confirmed ones stay confirmed."""
    lines = [f"email,{column}\n", "a@x.example,2024-01-01 10:00\n", f"b@x.example{empty}\n"]
    reader = read_csv(lines, "list.csv")
    assert reader.has_statuses
    assert not reader.states_who_left
    assert reader.unknown == ()
    with pytest.raises(ConfigurationError, match="it is not clear who is subscribed"):
        reader.require_known_statuses()
    first, second = read_csv(lines)
    assert isinstance(first, Subscriber)
    assert not isinstance(second, Subscriber)
    stated = read_csv(lines, defaults=RowDefaults(status=S.PENDING))
    assert [row.status for row in stated if isinstance(row, Subscriber)] == [S.CONFIRMED, S.PENDING]
    assert [note[:33] for note in stated.notes] == ["the list: pending in 1 row, line 3"[:33]]


def test_read_csv_message_about_a_missing_moment_says_that_it_is_empty() -> None:
    """There is no value that it could show."""
    reader = read_csv(["email,confirmed_at\n", "a@x.example,\n"], "list.csv")
    with pytest.raises(ConfigurationError, match=r"confirmed_at \(empty\)"):
        reader.require_known_statuses()


@pytest.mark.parametrize(
    ("header", "row", "status"),
    [
        ("email,status,confirmed_at", "a@x.example,active,", S.CONFIRMED),
        ("email,status,confirmed_at", "a@x.example,unsubscribed,", S.UNSUBSCRIBED),
        ("email,confirmed,confirmed_at", "a@x.example,yes,", S.CONFIRMED),
        ("email,confirmed,confirmed_at", "a@x.example,no,", S.PENDING),
        ("email,newsletter,confirmed_at", "a@x.example,yes,2024-01-01", S.CONFIRMED),
        ("email,newsletter,confirmed_at", "a@x.example,no,2024-01-01", S.UNSUBSCRIBED),
        ("email,confirmation_sent_at,order_confirmed_at,phone_verified_at", "a@x.example,,,", S.CONFIRMED),
        ("email,dnd", "a@x.example,1", S.UNSUBSCRIBED),
    ],
)
def test_read_csv_moment_of_confirmation_is_not_needed_beside_a_status(
    header: str, row: str, status: SubscriberStatus
) -> None:
    """A status says all; and other things are confirmed too."""
    assert read_statuses(f"{header}\n{row}\n") == [status]


def test_read_csv_reader_who_wants_the_newsletter_and_never_confirmed_is_a_question() -> None:
    """A ticked box of an account whose address nobody confirmed."""
    reader = read_csv(["email,newsletter,confirmed_at\n", "a@x.example,yes,\n"])
    with pytest.raises(ConfigurationError, match="it is not clear who is subscribed"):
        reader.require_known_statuses()


KICKBOX = "email,Result,Reason,Disposable,Accept All,Free,Role,Did you mean,Sendex"
ZEROBOUNCE = "Email Address,ZB Status,ZB Sub Status,ZB Account,ZB Free Email,ZB MX Found,ZB Did You Mean"
CLEAROUT = "Email,Clearout Safe to Send,Clearout Verification Status,Clearout Reason,Clearout Disposable,Clearout Role"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (KICKBOX, "a@x.example,deliverable,accepted_email,false,false,false,true,,0.95"),
        (KICKBOX, "a@x.example,deliverable,accepted_email,false,true,false,false,,0.7"),
        (ZEROBOUNCE, "a@x.example,valid,,a,False,true,"),
        (ZEROBOUNCE, "a@x.example,valid,leading_period_removed,a,False,true,"),
        (CLEAROUT, "a@x.example,Yes,Valid,Valid Email,No,No"),
        ("email,status,reason,disposable,acceptAll", "a@x.example,deliverable,accepted_email,no,no"),
        ("email,quality,result,free,role", "a@x.example,good,ok,true,false"),
        ("email,Result,Reason", 'a@x.example,Safe to Send,"Deliverable, Accept-all"'),
        ("email,Email State,Reason,Disposable", "a@x.example,Deliverable,Accepted Email,false"),
        ("email,Email verification", "a@x.example,2026-05-01"),
        ("email,Проверка email", "a@x.example,Валидный"),
        ("email,Статус проверки", "a@x.example,прошёл"),
        ("email,quality", "a@x.example,high"),
    ],
)
def test_read_csv_address_that_a_check_found_good_is_imported_without_a_question(header: str, row: str) -> None:
    """Why it is good, and what else is known of it, do not matter then."""
    assert read_statuses(f"{header}\n{row}\n") == [S.CONFIRMED]


def test_read_csv_good_address_is_subscribed_to_nothing_by_that() -> None:
    """Addresses of those who left may be good."""
    lines = ["email,Kickbox Result\n", "a@x.example,deliverable\n"]
    (left,) = read_csv(lines, defaults=RowDefaults(status=S.UNSUBSCRIBED))
    assert isinstance(left, Subscriber)
    assert left.status is S.UNSUBSCRIBED


@pytest.mark.parametrize(
    "columns",
    [
        *("ZB Status", "ZeroBounce Status", "neverbounce_result", "Kickbox Result", "DeBounce Result"),
        *("Email verification", "email_verification_status", "Bouncer Status", "MillionVerifier quality"),
        *("Проверка email", "Проверка почты", "Статус проверки", "Email validation"),
    ],
)
@pytest.mark.parametrize(
    "value", ["invalid", "Undeliverable", "spam-trap", "fail", "Невалид", "не прошёл", "не существует", "bad"]
)
def test_read_csv_address_that_a_check_found_bad_is_suppressed_whatever_is_stated_for_others(
    columns: str, value: str
) -> None:
    """The answer about doubtful addresses, that they are confirmed, is none about those."""
    lines = [f"email,{columns}\n", f"a@x.example,{value}\n", "b@x.example,catch-all\n"]
    reader = read_csv(lines, defaults=RowDefaults(status=S.CONFIRMED))
    assert [row.status for row in reader if isinstance(row, Subscriber)] == [S.SUPPRESSED, S.CONFIRMED]
    assert f"says {value}" in reader.notes[0]


@pytest.mark.parametrize(
    "value",
    [
        *("risky", "catch-all", "Accept All", "unknown", "disposable", "role", "unverifiable", "error"),
        *("рискованный", "одноразовый", "ролевой", "не проверен", "неизвестно"),
    ],
)
def test_read_csv_doubtful_result_of_a_check_stops_the_import(value: str) -> None:
    """Nobody is confirmed, or suppressed, because a service could not tell."""
    require_questions("Result|Проверка|ZB Status|Verification|Email quality|Вердикт|Результат проверки|status", value)


@pytest.mark.parametrize("value", ["fail", "invalid", "bad", "невалид", "не найден", "битый"])
def test_read_csv_bad_result_of_perhaps_another_check_is_confirmed_for_nobody(value: str) -> None:
    """It may be that of the address; nothing else is called `невалид`."""
    lines = ["email,Проверка\n", f"a@x.example,{value}\n"]
    try:
        read_csv(lines).require_known_statuses()
    except ConfigurationError:
        return
    assert [row.status for row in read_csv(lines) if isinstance(row, Subscriber)] == [S.SUPPRESSED]


@pytest.mark.parametrize("column", ["Disposable", "Catch-All", "Role account", "Mailbox full", "Toxic"])
def test_read_csv_doubt_about_an_address_without_a_good_result_stops_the_import(column: str) -> None:
    """No is no doubt."""
    require_questions(column, "Yes")
    assert read_statuses(f"email,{column}\na@x.example,No\n") == [S.CONFIRMED]


def test_read_csv_accept_all_of_a_form_stays_a_question() -> None:
    """Without the other columns of a check it may be what a reader agreed to."""
    require_questions("Accept all", "no")


@pytest.mark.parametrize("column", ["Exam result", "Credit check", "Phone verification", "Quality of life"])
def test_read_csv_result_of_something_else_states_nothing(column: str) -> None:
    """It is no check of the address."""
    assert read_statuses(f"email,{column}\na@x.example,failed\n") == [S.CONFIRMED]


def test_read_csv_spam_trap_in_any_column_is_suppressed() -> None:
    """Nothing else is called so."""
    assert read_statuses("email,Comment\na@x.example,spamtrap\nb@x.example,Спам-ловушка\n") == [S.SUPPRESSED] * 2
