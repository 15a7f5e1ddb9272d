-- What commit 64fb032 wrote; see README.md. Never change it.

BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE article (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	first_seen_at VARCHAR(32) NOT NULL, 
	published_at VARCHAR(32), 
	CONSTRAINT article_pkey PRIMARY KEY (id), 
	CONSTRAINT article_key_key UNIQUE ("key")
);
INSERT INTO "article" VALUES(1,'Гавань «ночью» article 0','2026-09-25T07:02:00.000000+00:00','2026-09-25T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(2,'harbour''s night article 1','2026-09-26T07:02:00.000000+00:00','2026-09-26T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(3,'приём; "кавычки" article 2','2026-09-27T07:02:00.000000+00:00','2026-09-27T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(4,'quay — 50 % article 3','2026-09-28T07:02:00.000000+00:00',NULL);
INSERT INTO "article" VALUES(5,'naïve café article 4','2026-09-29T07:02:00.000000+00:00','2026-09-29T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(6,'line
break article 5','2026-09-30T07:02:00.000000+00:00','2026-09-30T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(7,'тест\n article 6','2026-10-01T07:02:00.000000+00:00','2026-10-01T05:08:00.000000+00:00');
INSERT INTO "article" VALUES(8,'ß ü ñ article 7','2026-10-02T07:02:00.000000+00:00',NULL);
INSERT INTO "article" VALUES(9,'emoji ⚓ article 8','2026-10-03T07:02:00.000000+00:00','2026-10-03T05:08:00.000000+00:00');
CREATE TABLE beat (
	process TEXT NOT NULL, 
	edition TEXT NOT NULL, 
	first_seen VARCHAR(32) NOT NULL, 
	last_seen VARCHAR(32) NOT NULL, 
	CONSTRAINT beat_pkey PRIMARY KEY (process, edition)
);
INSERT INTO "beat" VALUES('Гавань «ночью» beat 0','Гавань «ночью» beat 0','2026-09-25T11:54:00.000000+00:00','2026-09-25T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('harbour''s night beat 1','harbour''s night beat 1','2026-09-26T11:54:00.000000+00:00','2026-09-26T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('приём; "кавычки" beat 2','приём; "кавычки" beat 2','2026-09-27T11:54:00.000000+00:00','2026-09-27T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('quay — 50 % beat 3','quay — 50 % beat 3','2026-09-28T11:54:00.000000+00:00','2026-09-28T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('naïve café beat 4','naïve café beat 4','2026-09-29T11:54:00.000000+00:00','2026-09-29T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('line
break beat 5','line
break beat 5','2026-09-30T11:54:00.000000+00:00','2026-09-30T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('тест\n beat 6','тест\n beat 6','2026-10-01T11:54:00.000000+00:00','2026-10-01T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('ß ü ñ beat 7','ß ü ñ beat 7','2026-10-02T11:54:00.000000+00:00','2026-10-02T09:58:00.000000+00:00');
INSERT INTO "beat" VALUES('emoji ⚓ beat 8','emoji ⚓ beat 8','2026-10-03T11:54:00.000000+00:00','2026-10-03T09:58:00.000000+00:00');
CREATE TABLE "delivery" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	issue_id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
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
	bounced_at VARCHAR(32), planned_at VARCHAR(32), 
	CONSTRAINT delivery_lease_check CHECK ((state IN ('claimed', 'sending')) = (claim_expires IS NOT NULL)), 
	CONSTRAINT delivery_next_try_check CHECK (state <> 'deferred' OR next_try_at IS NOT NULL), 
	CONSTRAINT delivery_token_check CHECK (state NOT IN ('claimed', 'sending', 'unknown') OR claim_token IS NOT NULL), 
	CONSTRAINT delivery_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT delivery_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id), 
	CONSTRAINT delivery_variant_id_fkey FOREIGN KEY(variant_id) REFERENCES variant (id)
);
INSERT INTO "delivery" VALUES(1,1,1,1,'Reader0@post.example','Гавань «ночью» delivery 0','planned','2026-09-25T04:26:00.000000+00:00',NULL,NULL,0,NULL,0,'Гавань «ночью» delivery 0','Гавань «ночью» delivery 0','Гавань «ночью» delivery 0','2026-09-25T12:42:00.000000+00:00','2026-09-25T10:46:00.000000+00:00','2026-09-25T11:24:00.000000+00:00','2026-09-25T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(2,2,2,2,'Reader1@post.example','harbour''s night delivery 1','claimed','2026-09-26T04:26:00.000000+00:00','token-1','2026-09-25T04:00:00.000000+00:00',1,NULL,1,'harbour''s night delivery 1','harbour''s night delivery 1','harbour''s night delivery 1','2026-09-26T12:42:00.000000+00:00','2026-09-26T10:46:00.000000+00:00','2026-09-26T11:24:00.000000+00:00','2026-09-26T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(3,3,3,3,'Reader2@post.example','приём; "кавычки" delivery 2','sending','2026-09-27T04:26:00.000000+00:00','token-2','2026-09-25T04:00:00.000000+00:00',7,NULL,7,'приём; "кавычки" delivery 2','приём; "кавычки" delivery 2','приём; "кавычки" delivery 2','2026-09-27T12:42:00.000000+00:00','2026-09-27T10:46:00.000000+00:00','2026-09-27T11:24:00.000000+00:00','2026-09-27T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(4,4,4,4,'Reader3@post.example',NULL,'sent','2026-09-28T04:26:00.000000+00:00',NULL,NULL,1841,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(5,5,5,5,'Reader4@post.example','naïve café delivery 4','deferred','2026-09-29T04:26:00.000000+00:00',NULL,NULL,2147483647,'2026-09-25T05:00:00.000000+00:00',2147483647,'naïve café delivery 4','naïve café delivery 4','naïve café delivery 4','2026-09-29T12:42:00.000000+00:00','2026-09-29T10:46:00.000000+00:00','2026-09-29T11:24:00.000000+00:00','2026-09-29T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(6,6,6,6,'Reader5@post.example','line
break delivery 5','bounced','2026-09-30T04:26:00.000000+00:00',NULL,NULL,0,NULL,0,'line
break delivery 5','line
break delivery 5','line
break delivery 5','2026-09-30T12:42:00.000000+00:00','2026-09-30T10:46:00.000000+00:00','2026-09-30T11:24:00.000000+00:00','2026-09-30T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(7,7,7,7,'Reader6@post.example','тест\n delivery 6','unknown','2026-10-01T04:26:00.000000+00:00','token-6',NULL,1,NULL,1,'тест\n delivery 6','тест\n delivery 6','тест\n delivery 6','2026-10-01T12:42:00.000000+00:00','2026-10-01T10:46:00.000000+00:00','2026-10-01T11:24:00.000000+00:00','2026-10-01T11:26:00.000000+00:00');
INSERT INTO "delivery" VALUES(8,8,8,8,'Reader7@post.example',NULL,'cancelled','2026-10-02T04:26:00.000000+00:00',NULL,NULL,7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(9,9,9,9,'Reader8@post.example','emoji ⚓ delivery 8','expired','2026-10-03T04:26:00.000000+00:00',NULL,NULL,1841,NULL,1841,'emoji ⚓ delivery 8','emoji ⚓ delivery 8','emoji ⚓ delivery 8','2026-10-03T12:42:00.000000+00:00','2026-10-03T10:46:00.000000+00:00','2026-10-03T11:24:00.000000+00:00','2026-10-03T11:26:00.000000+00:00');
CREATE TABLE "issue" (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	edition TEXT, 
	slot VARCHAR(13), 
	state VARCHAR(16) NOT NULL, 
	window_start VARCHAR(32) NOT NULL, 
	window_end VARCHAR(32) NOT NULL, 
	reason TEXT, 
	frozen_at VARCHAR(32), 
	deadline VARCHAR(32), 
	updated_at VARCHAR(32) NOT NULL, purpose TEXT, language TEXT, on_unknown TEXT, 
	CONSTRAINT issue_pkey PRIMARY KEY (id), 
	CONSTRAINT issue_frozen_check CHECK (state NOT IN ('frozen', 'sending', 'done', 'paused') OR frozen_at IS NOT NULL)
);
INSERT INTO "issue" VALUES(1,'edition','daily','2026-09-20.01','planned','2026-09-25T05:57:00.000000+00:00','2026-09-25T11:50:00.000000+00:00','Гавань «ночью» issue 0',NULL,'2026-09-25T07:42:00.000000+00:00','2026-09-25T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(2,'edition','daily','2026-09-21.01','held','2026-09-26T05:57:00.000000+00:00','2026-09-26T11:50:00.000000+00:00','harbour''s night issue 1',NULL,'2026-09-26T07:42:00.000000+00:00','2026-09-26T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(3,'edition','daily','2026-09-22.01','frozen','2026-09-27T05:57:00.000000+00:00','2026-09-27T11:50:00.000000+00:00','приём; "кавычки" issue 2','2026-09-27T04:00:00.000000+00:00','2026-09-27T07:42:00.000000+00:00','2026-09-27T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(4,'edition','daily','2026-09-23.01','sending','2026-09-28T05:57:00.000000+00:00','2026-09-28T11:50:00.000000+00:00',NULL,'2026-09-28T04:00:00.000000+00:00',NULL,'2026-09-28T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(5,'edition','daily','2026-09-24.01','done','2026-09-29T05:57:00.000000+00:00','2026-09-29T11:50:00.000000+00:00','naïve café issue 4','2026-09-29T04:00:00.000000+00:00','2026-09-29T07:42:00.000000+00:00','2026-09-29T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(6,'edition','daily','2026-09-25.01','paused','2026-09-30T05:57:00.000000+00:00','2026-09-30T11:50:00.000000+00:00','line
break issue 5','2026-09-30T04:00:00.000000+00:00','2026-09-30T07:42:00.000000+00:00','2026-09-30T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(7,'edition','daily','2026-09-26.01','cancelled','2026-10-01T05:57:00.000000+00:00','2026-10-01T11:50:00.000000+00:00','тест\n issue 6','2026-10-01T04:00:00.000000+00:00','2026-10-01T07:42:00.000000+00:00','2026-10-01T11:31:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "issue" VALUES(8,'system',NULL,'2026-09-27.01','skipped','2026-10-02T05:57:00.000000+00:00','2026-10-02T11:50:00.000000+00:00',NULL,NULL,NULL,'2026-10-02T11:31:00.000000+00:00','alert','ru',NULL);
INSERT INTO "issue" VALUES(9,'system',NULL,'2026-09-28.01','planned','2026-10-03T05:57:00.000000+00:00','2026-10-03T11:50:00.000000+00:00','emoji ⚓ issue 8',NULL,'2026-10-03T07:42:00.000000+00:00','2026-10-03T11:31:00.000000+00:00','alert','en','emoji ⚓ issue 8');
CREATE TABLE issue_article (
	issue_id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	article TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT issue_article_pkey PRIMARY KEY (issue_id, variant_id, position), 
	CONSTRAINT issue_article_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT issue_article_variant_id_fkey FOREIGN KEY(variant_id) REFERENCES variant (id)
);
INSERT INTO "issue_article" VALUES(1,1,'Гавань «ночью» issue_article 0',1);
INSERT INTO "issue_article" VALUES(2,2,'harbour''s night issue_article 1',2);
INSERT INTO "issue_article" VALUES(3,3,'приём; "кавычки" issue_article 2',3);
INSERT INTO "issue_article" VALUES(4,4,'quay — 50 % issue_article 3',4);
INSERT INTO "issue_article" VALUES(5,5,'naïve café issue_article 4',5);
INSERT INTO "issue_article" VALUES(6,6,'line
break issue_article 5',6);
INSERT INTO "issue_article" VALUES(7,7,'тест\n issue_article 6',7);
INSERT INTO "issue_article" VALUES(8,8,'ß ü ñ issue_article 7',8);
INSERT INTO "issue_article" VALUES(9,9,'emoji ⚓ issue_article 8',9);
CREATE TABLE "override" (
	id INTEGER NOT NULL, 
	edition TEXT NOT NULL, 
	slot VARCHAR(13), 
	article_key TEXT, 
	kind VARCHAR(16) NOT NULL, 
	value TEXT, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	until VARCHAR(32), undone_by TEXT, undone_at VARCHAR(32), 
	CONSTRAINT override_pkey PRIMARY KEY (id)
);
INSERT INTO "override" VALUES(1,'Гавань «ночью» override 0','2026-09-20.01','Гавань «ночью» override 0','pin','Гавань «ночью» override 0','Гавань «ночью» override 0','2026-09-25T07:33:00.000000+00:00','2026-09-25T13:16:00.000000+00:00','Гавань «ночью» override 0','2026-09-25T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(2,'harbour''s night override 1','2026-09-21.01','harbour''s night override 1','drop','harbour''s night override 1','harbour''s night override 1','2026-09-26T07:33:00.000000+00:00','2026-09-26T13:16:00.000000+00:00','harbour''s night override 1','2026-09-26T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(3,'приём; "кавычки" override 2','2026-09-22.01','приём; "кавычки" override 2','boost','приём; "кавычки" override 2','приём; "кавычки" override 2','2026-09-27T07:33:00.000000+00:00','2026-09-27T13:16:00.000000+00:00','приём; "кавычки" override 2','2026-09-27T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(4,'quay — 50 % override 3','2026-09-23.01',NULL,'title',NULL,'quay — 50 % override 3','2026-09-28T07:33:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "override" VALUES(5,'naïve café override 4','2026-09-24.01','naïve café override 4','summary','naïve café override 4','naïve café override 4','2026-09-29T07:33:00.000000+00:00','2026-09-29T13:16:00.000000+00:00','naïve café override 4','2026-09-29T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(6,'line
break override 5','2026-09-25.01','line
break override 5','section','line
break override 5','line
break override 5','2026-09-30T07:33:00.000000+00:00','2026-09-30T13:16:00.000000+00:00','line
break override 5','2026-09-30T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(7,'тест\n override 6','2026-09-26.01','тест\n override 6','add','тест\n override 6','тест\n override 6','2026-10-01T07:33:00.000000+00:00','2026-10-01T13:16:00.000000+00:00','тест\n override 6','2026-10-01T09:57:00.000000+00:00');
INSERT INTO "override" VALUES(8,'ß ü ñ override 7','2026-09-27.01',NULL,'pin',NULL,'ß ü ñ override 7','2026-10-02T07:33:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "override" VALUES(9,'emoji ⚓ override 8','2026-09-28.01','emoji ⚓ override 8','drop','emoji ⚓ override 8','emoji ⚓ override 8','2026-10-03T07:33:00.000000+00:00','2026-10-03T13:16:00.000000+00:00','emoji ⚓ override 8','2026-10-03T09:57:00.000000+00:00');
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
INSERT INTO "reading" VALUES(1,'Гавань «ночью» reading 0','2026-09-25T07:59:00.000000+00:00',0,0,0);
INSERT INTO "reading" VALUES(2,'harbour''s night reading 1','2026-09-26T07:59:00.000000+00:00',1,1,1);
INSERT INTO "reading" VALUES(3,'приём; "кавычки" reading 2','2026-09-27T07:59:00.000000+00:00',7,7,7);
INSERT INTO "reading" VALUES(4,'quay — 50 % reading 3','2026-09-28T07:59:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "reading" VALUES(5,'naïve café reading 4','2026-09-29T07:59:00.000000+00:00',2147483647,2147483647,2147483647);
INSERT INTO "reading" VALUES(6,'line
break reading 5','2026-09-30T07:59:00.000000+00:00',0,0,0);
INSERT INTO "reading" VALUES(7,'тест\n reading 6','2026-10-01T07:59:00.000000+00:00',1,1,1);
INSERT INTO "reading" VALUES(8,'ß ü ñ reading 7','2026-10-02T07:59:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "reading" VALUES(9,'emoji ⚓ reading 8','2026-10-03T07:59:00.000000+00:00',1841,1841,1841);
CREATE TABLE resend (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	messages INTEGER NOT NULL, 
	CONSTRAINT resend_pkey PRIMARY KEY (id), 
	CONSTRAINT resend_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "resend" VALUES(1,1,'Гавань «ночью» resend 0','2026-09-25T07:33:00.000000+00:00',0);
INSERT INTO "resend" VALUES(2,2,'harbour''s night resend 1','2026-09-26T07:33:00.000000+00:00',1);
INSERT INTO "resend" VALUES(3,3,'приём; "кавычки" resend 2','2026-09-27T07:33:00.000000+00:00',7);
INSERT INTO "resend" VALUES(4,4,'quay — 50 % resend 3','2026-09-28T07:33:00.000000+00:00',1841);
INSERT INTO "resend" VALUES(5,5,'naïve café resend 4','2026-09-29T07:33:00.000000+00:00',2147483647);
INSERT INTO "resend" VALUES(6,6,'line
break resend 5','2026-09-30T07:33:00.000000+00:00',0);
INSERT INTO "resend" VALUES(7,7,'тест\n resend 6','2026-10-01T07:33:00.000000+00:00',1);
INSERT INTO "resend" VALUES(8,8,'ß ü ñ resend 7','2026-10-02T07:33:00.000000+00:00',7);
INSERT INTO "resend" VALUES(9,9,'emoji ⚓ resend 8','2026-10-03T07:33:00.000000+00:00',1841);
CREATE TABLE shown_ranking (
	edition TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	slot VARCHAR(13) NOT NULL, 
	urls TEXT NOT NULL, 
	titles TEXT NOT NULL, 
	CONSTRAINT shown_ranking_pkey PRIMARY KEY (edition, "by")
);
INSERT INTO "shown_ranking" VALUES('Гавань «ночью» shown_ranking 0','Гавань «ночью» shown_ranking 0','2026-09-20.01','[]','[]');
INSERT INTO "shown_ranking" VALUES('harbour''s night shown_ranking 1','harbour''s night shown_ranking 1','2026-09-21.01','["daily"]','["daily"]');
INSERT INTO "shown_ranking" VALUES('приём; "кавычки" shown_ranking 2','приём; "кавычки" shown_ranking 2','2026-09-22.01','["daily", "Спорт"]','["daily", "Спорт"]');
INSERT INTO "shown_ranking" VALUES('quay — 50 % shown_ranking 3','quay — 50 % shown_ranking 3','2026-09-23.01','[]','[]');
INSERT INTO "shown_ranking" VALUES('naïve café shown_ranking 4','naïve café shown_ranking 4','2026-09-24.01','["daily"]','["daily"]');
INSERT INTO "shown_ranking" VALUES('line
break shown_ranking 5','line
break shown_ranking 5','2026-09-25.01','["daily", "Спорт"]','["daily", "Спорт"]');
INSERT INTO "shown_ranking" VALUES('тест\n shown_ranking 6','тест\n shown_ranking 6','2026-09-26.01','[]','[]');
INSERT INTO "shown_ranking" VALUES('ß ü ñ shown_ranking 7','ß ü ñ shown_ranking 7','2026-09-27.01','["daily"]','["daily"]');
INSERT INTO "shown_ranking" VALUES('emoji ⚓ shown_ranking 8','emoji ⚓ shown_ranking 8','2026-09-28.01','["daily", "Спорт"]','["daily", "Спорт"]');
CREATE TABLE "sighting" (
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
	CONSTRAINT sighting_article_id_fkey FOREIGN KEY(article_id) REFERENCES article (id)
);
INSERT INTO "sighting" VALUES(1,'Гавань «ночью» sighting 0','articles','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','Гавань «ночью» sighting 0','2026-09-25T05:08:00.000000+00:00','2026-09-25T11:31:00.000000+00:00','2026-09-25T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(2,'harbour''s night sighting 1','discussion','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','harbour''s night sighting 1','2026-09-26T05:08:00.000000+00:00','2026-09-26T11:31:00.000000+00:00','2026-09-26T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(3,'приём; "кавычки" sighting 2','counters','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','приём; "кавычки" sighting 2','2026-09-27T05:08:00.000000+00:00','2026-09-27T11:31:00.000000+00:00','2026-09-27T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(4,'quay — 50 % sighting 3','articles','quay — 50 % sighting 3','quay — 50 % sighting 3',NULL,NULL,NULL,NULL,NULL,'quay — 50 % sighting 3',NULL,NULL,'2026-09-28T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(5,'naïve café sighting 4','discussion','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','naïve café sighting 4','2026-09-29T05:08:00.000000+00:00','2026-09-29T11:31:00.000000+00:00','2026-09-29T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(6,'line
break sighting 5','counters','line
break sighting 5','line
break sighting 5','line
break sighting 5','line
break sighting 5','line
break sighting 5','line
break sighting 5','line
break sighting 5','line
break sighting 5','2026-09-30T05:08:00.000000+00:00','2026-09-30T11:31:00.000000+00:00','2026-09-30T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(7,'тест\n sighting 6','articles','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','тест\n sighting 6','2026-10-01T05:08:00.000000+00:00','2026-10-01T11:31:00.000000+00:00','2026-10-01T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(8,'ß ü ñ sighting 7','discussion','ß ü ñ sighting 7','ß ü ñ sighting 7',NULL,NULL,NULL,NULL,NULL,'ß ü ñ sighting 7',NULL,NULL,'2026-10-02T07:59:00.000000+00:00');
INSERT INTO "sighting" VALUES(9,'emoji ⚓ sighting 8','counters','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','emoji ⚓ sighting 8','2026-10-03T05:08:00.000000+00:00','2026-10-03T11:31:00.000000+00:00','2026-10-03T07:59:00.000000+00:00');
CREATE TABLE signing_key (
	id INTEGER NOT NULL, 
	secret BLOB NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	CONSTRAINT signing_key_pkey PRIMARY KEY (id)
);
INSERT INTO "signing_key" VALUES(1,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F','2026-09-25T11:16:00.000000+00:00');
INSERT INTO "signing_key" VALUES(2,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F','2026-09-26T11:16:00.000000+00:00');
CREATE TABLE source (
	name TEXT NOT NULL, 
	url TEXT, 
	etag TEXT, 
	last_modified TEXT, 
	visited_at VARCHAR(32) NOT NULL, 
	CONSTRAINT source_pkey PRIMARY KEY (name)
);
INSERT INTO "source" VALUES('Гавань «ночью» source 0','Гавань «ночью» source 0','Гавань «ночью» source 0','Гавань «ночью» source 0','2026-09-25T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('harbour''s night source 1','harbour''s night source 1','harbour''s night source 1','harbour''s night source 1','2026-09-26T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('приём; "кавычки" source 2','приём; "кавычки" source 2','приём; "кавычки" source 2','приём; "кавычки" source 2','2026-09-27T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('quay — 50 % source 3',NULL,NULL,NULL,'2026-09-28T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('naïve café source 4','naïve café source 4','naïve café source 4','naïve café source 4','2026-09-29T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('line
break source 5','line
break source 5','line
break source 5','line
break source 5','2026-09-30T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('тест\n source 6','тест\n source 6','тест\n source 6','тест\n source 6','2026-10-01T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('ß ü ñ source 7',NULL,NULL,NULL,'2026-10-02T11:48:00.000000+00:00');
INSERT INTO "source" VALUES('emoji ⚓ source 8','emoji ⚓ source 8','emoji ⚓ source 8','emoji ⚓ source 8','2026-10-03T11:48:00.000000+00:00');
CREATE TABLE "subscriber" (
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
	email_key TEXT NOT NULL, 
	CONSTRAINT subscriber_left_check CHECK (left_by IS NULL OR status = 'unsubscribed'), 
	CONSTRAINT subscriber_email_key_key UNIQUE (email_key)
);
INSERT INTO "subscriber" VALUES(1,'Reader0@post.example','Гавань «ночью» subscriber 0',NULL,'[]','[]',NULL,NULL,'pending',NULL,'2026-09-25T11:16:00.000000+00:00','2026-09-25T11:02:00.000000+00:00','reader0@post.example');
INSERT INTO "subscriber" VALUES(2,'Reader1@post.example','harbour''s night subscriber 1','en','["daily"]','["daily"]','daily','Asia/Tokyo','confirmed',NULL,'2026-09-26T11:16:00.000000+00:00','2026-09-26T11:02:00.000000+00:00','reader1@post.example');
INSERT INTO "subscriber" VALUES(3,'Reader2@post.example','приём; "кавычки" subscriber 2','ru','["daily", "Спорт"]','["daily", "Спорт"]','weekdays',NULL,'unsubscribed','operator','2026-09-27T11:16:00.000000+00:00','2026-09-27T11:02:00.000000+00:00','reader2@post.example');
INSERT INTO "subscriber" VALUES(4,'Reader3@post.example',NULL,NULL,'[]','[]','weekly','Asia/Tokyo','suppressed',NULL,'2026-09-28T11:16:00.000000+00:00','2026-09-28T11:02:00.000000+00:00','reader3@post.example');
INSERT INTO "subscriber" VALUES(5,'Reader4@post.example','naïve café subscriber 4','en','["daily"]','["daily"]',NULL,NULL,'pending',NULL,'2026-09-29T11:16:00.000000+00:00','2026-09-29T11:02:00.000000+00:00','reader4@post.example');
INSERT INTO "subscriber" VALUES(6,'Reader5@post.example','line
break subscriber 5','ru','["daily", "Спорт"]','["daily", "Спорт"]','daily','Asia/Tokyo','confirmed',NULL,'2026-09-30T11:16:00.000000+00:00','2026-09-30T11:02:00.000000+00:00','reader5@post.example');
INSERT INTO "subscriber" VALUES(7,'Reader6@post.example','тест\n subscriber 6',NULL,'[]','[]','weekdays',NULL,'unsubscribed','operator','2026-10-01T11:16:00.000000+00:00','2026-10-01T11:02:00.000000+00:00','reader6@post.example');
INSERT INTO "subscriber" VALUES(8,'Reader7@post.example',NULL,'en','["daily"]','["daily"]','weekly','Asia/Tokyo','suppressed',NULL,'2026-10-02T11:16:00.000000+00:00','2026-10-02T11:02:00.000000+00:00','reader7@post.example');
INSERT INTO "subscriber" VALUES(9,'Reader8@post.example','emoji ⚓ subscriber 8','ru','["daily", "Спорт"]','["daily", "Спорт"]',NULL,NULL,'pending',NULL,'2026-10-03T11:16:00.000000+00:00','2026-10-03T11:02:00.000000+00:00','reader8@post.example');
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
INSERT INTO "variant" VALUES(1,1,'default','Гавань «ночью» variant 0','Гавань «ночью» variant 0','Гавань «ночью» variant 0','Гавань «ночью» variant 0',1);
INSERT INTO "variant" VALUES(2,2,'default','harbour''s night variant 1','harbour''s night variant 1','harbour''s night variant 1','harbour''s night variant 1',2);
INSERT INTO "variant" VALUES(3,3,'default','приём; "кавычки" variant 2','приём; "кавычки" variant 2','приём; "кавычки" variant 2','приём; "кавычки" variant 2',1);
INSERT INTO "variant" VALUES(4,4,'default','quay — 50 % variant 3','quay — 50 % variant 3','quay — 50 % variant 3','quay — 50 % variant 3',NULL);
INSERT INTO "variant" VALUES(5,5,'default','naïve café variant 4','naïve café variant 4','naïve café variant 4','naïve café variant 4',1);
INSERT INTO "variant" VALUES(6,6,'default','line
break variant 5','line
break variant 5','line
break variant 5','line
break variant 5',2);
INSERT INTO "variant" VALUES(7,7,'default','тест\n variant 6','тест\n variant 6','тест\n variant 6','тест\n variant 6',1);
INSERT INTO "variant" VALUES(8,8,'default','ß ü ñ variant 7','ß ü ñ variant 7','ß ü ñ variant 7','ß ü ñ variant 7',NULL);
INSERT INTO "variant" VALUES(9,9,'default','emoji ⚓ variant 8','emoji ⚓ variant 8','emoji ⚓ variant 8','emoji ⚓ variant 8',1);
CREATE INDEX article_moment ON article (published_at, first_seen_at);
CREATE INDEX override_edition ON override (edition, slot);
CREATE INDEX issue_state ON issue (state);
CREATE INDEX sighting_role ON sighting (role, published_at);
CREATE INDEX sighting_visit ON sighting (source, taken_at);
CREATE INDEX delivery_claim ON delivery (issue_id, state, due_at, id, claim_expires) WHERE claim_expires IS NULL;
CREATE INDEX delivery_owner ON delivery (claim_token) WHERE claim_token IS NOT NULL;
CREATE UNIQUE INDEX issue_slot ON issue (edition, slot);
CREATE UNIQUE INDEX delivery_subscriber ON delivery (subscriber_id, issue_id);
CREATE UNIQUE INDEX issue_system ON issue (purpose, language, slot);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('delivery',9);
INSERT INTO "sqlite_sequence" VALUES('subscriber',9);
COMMIT;
