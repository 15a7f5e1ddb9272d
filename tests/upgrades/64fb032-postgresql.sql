-- What commit 64fb032 wrote; see README.md. Never change it.

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
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
CREATE TABLE public.reading (
    article_id bigint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    taken_at timestamp with time zone NOT NULL,
    views bigint,
    comments bigint,
    rating bigint
);
CREATE TABLE public.resend (
    id bigint NOT NULL,
    issue_id bigint NOT NULL,
    by text NOT NULL,
    at timestamp with time zone NOT NULL,
    messages integer NOT NULL
);
CREATE SEQUENCE public.resend_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.resend_id_seq OWNED BY public.resend.id;
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
CREATE TABLE public.source (
    name text NOT NULL COLLATE pg_catalog."C",
    url text,
    etag text,
    last_modified text,
    visited_at timestamp with time zone NOT NULL
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
    CONSTRAINT subscriber_left_check CHECK (((left_by IS NULL) OR ((status)::text = 'unsubscribed'::text)))
);
CREATE SEQUENCE public.subscriber_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subscriber_id_seq OWNED BY public.subscriber.id;
CREATE TABLE public.variant (
    id bigint NOT NULL,
    issue_id bigint NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    preheader text NOT NULL,
    html text NOT NULL,
    text text NOT NULL,
    signing_key_id integer
);
CREATE SEQUENCE public.variant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.variant_id_seq OWNED BY public.variant.id;
ALTER TABLE ONLY public.article ALTER COLUMN id SET DEFAULT nextval('public.article_id_seq'::regclass);
ALTER TABLE ONLY public.delivery ALTER COLUMN id SET DEFAULT nextval('public.delivery_id_seq'::regclass);
ALTER TABLE ONLY public.issue ALTER COLUMN id SET DEFAULT nextval('public.issue_id_seq'::regclass);
ALTER TABLE ONLY public.override ALTER COLUMN id SET DEFAULT nextval('public.override_id_seq'::regclass);
ALTER TABLE ONLY public.resend ALTER COLUMN id SET DEFAULT nextval('public.resend_id_seq'::regclass);
ALTER TABLE ONLY public.subscriber ALTER COLUMN id SET DEFAULT nextval('public.subscriber_id_seq'::regclass);
ALTER TABLE ONLY public.variant ALTER COLUMN id SET DEFAULT nextval('public.variant_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0007');
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
INSERT INTO public.issue VALUES (1, 'edition', 'daily', '2026-09-20.01', 'planned', '2026-09-25 05:57:00+00', '2026-09-25 11:50:00+00', 'Гавань «ночью» issue 0', NULL, '2026-09-25 07:42:00+00', '2026-09-25 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (2, 'edition', 'daily', '2026-09-21.01', 'held', '2026-09-26 05:57:00+00', '2026-09-26 11:50:00+00', 'harbour''s night issue 1', NULL, '2026-09-26 07:42:00+00', '2026-09-26 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (3, 'edition', 'daily', '2026-09-22.01', 'frozen', '2026-09-27 05:57:00+00', '2026-09-27 11:50:00+00', 'приём; "кавычки" issue 2', '2026-09-27 04:00:00+00', '2026-09-27 07:42:00+00', '2026-09-27 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (4, 'edition', 'daily', '2026-09-23.01', 'sending', '2026-09-28 05:57:00+00', '2026-09-28 11:50:00+00', NULL, '2026-09-28 04:00:00+00', NULL, '2026-09-28 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (5, 'edition', 'daily', '2026-09-24.01', 'done', '2026-09-29 05:57:00+00', '2026-09-29 11:50:00+00', 'naïve café issue 4', '2026-09-29 04:00:00+00', '2026-09-29 07:42:00+00', '2026-09-29 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (6, 'edition', 'daily', '2026-09-25.01', 'paused', '2026-09-30 05:57:00+00', '2026-09-30 11:50:00+00', 'line
break issue 5', '2026-09-30 04:00:00+00', '2026-09-30 07:42:00+00', '2026-09-30 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (7, 'edition', 'daily', '2026-09-26.01', 'cancelled', '2026-10-01 05:57:00+00', '2026-10-01 11:50:00+00', 'тест\n issue 6', '2026-10-01 04:00:00+00', '2026-10-01 07:42:00+00', '2026-10-01 11:31:00+00', NULL, NULL, NULL);
INSERT INTO public.issue VALUES (8, 'system', NULL, '2026-09-27.01', 'skipped', '2026-10-02 05:57:00+00', '2026-10-02 11:50:00+00', NULL, NULL, NULL, '2026-10-02 11:31:00+00', 'alert', 'ru', NULL);
INSERT INTO public.issue VALUES (9, 'system', NULL, '2026-09-28.01', 'planned', '2026-10-03 05:57:00+00', '2026-10-03 11:50:00+00', 'emoji ⚓ issue 8', NULL, '2026-10-03 07:42:00+00', '2026-10-03 11:31:00+00', 'alert', 'en', 'emoji ⚓ issue 8');
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
INSERT INTO public.resend VALUES (1, 1, 'Гавань «ночью» resend 0', '2026-09-25 07:33:00+00', 0);
INSERT INTO public.resend VALUES (2, 2, 'harbour''s night resend 1', '2026-09-26 07:33:00+00', 1);
INSERT INTO public.resend VALUES (3, 3, 'приём; "кавычки" resend 2', '2026-09-27 07:33:00+00', 7);
INSERT INTO public.resend VALUES (4, 4, 'quay — 50 % resend 3', '2026-09-28 07:33:00+00', 1841);
INSERT INTO public.resend VALUES (5, 5, 'naïve café resend 4', '2026-09-29 07:33:00+00', 2147483647);
INSERT INTO public.resend VALUES (6, 6, 'line
break resend 5', '2026-09-30 07:33:00+00', 0);
INSERT INTO public.resend VALUES (7, 7, 'тест\n resend 6', '2026-10-01 07:33:00+00', 1);
INSERT INTO public.resend VALUES (8, 8, 'ß ü ñ resend 7', '2026-10-02 07:33:00+00', 7);
INSERT INTO public.resend VALUES (9, 9, 'emoji ⚓ resend 8', '2026-10-03 07:33:00+00', 1841);
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
INSERT INTO public.subscriber VALUES (1, 'Reader0@post.example', 'Гавань «ночью» subscriber 0', NULL, '[]', '[]', NULL, NULL, 'pending', NULL, '2026-09-25 11:16:00+00', '2026-09-25 11:02:00+00', 'reader0@post.example');
INSERT INTO public.subscriber VALUES (2, 'Reader1@post.example', 'harbour''s night subscriber 1', 'en', '["daily"]', '["daily"]', 'daily', 'Asia/Tokyo', 'confirmed', NULL, '2026-09-26 11:16:00+00', '2026-09-26 11:02:00+00', 'reader1@post.example');
INSERT INTO public.subscriber VALUES (3, 'Reader2@post.example', 'приём; "кавычки" subscriber 2', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', 'weekdays', NULL, 'unsubscribed', 'operator', '2026-09-27 11:16:00+00', '2026-09-27 11:02:00+00', 'reader2@post.example');
INSERT INTO public.subscriber VALUES (4, 'Reader3@post.example', NULL, NULL, '[]', '[]', 'weekly', 'Asia/Tokyo', 'suppressed', NULL, '2026-09-28 11:16:00+00', '2026-09-28 11:02:00+00', 'reader3@post.example');
INSERT INTO public.subscriber VALUES (5, 'Reader4@post.example', 'naïve café subscriber 4', 'en', '["daily"]', '["daily"]', NULL, NULL, 'pending', NULL, '2026-09-29 11:16:00+00', '2026-09-29 11:02:00+00', 'reader4@post.example');
INSERT INTO public.subscriber VALUES (6, 'Reader5@post.example', 'line
break subscriber 5', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', 'daily', 'Asia/Tokyo', 'confirmed', NULL, '2026-09-30 11:16:00+00', '2026-09-30 11:02:00+00', 'reader5@post.example');
INSERT INTO public.subscriber VALUES (7, 'Reader6@post.example', 'тест\n subscriber 6', NULL, '[]', '[]', 'weekdays', NULL, 'unsubscribed', 'operator', '2026-10-01 11:16:00+00', '2026-10-01 11:02:00+00', 'reader6@post.example');
INSERT INTO public.subscriber VALUES (8, 'Reader7@post.example', NULL, 'en', '["daily"]', '["daily"]', 'weekly', 'Asia/Tokyo', 'suppressed', NULL, '2026-10-02 11:16:00+00', '2026-10-02 11:02:00+00', 'reader7@post.example');
INSERT INTO public.subscriber VALUES (9, 'Reader8@post.example', 'emoji ⚓ subscriber 8', 'ru', '["daily", "Спорт"]', '["daily", "Спорт"]', NULL, NULL, 'pending', NULL, '2026-10-03 11:16:00+00', '2026-10-03 11:02:00+00', 'reader8@post.example');
INSERT INTO public.variant VALUES (1, 1, 'default', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 'Гавань «ночью» variant 0', 1);
INSERT INTO public.variant VALUES (2, 2, 'default', 'harbour''s night variant 1', 'harbour''s night variant 1', 'harbour''s night variant 1', 'harbour''s night variant 1', 2);
INSERT INTO public.variant VALUES (3, 3, 'default', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 'приём; "кавычки" variant 2', 1);
INSERT INTO public.variant VALUES (4, 4, 'default', 'quay — 50 % variant 3', 'quay — 50 % variant 3', 'quay — 50 % variant 3', 'quay — 50 % variant 3', NULL);
INSERT INTO public.variant VALUES (5, 5, 'default', 'naïve café variant 4', 'naïve café variant 4', 'naïve café variant 4', 'naïve café variant 4', 1);
INSERT INTO public.variant VALUES (6, 6, 'default', 'line
break variant 5', 'line
break variant 5', 'line
break variant 5', 'line
break variant 5', 2);
INSERT INTO public.variant VALUES (7, 7, 'default', 'тест\n variant 6', 'тест\n variant 6', 'тест\n variant 6', 'тест\n variant 6', 1);
INSERT INTO public.variant VALUES (8, 8, 'default', 'ß ü ñ variant 7', 'ß ü ñ variant 7', 'ß ü ñ variant 7', 'ß ü ñ variant 7', NULL);
INSERT INTO public.variant VALUES (9, 9, 'default', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 'emoji ⚓ variant 8', 1);
SELECT pg_catalog.setval('public.article_id_seq', 1000, true);
SELECT pg_catalog.setval('public.delivery_id_seq', 1000, true);
SELECT pg_catalog.setval('public.issue_id_seq', 1000, true);
SELECT pg_catalog.setval('public.override_id_seq', 1000, true);
SELECT pg_catalog.setval('public.resend_id_seq', 1000, true);
SELECT pg_catalog.setval('public.subscriber_id_seq', 1000, true);
SELECT pg_catalog.setval('public.variant_id_seq', 1000, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_key_key UNIQUE (key);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.beat
    ADD CONSTRAINT beat_pkey PRIMARY KEY (process, edition);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_pkey PRIMARY KEY (issue_id, variant_id, "position");
ALTER TABLE ONLY public.issue
    ADD CONSTRAINT issue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.override
    ADD CONSTRAINT override_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (article_id, source, taken_at);
ALTER TABLE ONLY public.resend
    ADD CONSTRAINT resend_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.shown_ranking
    ADD CONSTRAINT shown_ranking_pkey PRIMARY KEY (edition, by);
ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_pkey PRIMARY KEY (article_id, source);
ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT subscriber_email_key_key UNIQUE (email_key);
ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT subscriber_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_issue_id_key_key UNIQUE (issue_id, key);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);
CREATE INDEX article_moment ON public.article USING btree (published_at, first_seen_at);
CREATE INDEX delivery_claim ON public.delivery USING btree (issue_id, state, due_at, id, claim_expires) WHERE (claim_expires IS NULL);
CREATE INDEX delivery_owner ON public.delivery USING btree (claim_token) WHERE (claim_token IS NOT NULL);
CREATE UNIQUE INDEX delivery_subscriber ON public.delivery USING btree (subscriber_id, issue_id);
CREATE UNIQUE INDEX issue_slot ON public.issue USING btree (edition, slot);
CREATE INDEX issue_state ON public.issue USING btree (state);
CREATE UNIQUE INDEX issue_system ON public.issue USING btree (purpose, language, slot);
CREATE INDEX override_edition ON public.override USING btree (edition, slot);
CREATE INDEX sighting_role ON public.sighting USING btree (role, published_at);
CREATE INDEX sighting_visit ON public.sighting USING btree (source, taken_at);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variant(id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.issue_article
    ADD CONSTRAINT issue_article_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variant(id);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.article(id);
ALTER TABLE ONLY public.resend
    ADD CONSTRAINT resend_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.article(id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES public.issue(id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_signing_key_id_fkey FOREIGN KEY (signing_key_id) REFERENCES public.signing_key(id);
