-- What commit d72afac wrote; see README.md. Never change it.

BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0033');
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	subject TEXT NOT NULL, 
	message TEXT NOT NULL, 
	first_seen VARCHAR(32) NOT NULL, 
	last_seen VARCHAR(32) NOT NULL, 
	cleared_at VARCHAR(32), mailed_at VARCHAR(32), 
	CONSTRAINT alert_pkey PRIMARY KEY (id)
);
INSERT INTO "alert" VALUES(1,'receiver-refuses','Гавань «ночью» alert 0','Гавань «ночью» alert 0','2026-09-25T11:54:00.000000+00:00','2026-09-25T09:58:00.000000+00:00','2026-09-25T11:08:00.000000+00:00','2026-09-25T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(2,'issue-held','harbour''s night alert 1','harbour''s night alert 1','2026-09-26T11:54:00.000000+00:00','2026-09-26T09:58:00.000000+00:00','2026-09-26T11:08:00.000000+00:00','2026-09-26T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(3,'issue-paused','приём; "кавычки" alert 2','приём; "кавычки" alert 2','2026-09-27T11:54:00.000000+00:00','2026-09-27T09:58:00.000000+00:00','2026-09-27T11:08:00.000000+00:00','2026-09-27T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(4,'check-fails','quay — 50 % alert 3','quay — 50 % alert 3','2026-09-28T11:54:00.000000+00:00','2026-09-28T09:58:00.000000+00:00',NULL,NULL);
INSERT INTO "alert" VALUES(5,'signups-paused','naïve café alert 4','naïve café alert 4','2026-09-29T11:54:00.000000+00:00','2026-09-29T09:58:00.000000+00:00','2026-09-29T11:08:00.000000+00:00','2026-09-29T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(6,'receiver-refuses','line
break alert 5','line
break alert 5','2026-09-30T11:54:00.000000+00:00','2026-09-30T09:58:00.000000+00:00','2026-09-30T11:08:00.000000+00:00','2026-09-30T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(7,'issue-held','тест\n alert 6','тест\n alert 6','2026-10-01T11:54:00.000000+00:00','2026-10-01T09:58:00.000000+00:00','2026-10-01T11:08:00.000000+00:00','2026-10-01T09:28:00.000000+00:00');
INSERT INTO "alert" VALUES(8,'issue-paused','ß ü ñ alert 7','ß ü ñ alert 7','2026-10-02T11:54:00.000000+00:00','2026-10-02T09:58:00.000000+00:00',NULL,NULL);
INSERT INTO "alert" VALUES(9,'check-fails','emoji ⚓ alert 8','emoji ⚓ alert 8','2026-10-03T11:54:00.000000+00:00','2026-10-03T09:58:00.000000+00:00','2026-10-03T11:08:00.000000+00:00','2026-10-03T09:28:00.000000+00:00');
CREATE TABLE api_token (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	token_hash BLOB NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	revoked_at VARCHAR(32), 
	CONSTRAINT api_token_pkey PRIMARY KEY (id), 
	CONSTRAINT api_token_token_hash_key UNIQUE (token_hash)
);
INSERT INTO "api_token" VALUES(1,'Гавань «ночью» api_token 0',X'0000FF275C6170695F746F6B656E2E746F6B656E5F68617368','[]','2026-09-25T11:16:00.000000+00:00','2026-09-25T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(2,'harbour''s night api_token 1',X'0100FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily"]','2026-09-26T11:16:00.000000+00:00','2026-09-26T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(3,'приём; "кавычки" api_token 2',X'0200FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily", "Спорт"]','2026-09-27T11:16:00.000000+00:00','2026-09-27T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(4,'quay — 50 % api_token 3',X'0300FF275C6170695F746F6B656E2E746F6B656E5F68617368','[]','2026-09-28T11:16:00.000000+00:00',NULL);
INSERT INTO "api_token" VALUES(5,'naïve café api_token 4',X'0400FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily"]','2026-09-29T11:16:00.000000+00:00','2026-09-29T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(6,'line
break api_token 5',X'0500FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily", "Спорт"]','2026-09-30T11:16:00.000000+00:00','2026-09-30T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(7,'тест\n api_token 6',X'0600FF275C6170695F746F6B656E2E746F6B656E5F68617368','[]','2026-10-01T11:16:00.000000+00:00','2026-10-01T11:40:00.000000+00:00');
INSERT INTO "api_token" VALUES(8,'ß ü ñ api_token 7',X'0700FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily"]','2026-10-02T11:16:00.000000+00:00',NULL);
INSERT INTO "api_token" VALUES(9,'emoji ⚓ api_token 8',X'0800FF275C6170695F746F6B656E2E746F6B656E5F68617368','["daily", "Спорт"]','2026-10-03T11:16:00.000000+00:00','2026-10-03T11:40:00.000000+00:00');
CREATE TABLE archive_copy (
	variant_id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	html TEXT, 
	text TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT archive_copy_pkey PRIMARY KEY (variant_id), 
	CONSTRAINT archive_copy_variant_id_fkey FOREIGN KEY(variant_id) REFERENCES variant (id)
);
INSERT INTO "archive_copy" VALUES(1,'Гавань «ночью» archive_copy 0','Гавань «ночью» archive_copy 0','Гавань «ночью» archive_copy 0','Гавань «ночью» archive_copy 0','2026-09-25T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(2,'harbour''s night archive_copy 1','harbour''s night archive_copy 1','harbour''s night archive_copy 1','harbour''s night archive_copy 1','2026-09-26T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(3,'приём; "кавычки" archive_copy 2','приём; "кавычки" archive_copy 2','приём; "кавычки" archive_copy 2','приём; "кавычки" archive_copy 2','2026-09-27T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(4,'quay — 50 % archive_copy 3','quay — 50 % archive_copy 3',NULL,'quay — 50 % archive_copy 3','2026-09-28T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(5,'naïve café archive_copy 4','naïve café archive_copy 4','naïve café archive_copy 4','naïve café archive_copy 4','2026-09-29T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(6,'line
break archive_copy 5','line
break archive_copy 5','line
break archive_copy 5','line
break archive_copy 5','2026-09-30T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(7,'тест\n archive_copy 6','тест\n archive_copy 6','тест\n archive_copy 6','тест\n archive_copy 6','2026-10-01T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(8,'ß ü ñ archive_copy 7','ß ü ñ archive_copy 7',NULL,'ß ü ñ archive_copy 7','2026-10-02T07:33:00.000000+00:00');
INSERT INTO "archive_copy" VALUES(9,'emoji ⚓ archive_copy 8','emoji ⚓ archive_copy 8','emoji ⚓ archive_copy 8','emoji ⚓ archive_copy 8','2026-10-03T07:33:00.000000+00:00');
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
CREATE TABLE bounce (
	id INTEGER NOT NULL, 
	message_key TEXT NOT NULL, 
	address TEXT NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	report_class VARCHAR(16) NOT NULL, 
	status TEXT, 
	text TEXT NOT NULL, 
	counted BOOLEAN NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT bounce_pkey PRIMARY KEY (id), 
	CONSTRAINT bounce_delivery_id_fkey FOREIGN KEY(delivery_id) REFERENCES delivery (id) ON DELETE CASCADE, 
	CONSTRAINT bounce_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE, 
	CONSTRAINT bounce_message_key_address_key UNIQUE (message_key, address)
);
INSERT INTO "bounce" VALUES(1,'Гавань «ночью» bounce 0','Гавань «ночью» bounce 0',1,1,'hard','Гавань «ночью» bounce 0','Гавань «ночью» bounce 0',0,'2026-09-25T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(2,'harbour''s night bounce 1','harbour''s night bounce 1',2,2,'soft','harbour''s night bounce 1','harbour''s night bounce 1',1,'2026-09-26T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(3,'приём; "кавычки" bounce 2','приём; "кавычки" bounce 2',3,3,'about-us','приём; "кавычки" bounce 2','приём; "кавычки" bounce 2',0,'2026-09-27T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(4,'quay — 50 % bounce 3','quay — 50 % bounce 3',4,NULL,'complaint',NULL,'quay — 50 % bounce 3',1,'2026-09-28T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(5,'naïve café bounce 4','naïve café bounce 4',5,5,'auto-reply','naïve café bounce 4','naïve café bounce 4',0,'2026-09-29T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(6,'line
break bounce 5','line
break bounce 5',6,6,'unsubscribe','line
break bounce 5','line
break bounce 5',1,'2026-09-30T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(7,'тест\n bounce 6','тест\n bounce 6',7,7,'none','тест\n bounce 6','тест\n bounce 6',0,'2026-10-01T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(8,'ß ü ñ bounce 7','ß ü ñ bounce 7',8,NULL,'hard',NULL,'ß ü ñ bounce 7',1,'2026-10-02T07:33:00.000000+00:00');
INSERT INTO "bounce" VALUES(9,'emoji ⚓ bounce 8','emoji ⚓ bounce 8',9,9,'soft','emoji ⚓ bounce 8','emoji ⚓ bounce 8',0,'2026-10-03T07:33:00.000000+00:00');
CREATE TABLE day_article (
	issue_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	section TEXT, 
	CONSTRAINT day_article_pkey PRIMARY KEY (issue_id, position), 
	CONSTRAINT day_article_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "day_article" VALUES(1,1,'Гавань «ночью» day_article 0','Гавань «ночью» day_article 0','Гавань «ночью» day_article 0');
INSERT INTO "day_article" VALUES(2,2,'harbour''s night day_article 1','harbour''s night day_article 1','harbour''s night day_article 1');
INSERT INTO "day_article" VALUES(3,3,'приём; "кавычки" day_article 2','приём; "кавычки" day_article 2','приём; "кавычки" day_article 2');
INSERT INTO "day_article" VALUES(4,4,'quay — 50 % day_article 3','quay — 50 % day_article 3',NULL);
INSERT INTO "day_article" VALUES(5,5,'naïve café day_article 4','naïve café day_article 4','naïve café day_article 4');
INSERT INTO "day_article" VALUES(6,6,'line
break day_article 5','line
break day_article 5','line
break day_article 5');
INSERT INTO "day_article" VALUES(7,7,'тест\n day_article 6','тест\n day_article 6','тест\n day_article 6');
INSERT INTO "day_article" VALUES(8,8,'ß ü ñ day_article 7','ß ü ñ day_article 7',NULL);
INSERT INTO "day_article" VALUES(9,9,'emoji ⚓ day_article 8','emoji ⚓ day_article 8','emoji ⚓ day_article 8');
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
CREATE TABLE group_pause (
	receiver_group TEXT NOT NULL, 
	cause VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	since VARCHAR(32) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	times INTEGER NOT NULL, 
	trial_at VARCHAR(32), 
	cleared_at VARCHAR(32), 
	CONSTRAINT group_pause_pkey PRIMARY KEY (receiver_group)
);
INSERT INTO "group_pause" VALUES('Гавань «ночью» group_pause 0','refused','Гавань «ночью» group_pause 0','2026-09-25T12:50:00.000000+00:00','2026-09-25T13:16:00.000000+00:00',0,'2026-09-25T08:08:00.000000+00:00','2026-09-25T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('harbour''s night group_pause 1','throttled','harbour''s night group_pause 1','2026-09-26T12:50:00.000000+00:00','2026-09-26T13:16:00.000000+00:00',1,'2026-09-26T08:08:00.000000+00:00','2026-09-26T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('приём; "кавычки" group_pause 2','refused','приём; "кавычки" group_pause 2','2026-09-27T12:50:00.000000+00:00','2026-09-27T13:16:00.000000+00:00',7,'2026-09-27T08:08:00.000000+00:00','2026-09-27T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('quay — 50 % group_pause 3','throttled','quay — 50 % group_pause 3','2026-09-28T12:50:00.000000+00:00','2026-09-28T13:16:00.000000+00:00',1841,NULL,NULL);
INSERT INTO "group_pause" VALUES('naïve café group_pause 4','refused','naïve café group_pause 4','2026-09-29T12:50:00.000000+00:00','2026-09-29T13:16:00.000000+00:00',2147483647,'2026-09-29T08:08:00.000000+00:00','2026-09-29T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('line
break group_pause 5','throttled','line
break group_pause 5','2026-09-30T12:50:00.000000+00:00','2026-09-30T13:16:00.000000+00:00',0,'2026-09-30T08:08:00.000000+00:00','2026-09-30T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('тест\n group_pause 6','refused','тест\n group_pause 6','2026-10-01T12:50:00.000000+00:00','2026-10-01T13:16:00.000000+00:00',1,'2026-10-01T08:08:00.000000+00:00','2026-10-01T11:08:00.000000+00:00');
INSERT INTO "group_pause" VALUES('ß ü ñ group_pause 7','throttled','ß ü ñ group_pause 7','2026-10-02T12:50:00.000000+00:00','2026-10-02T13:16:00.000000+00:00',7,NULL,NULL);
INSERT INTO "group_pause" VALUES('emoji ⚓ group_pause 8','refused','emoji ⚓ group_pause 8','2026-10-03T12:50:00.000000+00:00','2026-10-03T13:16:00.000000+00:00',1841,'2026-10-03T08:08:00.000000+00:00','2026-10-03T11:08:00.000000+00:00');
CREATE TABLE idempotent_request (
	token_id INTEGER NOT NULL, 
	key_hash BLOB NOT NULL, 
	request_hash BLOB NOT NULL, 
	begun_at VARCHAR(32) NOT NULL, 
	status INTEGER, 
	body TEXT, 
	CONSTRAINT idempotent_request_pkey PRIMARY KEY (token_id, key_hash), 
	CONSTRAINT idempotent_request_token_id_fkey FOREIGN KEY(token_id) REFERENCES api_token (id)
);
INSERT INTO "idempotent_request" VALUES(1,X'0000FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0000FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-25T07:57:00.000000+00:00',0,'Гавань «ночью» idempotent_request 0');
INSERT INTO "idempotent_request" VALUES(2,X'0100FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0100FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-26T07:57:00.000000+00:00',1,'harbour''s night idempotent_request 1');
INSERT INTO "idempotent_request" VALUES(3,X'0200FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0200FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-27T07:57:00.000000+00:00',7,'приём; "кавычки" idempotent_request 2');
INSERT INTO "idempotent_request" VALUES(4,X'0300FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0300FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-28T07:57:00.000000+00:00',NULL,NULL);
INSERT INTO "idempotent_request" VALUES(5,X'0400FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0400FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-29T07:57:00.000000+00:00',2147483647,'naïve café idempotent_request 4');
INSERT INTO "idempotent_request" VALUES(6,X'0500FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0500FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-09-30T07:57:00.000000+00:00',0,'line
break idempotent_request 5');
INSERT INTO "idempotent_request" VALUES(7,X'0600FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0600FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-10-01T07:57:00.000000+00:00',1,'тест\n idempotent_request 6');
INSERT INTO "idempotent_request" VALUES(8,X'0700FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0700FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-10-02T07:57:00.000000+00:00',NULL,NULL);
INSERT INTO "idempotent_request" VALUES(9,X'0800FF275C6964656D706F74656E745F726571756573742E6B65795F68617368',X'0800FF275C6964656D706F74656E745F726571756573742E726571756573745F68617368','2026-10-03T07:57:00.000000+00:00',1841,'emoji ⚓ idempotent_request 8');
CREATE TABLE import_job (
	id INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	lines INTEGER NOT NULL, 
	editions TEXT NOT NULL, 
	status TEXT, 
	result TEXT NOT NULL, 
	error TEXT, 
	attempts INTEGER NOT NULL, 
	claim_token TEXT, 
	claimed_until VARCHAR(32), 
	created_at VARCHAR(32) NOT NULL, 
	finished_at VARCHAR(32), 
	CONSTRAINT import_job_pkey PRIMARY KEY (id)
);
INSERT INTO "import_job" VALUES(1,'Гавань «ночью» import_job 0','running',0,'[]','Гавань «ночью» import_job 0','Гавань «ночью» import_job 0','Гавань «ночью» import_job 0',0,'Гавань «ночью» import_job 0','2026-09-25T06:50:00.000000+00:00','2026-09-25T11:16:00.000000+00:00','2026-09-25T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(2,'harbour''s night import_job 1','done',1,'["daily"]','harbour''s night import_job 1','harbour''s night import_job 1','harbour''s night import_job 1',1,'harbour''s night import_job 1','2026-09-26T06:50:00.000000+00:00','2026-09-26T11:16:00.000000+00:00','2026-09-26T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(3,'приём; "кавычки" import_job 2','failed',7,'["daily", "Спорт"]','приём; "кавычки" import_job 2','приём; "кавычки" import_job 2','приём; "кавычки" import_job 2',7,'приём; "кавычки" import_job 2','2026-09-27T06:50:00.000000+00:00','2026-09-27T11:16:00.000000+00:00','2026-09-27T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(4,'quay — 50 % import_job 3','running',1841,'[]',NULL,'quay — 50 % import_job 3',NULL,1841,NULL,NULL,'2026-09-28T11:16:00.000000+00:00',NULL);
INSERT INTO "import_job" VALUES(5,'naïve café import_job 4','done',2147483647,'["daily"]','naïve café import_job 4','naïve café import_job 4','naïve café import_job 4',2147483647,'naïve café import_job 4','2026-09-29T06:50:00.000000+00:00','2026-09-29T11:16:00.000000+00:00','2026-09-29T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(6,'line
break import_job 5','failed',0,'["daily", "Спорт"]','line
break import_job 5','line
break import_job 5','line
break import_job 5',0,'line
break import_job 5','2026-09-30T06:50:00.000000+00:00','2026-09-30T11:16:00.000000+00:00','2026-09-30T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(7,'тест\n import_job 6','running',1,'[]','тест\n import_job 6','тест\n import_job 6','тест\n import_job 6',1,'тест\n import_job 6','2026-10-01T06:50:00.000000+00:00','2026-10-01T11:16:00.000000+00:00','2026-10-01T13:10:00.000000+00:00');
INSERT INTO "import_job" VALUES(8,'ß ü ñ import_job 7','done',7,'["daily"]',NULL,'ß ü ñ import_job 7',NULL,7,NULL,NULL,'2026-10-02T11:16:00.000000+00:00',NULL);
INSERT INTO "import_job" VALUES(9,'emoji ⚓ import_job 8','failed',1841,'["daily", "Спорт"]','emoji ⚓ import_job 8','emoji ⚓ import_job 8','emoji ⚓ import_job 8',1841,'emoji ⚓ import_job 8','2026-10-03T06:50:00.000000+00:00','2026-10-03T11:16:00.000000+00:00','2026-10-03T13:10:00.000000+00:00');
CREATE TABLE import_list (
	job_id INTEGER NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT import_list_pkey PRIMARY KEY (job_id), 
	CONSTRAINT import_list_job_id_fkey FOREIGN KEY(job_id) REFERENCES import_job (id)
);
INSERT INTO "import_list" VALUES(1,X'0000FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(2,X'0100FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(3,X'0200FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(4,X'0300FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(5,X'0400FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(6,X'0500FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(7,X'0600FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(8,X'0700FF275C696D706F72745F6C6973742E636F6E74656E74');
INSERT INTO "import_list" VALUES(9,X'0800FF275C696D706F72745F6C6973742E636F6E74656E74');
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
	updated_at VARCHAR(32) NOT NULL, purpose TEXT, language TEXT, on_unknown TEXT, without_articles INTEGER, over_limit INTEGER, had_all INTEGER, repeated INTEGER, 
	CONSTRAINT issue_pkey PRIMARY KEY (id), 
	CONSTRAINT issue_frozen_check CHECK (state NOT IN ('frozen', 'sending', 'done', 'paused') OR frozen_at IS NOT NULL)
);
INSERT INTO "issue" VALUES(1,'edition','daily','2026-09-20.01','planned','2026-09-25T05:57:00.000000+00:00','2026-09-25T11:50:00.000000+00:00','Гавань «ночью» issue 0',NULL,'2026-09-25T07:42:00.000000+00:00','2026-09-25T11:31:00.000000+00:00',NULL,NULL,NULL,0,0,0,0);
INSERT INTO "issue" VALUES(2,'edition','daily','2026-09-21.01','held','2026-09-26T05:57:00.000000+00:00','2026-09-26T11:50:00.000000+00:00','harbour''s night issue 1',NULL,'2026-09-26T07:42:00.000000+00:00','2026-09-26T11:31:00.000000+00:00',NULL,NULL,NULL,1,1,1,1);
INSERT INTO "issue" VALUES(3,'edition','daily','2026-09-22.01','frozen','2026-09-27T05:57:00.000000+00:00','2026-09-27T11:50:00.000000+00:00','приём; "кавычки" issue 2','2026-09-27T04:00:00.000000+00:00','2026-09-27T07:42:00.000000+00:00','2026-09-27T11:31:00.000000+00:00',NULL,NULL,NULL,7,7,7,7);
INSERT INTO "issue" VALUES(4,'edition','daily','2026-09-23.01','sending','2026-09-28T05:57:00.000000+00:00','2026-09-28T11:50:00.000000+00:00',NULL,'2026-09-28T04:00:00.000000+00:00',NULL,'2026-09-28T11:31:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "issue" VALUES(5,'edition','daily','2026-09-24.01','done','2026-09-29T05:57:00.000000+00:00','2026-09-29T11:50:00.000000+00:00','naïve café issue 4','2026-09-29T04:00:00.000000+00:00','2026-09-29T07:42:00.000000+00:00','2026-09-29T11:31:00.000000+00:00',NULL,NULL,NULL,2147483647,2147483647,2147483647,2147483647);
INSERT INTO "issue" VALUES(6,'edition','daily','2026-09-25.01','paused','2026-09-30T05:57:00.000000+00:00','2026-09-30T11:50:00.000000+00:00','line
break issue 5','2026-09-30T04:00:00.000000+00:00','2026-09-30T07:42:00.000000+00:00','2026-09-30T11:31:00.000000+00:00',NULL,NULL,NULL,0,0,0,0);
INSERT INTO "issue" VALUES(7,'edition','daily','2026-09-26.01','cancelled','2026-10-01T05:57:00.000000+00:00','2026-10-01T11:50:00.000000+00:00','тест\n issue 6','2026-10-01T04:00:00.000000+00:00','2026-10-01T07:42:00.000000+00:00','2026-10-01T11:31:00.000000+00:00',NULL,NULL,NULL,1,1,1,1);
INSERT INTO "issue" VALUES(8,'system',NULL,'2026-09-27.01','skipped','2026-10-02T05:57:00.000000+00:00','2026-10-02T11:50:00.000000+00:00',NULL,NULL,NULL,'2026-10-02T11:31:00.000000+00:00','alert','ru',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "issue" VALUES(9,'system',NULL,'2026-09-28.01','planned','2026-10-03T05:57:00.000000+00:00','2026-10-03T11:50:00.000000+00:00','emoji ⚓ issue 8',NULL,'2026-10-03T07:42:00.000000+00:00','2026-10-03T11:31:00.000000+00:00','alert','en','emoji ⚓ issue 8',1841,1841,1841,1841);
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
CREATE TABLE issue_link (
	issue_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	clicks INTEGER NOT NULL, 
	CONSTRAINT issue_link_pkey PRIMARY KEY (issue_id, number), 
	CONSTRAINT issue_link_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "issue_link" VALUES(1,1,'Гавань «ночью» issue_link 0',0);
INSERT INTO "issue_link" VALUES(2,2,'harbour''s night issue_link 1',1);
INSERT INTO "issue_link" VALUES(3,3,'приём; "кавычки" issue_link 2',7);
INSERT INTO "issue_link" VALUES(4,4,'quay — 50 % issue_link 3',1841);
INSERT INTO "issue_link" VALUES(5,5,'naïve café issue_link 4',2147483647);
INSERT INTO "issue_link" VALUES(6,6,'line
break issue_link 5',0);
INSERT INTO "issue_link" VALUES(7,7,'тест\n issue_link 6',1);
INSERT INTO "issue_link" VALUES(8,8,'ß ü ñ issue_link 7',7);
INSERT INTO "issue_link" VALUES(9,9,'emoji ⚓ issue_link 8',1841);
CREATE TABLE issue_ranking (
	issue_id INTEGER NOT NULL, 
	articles TEXT NOT NULL, 
	CONSTRAINT issue_ranking_pkey PRIMARY KEY (issue_id), 
	CONSTRAINT issue_ranking_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "issue_ranking" VALUES(1,'Гавань «ночью» issue_ranking 0');
INSERT INTO "issue_ranking" VALUES(2,'harbour''s night issue_ranking 1');
INSERT INTO "issue_ranking" VALUES(3,'приём; "кавычки" issue_ranking 2');
INSERT INTO "issue_ranking" VALUES(4,'quay — 50 % issue_ranking 3');
INSERT INTO "issue_ranking" VALUES(5,'naïve café issue_ranking 4');
INSERT INTO "issue_ranking" VALUES(6,'line
break issue_ranking 5');
INSERT INTO "issue_ranking" VALUES(7,'тест\n issue_ranking 6');
INSERT INTO "issue_ranking" VALUES(8,'ß ü ñ issue_ranking 7');
INSERT INTO "issue_ranking" VALUES(9,'emoji ⚓ issue_ranking 8');
CREATE TABLE leave_reason (
	subscriber_id INTEGER NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT leave_reason_pkey PRIMARY KEY (subscriber_id), 
	CONSTRAINT leave_reason_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id)
);
INSERT INTO "leave_reason" VALUES(1,'too-many','2026-09-25T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(2,'not-interesting','2026-09-26T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(3,'elsewhere','2026-09-27T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(4,'not-requested','2026-09-28T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(5,'other','2026-09-29T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(6,'too-many','2026-09-30T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(7,'not-interesting','2026-10-01T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(8,'elsewhere','2026-10-02T07:33:00.000000+00:00');
INSERT INTO "leave_reason" VALUES(9,'not-requested','2026-10-03T07:33:00.000000+00:00');
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
CREATE TABLE picture (
	url TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	file TEXT, 
	media_type TEXT, 
	content BLOB, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT picture_pkey PRIMARY KEY (url, width)
);
INSERT INTO "picture" VALUES('Гавань «ночью» picture 0',1,'Гавань «ночью» picture 0','Гавань «ночью» picture 0',X'0000FF275C706963747572652E636F6E74656E74','2026-09-25T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('harbour''s night picture 1',2,'harbour''s night picture 1','harbour''s night picture 1',X'0100FF275C706963747572652E636F6E74656E74','2026-09-26T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('приём; "кавычки" picture 2',3,'приём; "кавычки" picture 2','приём; "кавычки" picture 2',X'0200FF275C706963747572652E636F6E74656E74','2026-09-27T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('quay — 50 % picture 3',4,NULL,NULL,NULL,'2026-09-28T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('naïve café picture 4',5,'naïve café picture 4','naïve café picture 4',X'0400FF275C706963747572652E636F6E74656E74','2026-09-29T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('line
break picture 5',6,'line
break picture 5','line
break picture 5',X'0500FF275C706963747572652E636F6E74656E74','2026-09-30T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('тест\n picture 6',7,'тест\n picture 6','тест\n picture 6',X'0600FF275C706963747572652E636F6E74656E74','2026-10-01T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('ß ü ñ picture 7',8,NULL,NULL,NULL,'2026-10-02T07:33:00.000000+00:00');
INSERT INTO "picture" VALUES('emoji ⚓ picture 8',9,'emoji ⚓ picture 8','emoji ⚓ picture 8',X'0800FF275C706963747572652E636F6E74656E74','2026-10-03T07:33:00.000000+00:00');
CREATE TABLE ramp (
	domain TEXT NOT NULL, 
	began_on DATE NOT NULL, 
	CONSTRAINT ramp_pkey PRIMARY KEY (domain)
);
INSERT INTO "ramp" VALUES('Гавань «ночью» ramp 0','2026-10-01');
INSERT INTO "ramp" VALUES('harbour''s night ramp 1','2026-10-02');
INSERT INTO "ramp" VALUES('приём; "кавычки" ramp 2','2026-10-03');
INSERT INTO "ramp" VALUES('quay — 50 % ramp 3','2026-10-04');
INSERT INTO "ramp" VALUES('naïve café ramp 4','2026-10-05');
INSERT INTO "ramp" VALUES('line
break ramp 5','2026-10-06');
INSERT INTO "ramp" VALUES('тест\n ramp 6','2026-10-07');
INSERT INTO "ramp" VALUES('ß ü ñ ramp 7','2026-10-08');
INSERT INTO "ramp" VALUES('emoji ⚓ ramp 8','2026-10-09');
CREATE TABLE rate_count (
	"key" TEXT NOT NULL, 
	ends_at VARCHAR(32) NOT NULL, 
	events INTEGER NOT NULL, 
	CONSTRAINT rate_count_pkey PRIMARY KEY ("key")
);
INSERT INTO "rate_count" VALUES('Гавань «ночью» rate_count 0','2026-09-25T06:14:00.000000+00:00',1);
INSERT INTO "rate_count" VALUES('harbour''s night rate_count 1','2026-09-26T06:14:00.000000+00:00',2);
INSERT INTO "rate_count" VALUES('приём; "кавычки" rate_count 2','2026-09-27T06:14:00.000000+00:00',3);
INSERT INTO "rate_count" VALUES('quay — 50 % rate_count 3','2026-09-28T06:14:00.000000+00:00',4);
INSERT INTO "rate_count" VALUES('naïve café rate_count 4','2026-09-29T06:14:00.000000+00:00',5);
INSERT INTO "rate_count" VALUES('line
break rate_count 5','2026-09-30T06:14:00.000000+00:00',6);
INSERT INTO "rate_count" VALUES('тест\n rate_count 6','2026-10-01T06:14:00.000000+00:00',7);
INSERT INTO "rate_count" VALUES('ß ü ñ rate_count 7','2026-10-02T06:14:00.000000+00:00',8);
INSERT INTO "rate_count" VALUES('emoji ⚓ rate_count 8','2026-10-03T06:14:00.000000+00:00',9);
CREATE TABLE reader_request (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	delivery_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	asked_at VARCHAR(32) NOT NULL, 
	done_at VARCHAR(32), 
	CONSTRAINT reader_request_pkey PRIMARY KEY (id), 
	CONSTRAINT reader_request_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id), 
	CONSTRAINT reader_request_delivery_id_fkey FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
INSERT INTO "reader_request" VALUES(1,1,1,'export','2026-09-25T07:48:00.000000+00:00','2026-09-25T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(2,2,2,'erase','2026-09-26T07:48:00.000000+00:00','2026-09-26T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(3,3,3,'address','2026-09-27T07:48:00.000000+00:00','2026-09-27T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(4,NULL,4,'new-address','2026-09-28T07:48:00.000000+00:00',NULL);
INSERT INTO "reader_request" VALUES(5,5,5,'moved','2026-09-29T07:48:00.000000+00:00','2026-09-29T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(6,6,6,'export','2026-09-30T07:48:00.000000+00:00','2026-09-30T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(7,7,7,'erase','2026-10-01T07:48:00.000000+00:00','2026-10-01T06:10:00.000000+00:00');
INSERT INTO "reader_request" VALUES(8,NULL,8,'address','2026-10-02T07:48:00.000000+00:00',NULL);
INSERT INTO "reader_request" VALUES(9,9,9,'new-address','2026-10-03T07:48:00.000000+00:00','2026-10-03T06:10:00.000000+00:00');
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
CREATE TABLE refusal (
	delivery_id INTEGER NOT NULL, 
	domain TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT refusal_pkey PRIMARY KEY (delivery_id), 
	CONSTRAINT refusal_delivery_id_fkey FOREIGN KEY(delivery_id) REFERENCES delivery (id) ON DELETE CASCADE
);
INSERT INTO "refusal" VALUES(1,'Гавань «ночью» refusal 0','2026-09-25T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(2,'harbour''s night refusal 1','2026-09-26T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(3,'приём; "кавычки" refusal 2','2026-09-27T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(4,'quay — 50 % refusal 3','2026-09-28T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(5,'naïve café refusal 4','2026-09-29T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(6,'line
break refusal 5','2026-09-30T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(7,'тест\n refusal 6','2026-10-01T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(8,'ß ü ñ refusal 7','2026-10-02T07:33:00.000000+00:00');
INSERT INTO "refusal" VALUES(9,'emoji ⚓ refusal 8','2026-10-03T07:33:00.000000+00:00');
CREATE TABLE resend (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	messages INTEGER NOT NULL, state VARCHAR(16), 
	CONSTRAINT resend_pkey PRIMARY KEY (id), 
	CONSTRAINT resend_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id)
);
INSERT INTO "resend" VALUES(1,1,'Гавань «ночью» resend 0','2026-09-25T07:33:00.000000+00:00',0,'planned');
INSERT INTO "resend" VALUES(2,2,'harbour''s night resend 1','2026-09-26T07:33:00.000000+00:00',1,'claimed');
INSERT INTO "resend" VALUES(3,3,'приём; "кавычки" resend 2','2026-09-27T07:33:00.000000+00:00',7,'sending');
INSERT INTO "resend" VALUES(4,4,'quay — 50 % resend 3','2026-09-28T07:33:00.000000+00:00',1841,NULL);
INSERT INTO "resend" VALUES(5,5,'naïve café resend 4','2026-09-29T07:33:00.000000+00:00',2147483647,'deferred');
INSERT INTO "resend" VALUES(6,6,'line
break resend 5','2026-09-30T07:33:00.000000+00:00',0,'bounced');
INSERT INTO "resend" VALUES(7,7,'тест\n resend 6','2026-10-01T07:33:00.000000+00:00',1,'unknown');
INSERT INTO "resend" VALUES(8,8,'ß ü ñ resend 7','2026-10-02T07:33:00.000000+00:00',7,NULL);
INSERT INTO "resend" VALUES(9,9,'emoji ⚓ resend 8','2026-10-03T07:33:00.000000+00:00',1841,'expired');
CREATE TABLE retraction (
	id INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	replacement TEXT, 
	"by" TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	undone_by TEXT, 
	undone_at VARCHAR(32), 
	CONSTRAINT retraction_pkey PRIMARY KEY (id)
);
INSERT INTO "retraction" VALUES(1,'Гавань «ночью» retraction 0','Гавань «ночью» retraction 0','Гавань «ночью» retraction 0','2026-09-25T07:33:00.000000+00:00','Гавань «ночью» retraction 0','2026-09-25T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(2,'harbour''s night retraction 1','harbour''s night retraction 1','harbour''s night retraction 1','2026-09-26T07:33:00.000000+00:00','harbour''s night retraction 1','2026-09-26T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(3,'приём; "кавычки" retraction 2','приём; "кавычки" retraction 2','приём; "кавычки" retraction 2','2026-09-27T07:33:00.000000+00:00','приём; "кавычки" retraction 2','2026-09-27T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(4,'quay — 50 % retraction 3',NULL,'quay — 50 % retraction 3','2026-09-28T07:33:00.000000+00:00',NULL,NULL);
INSERT INTO "retraction" VALUES(5,'naïve café retraction 4','naïve café retraction 4','naïve café retraction 4','2026-09-29T07:33:00.000000+00:00','naïve café retraction 4','2026-09-29T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(6,'line
break retraction 5','line
break retraction 5','line
break retraction 5','2026-09-30T07:33:00.000000+00:00','line
break retraction 5','2026-09-30T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(7,'тест\n retraction 6','тест\n retraction 6','тест\n retraction 6','2026-10-01T07:33:00.000000+00:00','тест\n retraction 6','2026-10-01T09:57:00.000000+00:00');
INSERT INTO "retraction" VALUES(8,'ß ü ñ retraction 7',NULL,'ß ü ñ retraction 7','2026-10-02T07:33:00.000000+00:00',NULL,NULL);
INSERT INTO "retraction" VALUES(9,'emoji ⚓ retraction 8','emoji ⚓ retraction 8','emoji ⚓ retraction 8','2026-10-03T07:33:00.000000+00:00','emoji ⚓ retraction 8','2026-10-03T09:57:00.000000+00:00');
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
CREATE TABLE signup (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	asked_at VARCHAR(32) NOT NULL, 
	confirmed_at VARCHAR(32), 
	refused_at VARCHAR(32), 
	editions TEXT NOT NULL, 
	language TEXT NOT NULL, 
	consents TEXT NOT NULL, 
	network TEXT NOT NULL, 
	origin TEXT NOT NULL, consented_at VARCHAR(32), 
	CONSTRAINT signup_pkey PRIMARY KEY (id), 
	CONSTRAINT signup_subscriber_id_fkey FOREIGN KEY(subscriber_id) REFERENCES subscriber (id), 
	CONSTRAINT signup_delivery_id_fkey FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
INSERT INTO "signup" VALUES(1,1,1,'2026-09-25T07:48:00.000000+00:00','2026-09-25T04:59:00.000000+00:00','2026-09-25T11:38:00.000000+00:00','[]','Гавань «ночью» signup 0','[]','Гавань «ночью» signup 0','Гавань «ночью» signup 0','2026-09-25T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(2,2,2,'2026-09-26T07:48:00.000000+00:00','2026-09-26T04:59:00.000000+00:00','2026-09-26T11:38:00.000000+00:00','["daily"]','harbour''s night signup 1','["daily"]','harbour''s night signup 1','harbour''s night signup 1','2026-09-26T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(3,3,3,'2026-09-27T07:48:00.000000+00:00','2026-09-27T04:59:00.000000+00:00','2026-09-27T11:38:00.000000+00:00','["daily", "Спорт"]','приём; "кавычки" signup 2','["daily", "Спорт"]','приём; "кавычки" signup 2','приём; "кавычки" signup 2','2026-09-27T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(4,4,4,'2026-09-28T07:48:00.000000+00:00',NULL,NULL,'[]','quay — 50 % signup 3','[]','quay — 50 % signup 3','quay — 50 % signup 3',NULL);
INSERT INTO "signup" VALUES(5,5,5,'2026-09-29T07:48:00.000000+00:00','2026-09-29T04:59:00.000000+00:00','2026-09-29T11:38:00.000000+00:00','["daily"]','naïve café signup 4','["daily"]','naïve café signup 4','naïve café signup 4','2026-09-29T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(6,6,6,'2026-09-30T07:48:00.000000+00:00','2026-09-30T04:59:00.000000+00:00','2026-09-30T11:38:00.000000+00:00','["daily", "Спорт"]','line
break signup 5','["daily", "Спорт"]','line
break signup 5','line
break signup 5','2026-09-30T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(7,7,7,'2026-10-01T07:48:00.000000+00:00','2026-10-01T04:59:00.000000+00:00','2026-10-01T11:38:00.000000+00:00','[]','тест\n signup 6','[]','тест\n signup 6','тест\n signup 6','2026-10-01T05:11:00.000000+00:00');
INSERT INTO "signup" VALUES(8,8,8,'2026-10-02T07:48:00.000000+00:00',NULL,NULL,'["daily"]','ß ü ñ signup 7','["daily"]','ß ü ñ signup 7','ß ü ñ signup 7',NULL);
INSERT INTO "signup" VALUES(9,9,9,'2026-10-03T07:48:00.000000+00:00','2026-10-03T04:59:00.000000+00:00','2026-10-03T11:38:00.000000+00:00','["daily", "Спорт"]','emoji ⚓ signup 8','["daily", "Спорт"]','emoji ⚓ signup 8','emoji ⚓ signup 8','2026-10-03T05:11:00.000000+00:00');
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
CREATE TABLE source_failure (
	source TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	failed_at VARCHAR(32) NOT NULL, 
	CONSTRAINT source_failure_pkey PRIMARY KEY (source)
);
INSERT INTO "source_failure" VALUES('Гавань «ночью» source_failure 0',0,'2026-09-25T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('harbour''s night source_failure 1',1,'2026-09-26T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('приём; "кавычки" source_failure 2',7,'2026-09-27T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('quay — 50 % source_failure 3',1841,'2026-09-28T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('naïve café source_failure 4',2147483647,'2026-09-29T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('line
break source_failure 5',0,'2026-09-30T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('тест\n source_failure 6',1,'2026-10-01T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('ß ü ñ source_failure 7',7,'2026-10-02T09:21:00.000000+00:00');
INSERT INTO "source_failure" VALUES('emoji ⚓ source_failure 8',1841,'2026-10-03T09:21:00.000000+00:00');
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
	email_key TEXT NOT NULL, hour INTEGER, paused_until DATE, 
	CONSTRAINT subscriber_left_check CHECK (left_by IS NULL OR status = 'unsubscribed'), 
	CONSTRAINT subscriber_email_key_key UNIQUE (email_key)
);
INSERT INTO "subscriber" VALUES(1,'Reader0@post.example','Гавань «ночью» subscriber 0',NULL,'[]','[]',NULL,NULL,'pending',NULL,'2026-09-25T11:16:00.000000+00:00','2026-09-25T11:02:00.000000+00:00','reader0@post.example',NULL,'2026-10-01');
INSERT INTO "subscriber" VALUES(2,'Reader1@post.example','harbour''s night subscriber 1','en','["daily"]','["daily"]','daily','Asia/Tokyo','confirmed',NULL,'2026-09-26T11:16:00.000000+00:00','2026-09-26T11:02:00.000000+00:00','reader1@post.example',9,'2026-10-02');
INSERT INTO "subscriber" VALUES(3,'Reader2@post.example','приём; "кавычки" subscriber 2','ru','["daily", "Спорт"]','["daily", "Спорт"]','weekdays',NULL,'unsubscribed','operator','2026-09-27T11:16:00.000000+00:00','2026-09-27T11:02:00.000000+00:00','reader2@post.example',NULL,'2026-10-03');
INSERT INTO "subscriber" VALUES(4,'Reader3@post.example',NULL,NULL,'[]','[]','weekly','Asia/Tokyo','suppressed',NULL,'2026-09-28T11:16:00.000000+00:00','2026-09-28T11:02:00.000000+00:00','reader3@post.example',9,NULL);
INSERT INTO "subscriber" VALUES(5,'Reader4@post.example','naïve café subscriber 4','en','["daily"]','["daily"]',NULL,NULL,'pending',NULL,'2026-09-29T11:16:00.000000+00:00','2026-09-29T11:02:00.000000+00:00','reader4@post.example',NULL,'2026-10-05');
INSERT INTO "subscriber" VALUES(6,'Reader5@post.example','line
break subscriber 5','ru','["daily", "Спорт"]','["daily", "Спорт"]','daily','Asia/Tokyo','confirmed',NULL,'2026-09-30T11:16:00.000000+00:00','2026-09-30T11:02:00.000000+00:00','reader5@post.example',9,'2026-10-06');
INSERT INTO "subscriber" VALUES(7,'Reader6@post.example','тест\n subscriber 6',NULL,'[]','[]','weekdays',NULL,'unsubscribed','operator','2026-10-01T11:16:00.000000+00:00','2026-10-01T11:02:00.000000+00:00','reader6@post.example',NULL,'2026-10-07');
INSERT INTO "subscriber" VALUES(8,'Reader7@post.example',NULL,'en','["daily"]','["daily"]','weekly','Asia/Tokyo','suppressed',NULL,'2026-10-02T11:16:00.000000+00:00','2026-10-02T11:02:00.000000+00:00','reader7@post.example',9,NULL);
INSERT INTO "subscriber" VALUES(9,'Reader8@post.example','emoji ⚓ subscriber 8','ru','["daily", "Спорт"]','["daily", "Спорт"]',NULL,NULL,'pending',NULL,'2026-10-03T11:16:00.000000+00:00','2026-10-03T11:02:00.000000+00:00','reader8@post.example',NULL,'2026-10-09');
CREATE TABLE suppression (
	address_hash BLOB NOT NULL, 
	at VARCHAR(32) NOT NULL, overwritten_at VARCHAR(32), 
	CONSTRAINT suppression_pkey PRIMARY KEY (address_hash)
);
INSERT INTO "suppression" VALUES(X'0000FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-25T07:33:00.000000+00:00','2026-09-25T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0100FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-26T07:33:00.000000+00:00','2026-09-26T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0200FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-27T07:33:00.000000+00:00','2026-09-27T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0300FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-28T07:33:00.000000+00:00',NULL);
INSERT INTO "suppression" VALUES(X'0400FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-29T07:33:00.000000+00:00','2026-09-29T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0500FF275C7375707072657373696F6E2E616464726573735F68617368','2026-09-30T07:33:00.000000+00:00','2026-09-30T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0600FF275C7375707072657373696F6E2E616464726573735F68617368','2026-10-01T07:33:00.000000+00:00','2026-10-01T09:33:00.000000+00:00');
INSERT INTO "suppression" VALUES(X'0700FF275C7375707072657373696F6E2E616464726573735F68617368','2026-10-02T07:33:00.000000+00:00',NULL);
INSERT INTO "suppression" VALUES(X'0800FF275C7375707072657373696F6E2E616464726573735F68617368','2026-10-03T07:33:00.000000+00:00','2026-10-03T09:33:00.000000+00:00');
CREATE TABLE title_vector (
	"key" BLOB NOT NULL, 
	vector BLOB NOT NULL, 
	used_at VARCHAR(32) NOT NULL, 
	CONSTRAINT title_vector_pkey PRIMARY KEY ("key")
);
INSERT INTO "title_vector" VALUES(X'0000FF275C7469746C655F766563746F722E6B6579',X'0000FF275C7469746C655F766563746F722E766563746F72','2026-09-25T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0100FF275C7469746C655F766563746F722E6B6579',X'0100FF275C7469746C655F766563746F722E766563746F72','2026-09-26T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0200FF275C7469746C655F766563746F722E6B6579',X'0200FF275C7469746C655F766563746F722E766563746F72','2026-09-27T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0300FF275C7469746C655F766563746F722E6B6579',X'0300FF275C7469746C655F766563746F722E766563746F72','2026-09-28T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0400FF275C7469746C655F766563746F722E6B6579',X'0400FF275C7469746C655F766563746F722E766563746F72','2026-09-29T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0500FF275C7469746C655F766563746F722E6B6579',X'0500FF275C7469746C655F766563746F722E766563746F72','2026-09-30T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0600FF275C7469746C655F766563746F722E6B6579',X'0600FF275C7469746C655F766563746F722E766563746F72','2026-10-01T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0700FF275C7469746C655F766563746F722E6B6579',X'0700FF275C7469746C655F766563746F722E766563746F72','2026-10-02T06:21:00.000000+00:00');
INSERT INTO "title_vector" VALUES(X'0800FF275C7469746C655F766563746F722E6B6579',X'0800FF275C7469746C655F766563746F722E766563746F72','2026-10-03T06:21:00.000000+00:00');
CREATE TABLE variant (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	signing_key_id INTEGER, dkim_selector TEXT, packed BLOB, 
	CONSTRAINT variant_pkey PRIMARY KEY (id), 
	CONSTRAINT variant_issue_id_fkey FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT variant_signing_key_id_fkey FOREIGN KEY(signing_key_id) REFERENCES signing_key (id), 
	CONSTRAINT variant_issue_id_key_key UNIQUE (issue_id, "key")
);
INSERT INTO "variant" VALUES(1,1,'default','Гавань «ночью» variant 0','Гавань «ночью» variant 0','Гавань «ночью» variant 0','Гавань «ночью» variant 0',1,'Гавань «ночью» variant 0',NULL);
INSERT INTO "variant" VALUES(2,2,'default','harbour''s night variant 1','harbour''s night variant 1','harbour''s night variant 1','harbour''s night variant 1',2,'harbour''s night variant 1',NULL);
INSERT INTO "variant" VALUES(3,3,'default','приём; "кавычки" variant 2','приём; "кавычки" variant 2','приём; "кавычки" variant 2','приём; "кавычки" variant 2',1,'приём; "кавычки" variant 2',NULL);
INSERT INTO "variant" VALUES(4,4,'default','quay — 50 % variant 3','quay — 50 % variant 3','quay — 50 % variant 3','quay — 50 % variant 3',NULL,NULL,NULL);
INSERT INTO "variant" VALUES(5,5,'default','naïve café variant 4','naïve café variant 4','naïve café variant 4','naïve café variant 4',1,'naïve café variant 4',NULL);
INSERT INTO "variant" VALUES(6,6,'default','line
break variant 5','line
break variant 5','line
break variant 5','line
break variant 5',2,'line
break variant 5',NULL);
INSERT INTO "variant" VALUES(7,7,'default','тест\n variant 6','тест\n variant 6','тест\n variant 6','тест\n variant 6',1,'тест\n variant 6',NULL);
INSERT INTO "variant" VALUES(8,8,'default','ß ü ñ variant 7','ß ü ñ variant 7','ß ü ñ variant 7','ß ü ñ variant 7',NULL,NULL,NULL);
INSERT INTO "variant" VALUES(9,9,'default','emoji ⚓ variant 8','emoji ⚓ variant 8','emoji ⚓ variant 8','emoji ⚓ variant 8',1,'emoji ⚓ variant 8',NULL);
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
CREATE INDEX alert_open ON alert (kind, subject, cleared_at);
CREATE INDEX title_vector_used ON title_vector (used_at);
CREATE INDEX bounce_subscriber ON bounce (subscriber_id, at);
CREATE INDEX bounce_delivery ON bounce (delivery_id);
CREATE UNIQUE INDEX signup_delivery ON signup (delivery_id);
CREATE INDEX signup_subscriber ON signup (subscriber_id);
CREATE INDEX rate_count_end ON rate_count (ends_at);
CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX reader_request_delivery ON reader_request (delivery_id);
CREATE INDEX reader_request_subscriber ON reader_request (subscriber_id);
CREATE INDEX subscriber_topics ON subscriber (sections) WHERE sections <> '[]';
CREATE INDEX idempotent_request_begun ON idempotent_request (begun_at);
CREATE INDEX subscriber_hour ON subscriber (hour, timezone) WHERE hour IS NOT NULL;
CREATE INDEX import_job_state ON import_job (state);
CREATE INDEX picture_file ON picture (file);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('delivery',9);
INSERT INTO "sqlite_sequence" VALUES('subscriber',9);
COMMIT;
