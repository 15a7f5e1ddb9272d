-- What commit 0ba057a wrote; see README.md. Never change it.

BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE article (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	first_seen_at VARCHAR(32) NOT NULL, 
	published_at VARCHAR(32), 
	CONSTRAINT article_pkey PRIMARY KEY (id), 
	CONSTRAINT article_key_key UNIQUE ("key")
);
INSERT INTO "article" VALUES(1,'gazette.example/harbour','2026-09-30T18:00:00.000000+00:00','2026-09-30T12:00:00.000000+00:00');
INSERT INTO "article" VALUES(2,'gazette.example/news-1-copy','2026-09-30T18:00:00.000000+00:00','2026-09-30T15:45:00.000000+00:00');
INSERT INTO "article" VALUES(3,'gorod.example/forum/10','2026-09-30T18:00:00.000000+00:00',NULL);
INSERT INTO "article" VALUES(4,'gorod.example/news/1?id=1&page=2','2026-09-30T18:00:00.000000+00:00','2026-09-30T15:20:00.000000+00:00');
INSERT INTO "article" VALUES(5,'gorod.example/news/2','2026-09-30T18:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "article" VALUES(6,'gorod.example/news/3','2026-09-30T18:00:00.000000+00:00',NULL);
INSERT INTO "article" VALUES(7,'gorod.example/about','2026-09-30T18:00:00.000000+00:00',NULL);
CREATE TABLE delivery (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	issue_id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT, 
	state VARCHAR(16) NOT NULL, 
	due_at VARCHAR(32) NOT NULL, 
	claim_token TEXT, 
	claim_expires VARCHAR(32), 
	tries INTEGER NOT NULL, 
	next_try_at VARCHAR(32), 
	smtp_code INTEGER, 
	enhanced_code TEXT, 
	smtp_text TEXT, 
	remote_queue_id TEXT, 
	first_attempt_at VARCHAR(32), 
	last_attempt_at VARCHAR(32), 
	bounced_at VARCHAR(32), 
	CONSTRAINT delivery_lease_check CHECK ((state IN ('claimed', 'sending')) = (claim_expires IS NOT NULL)), 
	CONSTRAINT delivery_next_try_check CHECK (state <> 'deferred' OR next_try_at IS NOT NULL), 
	CONSTRAINT delivery_token_check CHECK (state NOT IN ('claimed', 'sending', 'unknown') OR claim_token IS NOT NULL), 
	CONSTRAINT delivery_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT delivery_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id), 
	CONSTRAINT delivery_variant_id_fkey FOREIGN KEY(variant_id) REFERENCES variant (id), 
	CONSTRAINT delivery_subscriber_id_issue_id_key UNIQUE (subscriber_id, issue_id), 
	CONSTRAINT delivery_state_check CHECK (state IN ('planned', 'claimed', 'sending', 'sent', 'deferred', 'bounced', 'unknown', 'cancelled', 'expired'))
);
INSERT INTO "delivery" VALUES(1,1,1,2,'anna@post.example','Анна Ёжикова','bounced','2026-09-25T04:00:00.000000+00:00',NULL,NULL,1,NULL,550,'5.1.1','5.1.1 <…>: no such user; it''s "gone"',NULL,'2026-09-25T04:01:00.000000+00:00','2026-09-25T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(2,1,1,3,'vera@post.example','Вера Ильинична','sent','2026-09-25T05:00:00.000000+00:00',NULL,NULL,2,NULL,250,'2.0.0','Ok: queued as 4B7C1','4B7C1','2026-09-25T04:01:00.000000+00:00','2026-09-25T05:00:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(3,2,2,1,'Ben.O''Neil@post.example','Ben "Benny" O''Neil','deferred','2026-09-25T05:01:02.000000+00:00',NULL,NULL,1,'2026-09-25T05:01:02.000000+00:00',535,'5.7.8','authentication failed',NULL,'2026-09-25T05:01:00.000000+00:00','2026-09-25T05:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(4,2,2,3,'vera@post.example','Вера Ильинична','planned','2026-09-25T05:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(5,3,3,2,'anna@post.example','Анна Ёжикова','cancelled','2026-09-26T04:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(6,3,3,3,'vera@post.example','Вера Ильинична','cancelled','2026-09-26T04:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(7,4,4,2,'anna@post.example','Анна Ёжикова','expired','2026-10-01T04:01:02.000000+00:00',NULL,NULL,1,NULL,452,'4.3.1','mailbox full: «позже»',NULL,'2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(8,4,4,3,'vera@post.example','Вера Ильинична','deferred','2026-10-01T04:06:00.000000+00:00',NULL,NULL,1,'2026-10-01T04:06:00.000000+00:00',421,NULL,'try again later',NULL,'2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(9,4,4,4,'gleb@post.example','Глеб','sent','2026-10-01T04:00:00.000000+00:00',NULL,NULL,1,NULL,250,'2.0.0','Ok: queued as 9F00D','9F00D','2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(10,4,4,9,'reader4@post.example',NULL,'bounced','2026-10-01T04:00:00.000000+00:00',NULL,NULL,1,NULL,554,'5.6.0','message refused',NULL,'2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(11,4,4,10,'reader5@post.example',NULL,'unknown','2026-10-01T04:00:00.000000+00:00','0123456789abcdef-4711-fedcba9876543210:c0ffee0000000005-11',NULL,1,NULL,NULL,NULL,'connection lost; no answer to the message',NULL,'2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(12,4,4,11,'reader6@post.example',NULL,'sending','2026-10-01T04:00:00.000000+00:00','0123456789abcdef-4711-fedcba9876543210:c0ffee0000000006-12','2026-10-01T04:02:00.000000+00:00',1,NULL,NULL,NULL,NULL,NULL,'2026-10-01T04:01:00.000000+00:00','2026-10-01T04:01:00.000000+00:00',NULL);
INSERT INTO "delivery" VALUES(13,4,4,12,'reader7@post.example',NULL,'claimed','2026-10-01T04:00:00.000000+00:00','fedcba9876543210-12-0011223344556677:c0ffee0000000007-13','2026-10-01T04:02:00.000000+00:00',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(14,4,4,13,'reader8@post.example',NULL,'cancelled','2026-10-01T04:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(15,4,4,14,'reader9@post.example',NULL,'planned','2026-10-01T04:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(16,5,5,1,'Ben.O''Neil@post.example','Ben "Benny" O''Neil','planned','2026-10-01T05:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(17,5,5,3,'vera@post.example','Вера Ильинична','planned','2026-10-01T05:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(18,5,5,4,'gleb@post.example','Глеб','planned','2026-10-01T05:00:00.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE hand (
	id INTEGER NOT NULL, 
	edition TEXT NOT NULL, 
	slot VARCHAR(13), 
	article_key TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	value TEXT, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	until VARCHAR(32), 
	CONSTRAINT hand_pkey PRIMARY KEY (id), 
	CONSTRAINT hand_kind_check CHECK (kind IN ('pin', 'drop', 'boost', 'title'))
);
INSERT INTO "hand" VALUES(1,'ru','2026-10-01.01','gorod.example/news/1?id=1&page=2','pin',NULL,'Ольга "Лёля" Ким','2026-09-30T21:00:00.000000+00:00','2026-10-02T00:00:00.000000+00:00');
INSERT INTO "hand" VALUES(2,'en',NULL,'gazette.example/harbour','pin',NULL,'ben@gazette.example','2026-09-30T21:01:00.000000+00:00',NULL);
INSERT INTO "hand" VALUES(3,'ru','2026-10-01.02','gorod.example/news/2','drop',NULL,'Ольга "Лёля" Ким','2026-09-30T21:02:00.000000+00:00',NULL);
INSERT INTO "hand" VALUES(4,'ru',NULL,'gorod.example/news/3','drop',NULL,'Ольга "Лёля" Ким','2026-09-30T21:03:00.000000+00:00','2026-10-07T21:03:00.000000+00:00');
INSERT INTO "hand" VALUES(5,'ru','2026-10-01.01','gorod.example/news/2','boost','2.5','Ольга "Лёля" Ким','2026-09-30T21:04:00.000000+00:00',NULL);
INSERT INTO "hand" VALUES(6,'en',NULL,'gazette.example/harbour','boost','0.5','ben@gazette.example','2026-09-30T21:05:00.000000+00:00','2026-10-01T09:00:00.000000+00:00');
INSERT INTO "hand" VALUES(7,'en','2026-10-01.01','gazette.example/news-1-copy','title','It''s "open"','ben@gazette.example','2026-09-30T21:06:00.000000+00:00','2026-10-01T09:00:00.000000+00:00');
INSERT INTO "hand" VALUES(8,'ru',NULL,'gorod.example/news/1?id=1&page=2','title','Мост открыли;
трамваи пошли -- «ура»','Ольга "Лёля" Ким','2026-09-30T21:07:00.000000+00:00',NULL);
INSERT INTO "hand" VALUES(9,'ru','2026-10-01.01','gorod.example/news/2','boost','1','Ольга "Лёля" Ким','2026-09-30T21:08:00.000001+00:00',NULL);
CREATE TABLE issue (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	edition TEXT NOT NULL, 
	slot VARCHAR(13) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	window_start VARCHAR(32) NOT NULL, 
	window_end VARCHAR(32) NOT NULL, 
	reason TEXT, 
	frozen_at VARCHAR(32), 
	deadline VARCHAR(32), 
	updated_at VARCHAR(32) NOT NULL, 
	CONSTRAINT issue_pkey PRIMARY KEY (id), 
	CONSTRAINT issue_frozen_check CHECK (state NOT IN ('frozen', 'sending', 'done', 'paused') OR frozen_at IS NOT NULL), 
	CONSTRAINT issue_edition_slot_key UNIQUE (edition, slot), 
	CONSTRAINT issue_kind_check CHECK (kind IN ('edition', 'system')), 
	CONSTRAINT issue_state_check CHECK (state IN ('planned', 'collecting', 'held', 'frozen', 'sending', 'done', 'paused', 'cancelled', 'skipped'))
);
INSERT INTO "issue" VALUES(1,'edition','ru','2026-09-25.01','done','2026-09-24T04:00:00.000000+00:00','2026-09-25T04:00:00.000000+00:00',NULL,'2026-09-25T04:00:00.000000+00:00','2026-09-25T16:00:00.000000+00:00','2026-09-25T05:01:00.000000+00:00');
INSERT INTO "issue" VALUES(2,'edition','en','2026-09-25.01','paused','2026-09-24T04:30:00.000000+00:00','2026-09-25T04:30:00.000000+00:00','the mail server refuses us: 535 5.7.8 authentication failed','2026-09-25T05:00:00.000000+00:00','2026-09-25T17:00:00.000000+00:00','2026-09-25T05:01:02.000000+00:00');
INSERT INTO "issue" VALUES(3,'edition','ru','2026-09-26.01','cancelled','2026-09-25T04:00:00.000000+00:00','2026-09-26T04:00:00.000000+00:00',NULL,'2026-09-26T04:00:00.000000+00:00','2026-09-26T16:00:00.000000+00:00','2026-09-26T04:03:00.000000+00:00');
INSERT INTO "issue" VALUES(4,'edition','ru','2026-10-01.01','sending','2026-09-30T04:00:00.000000+00:00','2026-10-01T04:00:00.000000+00:00',NULL,'2026-10-01T04:00:00.000000+00:00','2026-10-01T16:00:00.000000+00:00','2026-10-01T04:01:00.000000+00:00');
INSERT INTO "issue" VALUES(5,'edition','en','2026-10-01.01','frozen','2026-09-30T05:00:00.000000+00:00','2026-10-01T05:00:00.000000+00:00',NULL,'2026-10-01T05:00:00.000000+00:00','2026-10-02T17:00:00.000000+00:00','2026-10-01T05:00:00.000000+00:00');
INSERT INTO "issue" VALUES(6,'edition','ru','2026-10-01.02','held','2026-10-01T04:00:00.000000+00:00','2026-10-01T12:00:00.000000+00:00','источник «gorod» дал 0 статей; обычно 12 (не меньше 50 %)',NULL,NULL,'2026-10-01T12:00:00.000000+00:00');
INSERT INTO "issue" VALUES(7,'edition','ru','2026-10-02.01','planned','2026-10-01T04:00:00.000000+00:00','2026-10-02T04:00:00.000000+00:00',NULL,NULL,NULL,'2026-10-02T04:00:00.000000+00:00');
INSERT INTO "issue" VALUES(8,'edition','ru','2026-10-03.01','skipped','2026-10-02T04:00:00.000000+00:00','2026-10-03T04:00:00.000000+00:00','no article''s new',NULL,NULL,'2026-10-03T04:00:01.000000+00:00');
INSERT INTO "issue" VALUES(9,'edition','en','2026-10-02.01','collecting','2026-10-01T04:00:00.000000+00:00','2026-10-02T04:00:00.000000+00:00',NULL,NULL,NULL,'2026-10-02T04:00:00.000000+00:00');
CREATE TABLE issue_article (
	issue_id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	article TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT issue_article_pkey PRIMARY KEY (issue_id, variant_id, position), 
	CONSTRAINT issue_article_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT issue_article_variant_id_fkey FOREIGN KEY(variant_id) REFERENCES variant (id)
);
INSERT INTO "issue_article" VALUES(1,1,'gorod.example/old/1',1);
INSERT INTO "issue_article" VALUES(1,1,'gorod.example/старое',2);
INSERT INTO "issue_article" VALUES(2,2,'gazette.example/old',1);
INSERT INTO "issue_article" VALUES(4,4,'gorod.example/news/1?id=1&page=2',1);
INSERT INTO "issue_article" VALUES(4,4,'gorod.example/news/2',2);
INSERT INTO "issue_article" VALUES(5,5,'gazette.example/harbour',1);
CREATE TABLE reading (
	article_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	taken_at VARCHAR(32) NOT NULL, 
	views BIGINT, 
	comments BIGINT, 
	rating BIGINT, 
	CONSTRAINT reading_pkey PRIMARY KEY (article_id, source, taken_at), 
	CONSTRAINT reading_article_id_fkey FOREIGN KEY(article_id) REFERENCES article (id)
);
INSERT INTO "reading" VALUES(1,'gazette','2026-09-30T18:00:00.000000+00:00',9007199254740993,12,-4);
INSERT INTO "reading" VALUES(3,'forum','2026-09-30T18:00:00.000000+00:00',NULL,41,NULL);
INSERT INTO "reading" VALUES(4,'gorod','2026-09-30T18:00:00.000000+00:00',120,3,NULL);
INSERT INTO "reading" VALUES(5,'gorod','2026-09-30T18:00:00.000000+00:00',0,NULL,NULL);
INSERT INTO "reading" VALUES(7,'metrics','2026-09-30T18:00:00.000000+00:00',77,NULL,NULL);
INSERT INTO "reading" VALUES(4,'metrics','2026-09-30T18:00:00.000000+00:00',1500,NULL,NULL);
INSERT INTO "reading" VALUES(3,'forum','2026-09-30T20:30:15.123456+00:00',NULL,57,NULL);
INSERT INTO "reading" VALUES(4,'gorod','2026-09-30T20:30:15.123456+00:00',480,9,5);
INSERT INTO "reading" VALUES(1,'gazette','2026-09-30T20:30:15.123456+00:00',9007199254740993,12,-4);
CREATE TABLE resend (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	messages INTEGER NOT NULL, 
	CONSTRAINT resend_pkey PRIMARY KEY (id), 
	CONSTRAINT resend_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "resend" VALUES(1,1,'on_unknown','2026-09-25T05:00:00.000000+00:00',1);
INSERT INTO "resend" VALUES(2,4,'Ольга "Лёля" Ким','2026-10-01T04:02:00.000000+00:00',3);
INSERT INTO "resend" VALUES(3,1,'olga@gorod.example','2026-09-25T06:00:00.000000+00:00',1);
CREATE TABLE sighting (
	article_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT, 
	image_url TEXT, 
	image_credit TEXT, 
	section TEXT, 
	author TEXT, 
	language TEXT, 
	published_at VARCHAR(32), 
	updated_at VARCHAR(32), 
	taken_at VARCHAR(32) NOT NULL, 
	CONSTRAINT sighting_pkey PRIMARY KEY (article_id, source), 
	CONSTRAINT sighting_article_id_fkey FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT sighting_role_check CHECK (role IN ('articles', 'discussion'))
);
INSERT INTO "sighting" VALUES(1,'gazette','articles','https://gazette.example/harbour','Harbour "reopens" after O''Brien''s storm','C:\temp\new; 😀',NULL,NULL,'City','Ann O''Brien','en','2026-09-30T12:00:00.000000+00:00',NULL,'2026-09-30T20:30:15.123456+00:00');
INSERT INTO "sighting" VALUES(2,'gazette','articles','https://gazette.example/news-1-copy','Bridge opens',NULL,NULL,NULL,NULL,NULL,'en','2026-09-30T15:45:00.000000+00:00',NULL,'2026-09-30T20:30:15.123456+00:00');
INSERT INTO "sighting" VALUES(3,'forum','discussion','https://gorod.example/forum/10','Обсуждаем мост',NULL,NULL,NULL,NULL,NULL,NULL,'2026-09-30T20:10:00.000000+00:00',NULL,'2026-09-30T20:30:15.123456+00:00');
INSERT INTO "sighting" VALUES(4,'gorod','articles','https://gorod.example/news/1?id=1&page=2','Мост открыт: «первые трамваи»','Первая строка,
вторая — с «ёлочками», ''апострофом'' и "кавычками".','https://gorod.example/i/most.jpg?w=1200&h=630','Фото: О. Ёжикова / «Город»','Город','О''Коннор, Пётр','ru','2026-09-30T15:20:00.000000+00:00','2026-09-30T20:00:00.000000+00:00','2026-09-30T20:30:15.123456+00:00');
INSERT INTO "sighting" VALUES(5,'gorod','articles','https://gorod.example/news/2','Трамвай № 7; объезд -- 50 %',NULL,NULL,NULL,NULL,NULL,'ru','2026-09-30T09:00:00.000000+00:00',NULL,'2026-09-30T18:00:00.000000+00:00');
INSERT INTO "sighting" VALUES(6,'gorod','articles','https://gorod.example/news/3','Без даты',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-09-30T18:00:00.000000+00:00');
CREATE TABLE signing_key (
	id INTEGER NOT NULL, 
	secret BLOB NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	CONSTRAINT signing_key_pkey PRIMARY KEY (id)
);
INSERT INTO "signing_key" VALUES(1,X'61206D6164652D7570207365637265742C206E6F742061207265616C206F6E65','2026-09-20T08:00:00.000000+00:00');
INSERT INTO "signing_key" VALUES(2,X'61207365636F6E64206D6164652D7570207365637265742C206E6F2075736521','2026-09-29T12:00:00.000000+00:00');
CREATE TABLE source (
	name TEXT NOT NULL, 
	url TEXT, 
	etag TEXT, 
	last_modified TEXT, 
	visited_at VARCHAR(32) NOT NULL, 
	CONSTRAINT source_pkey PRIMARY KEY (name)
);
INSERT INTO "source" VALUES('forum',NULL,NULL,NULL,'2026-09-30T20:30:15.123456+00:00');
INSERT INTO "source" VALUES('gazette','https://gazette.example/feed.xml','"abc"',NULL,'2026-09-30T20:30:15.123456+00:00');
INSERT INTO "source" VALUES('gorod','https://gorod.example/rss','W/"60-ё"','Wed, 30 Sep 2026 20:29:00 GMT','2026-09-30T20:30:15.123456+00:00');
INSERT INTO "source" VALUES('metrics',NULL,NULL,NULL,'2026-09-30T18:00:00.000000+00:00');
CREATE TABLE subscriber (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	email TEXT NOT NULL, 
	name TEXT, 
	language TEXT, 
	editions TEXT NOT NULL, 
	sections TEXT NOT NULL, 
	frequency TEXT, 
	timezone TEXT, 
	status VARCHAR(16) NOT NULL, 
	left_by VARCHAR(16), 
	created_at VARCHAR(32) NOT NULL, 
	changed_at VARCHAR(32) NOT NULL, 
	CONSTRAINT subscriber_left_check CHECK (left_by IS NULL OR status = 'unsubscribed'), 
	CONSTRAINT subscriber_email_key UNIQUE (email), 
	CONSTRAINT subscriber_status_check CHECK (status IN ('pending', 'confirmed', 'unsubscribed', 'suppressed')), 
	CONSTRAINT subscriber_left_by_check CHECK (left_by IN ('operator', 'reader'))
);
INSERT INTO "subscriber" VALUES(1,'Ben.O''Neil@post.example','Ben "Benny" O''Neil','en','["en"]','["The \u0022City\u0022", "Arts\\Film"]',NULL,NULL,'confirmed',NULL,'2026-09-24T09:00:00.000000+00:00','2026-09-24T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(2,'anna@post.example','Анна Ёжикова','ru','["ru"]','["Город", "Спорт, «Зенит»"]','weekly','Europe/Moscow','confirmed',NULL,'2026-09-24T09:00:00.000000+00:00','2026-09-30T12:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(3,'vera@post.example','Вера Ильинична',NULL,'[]','[]',NULL,NULL,'confirmed',NULL,'2026-09-24T09:00:00.000000+00:00','2026-09-24T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(4,'gleb@post.example','Глеб',NULL,'["ru", "en"]','[]',NULL,'Asia/Yekaterinburg','confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(5,'imported-gone@post.example',NULL,NULL,'[]','[]',NULL,NULL,'unsubscribed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(6,'operator-gone@post.example','Removed by us',NULL,'["en"]','[]',NULL,NULL,'unsubscribed','operator','2026-09-30T09:00:00.000000+00:00','2026-09-30T10:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(7,'pending@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'pending',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(8,'reader-gone@post.example','Ушедший читатель','ru','[]','[]',NULL,NULL,'unsubscribed','reader','2026-09-30T09:00:00.000000+00:00','2026-09-30T11:00:00.000007+00:00');
INSERT INTO "subscriber" VALUES(9,'reader4@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(10,'reader5@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(11,'reader6@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(12,'reader7@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(13,'reader8@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'unsubscribed','reader','2026-09-30T09:00:00.000000+00:00','2026-10-01T04:01:30.000000+00:00');
INSERT INTO "subscriber" VALUES(14,'reader9@post.example',NULL,NULL,'["ru"]','[]',NULL,NULL,'confirmed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
INSERT INTO "subscriber" VALUES(15,'suppressed@post.example','Suppressed, Reader',NULL,'[]','[]',NULL,NULL,'suppressed',NULL,'2026-09-30T09:00:00.000000+00:00','2026-09-30T09:00:00.000000+00:00');
CREATE TABLE variant (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	signing_key_id INTEGER, 
	CONSTRAINT variant_pkey PRIMARY KEY (id), 
	CONSTRAINT variant_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT variant_signing_key_id_fkey FOREIGN KEY(signing_key_id) REFERENCES signing_key (id), 
	CONSTRAINT variant_issue_id_key_key UNIQUE (issue_id, "key")
);
INSERT INTO "variant" VALUES(1,1,'default','Город: «Осень» и ''лето''','Ёлки выросли.…','<!doctype html>
<p title="Город: «Осень» и ''лето''">Ёлки выросли.
И «мосты».</p>
<a href=''https://mail.example/u/L9FzplsGTo2jTboZix8Pi76WGwog-aZvJtuk''>x</a>
','Ёлки выросли.
И «мосты».
100 % :name %s \n; --
https://mail.example/u/L9FzplsGTo2jTboZix8Pi76WGwog-aZvJtuk
',1);
INSERT INTO "variant" VALUES(2,2,'default','Harbour "reopens" & more','It''s open: 100%.…','<!doctype html>
<p title="Harbour &quot;reopens&quot; & more">It''s open: 100%.</p>
<a href=''https://mail.example/u/JBmKr_cWdRDZOSfu6mti5lNfrkMiN_WMImGg''>x</a>
','It''s open: 100%.
100 % :name %s \n; --
https://mail.example/u/JBmKr_cWdRDZOSfu6mti5lNfrkMiN_WMImGg
',1);
INSERT INTO "variant" VALUES(3,3,'default','Отменённый выпуск','Не ушло…','<!doctype html>
<p title="Отменённый выпуск">Не ушло</p>
<a href=''https://mail.example/u/GEjNR9E1dFZgllNCtoLf8JBRj1HGFncdIrsf''>x</a>
','Не ушло
100 % :name %s \n; --
https://mail.example/u/GEjNR9E1dFZgllNCtoLf8JBRj1HGFncdIrsf
',1);
INSERT INTO "variant" VALUES(4,4,'default','Мост открыт — и «первые трамваи»','Доброе утро!…','<!doctype html>
<p title="Мост открыт — и «первые трамваи»">Доброе утро!
Мост открыт; трамваи пошли -- ура 😀</p>
<a href=''https://mail.example/u/VA7M1Qo6WWkAshMu7w-Y3KovNbJFJY5-diZv''>x</a>
','Доброе утро!
Мост открыт; трамваи пошли -- ура 😀
100 % :name %s \n; --
https://mail.example/u/VA7M1Qo6WWkAshMu7w-Y3KovNbJFJY5-diZv
',2);
INSERT INTO "variant" VALUES(5,5,'default','The city, in brief','Good morning…','<!doctype html>
<p title="The city, in brief">Good morning</p>
<a href=''https://mail.example/u/FsgdSJqsaOKhR3e1DSU_VRilyJO2vyOdz3PA''>x</a>
','Good morning
100 % :name %s \n; --
https://mail.example/u/FsgdSJqsaOKhR3e1DSU_VRilyJO2vyOdz3PA
',2);
CREATE INDEX article_moment ON article (published_at, first_seen_at);
CREATE INDEX hand_edition ON hand (edition, slot);
CREATE INDEX issue_state ON issue (state);
CREATE INDEX sighting_role ON sighting (role, published_at);
CREATE INDEX sighting_visit ON sighting (source, taken_at);
CREATE INDEX delivery_claim ON delivery (issue_id, state, due_at, id, claim_expires) WHERE claim_expires IS NULL;
CREATE INDEX delivery_owner ON delivery (claim_token) WHERE claim_token IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriber',15);
INSERT INTO "sqlite_sequence" VALUES('delivery',18);
COMMIT;
