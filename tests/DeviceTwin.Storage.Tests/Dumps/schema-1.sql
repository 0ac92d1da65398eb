-- What a hub of schema 1 left behind: devices, twins, sessions, configurations, telemetry, audit, written by its own REST and MQTT.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version(version INTEGER NOT NULL);
INSERT INTO schema_version VALUES(1);
CREATE TABLE identities(
  device_id TEXT PRIMARY KEY, generation_id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL,
  primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL);
INSERT INTO identities VALUES('press-1','639309623045834904','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623045834904);
INSERT INTO identities VALUES('press-2','639309623046273828','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046273828);
INSERT INTO identities VALUES('pump-7','639309623046318252','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046318252);
INSERT INTO identities VALUES('spare','639309623046338375','AAAAAAAAAAI=',0,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046338375);
CREATE TABLE twins(
  device_id TEXT PRIMARY KEY, etag TEXT NOT NULL, version INTEGER NOT NULL, tags TEXT NOT NULL,
  desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_metadata TEXT NOT NULL,
  reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_metadata TEXT NOT NULL,
  model_id TEXT, last_activity_at INTEGER, applied TEXT NOT NULL);
INSERT INTO twins VALUES('spare','AAAAAAAAAAI=',2,'{}','{"reporting":{"spectrum":true}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2,"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2}}}','{}',1,'{"$lastUpdated":"2026-11-22T16:38:24.6338375Z"}',NULL,NULL,'{"reporting.spectrum":{"configuration":"all","value":true}}');
INSERT INTO twins VALUES('press-1','AAAAAAAAAAU=',6,'{"machine":"Press 1","line":"A","note":"Größe €"}','{"detection":{"velocityLimitUmPerSecond":7100,"bearingScoreLimitMilli":5000},"sampling":{"intervalSeconds":60},"reporting":{"spectrum":true}}',5,'{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5,"detection":{"$lastUpdated":"2026-11-22T16:38:24.6554934Z","$lastUpdatedVersion":3,"velocityLimitUmPerSecond":{"$lastUpdated":"2026-11-22T16:38:24.6554934Z","$lastUpdatedVersion":3},"bearingScoreLimitMilli":{"$lastUpdated":"2026-11-22T16:38:24.6388469Z","$lastUpdatedVersion":2}},"sampling":{"$lastUpdated":"2026-11-22T16:38:24.6781634Z","$lastUpdatedVersion":4,"intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.6781634Z","$lastUpdatedVersion":4}},"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5}}}','{"detection":{"velocityLimitUmPerSecond":{"value":7100,"ac":200,"av":3}},"device":{"firmware":"0.1.0","board":"esp32"}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","detection":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","velocityLimitUmPerSecond":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","value":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"ac":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"av":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"}}},"device":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","firmware":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"board":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"}}}','dtmi:com:devicetwin:vibrationNode;1',639309623048304037,'{"reporting.spectrum":{"configuration":"all","value":true},"sampling.intervalSeconds":{"configuration":"line-a","value":60}}');
INSERT INTO twins VALUES('press-2','AAAAAAAAAAQ=',5,'{"machine":"Press 2","line":"A"}','{"sampling":{"intervalSeconds":60},"reporting":{"spectrum":true}}',3,'{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3,"sampling":{"$lastUpdated":"2026-11-22T16:38:24.6810610Z","$lastUpdatedVersion":2,"intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.6810610Z","$lastUpdatedVersion":2}},"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3}}}','{"sampling":{"intervalSeconds":{"value":60,"ac":200,"av":2}}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","sampling":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","value":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"},"ac":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"},"av":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"}}}}','dtmi:com:devicetwin:vibrationNode;1',639309623048586986,'{"reporting.spectrum":{"configuration":"all","value":true},"sampling.intervalSeconds":{"configuration":"line-a","value":60}}');
INSERT INTO twins VALUES('pump-7','AAAAAAAAAAM=',3,'{"machine":"Pump 7","line":"B","place":{"hall":3}}','{"reporting":{"list":[1,"x",2.5],"spectrum":true}}',3,'{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3,"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3,"list":{"$lastUpdated":"2026-11-22T16:38:24.6597146Z","$lastUpdatedVersion":2},"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3}}}','{}',1,'{"$lastUpdated":"2026-11-22T16:38:24.6318252Z"}','dtmi:com:devicetwin:vibrationNode;1',NULL,'{"reporting.spectrum":{"configuration":"all","value":true}}');
CREATE TABLE sessions(device_id TEXT PRIMARY KEY, subscriptions TEXT NOT NULL);
INSERT INTO sessions VALUES('press-1','{"$iothub/twin/res/#":1,"$iothub/twin/PATCH/properties/desired/#":1}');
INSERT INTO sessions VALUES('pump-7','{"$iothub/twin/res/#":1,"$iothub/twin/PATCH/properties/desired/#":1}');
CREATE TABLE configurations(
  id TEXT PRIMARY KEY, target_condition TEXT NOT NULL, priority INTEGER NOT NULL, device_content TEXT NOT NULL,
  labels TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL, last_updated_at INTEGER NOT NULL);
INSERT INTO configurations VALUES('line-a','tags.line = ''A''',5,'{"properties.desired.sampling.intervalSeconds":60}','{"owner":"maintenance"}','AAAAAAAAAAE=',639309623046656710,639309623046656710);
INSERT INTO configurations VALUES('all','*',1,'{"properties.desired.reporting.spectrum":true}','{}','AAAAAAAAAAE=',639309623046961345,639309623046961345);
CREATE TABLE streams(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, bucket TEXT NOT NULL, UNIQUE(device_id, bucket));
INSERT INTO streams VALUES(1,'press-1','features');
INSERT INTO streams VALUES(2,'press-1','spectrum');
INSERT INTO streams VALUES(3,'pump-7','');
CREATE TABLE telemetry(
  id INTEGER PRIMARY KEY, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
INSERT INTO telemetry VALUES(4294967297,639309623048703350,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7b22626f6f744964223a20226231222c2022736571223a20312c202263617074757265223a20312c202276657264696374223a20226e6f726d616c222c20227a6f6e65223a202242222c202276656c6f63697479556d5065725365636f6e64223a20323030312c202274656d706572617475726543656e746943656c73697573223a20343130312c20227265667573616c73223a205b5d7d');
INSERT INTO telemetry VALUES(4294967298,639309623048860762,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7b22626f6f744964223a20226231222c2022736571223a20322c202263617074757265223a20322c202276657264696374223a20226e6f726d616c222c20227a6f6e65223a202242222c202276656c6f63697479556d5065725365636f6e64223a20323030322c202274656d706572617475726543656e746943656c73697573223a20343130322c20227265667573616c73223a205b5d7d');
INSERT INTO telemetry VALUES(4294967299,639309623048974301,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7b22626f6f744964223a20226231222c2022736571223a20332c202263617074757265223a20332c202276657264696374223a20226e6f726d616c222c20227a6f6e65223a202242222c202276656c6f63697479556d5065725365636f6e64223a20323030332c202274656d706572617475726543656e746943656c73697573223a20343130332c20227265667573616c73223a205b5d7d');
INSERT INTO telemetry VALUES(4294967300,639309623049083993,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7b22626f6f744964223a20226231222c2022736571223a20342c202263617074757265223a20342c202276657264696374223a20226e6f726d616c222c20227a6f6e65223a202242222c202276656c6f63697479556d5065725365636f6e64223a20323030342c202274656d706572617475726543656e746943656c73697573223a20343130342c20227265667573616c73223a205b5d7d');
INSERT INTO telemetry VALUES(4294967301,639309623049190098,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7b22626f6f744964223a20226231222c2022736571223a20352c202263617074757265223a20352c202276657264696374223a20226f75746572222c20227a6f6e65223a202242222c202276656c6f63697479556d5065725365636f6e64223a20323030352c202274656d706572617475726543656e746943656c73697573223a20343130352c20227265667573616c73223a205b5d7d');
INSERT INTO telemetry VALUES(8589934593,639309623049296855,'{"kind":"spectrum"}',X'7b2276656c6f63697479223a207b2262696e4d696c6c69486572747a223a20313030302c2022756e6974223a2022756d2f73222c202276616c756573223a205b302c20312c20325d7d7d');
INSERT INTO telemetry VALUES(12884901889,639309623049413420,'{"flag":null,"a":"1"}',X'706c61696e20746578742c206e6f204a534f4e');
INSERT INTO telemetry VALUES(12884901890,639309623049515251,'{}',X'716f7330');
CREATE TABLE audit(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL, device_id TEXT, action TEXT NOT NULL,
  path TEXT, value TEXT, version INTEGER);
INSERT INTO audit VALUES(1,639309623045834904,'rest/engineer','press-1','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(2,639309623046273828,'rest/engineer','press-2','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(3,639309623046318252,'rest/engineer','pump-7','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(4,639309623046338375,'rest/engineer','spare','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(5,639309623046354077,'rest/engineer','spare','identity.update',NULL,NULL,NULL);
INSERT INTO audit VALUES(6,639309623046388469,'rest/engineer','press-1','twin.patch','tags.machine','"Press 1"',NULL);
INSERT INTO audit VALUES(7,639309623046388469,'rest/engineer','press-1','twin.patch','tags.line','"A"',NULL);
INSERT INTO audit VALUES(8,639309623046388469,'rest/engineer','press-1','twin.patch','tags.note','"Größe €"',NULL);
INSERT INTO audit VALUES(9,639309623046388469,'rest/engineer','press-1','twin.patch','properties.desired.detection.velocityLimitUmPerSecond','4500',2);
INSERT INTO audit VALUES(10,639309623046388469,'rest/engineer','press-1','twin.patch','properties.desired.detection.bearingScoreLimitMilli','5000',2);
INSERT INTO audit VALUES(11,639309623046554934,'rest/engineer','press-1','twin.patch','properties.desired.detection.velocityLimitUmPerSecond','7100',3);
INSERT INTO audit VALUES(12,639309623046577484,'rest/engineer','press-2','twin.patch','tags.machine','"Press 2"',NULL);
INSERT INTO audit VALUES(13,639309623046577484,'rest/engineer','press-2','twin.patch','tags.line','"A"',NULL);
INSERT INTO audit VALUES(14,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.machine','"Pump 7"',NULL);
INSERT INTO audit VALUES(15,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.line','"B"',NULL);
INSERT INTO audit VALUES(16,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.place.hall','3',NULL);
INSERT INTO audit VALUES(17,639309623046597146,'rest/engineer','pump-7','twin.patch','properties.desired.reporting.list','[1,"x",2.5]',2);
INSERT INTO audit VALUES(18,639309623046656710,'rest/engineer',NULL,'configuration.create','line-a',NULL,NULL);
INSERT INTO audit VALUES(19,639309623046781634,'configuration/line-a','press-1','twin.patch','properties.desired.sampling.intervalSeconds','60',4);
INSERT INTO audit VALUES(20,639309623046810610,'configuration/line-a','press-2','twin.patch','properties.desired.sampling.intervalSeconds','60',2);
INSERT INTO audit VALUES(21,639309623046961345,'rest/engineer',NULL,'configuration.create','all',NULL,NULL);
INSERT INTO audit VALUES(22,639309623046987820,'configuration/all','press-1','twin.patch','properties.desired.reporting.spectrum','true',5);
INSERT INTO audit VALUES(23,639309623046997519,'configuration/all','press-2','twin.patch','properties.desired.reporting.spectrum','true',3);
INSERT INTO audit VALUES(24,639309623046998298,'configuration/all','pump-7','twin.patch','properties.desired.reporting.spectrum','true',3);
INSERT INTO audit VALUES(25,639309623046999513,'configuration/all','spare','twin.patch','properties.desired.reporting.spectrum','true',2);
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters VALUES('desiredPatches',9);
INSERT INTO counters VALUES('reportedPatches',2);
INSERT INTO counters VALUES('telemetry',8);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('audit',25);
INSERT INTO sqlite_sequence VALUES('streams',3);
CREATE INDEX audit_by_device ON audit(device_id, id);
COMMIT;
