-- What commit d72afac wrote; see README.md. Never change it.

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.alert (
    id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone,
    mailed_at timestamp with time zone
);
CREATE SEQUENCE public.alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.alert_id_seq OWNED BY public.alert.id;
CREATE TABLE public.api_token (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    token_hash bytea NOT NULL,
    scopes text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
CREATE SEQUENCE public.api_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.api_token_id_seq OWNED BY public.api_token.id;
CREATE TABLE public.archive_copy (
    variant_id bigint NOT NULL,
    subject text NOT NULL,
    preheader text NOT NULL,
    html text,
    text text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.article (
    id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    first_seen_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
);
CREATE SEQUENCE public.article_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.article_id_seq OWNED BY public.article.id;
CREATE TABLE public.beat (
    process text NOT NULL COLLATE pg_catalog."C",
    edition text NOT NULL COLLATE pg_catalog."C",
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL
);
CREATE TABLE public.bounce (
    id bigint NOT NULL,
    message_key text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    delivery_id bigint NOT NULL,
    subscriber_id bigint,
    report_class character varying(16) NOT NULL,
    status text,
    text text NOT NULL,
    counted boolean NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.bounce_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.bounce_id_seq OWNED BY public.bounce.id;
CREATE TABLE public.day_article (
    issue_id bigint NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    section text
);
CREATE TABLE public.delivery (
    id bigint NOT NULL,
    issue_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    subscriber_id bigint,
    address text NOT NULL,
    name text,
    state character varying(16) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    claim_token text COLLATE pg_catalog."C",
    claim_expires timestamp with time zone,
    tries integer NOT NULL,
    next_try_at timestamp with time zone,
    smtp_code integer,
    enhanced_code text,
    smtp_text text,
    remote_queue_id text,
    first_attempt_at timestamp with time zone,
    last_attempt_at timestamp with time zone,
    bounced_at timestamp with time zone,
    planned_at timestamp with time zone,
    CONSTRAINT delivery_lease_check CHECK ((((state)::text = ANY ((ARRAY['claimed'::character varying, 'sending'::character varying])::text[])) = (claim_expires IS NOT NULL))),
    CONSTRAINT delivery_next_try_check CHECK ((((state)::text <> 'deferred'::text) OR (next_try_at IS NOT NULL))),
    CONSTRAINT delivery_token_check CHECK ((((state)::text <> ALL ((ARRAY['claimed'::character varying, 'sending'::character varying, 'unknown'::character varying])::text[])) OR (claim_token IS NOT NULL)))
);
CREATE SEQUENCE public.delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.delivery_id_seq OWNED BY public.delivery.id;
CREATE TABLE public.group_pause (
    receiver_group text NOT NULL COLLATE pg_catalog."C",
    cause character varying(16) NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    times integer NOT NULL,
    trial_at timestamp with time zone,
    cleared_at timestamp with time zone
);
CREATE TABLE public.idempotent_request (
    token_id bigint NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    status integer,
    body text
);
CREATE TABLE public.import_job (
    id bigint NOT NULL,
    by text NOT NULL,
    state character varying(16) NOT NULL,
    lines integer NOT NULL,
    editions text NOT NULL,
    status text,
    result text NOT NULL,
    error text,
    attempts integer NOT NULL,
    claim_token text,
    claimed_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone
);
CREATE SEQUENCE public.import_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.import_job_id_seq OWNED BY public.import_job.id;
CREATE TABLE public.import_list (
    job_id bigint NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.issue (
    id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    edition text,
    slot character varying(13) COLLATE pg_catalog."C",
    state character varying(16) NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_end timestamp with time zone NOT NULL,
    reason text,
    frozen_at timestamp with time zone,
    deadline timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    purpose text,
    language text,
    on_unknown text,
    without_articles integer,
    over_limit integer,
    had_all integer,
    repeated integer,
    CONSTRAINT issue_frozen_check CHECK ((((state)::text <> ALL ((ARRAY['frozen'::character varying, 'sending'::character varying, 'done'::character varying, 'paused'::character varying])::text[])) OR (frozen_at IS NOT NULL)))
);
CREATE TABLE public.issue_article (
    issue_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    article text NOT NULL,
    "position" integer NOT NULL
);
CREATE SEQUENCE public.issue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.issue_id_seq OWNED BY public.issue.id;
CREATE TABLE public.issue_link (
    issue_id bigint NOT NULL,
    number integer NOT NULL,
    url text NOT NULL,
    clicks integer NOT NULL
);
CREATE TABLE public.issue_ranking (
    issue_id bigint NOT NULL,
    articles text NOT NULL
);
CREATE TABLE public.leave_reason (
    subscriber_id bigint NOT NULL,
    reason character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.override (
    id bigint CONSTRAINT hand_id_not_null NOT NULL,
    edition text CONSTRAINT hand_edition_not_null NOT NULL,
    slot character varying(13) COLLATE pg_catalog."C",
    article_key text,
    kind character varying(16) CONSTRAINT hand_kind_not_null NOT NULL,
    value text,
    by text CONSTRAINT hand_by_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT hand_at_not_null NOT NULL,
    until timestamp with time zone,
    undone_by text,
    undone_at timestamp with time zone
);
CREATE SEQUENCE public.override_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.override_id_seq OWNED BY public.override.id;
CREATE TABLE public.picture (
    url text NOT NULL COLLATE pg_catalog."C",
    width integer NOT NULL,
    file text,
    media_type text,
    content bytea,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.ramp (
    domain text NOT NULL COLLATE pg_catalog."C",
    began_on date NOT NULL
);
CREATE TABLE public.rate_count (
    key text NOT NULL COLLATE pg_catalog."C",
    ends_at timestamp with time zone NOT NULL,
    events integer NOT NULL
);
CREATE TABLE public.reader_request (
    id bigint NOT NULL,
    subscriber_id bigint,
    delivery_id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone
);
CREATE SEQUENCE public.reader_request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reader_request_id_seq OWNED BY public.reader_request.id;
CREATE TABLE public.reading (
    article_id bigint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    taken_at timestamp with time zone NOT NULL,
    views bigint,
    comments bigint,
    rating bigint
);
CREATE TABLE public.refusal (
    delivery_id bigint NOT NULL,
    domain text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.resend (
    id bigint NOT NULL,
    issue_id bigint NOT NULL,
    by text NOT NULL,
    at timestamp with time zone NOT NULL,
    messages integer NOT NULL,
    state character varying(16)
);
CREATE SEQUENCE public.resend_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.resend_id_seq OWNED BY public.resend.id;
CREATE TABLE public.retraction (
    id bigint NOT NULL,
    url text NOT NULL,
    replacement text,
    by text NOT NULL,
    at timestamp with time zone NOT NULL,
    undone_by text,
    undone_at timestamp with time zone
);
CREATE SEQUENCE public.retraction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.retraction_id_seq OWNED BY public.retraction.id;
CREATE TABLE public.shown_ranking (
    edition text NOT NULL COLLATE pg_catalog."C",
    by text NOT NULL COLLATE pg_catalog."C",
    slot character varying(13) NOT NULL COLLATE pg_catalog."C",
    urls text NOT NULL,
    titles text NOT NULL
);
CREATE TABLE public.sighting (
    article_id bigint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    role character varying(16) NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    summary text,
    image_url text,
    image_credit text,
    section text,
    author text,
    language text,
    published_at timestamp with time zone,
    updated_at timestamp with time zone,
    taken_at timestamp with time zone NOT NULL
);
CREATE TABLE public.signing_key (
    id integer NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.signup (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    refused_at timestamp with time zone,
    editions text NOT NULL,
    language text NOT NULL,
    consents text NOT NULL,
    network text NOT NULL,
    origin text NOT NULL,
    consented_at timestamp with time zone
);
CREATE SEQUENCE public.signup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.signup_id_seq OWNED BY public.signup.id;
CREATE TABLE public.source (
    name text NOT NULL COLLATE pg_catalog."C",
    url text,
    etag text,
    last_modified text,
    visited_at timestamp with time zone NOT NULL
);
CREATE TABLE public.source_failure (
    source text NOT NULL COLLATE pg_catalog."C",
    failures integer NOT NULL,
    failed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subscriber (
    id bigint NOT NULL,
    email text NOT NULL COLLATE pg_catalog."C",
    name text,
    language text,
    editions text NOT NULL,
    sections text NOT NULL,
    frequency text,
    timezone text,
    status character varying(16) NOT NULL,
    left_by character varying(16),
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    email_key text NOT NULL COLLATE pg_catalog."C",
    hour integer,
    paused_until date,
    CONSTRAINT subscriber_left_check CHECK (((left_by IS NULL) OR ((status)::text = 'unsubscribed'::text)))
);
CREATE SEQUENCE public.subscriber_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subscriber_id_seq OWNED BY public.subscriber.id;
CREATE TABLE public.suppression (
    address_hash bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    overwritten_at timestamp with time zone
);
CREATE TABLE public.title_vector (
    key bytea NOT NULL,
    vector bytea NOT NULL,
    used_at timestamp with time zone NOT NULL
);
CREATE TABLE public.variant (
    id bigint NOT NULL,
    issue_id bigint NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    preheader text NOT NULL,
    html text NOT NULL,
    text text NOT NULL,
    signing_key_id integer,
    dkim_selector text,
    packed bytea
);
CREATE SEQUENCE public.variant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.variant_id_seq OWNED BY public.variant.id;
ALTER TABLE ONLY public.alert ALTER COLUMN id SET DEFAULT nextval('public.alert_id_seq'::regclass);
ALTER TABLE ONLY public.api_token ALTER COLUMN id SET DEFAULT nextval('public.api_token_id_seq'::regclass);
ALTER TABLE ONLY public.article ALTER COLUMN id SET DEFAULT nextval('public.article_id_seq'::regclass);
ALTER TABLE ONLY public.bounce ALTER COLUMN id SET DEFAULT nextval('public.bounce_id_seq'::regclass);
ALTER TABLE ONLY public.delivery ALTER COLUMN id SET DEFAULT nextval('public.delivery_id_seq'::regclass);
ALTER TABLE ONLY public.import_job ALTER COLUMN id SET DEFAULT nextval('public.import_job_id_seq'::regclass);
ALTER TABLE ONLY public.issue ALTER COLUMN id SET DEFAULT nextval('public.issue_id_seq'::regclass);
ALTER TABLE ONLY public.override ALTER COLUMN id SET DEFAULT nextval('public.override_id_seq'::regclass);
ALTER TABLE ONLY public.reader_request ALTER COLUMN id SET DEFAULT nextval('public.reader_request_id_seq'::regclass);
ALTER TABLE ONLY public.resend ALTER COLUMN id SET DEFAULT nextval('public.resend_id_seq'::regclass);
ALTER TABLE ONLY public.retraction ALTER COLUMN id SET DEFAULT nextval('public.retraction_id_seq'::regclass);
ALTER TABLE ONLY public.signup ALTER COLUMN id SET DEFAULT nextval('public.signup_id_seq'::regclass);
ALTER TABLE ONLY public.subscriber ALTER COLUMN id SET DEFAULT nextval('public.subscriber_id_seq'::regclass);
ALTER TABLE ONLY public.variant ALTER COLUMN id SET DEFAULT nextval('public.variant_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0033');
INSERT INTO public.alert VALUES (1, 'receiver-refuses', 'Гавань «ночью» alert 0', 'Гавань «ночью» alert 0', '2026-09-25 11:54:00+00', '2026-09-25 09:58:00+00', '2026-09-25 11:08:00+00', '2026-09-25 09:28:00+00');
INSERT INTO public.alert VALUES (2, 'issue-held', 'harbour''s night alert 1', 'harbour''s night alert 1', '2026-09-26 11:54:00+00', '2026-09-26 09:58:00+00', '2026-09-26 11:08:00+00', '2026-09-26 09:28:00+00');
INSERT INTO public.alert VALUES (3, 'issue-paused', 'приём; "кавычки" alert 2', 'приём; "кавычки" alert 2', '2026-09-27 11:54:00+00', '2026-09-27 09:58:00+00', '2026-09-27 11:08:00+00', '2026-09-27 09:28:00+00');
INSERT INTO public.alert VALUES (4, 'check-fails', 'quay — 50 % alert 3', 'quay — 50 % alert 3', '2026-09-28 11:54:00+00', '2026-09-28 09:58:00+00', NULL, NULL);
INSERT INTO public.alert VALUES (5, 'signups-paused', 'naïve café alert 4', 'naïve café alert 4', '2026-09-29 11:54:00+00', '2026-09-29 09:58:00+00', '2026-09-29 11:08:00+00', '2026-09-29 09:28:00+00');
INSERT INTO public.alert VALUES (6, 'receiver-refuses', 'line
break alert 5', 'line
break alert 5', '2026-09-30 11:54:00+00', '2026-09-30 09:58:00+00', '2026-09-30 11:08:00+00', '2026-09-30 09:28:00+00');
INSERT INTO public.alert VALUES (7, 'issue-held', 'тест\n alert 6', 'тест\n alert 6', '2026-10-01 11:54:00+00', '2026-10-01 09:58:00+00', '2026-10-01 11:08:00+00', '2026-10-01 09:28:00+00');
INSERT INTO public.alert VALUES (8, 'issue-paused', 'ß ü ñ alert 7', 'ß ü ñ alert 7', '2026-10-02 11:54:00+00', '2026-10-02 09:58:00+00', NULL, NULL);
INSERT INTO public.alert VALUES (9, 'check-fails', 'emoji ⚓ alert 8', 'emoji ⚓ alert 8', '2026-10-03 11:54:00+00', '2026-10-03 09:58:00+00', '2026-10-03 11:08:00+00', '2026-10-03 09:28:00+00');
INSERT INTO public.api_token VALUES (1, 'Гавань «ночью» api_token 0', '\x0000ff275c6170695f746f6b656e2e746f6b656e5f68617368', '[]', '2026-09-25 11:16:00+00', '2026-09-25 11:40:00+00');
INSERT INTO public.api_token VALUES (2, 'harbour''s night api_token 1', '\x0100ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily"]', '2026-09-26 11:16:00+00', '2026-09-26 11:40:00+00');
INSERT INTO public.api_token VALUES (3, 'приём; "кавычки" api_token 2', '\x0200ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily", "Спорт"]', '2026-09-27 11:16:00+00', '2026-09-27 11:40:00+00');
INSERT INTO public.api_token VALUES (4, 'quay — 50 % api_token 3', '\x0300ff275c6170695f746f6b656e2e746f6b656e5f68617368', '[]', '2026-09-28 11:16:00+00', NULL);
INSERT INTO public.api_token VALUES (5, 'naïve café api_token 4', '\x0400ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily"]', '2026-09-29 11:16:00+00', '2026-09-29 11:40:00+00');
INSERT INTO public.api_token VALUES (6, 'line
break api_token 5', '\x0500ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily", "Спорт"]', '2026-09-30 11:16:00+00', '2026-09-30 11:40:00+00');
INSERT INTO public.api_token VALUES (7, 'тест\n api_token 6', '\x0600ff275c6170695f746f6b656e2e746f6b656e5f68617368', '[]', '2026-10-01 11:16:00+00', '2026-10-01 11:40:00+00');
INSERT INTO public.api_token VALUES (8, 'ß ü ñ api_token 7', '\x0700ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily"]', '2026-10-02 11:16:00+00', NULL);
INSERT INTO public.api_token VALUES (9, 'emoji ⚓ api_token 8', '\x0800ff275c6170695f746f6b656e2e746f6b656e5f68617368', '["daily", "Спорт"]', '2026-10-03 11:16:00+00', '2026-10-03 11:40:00+00');
INSERT INTO public.archive_copy VALUES (1, 'Гавань «ночью» archive_copy 0', 'Гавань «ночью» archive_copy 0', 'Гавань «ночью» archive_copy 0', 'Гавань «ночью» archive_copy 0', '2026-09-25 07:33:00+00');
INSERT INTO public.archive_copy VALUES (2, 'harbour''s night archive_copy 1', 'harbour''s night archive_copy 1', 'harbour''s night archive_copy 1', 'harbour''s night archive_copy 1', '2026-09-26 07:33:00+00');
INSERT INTO public.archive_copy VALUES (3, 'приём; "кавычки" archive_copy 2', 'приём; "кавычки" archive_copy 2', 'приём; "кавычки" archive_copy 2', 'приём; "кавычки" archive_copy 2', '2026-09-27 07:33:00+00');
INSERT INTO public.archive_copy VALUES (4, 'quay — 50 % archive_copy 3', 'quay — 50 % archive_copy 3', NULL, 'quay — 50 % archive_copy 3', '2026-09-28 07:33:00+00');
INSERT INTO public.archive_copy VALUES (5, 'naïve café archive_copy 4', 'naïve café archive_copy 4', 'naïve café archive_copy 4', 'naïve café archive_copy 4', '2026-09-29 07:33:00+00');
INSERT INTO public.archive_copy VALUES (6, 'line
break archive_copy 5', 'line
break archive_copy 5', 'line
break archive_copy 5', 'line
break archive_copy 5', '2026-09-30 07:33:00+00');
INSERT INTO public.archive_copy VALUES (7, 'тест\n archive_copy 6', 'тест\n archive_copy 6', 'тест\n archive_copy 6', 'тест\n archive_copy 6', '2026-10-01 07:33:00+00');
INSERT INTO public.archive_copy VALUES (8, 'ß ü ñ archive_copy 7', 'ß ü ñ archive_copy 7', NULL, 'ß ü ñ archive_copy 7', '2026-10-02 07:33:00+00');
INSERT INTO public.archive_copy VALUES (9, 'emoji ⚓ archive_copy 8', 'emoji ⚓ archive_copy 8', 'emoji ⚓ archive_copy 8', 'emoji ⚓ archive_copy 8', '2026-10-03 07:33:00+00');
INSERT INTO public.article VALUES (1, 'Гавань «ночью» article 0', '2026-09-25 07:02:00+00', '2026-09-25 05:08:00+00');
INSERT INTO public.article VALUES (2, 'harbour''s night article 1', '2026-09-26 07:02:00+00', '2026-09-26 05:08:00+00');
INSERT INTO public.article VALUES (3, 'приём; "кавычки" article 2', '2026-09-27 07:02:00+00', '2026-09-27 05:08:00+00');
INSERT INTO public.article VALUES (4, 'quay — 50 % article 3', '2026-09-28 07:02:00+00', NULL);
INSERT INTO public.article VALUES (5, 'naïve café article 4', '2026-09-29 07:02:00+00', '2026-09-29 05:08:00+00');
INSERT INTO public.article VALUES (6, 'line
break article 5', '2026-09-30 07:02:00+00', '2026-09-30 05:08:00+00');
INSERT INTO public.article VALUES (7, 'тест\n article 6', '2026-10-01 07:02:00+00', '2026-10-01 05:08:00+00');
INSERT INTO public.article VALUES (8, 'ß ü ñ article 7', '2026-10-02 07:02:00+00', NULL);
INSERT INTO public.article VALUES (9, 'emoji ⚓ article 8', '2026-10-03 07:02:00+00', '2026-10-03 05:08:00+00');
INSERT INTO public.beat VALUES ('Гавань «ночью» beat 0', 'Гавань «ночью» beat 0', '2026-09-25 11:54:00+00', '2026-09-25 09:58:00+00');
INSERT INTO public.beat VALUES ('harbour''s night beat 1', 'harbour''s night beat 1', '2026-09-26 11:54:00+00', '2026-09-26 09:58:00+00');
INSERT INTO public.beat VALUES ('приём; "кавычки" beat 2', 'приём; "кавычки" beat 2', '2026-09-27 11:54:00+00', '2026-09-27 09:58:00+00');
INSERT INTO public.beat VALUES ('quay — 50 % beat 3', 'quay — 50 % beat 3', '2026-09-28 11:54:00+00', '2026-09-28 09:58:00+00');
INSERT INTO public.beat VALUES ('naïve café beat 4', 'naïve café beat 4', '2026-09-29 11:54:00+00', '2026-09-29 09:58:00+00');
INSERT INTO public.beat VALUES ('line
break beat 5', 'line
break beat 5', '2026-09-30 11:54:00+00', '2026-09-30 09:58:00+00');
INSERT INTO public.beat VALUES ('тест\n beat 6', 'тест\n beat 6', '2026-10-01 11:54:00+00', '2026-10-01 09:58:00+00');
INSERT INTO public.beat VALUES ('ß ü ñ beat 7', 'ß ü ñ beat 7', '2026-10-02 11:54:00+00', '2026-10-02 09:58:00+00');
INSERT INTO public.beat VALUES ('emoji ⚓ beat 8', 'emoji ⚓ beat 8', '2026-10-03 11:54:00+00', '2026-10-03 09:58:00+00');
INSERT INTO public.bounce VALUES (1, 'Гавань «ночью» bounce 0', 'Гавань «ночью» bounce 0', 1, 1, 'hard', 'Гавань «ночью» bounce 0', 'Гавань «ночью» bounce 0', false, '2026-09-25 07:33:00+00');
INSERT INTO public.bounce VALUES (2, 'harbour''s night bounce 1', 'harbour''s night bounce 1', 2, 2, 'soft', 'harbour''s night bounce 1', 'harbour''s night bounce 1', true, '2026-09-26 07:33:00+00');
INSERT INTO public.bounce VALUES (3, 'приём; "кавычки" bounce 2', 'приём; "кавычки" bounce 2', 3, 3, 'about-us', 'приём; "кавычки" bounce 2', 'приём; "кавычки" bounce 2', false, '2026-09-27 07:33:00+00');
INSERT INTO public.bounce VALUES (4, 'quay — 50 % bounce 3', 'quay — 50 % bounce 3', 4, NULL, 'complaint', NULL, 'quay — 50 % bounce 3', true, '2026-09-28 07:33:00+00');
INSERT INTO public.bounce VALUES (5, 'naïve café bounce 4', 'naïve café bounce 4', 5, 5, 'auto-reply', 'naïve café bounce 4', 'naïve café bounce 4', false, '2026-09-29 07:33:00+00');
INSERT INTO public.bounce VALUES (6, 'line
break bounce 5', 'line
break bounce 5', 6, 6, 'unsubscribe', 'line
break bounce 5', 'line
break bounce 5', true, '2026-09-30 07:33:00+00');
INSERT INTO public.bounce VALUES (7, 'тест\n bounce 6', 'тест\n bounce 6', 7, 7, 'none', 'тест\n bounce 6', 'тест\n bounce 6', false, '2026-10-01 07:33:00+00');
INSERT INTO public.bounce VALUES (8, 'ß ü ñ bounce 7', 'ß ü ñ bounce 7', 8, NULL, 'hard', NULL, 'ß ü ñ bounce 7', true, '2026-10-02 07:33:00+00');
INSERT INTO public.bounce VALUES (9, 'emoji ⚓ bounce 8', 'emoji ⚓ bounce 8', 9, 9, 'soft', 'emoji ⚓ bounce 8', 'emoji ⚓ bounce 8', false, '2026-10-03 07:33:00+00');
INSERT INTO public.day_article VALUES (1, 1, 'Гавань «ночью» day_article 0', 'Гавань «ночью» day_article 0', 'Гавань «ночью» day_article 0');
INSERT INTO public.day_article VALUES (2, 2, 'harbour''s night day_article 1', 'harbour''s night day_article 1', 'harbour''s night day_article 1');
INSERT INTO public.day_article VALUES (3, 3, 'приём; "кавычки" day_article 2', 'приём; "кавычки" day_article 2', 'приём; "кавычки" day_article 2');
INSERT INTO public.day_article VALUES (4, 4, 'quay — 50 % day_article 3', 'quay — 50 % day_article 3', NULL);
INSERT INTO public.day_article VALUES (5, 5, 'naïve café day_article 4', 'naïve café day_article 4', 'naïve café day_article 4');
INSERT INTO public.day_article VALUES (6, 6, 'line
break day_article 5', 'line
break day_article 5', 'line
break day_article 5');
INSERT INTO public.day_article VALUES (7, 7, 'тест\n day_article 6', 'тест\n day_article 6', 'тест\n day_article 6');
INSERT INTO public.day_article VALUES (8, 8, 'ß ü ñ day_article 7', 'ß ü ñ day_article 7', NULL);
INSERT INTO public.day_article VALUES (9, 9, 'emoji ⚓ day_article 8', 'emoji ⚓ day_article 8', 'emoji ⚓ day_article 8');
INSERT INTO public.delivery VALUES (1, 1, 1, 1, 'Reader0@post.example', 'Гавань «ночью» delivery 0', 'planned', '2026-09-25 04:26:00+00', NULL, NULL, 0, NULL, 0, 'Гавань «ночью» delivery 0', 'Гавань «ночью» delivery 0', 'Гавань «ночью» delivery 0', '2026-09-25 12:42:00+00', '2026-09-25 10:46:00+00', '2026-09-25 11:24:00+00', '2026-09-25 11:26:00+00');
INSERT INTO public.delivery VALUES (2, 2, 2, 2, 'Reader1@post.example', 'harbour''s night delivery 1', 'claimed', '2026-09-26 04:26:00+00', 'token-1', '2026-09-25 04:00:00+00', 1, NULL, 1, 'harbour''s night delivery 1', 'harbour''s night delivery 1', 'harbour''s night delivery 1', '2026-09-26 12:42:00+00', '2026-09-26 10:46:00+00', '2026-09-26 11:24:00+00', '2026-09-26 11:26:00+00');
INSERT INTO public.delivery VALUES (3, 3, 3, 3, 'Reader2@post.example', 'приём; "кавычки" delivery 2', 'sending', '2026-09-27 04:26:00+00', 'token-2', '2026-09-25 04:00:00+00', 7, NULL, 7, 'приём; "кавычки" delivery 2', 'приём; "кавычки" delivery 2', 'приём; "кавычки" delivery 2', '2026-09-27 12:42:00+00', '2026-09-27 10:46:00+00', '2026-09-27 11:24:00+00', '2026-09-27 11:26:00+00');
INSERT INTO public.delivery VALUES (4, 4, 4, 4, 'Reader3@post.example', NULL, 'sent', '2026-09-28 04:26:00+00', NULL, NULL, 1841, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.delivery VALUES (5, 5, 5, 5, 'Reader4@post.example', 'naïve café delivery 4', 'deferred', '2026-09-29 04:26:00+00', NULL, NULL, 2147483647, '2026-09-25 05:00:00+00', 2147483647, 'naïve café delivery 4', 'naïve café delivery 4', 'naïve café delivery 4', '2026-09-29 12:42:00+00', '2026-09-29 10:46:00+00', '2026-09-29 11:24:00+00', '2026-09-29 11:26:00+00');
INSERT INTO public.delivery VALUES (6, 6, 6, 6, 'Reader5@post.example', 'line
break delivery 5', 'bounced', '2026-09-30 04:26:00+00', NULL, NULL, 0, NULL, 0, 'line
break delivery 5', 'line
break delivery 5', 'line
break delivery 5', '2026-09-30 12:42:00+00', '2026-09-30 10:46:00+00', '2026-09-30 11:24:00+00', '2026-09-30 11:26:00+00');
INSERT INTO public.delivery VALUES (7, 7, 7, 7, 'Reader6@post.example', 'тест\n delivery 6', 'unknown', '2026-10-01 04:26:00+00', 'token-6', NULL, 1, NULL, 1, 'тест\n delivery 6', 'тест\n delivery 6', 'тест\n delivery 6', '2026-10-01 12:42:00+00', '2026-10-01 10:46:00+00', '2026-10-01 11:24:00+00', '2026-10-01 11:26:00+00');
INSERT INTO public.delivery VALUES (8, 8, 8, 8, 'Reader7@post.example', NULL, 'cancelled', '2026-10-02 04:26:00+00', NULL, NULL, 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.delivery VALUES (9, 9, 9, 9, 'Reader8@post.example', 'emoji ⚓ delivery 8', 'expired', '2026-10-03 04:26:00+00', NULL, NULL, 1841, NULL, 1841, 'emoji ⚓ delivery 8', 'emoji ⚓ delivery 8', 'emoji ⚓ delivery 8', '2026-10-03 12:42:00+00', '2026-10-03 10:46:00+00', '2026-10-03 11:24:00+00', '2026-10-03 11:26:00+00');
INSERT INTO public.group_pause VALUES ('Гавань «ночью» group_pause 0', 'refused', 'Гавань «ночью» group_pause 0', '2026-09-25 12:50:00+00', '2026-09-25 13:16:00+00', 0, '2026-09-25 08:08:00+00', '2026-09-25 11:08:00+00');
INSERT INTO public.group_pause VALUES ('harbour''s night group_pause 1', 'throttled', 'harbour''s night group_pause 1', '2026-09-26 12:50:00+00', '2026-09-26 13:16:00+00', 1, '2026-09-26 08:08:00+00', '2026-09-26 11:08:00+00');
INSERT INTO public.group_pause VALUES ('приём; "кавычки" group_pause 2', 'refused', 'приём; "кавычки" group_pause 2', '2026-09-27 12:50:00+00', '2026-09-27 13:16:00+00', 7, '2026-09-27 08:08:00+00', '2026-09-27 11:08:00+00');
INSERT INTO public.group_pause VALUES ('quay — 50 % group_pause 3', 'throttled', 'quay — 50 % group_pause 3', '2026-09-28 12:50:00+00', '2026-09-28 13:16:00+00', 1841, NULL, NULL);
INSERT INTO public.group_pause VALUES ('naïve café group_pause 4', 'refused', 'naïve café group_pause 4', '2026-09-29 12:50:00+00', '2026-09-29 13:16:00+00', 2147483647, '2026-09-29 08:08:00+00', '2026-09-29 11:08:00+00');
INSERT INTO public.group_pause VALUES ('line
break group_pause 5', 'throttled', 'line
break group_pause 5', '2026-09-30 12:50:00+00', '2026-09-30 13:16:00+00', 0, '2026-09-30 08:08:00+00', '2026-09-30 11:08:00+00');
INSERT INTO public.group_pause VALUES ('тест\n group_pause 6', 'refused', 'тест\n group_pause 6', '2026-10-01 12:50:00+00', '2026-10-01 13:16:00+00', 1, '2026-10-01 08:08:00+00', '2026-10-01 11:08:00+00');
INSERT INTO public.group_pause VALUES ('ß ü ñ group_pause 7', 'throttled', 'ß ü ñ group_pause 7', '2026-10-02 12:50:00+00', '2026-10-02 13:16:00+00', 7, NULL, NULL);
INSERT INTO public.group_pause VALUES ('emoji ⚓ group_pause 8', 'refused', 'emoji ⚓ group_pause 8', '2026-10-03 12:50:00+00', '2026-10-03 13:16:00+00', 1841, '2026-10-03 08:08:00+00', '2026-10-03 11:08:00+00');
INSERT INTO public.idempotent_request VALUES (1, '\x0000ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0000ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-25 07:57:00+00', 0, 'Гавань «ночью» idempotent_request 0');
INSERT INTO public.idempotent_request VALUES (2, '\x0100ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0100ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-26 07:57:00+00', 1, 'harbour''s night idempotent_request 1');
INSERT INTO public.idempotent_request VALUES (3, '\x0200ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0200ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-27 07:57:00+00', 7, 'приём; "кавычки" idempotent_request 2');
INSERT INTO public.idempotent_request VALUES (4, '\x0300ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0300ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-28 07:57:00+00', NULL, NULL);
INSERT INTO public.idempotent_request VALUES (5, '\x0400ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0400ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-29 07:57:00+00', 2147483647, 'naïve café idempotent_request 4');
INSERT INTO public.idempotent_request VALUES (6, '\x0500ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0500ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-09-30 07:57:00+00', 0, 'line
break idempotent_request 5');
INSERT INTO public.idempotent_request VALUES (7, '\x0600ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0600ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-10-01 07:57:00+00', 1, 'тест\n idempotent_request 6');
INSERT INTO public.idempotent_request VALUES (8, '\x0700ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0700ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-10-02 07:57:00+00', NULL, NULL);
INSERT INTO public.idempotent_request VALUES (9, '\x0800ff275c6964656d706f74656e745f726571756573742e6b65795f68617368', '\x0800ff275c6964656d706f74656e745f726571756573742e726571756573745f68617368', '2026-10-03 07:57:00+00', 1841, 'emoji ⚓ idempotent_request 8');
INSERT INTO public.import_job VALUES (1, 'Гавань «ночью» import_job 0', 'running', 0, '[]', 'Гавань «ночью» import_job 0', 'Гавань «ночью» import_job 0', 'Гавань «ночью» import_job 0', 0, 'Гавань «ночью» import_job 0', '2026-09-25 06:50:00+00', '2026-09-25 11:16:00+00', '2026-09-25 13:10:00+00');
INSERT INTO public.import_job VALUES (2, 'harbour''s night import_job 1', 'done', 1, '["daily"]', 'harbour''s night import_job 1', 'harbour''s night import_job 1', 'harbour''s night import_job 1', 1, 'harbour''s night import_job 1', '2026-09-26 06:50:00+00', '2026-09-26 11:16:00+00', '2026-09-26 13:10:00+00');
INSERT INTO public.import_job VALUES (3, 'приём; "кавычки" import_job 2', 'failed', 7, '["daily", "Спорт"]', 'приём; "кавычки" import_job 2', 'приём; "кавычки" import_job 2', 'приём; "кавычки" import_job 2', 7, 'приём; "кавычки" import_job 2', '2026-09-27 06:50:00+00', '2026-09-27 11:16:00+00', '2026-09-27 13:10:00+00');
INSERT INTO public.import_job VALUES (4, 'quay — 50 % import_job 3', 'running', 1841, '[]', NULL, 'quay — 50 % import_job 3', NULL, 1841, NULL, NULL, '2026-09-28 11:16:00+00', NULL);
INSERT INTO public.import_job VALUES (5, 'naïve café import_job 4', 'done', 2147483647, '["daily"]', 'naïve café import_job 4', 'naïve café import_job 4', 'naïve café import_job 4', 2147483647, 'naïve café import_job 4', '2026-09-29 06:50:00+00', '2026-09-29 11:16:00+00', '2026-09-29 13:10:00+00');
INSERT INTO public.import_job VALUES (6, 'line
break import_job 5', 'failed', 0, '["daily", "Спорт"]', 'line
break import_job 5', 'line
break import_job 5', 'line
break import_job 5', 0, 'line
break import_job 5', '2026-09-30 06:50:00+00', '2026-09-30 11:16:00+00', '2026-09-30 13:10:00+00');
INSERT INTO public.import_job VALUES (7, 'тест\n import_job 6', 'running', 1, '[]', 'тест\n import_job 6', 'тест\n import_job 6', 'тест\n import_job 6', 1, 'тест\n import_job 6', '2026-10-01 06:50:00+00', '2026-10-01 11:16:00+00', '2026-10-01 13:10:00+00');
INSERT INTO public.import_job VALUES (8, 'ß ü ñ import_job 7', 'done', 7, '["daily"]', NULL, 'ß ü ñ import_job 7', NULL, 7, NULL, NULL, '2026-10-02 11:16:00+00', NULL);
INSERT INTO public.import_job VALUES (9, 'emoji ⚓ import_job 8', 'failed', 1841, '["daily", "Спорт"]', 'emoji ⚓ import_job 8', 'emoji ⚓ import_job 8', 'emoji ⚓ import_job 8', 1841, 'emoji ⚓ import_job 8', '2026-10-03 06:50:00+00', '2026-10-03 11:16:00+00', '2026-10-03 13:10:00+00');
INSERT INTO public.import_list VALUES (1, '\x0000ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (2, '\x0100ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (3, '\x0200ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (4, '\x0300ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (5, '\x0400ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (6, '\x0500ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (7, '\x0600ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (8, '\x0700ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.import_list VALUES (9, '\x0800ff275c696d706f72745f6c6973742e636f6e74656e74');
INSERT INTO public.issue VALUES (1, 'edition', 'daily', '2026-09-20.01', 'planned', '2026-09-25 05:57:00+00', '2026-09-25 11:50:00+00', 'Гавань «ночью» issue 0', NULL, '2026-09-25 07:42:00+00', '2026-09-25 11:31:00+00', NULL, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.issue VALUES (2, 'edition', 'daily', '2026-09-21.01', 'held', '2026-09-26 05:57:00+00', '2026-09-26 11:50:00+00', 'harbour''s night issue 1', NULL, '2026-09-26 07:42:00+00', '2026-09-26 11:31:00+00', NULL, NULL, NULL, 1, 1, 1, 1);
INSERT INTO public.issue VALUES (3, 'edition', 'daily', '2026-09-22.01', 'frozen', '2026-09-27 05:57:00+00', '2026-09-27 11:50:00+00', 'приём; "кавычки" issue 2', '2026-09-27 04:00:00+00', '2026-09-27 07:42:00+00', '2026-09-27 11:31:00+00', NULL, NULL, NULL, 7, 7, 7, 7);
INSERT INTO public.issue VALUES (4, 'edition', 'daily', '2026-09-23.01', 'sending', '2026-09-28 05:57:00+00', '2026-09-28 11:50:00+00', NULL, '2026-09-28 04:00:00+00', NULL, '2026-09-28 11:31:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.issue VALUES (5, 'edition', 'daily', '2026-09-24.01', 'done', '2026-09-29 05:57:00+00', '2026-09-29 11:50:00+00', 'naïve café issue 4', '2026-09-29 04:00:00+00', '2026-09-29 07:42:00+00', '2026-09-29 11:31:00+00', NULL, NULL, NULL, 2147483647, 2147483647, 2147483647, 2147483647);
INSERT INTO public.issue VALUES (6, 'edition', 'daily', '2026-09-25.01', 'paused', '2026-09-30 05:57:00+00', '2026-09-30 11:50:00+00', 'line
break issue 5', '2026-09-30 04:00:00+00', '2026-09-30 07:42:00+00', '2026-09-30 11:31:00+00', NULL, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.issue VALUES (7, 'edition', 'daily', '2026-09-26.01', 'cancelled', '2026-10-01 05:57:00+00', '2026-10-01 11:50:00+00', 'тест\n issue 6', '2026-10-01 04:00:00+00', '2026-10-01 07:42:00+00', '2026-10-01 11:31:00+00', NULL, NULL, NULL, 1, 1, 1, 1);
INSERT INTO public.issue VALUES (8, 'system', NULL, '2026-09-27.01', 'skipped', '2026-10-02 05:57:00+00', '2026-10-02 11:50:00+00', NULL, NULL, NULL, '2026-10-02 11:31:00+00', 'alert', 'ru', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.issue VALUES (9, 'system', NULL, '2026-09-28.01', 'planned', '2026-10-03 05:57:00+00', '2026-10-03 11:50:00+00', 'emoji ⚓ issue 8', NULL, '2026-10-03 07:42:00+00', '2026-10-03 11:31:00+00', 'alert', 'en', 'emoji ⚓ issue 8', 1841, 1841, 1841, 1841);
INSERT INTO public.issue_article VALUES (1, 1, 'Гавань «ночью» issue_article 0', 1);
INSERT INTO public.issue_article VALUES (2, 2, 'harbour''s night issue_article 1', 2);
INSERT INTO public.issue_article VALUES (3, 3, 'приём; "кавычки" issue_article 2', 3);
INSERT INTO public.issue_article VALUES (4, 4, 'quay — 50 % issue_article 3', 4);
INSERT INTO public.issue_article VALUES (5, 5, 'naïve café issue_article 4', 5);
INSERT INTO public.issue_article VALUES (6, 6, 'line
break issue_article 5', 6);
INSERT INTO public.issue_article VALUES (7, 7, 'тест\n issue_article 6', 7);
INSERT INTO public.issue_article VALUES (8, 8, 'ß ü ñ issue_article 7', 8);
INSERT INTO public.issue_article VALUES (9, 9, 'emoji ⚓ issue_article 8', 9);
INSERT INTO public.issue_link VALUES (1, 1, 'Гавань «ночью» issue_link 0', 0);
INSERT INTO public.issue_link VALUES (2, 2, 'harbour''s night issue_link 1', 1);
INSERT INTO public.issue_link VALUES (3, 3, 'приём; "кавычки" issue_link 2', 7);
INSERT INTO public.issue_link VALUES (4, 4, 'quay — 50 % issue_link 3', 1841);
INSERT INTO public.issue_link VALUES (5, 5, 'naïve café issue_link 4', 2147483647);
INSERT INTO public.issue_link VALUES (6, 6, 'line
break issue_link 5', 0);
INSERT INTO public.issue_link VALUES (7, 7, 'тест\n issue_link 6', 1);
INSERT INTO public.issue_link VALUES (8, 8, 'ß ü ñ issue_link 7', 7);
INSERT INTO public.issue_link VALUES (9, 9, 'emoji ⚓ issue_link 8', 1841);
INSERT INTO public.issue_ranking VALUES (1, 'Гавань «ночью» issue_ranking 0');
INSERT INTO public.issue_ranking VALUES (2, 'harbour''s night issue_ranking 1');
INSERT INTO public.issue_ranking VALUES (3, 'приём; "кавычки" issue_ranking 2');
INSERT INTO public.issue_ranking VALUES (4, 'quay — 50 % issue_ranking 3');
INSERT INTO public.issue_ranking VALUES (5, 'naïve café issue_ranking 4');
INSERT INTO public.issue_ranking VALUES (6, 'line
break issue_ranking 5');
INSERT INTO public.issue_ranking VALUES (7, 'тест\n issue_ranking 6');
INSERT INTO public.issue_ranking VALUES (8, 'ß ü ñ issue_ranking 7');
INSERT INTO public.issue_ranking VALUES (9, 'emoji ⚓ issue_ranking 8');
INSERT INTO public.leave_reason VALUES (1, 'too-many', '2026-09-25 07:33:00+00');
INSERT INTO public.leave_reason VALUES (2, 'not-interesting', '2026-09-26 07:33:00+00');
INSERT INTO public.leave_reason VALUES (3, 'elsewhere', '2026-09-27 07:33:00+00');
INSERT INTO public.leave_reason VALUES (4, 'not-requested', '2026-09-28 07:33:00+00');
INSERT INTO public.leave_reason VALUES (5, 'other', '2026-09-29 07:33:00+00');
INSERT INTO public.leave_reason VALUES (6, 'too-many', '2026-09-30 07:33:00+00');
INSERT INTO public.leave_reason VALUES (7, 'not-interesting', '2026-10-01 07:33:00+00');
INSERT INTO public.leave_reason VALUES (8, 'elsewhere', '2026-10-02 07:33:00+00');
INSERT INTO public.leave_reason VALUES (9, 'not-requested', '2026-10-03 07:33:00+00');
INSERT INTO public.override VALUES (1, 'Гавань «ночью» override 0', '2026-09-20.01', 'Гавань «ночью» override 0', 'pin', 'Гавань «ночью» override 0', 'Гавань «ночью» override 0', '2026-09-25 07:33:00+00', '2026-09-25 13:16:00+00', 'Гавань «ночью» override 0', '2026-09-25 09:57:00+00');
INSERT INTO public.override VALUES (2, 'harbour''s night override 1', '2026-09-21.01', 'harbour''s night override 1', 'drop', 'harbour''s night override 1', 'harbour''s night override 1', '2026-09-26 07:33:00+00', '2026-09-26 13:16:00+00', 'harbour''s night override 1', '2026-09-26 09:57:00+00');
INSERT INTO public.override VALUES (3, 'приём; "кавычки" override 2', '2026-09-22.01', 'приём; "кавычки" override 2', 'boost', 'приём; "кавычки" override 2', 'приём; "кавычки" override 2', '2026-09-27 07:33:00+00', '2026-09-27 13:16:00+00', 'приём; "кавычки" override 2', '2026-09-27 09:57:00+00');
INSERT INTO public.override VALUES (4, 'quay — 50 % override 3', '2026-09-23.01', NULL, 'title', NULL, 'quay — 50 % override 3', '2026-09-28 07:33:00+00', NULL, NULL, NULL);
INSERT INTO public.override VALUES (5, 'naïve café override 4', '2026-09-24.01', 'naïve café override 4', 'summary', 'naïve café override 4', 'naïve café override 4', '2026-09-29 07:33:00+00', '2026-09-29 13:16:00+00', 'naïve café override 4', '2026-09-29 09:57:00+00');
INSERT INTO public.override VALUES (6, 'line
break override 5', '2026-09-25.01', 'line
break override 5', 'section', 'line
break override 5', 'line
break override 5', '2026-09-30 07:33:00+00', '2026-09-30 13:16:00+00', 'line
break override 5', '2026-09-30 09:57:00+00');
INSERT INTO public.override VALUES (7, 'тест\n override 6', '2026-09-26.01', 'тест\n override 6', 'add', 'тест\n override 6', 'тест\n override 6', '2026-10-01 07:33:00+00', '2026-10-01 13:16:00+00', 'тест\n override 6', '2026-10-01 09:57:00+00');
INSERT INTO public.override VALUES (8, 'ß ü ñ override 7', '2026-09-27.01', NULL, 'pin', NULL, 'ß ü ñ override 7', '2026-10-02 07:33:00+00', NULL, NULL, NULL);
INSERT INTO public.override VALUES (9, 'emoji ⚓ override 8', '2026-09-28.01', 'emoji ⚓ override 8', 'drop', 'emoji ⚓ override 8', 'emoji ⚓ override 8', '2026-10-03 07:33:00+00', '2026-10-03 13:16:00+00', 'emoji ⚓ override 8', '2026-10-03 09:57:00+00');
INSERT INTO public.picture VALUES ('Гавань «ночью» picture 0', 1, 'Гавань «ночью» picture 0', 'Гавань «ночью» picture 0', '\x0000ff275c706963747572652e636f6e74656e74', '2026-09-25 07:33:00+00');
INSERT INTO public.picture VALUES ('harbour''s night picture 1', 2, 'harbour''s night picture 1', 'harbour''s night picture 1', '\x0100ff275c706963747572652e636f6e74656e74', '2026-09-26 07:33:00+00');
INSERT INTO public.picture VALUES ('приём; "кавычки" picture 2', 3, 'приём; "кавычки" picture 2', 'приём; "кавычки" picture 2', '\x0200ff275c706963747572652e636f6e74656e74', '2026-09-27 07:33:00+00');
INSERT INTO public.picture VALUES ('quay — 50 % picture 3', 4, NULL, NULL, NULL, '2026-09-28 07:33:00+00');
INSERT INTO public.picture VALUES ('naïve café picture 4', 5, 'naïve café picture 4', 'naïve café picture 4', '\x0400ff275c706963747572652e636f6e74656e74', '2026-09-29 07:33:00+00');
INSERT INTO public.picture VALUES ('line
break picture 5', 6, 'line
break picture 5', 'line
break picture 5', '\x0500ff275c706963747572652e636f6e74656e74', '2026-09-30 07:33:00+00');
INSERT INTO public.picture VALUES ('тест\n picture 6', 7, 'тест\n picture 6', 'тест\n picture 6', '\x0600ff275c706963747572652e636f6e74656e74', '2026-10-01 07:33:00+00');
INSERT INTO public.picture VALUES ('ß ü ñ picture 7', 8, NULL, NULL, NULL, '2026-10-02 07:33:00+00');
INSERT INTO public.picture VALUES ('emoji ⚓ picture 8', 9, 'emoji ⚓ picture 8', 'emoji ⚓ picture 8', '\x0800ff275c706963747572652e636f6e74656e74', '2026-10-03 07:33:00+00');
INSERT INTO public.ramp VALUES ('Гавань «ночью» ramp 0', '2026-10-01');
INSERT INTO public.ramp VALUES ('harbour''s night ramp 1', '2026-10-02');
INSERT INTO public.ramp VALUES ('приём; "кавычки" ramp 2', '2026-10-03');
INSERT INTO public.ramp VALUES ('quay — 50 % ramp 3', '2026-10-04');
INSERT INTO public.ramp VALUES ('naïve café ramp 4', '2026-10-05');
INSERT INTO public.ramp VALUES ('line
break ramp 5', '2026-10-06');
INSERT INTO public.ramp VALUES ('тест\n ramp 6', '2026-10-07');
INSERT INTO public.ramp VALUES ('ß ü ñ ramp 7', '2026-10-08');
INSERT INTO public.ramp VALUES ('emoji ⚓ ramp 8', '2026-10-09');
INSERT INTO public.rate_count VALUES ('Гавань «ночью» rate_count 0', '2026-09-25 06:14:00+00', 1);
INSERT INTO public.rate_count VALUES ('harbour''s night rate_count 1', '2026-09-26 06:14:00+00', 2);
INSERT INTO public.rate_count VALUES ('приём; "кавычки" rate_count 2', '2026-09-27 06:14:00+00', 3);
INSERT INTO public.rate_count VALUES ('quay — 50 % rate_count 3', '2026-09-28 06:14:00+00', 4);
INSERT INTO public.rate_count VALUES ('naïve café rate_count 4', '2026-09-29 06:14:00+00', 5);
INSERT INTO public.rate_count VALUES ('line
break rate_count 5', '2026-09-30 06:14:00+00', 6);
INSERT INTO public.rate_count VALUES ('тест\n rate_count 6', '2026-10-01 06:14:00+00', 7);
INSERT INTO public.rate_count VALUES ('ß ü ñ rate_count 7', '2026-10-02 06:14:00+00', 8);
INSERT INTO public.rate_count VALUES ('emoji ⚓ rate_count 8', '2026-10-03 06:14:00+00', 9);
INSERT INTO public.reader_request VALUES (1, 1, 1, 'export', '2026-09-25 07:48:00+00', '2026-09-25 06:10:00+00');
INSERT INTO public.reader_request VALUES (2, 2, 2, 'erase', '2026-09-26 07:48:00+00', '2026-09-26 06:10:00+00');
INSERT INTO public.reader_request VALUES (3, 3, 3, 'address', '2026-09-27 07:48:00+00', '2026-09-27 06:10:00+00');
INSERT INTO public.reader_request VALUES (4, NULL, 4, 'new-address', '2026-09-28 07:48:00+00', NULL);
INSERT INTO public.reader_request VALUES (5, 5, 5, 'moved', '2026-09-29 07:48:00+00', '2026-09-29 06:10:00+00');
INSERT INTO public.reader_request VALUES (6, 6, 6, 'export', '2026-09-30 07:48:00+00', '2026-09-30 06:10:00+00');
INSERT INTO public.reader_request VALUES (7, 7, 7, 'erase', '2026-10-01 07:48:00+00', '2026-10-01 06:10:00+00');
INSERT INTO public.reader_request VALUES (8, NULL, 8, 'address', '2026-10-02 07:48:00+00', NULL);
INSERT INTO public.reader_request VALUES (9, 9, 9, 'new-address', '2026-10-03 07:48:00+00', '2026-10-03 06:10:00+00');
INSERT INTO public.reading VALUES (1, 'Гавань «ночью» reading 0', '2026-09-25 07:59:00+00', 0, 0, 0);
INSERT INTO public.reading VALUES (2, 'harbour''s night reading 1', '2026-09-26 07:59:00+00', 1, 1, 1);
INSERT INTO public.reading VALUES (3, 'приём; "кавычки" reading 2', '2026-09-27 07:59:00+00', 7, 7, 7);
INSERT INTO public.reading VALUES (4, 'quay — 50 % reading 3', '2026-09-28 07:59:00+00', NULL, NULL, NULL);
INSERT INTO public.reading VALUES (5, 'naïve café reading 4', '2026-09-29 07:59:00+00', 2147483647, 2147483647, 2147483647);
INSERT INTO public.reading VALUES (6, 'line
break reading 5', '2026-09-30 07:59:00+00', 0, 0, 0);
INSERT INTO public.reading VALUES (7, 'тест\n reading 6', '2026-10-01 07:59:00+00', 1, 1, 1);
INSERT INTO public.reading VALUES (8, 'ß ü ñ reading 7', '2026-10-02 07:59:00+00', NULL, NULL, NULL);
INSERT INTO public.reading VALUES (9, 'emoji ⚓ reading 8', '2026-10-03 07:59:00+00', 1841, 1841, 1841);
INSERT INTO public.refusal VALUES (1, 'Гавань «ночью» refusal 0', '2026-09-25 07:33:00+00');
INSERT INTO public.refusal VALUES (2, 'harbour''s night refusal 1', '2026-09-26 07:33:00+00');
INSERT INTO public.refusal VALUES (3, 'приём; "кавычки" refusal 2', '2026-09-27 07:33:00+00');
INSERT INTO public.refusal VALUES (4, 'quay — 50 % refusal 3', '2026-09-28 07:33:00+00');
INSERT INTO public.refusal VALUES (5, 'naïve café refusal 4', '2026-09-29 07:33:00+00');
INSERT INTO public.refusal VALUES (6, 'line
break refusal 5', '2026-09-30 07:33:00+00');
INSERT INTO public.refusal VALUES (7, 'тест\n refusal 6', '2026-10-01 07:33:00+00');
INSERT INTO public.refusal VALUES (8, 'ß ü ñ refusal 7', '2026-10-02 07:33:00+00');
INSERT INTO public.refusal VALUES (9, 'emoji ⚓ refusal 8', '2026-10-03 07:33:00+00');
INSERT INTO public.resend VALUES (1, 1, 'Гавань «ночью» resend 0', '2026-09-25 07:33:00+00', 0, 'planned');
INSERT INTO public.resend VALUES (2, 2, 'harbour''s night resend 1', '2026-09-26 07:33:00+00', 1, 'claimed');
INSERT INTO public.resend VALUES (3, 3, 'приём; "кавычки" resend 2', '2026-09-27 07:33:00+00', 7, 'sending');
INSERT INTO public.resend VALUES (4, 4, 'quay — 50 % resend 3', '2026-09-28 07:33:00+00', 1841, NULL);
INSERT INTO public.resend VALUES (5, 5, 'naïve café resend 4', '2026-09-29 07:33:00+00', 2147483647, 'deferred');
INSERT INTO public.resend VALUES (6, 6, 'line
break resend 5', '2026-09-30 07:33:00+00', 0, 'bounced');
INSERT INTO public.resend VALUES (7, 7, 'тест\n resend 6', '2026-10-01 07:33:00+00', 1, 'unknown');
INSERT INTO public.resend VALUES (8, 8, 'ß ü ñ resend 7', '2026-10-02 07:33:00+00', 7, NULL);
INSERT INTO public.resend VALUES (9, 9, 'emoji ⚓ resend 8', '2026-10-03 07:33:00+00', 1841, 'expired');
INSERT INTO public.retraction VALUES (1, 'Гавань «ночью» retraction 0', 'Гавань «ночью» retraction 0', 'Гавань «ночью» retraction 0', '2026-09-25 07:33:00+00', 'Гавань «ночью» retraction 0', '2026-09-25 09:57:00+00');
INSERT INTO public.retraction VALUES (2, 'harbour''s night retraction 1', 'harbour''s night retraction 1', 'harbour''s night retraction 1', '2026-09-26 07:33:00+00', 'harbour''s night retraction 1', '2026-09-26 09:57:00+00');
INSERT INTO public.retraction VALUES (3, 'приём; "кавычки" retraction 2', 'приём; "кавычки" retraction 2', 'приём; "кавычки" retraction 2', '2026-09-27 07:33:00+00', 'приём; "кавычки" retraction 2', '2026-09-27 09:57:00+00');
INSERT INTO public.retraction VALUES (4, 'quay — 50 % retraction 3', NULL, 'quay — 50 % retraction 3', '2026-09-28 07:33:00+00', NULL, NULL);
INSERT INTO public.retraction VALUES (5, 'naïve café retraction 4', 'naïve café retraction 4', 'naïve café retraction 4', '2026-09-29 07:33:00+00', 'naïve café retraction 4', '2026-09-29 09:57:00+00');
INSERT INTO public.retraction VALUES (6, 'line
break retraction 5', 'line
break retraction 5', 'line
break retraction 5', '2026-09-30 07:33:00+00', 'line
break retraction 5', '2026-09-30 09:57:00+00');
INSERT INTO public.retraction VALUES (7, 'тест\n retraction 6', 'тест\n retraction 6', 'тест\n retraction 6', '2026-10-01 07:33:00+00', 'тест\n retraction 6', '2026-10-01 09:57:00+00');
INSERT INTO public.retraction VALUES (8, 'ß ü ñ retraction 7', NULL, 'ß ü ñ retraction 7', '2026-10-02 07:33:00+00', NULL, NULL);
INSERT INTO public.retraction VALUES (9, 'emoji ⚓ retraction 8', 'emoji ⚓ retraction 8', 'emoji ⚓ retraction 8', '2026-10-03 07:33:00+00', 'emoji ⚓ retraction 8', '2026-10-03 09:57:00+00');
INSERT INTO public.shown_ranking VALUES ('Гавань «ночью» shown_ranking 0', 'Гавань «ночью» shown_ranking 0', '2026-09-20.01', '[]', '[]');
INSERT INTO public.shown_ranking VALUES ('harbour''s night shown_ranking 1', 'harbour''s night shown_ranking 1', '2026-09-21.01', '["daily"]', '["daily"]');
INSERT INTO public.shown_ranking VALUES ('приём; "кавычки" shown_ranking 2', 'приём; "кавычки" shown_ranking 2', '2026-09-22.01', '["daily", "Спорт"]', '["daily", "Спорт"]');
INSERT INTO public.shown_ranking VALUES ('quay — 50 % shown_ranking 3', 'quay — 50 % shown_ranking 3', '2026-09-23.01', '[]', '[]');
INSERT INTO public.shown_ranking VALUES ('naïve café shown_ranking 4', 'naïve café shown_ranking 4', '2026-09-24.01', '["daily"]', '["daily"]');
INSERT INTO public.shown_ranking VALUES ('line
break shown_ranking 5', 'line
break shown_ranking 5', '2026-09-25.01', '["daily", "Спорт"]', '["daily", "Спорт"]');
INSERT INTO public.shown_ranking VALUES ('тест\n shown_ranking 6', 'тест\n shown_ranking 6', '2026-09-26.01', '[]', '[]');
INSERT INTO public.shown_ranking VALUES ('ß ü ñ shown_ranking 7', 'ß ü ñ shown_ranking 7', '2026-09-27.01', '["daily"]', '["daily"]');
INSERT INTO public.shown_ranking VALUES ('emoji ⚓ shown_ranking 8', 'emoji ⚓ shown_ranking 8', '2026-09-28.01', '["daily", "Спорт"]', '["daily", "Спорт"]');
INSERT INTO public.sighting VALUES (1, 'Гавань «ночью» sighting 0', 'articles', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', 'Гавань «ночью» sighting 0', '2026-09-25 05:08:00+00', '2026-09-25 11:31:00+00', '2026-09-25 07:59:00+00');
INSERT INTO public.sighting VALUES (2, 'harbour''s night sighting 1', 'discussion', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', 'harbour''s night sighting 1', '2026-09-26 05:08:00+00', '2026-09-26 11:31:00+00', '2026-09-26 07:59:00+00');
INSERT INTO public.sighting VALUES (3, 'приём; "кавычки" sighting 2', 'counters', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', 'приём; "кавычки" sighting 2', '2026-09-27 05:08:00+00', '2026-09-27 11:31:00+00', '2026-09-27 07:59:00+00');
INSERT INTO public.sighting VALUES (4, 'quay — 50 % sighting 3', 'articles', 'quay — 50 % sighting 3', 'quay — 50 % sighting 3', NULL, NULL, NULL, NULL, NULL, 'quay — 50 % sighting 3', NULL, NULL, '2026-09-28 07:59:00+00');
INSERT INTO public.sighting VALUES (5, 'naïve café sighting 4', 'discussion', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', 'naïve café sighting 4', '2026-09-29 05:08:00+00', '2026-09-29 11:31:00+00', '2026-09-29 07:59:00+00');
INSERT INTO public.sighting VALUES (6, 'line
break sighting 5', 'counters', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', 'line
break sighting 5', '2026-09-30 05:08:00+00', '2026-09-30 11:31:00+00', '2026-09-30 07:59:00+00');
INSERT INTO public.sighting VALUES (7, 'тест\n sighting 6', 'articles', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', 'тест\n sighting 6', '2026-10-01 05:08:00+00', '2026-10-01 11:31:00+00', '2026-10-01 07:59:00+00');
INSERT INTO public.sighting VALUES (8, 'ß ü ñ sighting 7', 'discussion', 'ß ü ñ sighting 7', 'ß ü ñ sighting 7', NULL, NULL, NULL, NULL, NULL, 'ß ü ñ sighting 7', NULL, NULL, '2026-10-02 07:59:00+00');
INSERT INTO public.sighting VALUES (9, 'emoji ⚓ sighting 8', 'counters', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', 'emoji ⚓ sighting 8', '2026-10-03 05:08:00+00', '2026-10-03 11:31:00+00', '2026-10-03 07:59:00+00');
INSERT INTO public.signing_key VALUES (1, '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', '2026-09-25 11:16:00+00');
INSERT INTO public.signing_key VALUES (2, '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', '2026-09-26 11:16:00+00');
INSERT INTO public.signup VALUES (1, 1, 1, '2026-09-25 07:48:00+00', '2026-09-25 04:59:00+00', '2026-09-25 11:38:00+00', '[]', 'Гавань «ночью» signup 0', '[]', 'Гавань «ночью» signup 0', 'Гавань «ночью» signup 0', '2026-09-25 05:11:00+00');
INSERT INTO public.signup VALUES (2, 2, 2, '2026-09-26 07:48:00+00', '2026-09-26 04:59:00+00', '2026-09-26 11:38:00+00', '["daily"]', 'harbour''s night signup 1', '["daily"]', 'harbour''s night signup 1', 'harbour''s night signup 1', '2026-09-26 05:11:00+00');
INSERT INTO public.signup VALUES (3, 3, 3, '2026-09-27 07:48:00+00', '2026-09-27 04:59:00+00', '2026-09-27 11:38:00+00', '["daily", "Спорт"]', 'приём; "кавычки" signup 2', '["daily", "Спорт"]', 'приём; "кавычки" signup 2', 'приём; "кавычки" signup 2', '2026-09-27 05:11:00+00');
INSERT INTO public.signup VALUES (4, 4, 4, '2026-09-28 07:48:00+00', NULL, NULL, '[]', 'quay — 50 % signup 3', '[]', 'quay — 50 % signup 3', 'quay — 50 % signup 3', NULL);
INSERT INTO public.signup VALUES (5, 5, 5, '2026-09-29 07:48:00+00', '2026-09-29 04:59:00+00', '2026-09-29 11:38:00+00', '["daily"]', 'naïve café signup 4', '["daily"]', 'naïve café signup 4', 'naïve café signup 4', '2026-09-29 05:11:00+00');
INSERT INTO public.signup VALUES (6, 6, 6, '2026-09-30 07:48:00+00', '2026-09-30 04:59:00+00', '2026-09-30 11:38:00+00', '["daily", "Спорт"]', 'line
break signup 5', '["daily", "Спорт"]', 'line
break signup 5', 'line
break signup 5', '2026-09-30 05:11:00+00');
INSERT INTO public.signup VALUES (7, 7, 7, '2026-10-01 07:48:00+00', '2026-10-01 04:59:00+00', '2026-10-01 11:38:00+00', '[]', 'тест\n signup 6', '[]', 'тест\n signup 6', 'тест\n signup 6', '2026-10-01 05:11:00+00');
INSERT INTO public.signup VALUES (8, 8, 8, '2026-10-02 07:48:00+00', NULL, NULL, '["daily"]', 'ß ü ñ signup 7', '["daily"]', 'ß ü ñ signup 7', 'ß ü ñ signup 7', NULL);
INSERT INTO public.signup VALUES (9, 9, 9, '2026-10-03 07:48:00+00', '2026-10-03 04:59:00+00', '2026-10-03 11:38:00+00', '["daily", "Спорт"]', 'emoji ⚓ signup 8', '["daily", "Спорт"]', 'emoji ⚓ signup 8', 'emoji ⚓ signup 8', '2026-10-03 05:11:00+00');
INSERT INTO public.source VALUES ('Гавань «ночью» source 0', 'Гавань «ночью» source 0', 'Гавань «ночью» source 0', 'Гавань «ночью» source 0', '2026-09-25 11:48:00+00');
INSERT INTO public.source VALUES ('harbour''s night source 1', 'harbour''s night source 1', 'harbour''s night source 1', 'harbour''s night source 1', '2026-09-26 11:48:00+00');
INSERT INTO public.source VALUES ('приём; "кавычки" source 2', 'приём; "кавычки" source 2', 'приём; "кавычки" source 2', 'приём; "кавычки" source 2', '2026-09-27 11:48:00+00');
INSERT INTO public.source VALUES ('quay — 50 % source 3', NULL, NULL, NULL, '2026-09-28 11:48:00+00');
INSERT INTO public.source VALUES ('naïve café source 4', 'naïve café source 4', 'naïve café source 4', 'naïve café source 4', '2026-09-29 11:48:00+00');
INSERT INTO public.source VALUES ('line
break source 5', 'line
break source 5', 'line
break source 5', 'line
break source 5', '2026-09-30 11:48:00+00');
INSERT INTO public.source VALUES ('тест\n source 6', 'тест\n source 6', 'тест\n source 6', 'тест\n source 6', '2026-10-01 11:48:00+00');
INSERT INTO public.source VALUES ('ß ü ñ source 7', NULL, NULL, NULL, '2026-10-02 11:48:00+00');
INSERT INTO public.source VALUES ('emoji ⚓ source 8', 'emoji ⚓ source 8', 'emoji ⚓ source 8', 'emoji ⚓ source 8', '2026-10-03 11:48:00+00');
INSERT INTO public.source_failure VALUES ('Гавань «ночью» source_failure 0', 0, '2026-09-25 09:21:00+00');
INSERT INTO public.source_failure VALUES ('harbour''s night source_failure 1', 1, '2026-09-26 09:21:00+00');
INSERT INTO public.source_failure VALUES ('приём; "кавычки" source_failure 2', 7, '2026-09-27 09:21:00+00');
INSERT INTO public.source_failure VALUES ('quay — 50 % source_failure 3', 1841, '2026-09-28 09:21:00+00');
INSERT INTO public.source_failure VALUES ('naïve café source_failure 4', 2147483647, '2026-09-29 09:21:00+00');
INSERT INTO public.source_failure VALUES ('line
break source_failure 5', 0, '2026-09-30 09:21:00+00');
INSERT INTO public.source_failure VALUES ('тест\n source_failure 6', 1, '2026-10-01 09:21:00+00');
INSERT INTO public.source_failure VALUES ('ß ü ñ source_failure 7', 7, '2026-10-02 09:21:00+00');
INSERT INTO public.source_failure VALUES ('emoji ⚓ source_failure 8', 1841, '2026-10-03 09:21:00+00');
INSERT INTO public.subscriber VALUES (1, 'Reader0@post.example', 'Гавань «ночью» subscriber 0', NULL, '[]', '[]', NULL, NULL, 'pending', NULL, '2026-09-25 11:16:00+00', '2026-09-25 11:02:00+00', 'reader0@post.example', NULL, '2026-10-01');
INSERT INTO public.subscriber VALUES (2, 'Reader1@post.example', 'harbour''s night subscriber 1', 'en', '["daily"]', '["daily"]', 'daily', 'Asia/Tokyo', 'confirmed', NULL, '2026-09-26 11:16:00+00', '2026-09-26 11:02:00+00', 'reader1@post.example', 9, '2026-10-02');
INSERT INTO public.subscriber VALUES (3, 'Reader2@post.example', 'приём; "кавычки" subscriber 2', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', 'weekdays', NULL, 'unsubscribed', 'operator', '2026-09-27 11:16:00+00', '2026-09-27 11:02:00+00', 'reader2@post.example', NULL, '2026-10-03');
INSERT INTO public.subscriber VALUES (4, 'Reader3@post.example', NULL, NULL, '[]', '[]', 'weekly', 'Asia/Tokyo', 'suppressed', NULL, '2026-09-28 11:16:00+00', '2026-09-28 11:02:00+00', 'reader3@post.example', 9, NULL);
INSERT INTO public.subscriber VALUES (5, 'Reader4@post.example', 'naïve café subscriber 4', 'en', '["daily"]', '["daily"]', NULL, NULL, 'pending', NULL, '2026-09-29 11:16:00+00', '2026-09-29 11:02:00+00', 'reader4@post.example', NULL, '2026-10-05');
INSERT INTO public.subscriber VALUES (6, 'Reader5@post.example', 'line
break subscriber 5', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', 'daily', 'Asia/Tokyo', 'confirmed', NULL, '2026-09-30 11:16:00+00', '2026-09-30 11:02:00+00', 'reader5@post.example', 9, '2026-10-06');
INSERT INTO public.subscriber VALUES (7, 'Reader6@post.example', 'тест\n subscriber 6', NULL, '[]', '[]', 'weekdays', NULL, 'unsubscribed', 'operator', '2026-10-01 11:16:00+00', '2026-10-01 11:02:00+00', 'reader6@post.example', NULL, '2026-10-07');
INSERT INTO public.subscriber VALUES (8, 'Reader7@post.example', NULL, 'en', '["daily"]', '["daily"]', 'weekly', 'Asia/Tokyo', 'suppressed', NULL, '2026-10-02 11:16:00+00', '2026-10-02 11:02:00+00', 'reader7@post.example', 9, NULL);
INSERT INTO public.subscriber VALUES (9, 'Reader8@post.example', 'emoji ⚓ subscriber 8', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', NULL, NULL, 'pending', NULL, '2026-10-03 11:16:00+00', '2026-10-03 11:02:00+00', 'reader8@post.example', NULL, '2026-10-09');
INSERT INTO public.suppression VALUES ('\x0000ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-25 07:33:00+00', '2026-09-25 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0100ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-26 07:33:00+00', '2026-09-26 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0200ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-27 07:33:00+00', '2026-09-27 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0300ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-28 07:33:00+00', NULL);
INSERT INTO public.suppression VALUES ('\x0400ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-29 07:33:00+00', '2026-09-29 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0500ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-09-30 07:33:00+00', '2026-09-30 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0600ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-10-01 07:33:00+00', '2026-10-01 09:33:00+00');
INSERT INTO public.suppression VALUES ('\x0700ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-10-02 07:33:00+00', NULL);
INSERT INTO public.suppression VALUES ('\x0800ff275c7375707072657373696f6e2e616464726573735f68617368', '2026-10-03 07:33:00+00', '2026-10-03 09:33:00+00');
INSERT INTO public.title_vector VALUES ('\x0000ff275c7469746c655f766563746f722e6b6579', '\x0000ff275c7469746c655f766563746f722e766563746f72', '2026-09-25 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0100ff275c7469746c655f766563746f722e6b6579', '\x0100ff275c7469746c655f766563746f722e766563746f72', '2026-09-26 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0200ff275c7469746c655f766563746f722e6b6579', '\x0200ff275c7469746c655f766563746f722e766563746f72', '2026-09-27 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0300ff275c7469746c655f766563746f722e6b6579', '\x0300ff275c7469746c655f766563746f722e766563746f72', '2026-09-28 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0400ff275c7469746c655f766563746f722e6b6579', '\x0400ff275c7469746c655f766563746f722e766563746f72', '2026-09-29 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0500ff275c7469746c655f766563746f722e6b6579', '\x0500ff275c7469746c655f766563746f722e766563746f72', '2026-09-30 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0600ff275c7469746c655f766563746f722e6b6579', '\x0600ff275c7469746c655f766563746f722e766563746f72', '2026-10-01 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0700ff275c7469746c655f766563746f722e6b6579', '\x0700ff275c7469746c655f766563746f722e766563746f72', '2026-10-02 06:21:00+00');
INSERT INTO public.title_vector VALUES ('\x0800ff275c7469746c655f766563746f722e6b6579', '\x0800ff275c7469746c655f766563746f722e766563746f72', '2026-10-03 06:21:00+00');
INSERT INTO public.variant VALUES (1, 1, 'default', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 1, 'Гавань «ночью» variant 0', NULL);
INSERT INTO public.variant VALUES (2, 2, 'default', 'harbour''s night variant 1', 'harbour''s night variant 1', 'harbour''s night variant 1', 'harbour''s night variant 1', 2, 'harbour''s night variant 1', NULL);
INSERT INTO public.variant VALUES (3, 3, 'default', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 1, 'приём; "кавычки" variant 2', NULL);
INSERT INTO public.variant VALUES (4, 4, 'default', 'quay — 50 % variant 3', 'quay — 50 % variant 3', 'quay — 50 % variant 3', 'quay — 50 % variant 3', NULL, NULL, NULL);
INSERT INTO public.variant VALUES (5, 5, 'default', 'naïve café variant 4', 'naïve café variant 4', 'naïve café variant 4', 'naïve café variant 4', 1, 'naïve café variant 4', NULL);
INSERT INTO public.variant VALUES (6, 6, 'default', 'line
break variant 5', 'line
break variant 5', 'line
break variant 5', 'line
break variant 5', 2, 'line
break variant 5', NULL);
INSERT INTO public.variant VALUES (7, 7, 'default', 'тест\n variant 6', 'тест\n variant 6', 'тест\n variant 6', 'тест\n variant 6', 1, 'тест\n variant 6', NULL);
INSERT INTO public.variant VALUES (8, 8, 'default', 'ß ü ñ variant 7', 'ß ü ñ variant 7', 'ß ü ñ variant 7', 'ß ü ñ variant 7', NULL, NULL, NULL);
INSERT INTO public.variant VALUES (9, 9, 'default', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 1, 'emoji ⚓ variant 8', NULL);
SELECT pg_catalog.setval('public.alert_id_seq', 1000, true);
SELECT pg_catalog.setval('public.api_token_id_seq', 1000, true);
SELECT pg_catalog.setval('public.article_id_seq', 1000, true);
SELECT pg_catalog.setval('public.bounce_id_seq', 1000, true);
SELECT pg_catalog.setval('public.delivery_id_seq', 1000, true);
SELECT pg_catalog.setval('public.import_job_id_seq', 1000, true);
SELECT pg_catalog.setval('public.issue_id_seq', 1000, true);
SELECT pg_catalog.setval('public.override_id_seq', 1000, true);
SELECT pg_catalog.setval('public.reader_request_id_seq', 1000, true);
SELECT pg_catalog.setval('public.resend_id_seq', 1000, true);
SELECT pg_catalog.setval('public.retraction_id_seq', 1000, true);
SELECT pg_catalog.setval('public.signup_id_seq', 1000, true);
SELECT pg_catalog.setval('public.subscriber_id_seq', 1000, true);
SELECT pg_catalog.setval('public.variant_id_seq', 1000, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.archive_copy
    ADD CONSTRAINT archive_copy_pkey PRIMARY KEY (variant_id);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_key_key UNIQUE (key);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beat
    ADD CONSTRAINT beat_pkey PRIMARY KEY (process, edition);
ALTER TABLE ONLY public.bounce
    ADD CONSTRAINT bounce_message_key_address_key UNIQUE (message_key, address);
ALTER TABLE ONLY public.bounce
    ADD CONSTRAINT bounce_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.day_article
    ADD CONSTRAINT day_article_pkey PRIMARY KEY (issue_id, "position");
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.group_pause
    ADD CONSTRAINT group_pause_pkey PRIMARY KEY (receiver_group);
ALTER TABLE ONLY public.idempotent_request
    ADD CONSTRAINT idempotent_request_pkey PRIMARY KEY (token_id, key_hash);
ALTER TABLE ONLY public.import_job
    ADD CONSTRAINT import_job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.import_list
    ADD CONSTRAINT import_list_pkey PRIMARY KEY (job_id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_pkey PRIMARY KEY (issue_id, variant_id, "position");
ALTER TABLE ONLY public.issue_link
    ADD CONSTRAINT issue_link_pkey PRIMARY KEY (issue_id, number);
ALTER TABLE ONLY public.issue
    ADD CONSTRAINT issue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issue_ranking
    ADD CONSTRAINT issue_ranking_pkey PRIMARY KEY (issue_id);
ALTER TABLE ONLY public.leave_reason
    ADD CONSTRAINT leave_reason_pkey PRIMARY KEY (subscriber_id);
ALTER TABLE ONLY public.override
    ADD CONSTRAINT override_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.picture
    ADD CONSTRAINT picture_pkey PRIMARY KEY (url, width);
ALTER TABLE ONLY public.ramp
    ADD CONSTRAINT ramp_pkey PRIMARY KEY (domain);
ALTER TABLE ONLY public.rate_count
    ADD CONSTRAINT rate_count_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.reader_request
    ADD CONSTRAINT reader_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (article_id, source, taken_at);
ALTER TABLE ONLY public.refusal
    ADD CONSTRAINT refusal_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.resend
    ADD CONSTRAINT resend_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.retraction
    ADD CONSTRAINT retraction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.shown_ranking
    ADD CONSTRAINT shown_ranking_pkey PRIMARY KEY (edition, by);
ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_pkey PRIMARY KEY (article_id, source);
ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.signup
    ADD CONSTRAINT signup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.source_failure
    ADD CONSTRAINT source_failure_pkey PRIMARY KEY (source);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT subscriber_email_key_key UNIQUE (email_key);
ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT subscriber_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT suppression_pkey PRIMARY KEY (address_hash);
ALTER TABLE ONLY public.title_vector
    ADD CONSTRAINT title_vector_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_issue_id_key_key UNIQUE (issue_id, key);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);
CREATE INDEX alert_open ON public.alert USING btree (kind, subject, cleared_at);
CREATE UNIQUE INDEX api_token_name ON public.api_token USING btree (name) WHERE (revoked_at IS NULL);
CREATE INDEX article_moment ON public.article USING btree (published_at, first_seen_at);
CREATE INDEX bounce_delivery ON public.bounce USING btree (delivery_id);
CREATE INDEX bounce_subscriber ON public.bounce USING btree (subscriber_id, at);
CREATE INDEX delivery_claim ON public.delivery USING btree (issue_id, state, due_at, id, claim_expires) WHERE (claim_expires IS NULL);
CREATE INDEX delivery_owner ON public.delivery USING btree (claim_token) WHERE (claim_token IS NOT NULL);
CREATE UNIQUE INDEX delivery_subscriber ON public.delivery USING btree (subscriber_id, issue_id);
CREATE INDEX idempotent_request_begun ON public.idempotent_request USING btree (begun_at);
CREATE INDEX import_job_state ON public.import_job USING btree (state);
CREATE UNIQUE INDEX issue_slot ON public.issue USING btree (edition, slot);
CREATE INDEX issue_state ON public.issue USING btree (state);
CREATE UNIQUE INDEX issue_system ON public.issue USING btree (purpose, language, slot);
CREATE INDEX override_edition ON public.override USING btree (edition, slot);
CREATE INDEX picture_file ON public.picture USING btree (file);
CREATE INDEX rate_count_end ON public.rate_count USING btree (ends_at);
CREATE UNIQUE INDEX reader_request_delivery ON public.reader_request USING btree (delivery_id);
CREATE INDEX reader_request_subscriber ON public.reader_request USING btree (subscriber_id);
CREATE INDEX sighting_role ON public.sighting USING btree (role, published_at);
CREATE INDEX sighting_visit ON public.sighting USING btree (source, taken_at);
CREATE UNIQUE INDEX signup_delivery ON public.signup USING btree (delivery_id);
CREATE INDEX signup_subscriber ON public.signup USING btree (subscriber_id);
CREATE INDEX subscriber_hour ON public.subscriber USING btree (hour, timezone) WHERE (hour IS NOT NULL);
CREATE INDEX subscriber_topics ON public.subscriber USING btree (sections) WHERE (sections <> '[]'::text);
CREATE INDEX title_vector_used ON public.title_vector USING btree (used_at);
ALTER TABLE ONLY public.archive_copy
    ADD CONSTRAINT archive_copy_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variant(id);
ALTER TABLE ONLY public.bounce
    ADD CONSTRAINT bounce_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.delivery(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bounce
    ADD CONSTRAINT bounce_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.day_article
    ADD CONSTRAINT day_article_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variant(id);
ALTER TABLE ONLY public.idempotent_request
    ADD CONSTRAINT idempotent_request_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.api_token(id);
ALTER TABLE ONLY public.import_list
    ADD CONSTRAINT import_list_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.import_job(id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variant(id);
ALTER TABLE ONLY public.issue_link
    ADD CONSTRAINT issue_link_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.issue_ranking
    ADD CONSTRAINT issue_ranking_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.leave_reason
    ADD CONSTRAINT leave_reason_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);
ALTER TABLE ONLY public.reader_request
    ADD CONSTRAINT reader_request_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.delivery(id);
ALTER TABLE ONLY public.reader_request
    ADD CONSTRAINT reader_request_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.article(id);
ALTER TABLE ONLY public.refusal
    ADD CONSTRAINT refusal_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.delivery(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.resend
    ADD CONSTRAINT resend_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.article(id);
ALTER TABLE ONLY public.signup
    ADD CONSTRAINT signup_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.delivery(id);
ALTER TABLE ONLY public.signup
    ADD CONSTRAINT signup_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_signing_key_id_fkey FOREIGN KEY (signing_key_id) REFERENCES public.signing_key(id);
