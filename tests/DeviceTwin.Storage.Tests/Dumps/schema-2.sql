-- What a hub of this schema leaves behind: the dump before it, migrated, with something of every subject.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alarms(
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL, alarm TEXT NOT NULL,
  state INTEGER NOT NULL, machine TEXT, raised_at INTEGER NOT NULL, cleared_at INTEGER, row TEXT NOT NULL);
INSERT INTO alarms VALUES(1,'press-1~1-100-outer-1','press-1','outer',1,'pump-1',639309312010000000,NULL,'{"DeviceId":"press-1","NodeAlarmId":"1-100-outer-1","State":1,"RaisedAt":"2026-11-22T08:00:01+00:00","Place":{"Site":"plant","Line":"line-1","Machine":"pump-1","Point":"point-1"},"Acknowledgement":{"At":"2026-11-22T08:00:02+00:00","By":"mara","Note":"looked at"},"End":null,"Evidence":{"Alarm":"outer","From":0,"At":"2026-11-22T08:00:01+00:00","Verdict":"outer","Zone":"B","Capture":1,"SettingsHash":"9f2c","Fingerprint":"dt-1+9f2c","NodeAt":null},"Waveforms":["b7988a0a29a19d55ee0af3b4c269ccaf3523825fdebe26a1fdd29c0fe059a2b9"]}');
CREATE TABLE api_tokens(
  id TEXT PRIMARY KEY, user_name TEXT NOT NULL, label TEXT NOT NULL, hash TEXT NOT NULL, role TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE arrivals_0(id INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE arrivals_1(id INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE arrivals_2(id INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE arrivals_3(id INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE audit(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL, device_id TEXT, action TEXT NOT NULL,
  path TEXT, value TEXT, version INTEGER);
INSERT INTO audit VALUES(1,639309623045834904,'rest/engineer','press-1','identity.create',NULL,NULL,NULL);
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
INSERT INTO audit VALUES(2,639309623046273828,'rest/engineer','press-2','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(20,639309623046810610,'configuration/line-a','press-2','twin.patch','properties.desired.sampling.intervalSeconds','60',2);
INSERT INTO audit VALUES(21,639309623046961345,'rest/engineer',NULL,'configuration.create','all',NULL,NULL);
INSERT INTO audit VALUES(22,639309623046987820,'configuration/all','press-1','twin.patch','properties.desired.reporting.spectrum','true',5);
INSERT INTO audit VALUES(23,639309623046997519,'configuration/all','press-2','twin.patch','properties.desired.reporting.spectrum','true',3);
INSERT INTO audit VALUES(24,639309623046998298,'configuration/all','pump-7','twin.patch','properties.desired.reporting.spectrum','true',3);
INSERT INTO audit VALUES(25,639309623046999513,'configuration/all','spare','twin.patch','properties.desired.reporting.spectrum','true',2);
INSERT INTO audit VALUES(3,639309623046318252,'rest/engineer','pump-7','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(4,639309623046338375,'rest/engineer','spare','identity.create',NULL,NULL,NULL);
INSERT INTO audit VALUES(5,639309623046354077,'rest/engineer','spare','identity.update',NULL,NULL,NULL);
INSERT INTO audit VALUES(6,639309623046388469,'rest/engineer','press-1','twin.patch','tags.machine','"Press 1"',NULL);
INSERT INTO audit VALUES(7,639309623046388469,'rest/engineer','press-1','twin.patch','tags.line','"A"',NULL);
INSERT INTO audit VALUES(8,639309623046388469,'rest/engineer','press-1','twin.patch','tags.note','"Größe €"',NULL);
INSERT INTO audit VALUES(9,639309623046388469,'rest/engineer','press-1','twin.patch','properties.desired.detection.velocityLimitUmPerSecond','4500',2);
CREATE TABLE audit_retirement(up_to INTEGER NOT NULL);
CREATE TABLE authorities(name TEXT PRIMARY KEY, certificate TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE changes(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
INSERT INTO changes VALUES(1,1,639309312000000000,X'0770726573732D31010100005C9B6E48DF0802046D617261027B7D');
CREATE TABLE cloud_to_device(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, enqueued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  properties TEXT NOT NULL, body BLOB NOT NULL);
INSERT INTO cloud_to_device VALUES(1,'press-1',639309312000000000,639309348000000000,'{"$.mid":"m"}',X'0102');
CREATE TABLE configurations(
  id TEXT PRIMARY KEY, target_condition TEXT NOT NULL, priority INTEGER NOT NULL, device_content TEXT NOT NULL,
  labels TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL, last_updated_at INTEGER NOT NULL);
INSERT INTO configurations VALUES('all','*',1,'{"properties.desired.reporting.spectrum":true}','{}','AAAAAAAAAAE=',639309623046961345,639309623046961345);
INSERT INTO configurations VALUES('line-a','tags.line = ''A''',5,'{"properties.desired.sampling.intervalSeconds":60}','{"owner":"maintenance"}','AAAAAAAAAAE=',639309623046656710,639309623046656710);
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters VALUES('desiredPatches',9);
INSERT INTO counters VALUES('reportedPatches',2);
INSERT INTO counters VALUES('telemetry',8);
CREATE TABLE desired_removals(device_id TEXT PRIMARY KEY, paths TEXT NOT NULL);
CREATE TABLE enrollments(
  is_group INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL, device_id TEXT,
  attestation INTEGER NOT NULL, primary_proof TEXT NOT NULL, secondary_proof TEXT NOT NULL, reprovision INTEGER NOT NULL,
  tags TEXT, desired TEXT, payload TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY(is_group, id));
INSERT INTO enrollments VALUES(0,'press-1','AAAAAAAAAAE=',1,'press-1',0,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMjM0',1,NULL,NULL,NULL,639309312000000000,639309312000000000);
CREATE TABLE findings(
  number INTEGER PRIMARY KEY AUTOINCREMENT, alarm_id TEXT, device_id TEXT, machine TEXT, point TEXT, from_at INTEGER, to_at INTEGER,
  kind TEXT NOT NULL, text TEXT NOT NULL, found_at INTEGER NOT NULL, found_by TEXT NOT NULL, at INTEGER NOT NULL,
  author TEXT NOT NULL, amends INTEGER);
INSERT INTO findings VALUES(1,'press-1~1-100-outer-1','press-1',NULL,NULL,NULL,NULL,'outer','spalled',639309312030000000,'mara',639309312030000000,'mara',NULL);
CREATE TABLE history_blocks(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, kind TEXT NOT NULL, first_number INTEGER NOT NULL, last_number INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE history_rollups(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, kind TEXT NOT NULL, resolution INTEGER NOT NULL, span_ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE(device_id, kind, resolution, span_ms));
CREATE TABLE identities(
  device_id TEXT PRIMARY KEY, generation_id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL,
  primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL, authentication INTEGER NOT NULL DEFAULT 0, primary_thumbprint TEXT NOT NULL DEFAULT '', secondary_thumbprint TEXT NOT NULL DEFAULT '');
INSERT INTO identities VALUES('press-1','639309623045834904','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623045834904,0,'','');
INSERT INTO identities VALUES('press-2','639309623046273828','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046273828,0,'','');
INSERT INTO identities VALUES('pump-7','639309623046318252','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046318252,0,'','');
INSERT INTO identities VALUES('spare','639309623046338375','AAAAAAAAAAI=',0,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046338375,0,'','');
CREATE TABLE plant_assignments(
  number INTEGER PRIMARY KEY, machine TEXT NOT NULL, point TEXT NOT NULL, device_id TEXT NOT NULL, from_at INTEGER NOT NULL,
  to_at INTEGER, by TEXT NOT NULL, reason TEXT, ended_by TEXT);
INSERT INTO plant_assignments VALUES(1,'pump-1','drive-end','press-1',639309312000000000,NULL,'mara','new',NULL);
CREATE TABLE plant_items(level INTEGER NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(level, id));
INSERT INTO plant_items VALUES(0,'plant','{"Level":0,"Id":"plant","Parent":"","Name":"Plant","ETag":"AAAAAAAAAAE=","Machine":null,"Point":null}');
CREATE TABLE plant_tasks(
  number INTEGER PRIMARY KEY, device_id TEXT NOT NULL, tags TEXT NOT NULL, desired TEXT, disable INTEGER NOT NULL, author TEXT NOT NULL,
  refusal TEXT);
CREATE TABLE policies(name TEXT PRIMARY KEY, primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, permission INTEGER NOT NULL);
INSERT INTO policies VALUES('service','cHJpbWFyeQ==','c2Vjb25kYXJ5',4);
CREATE TABLE provisioning(id_scope TEXT NOT NULL);
INSERT INTO provisioning VALUES('0ne3554F0E6');
CREATE TABLE registrations(
  id TEXT PRIMARY KEY, is_group INTEGER NOT NULL, enrollment TEXT NOT NULL, device_id TEXT NOT NULL, substatus INTEGER NOT NULL,
  etag TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
INSERT INTO registrations VALUES('press-1',0,'press-1','press-1',0,'AAAAAAAAAAE=',639309312000000000,639309312000000000);
CREATE TABLE schema_version(version INTEGER NOT NULL);
INSERT INTO schema_version VALUES(2);
CREATE TABLE sequences(
  device_id TEXT NOT NULL, boot_id TEXT NOT NULL, last_at INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(device_id, boot_id)) WITHOUT ROWID;
INSERT INTO sequences VALUES('press-1','1-a',639309312000000000,X'0180D09392A03480D09392A03401000000000000060080D09392A034');
CREATE TABLE sessions(device_id TEXT PRIMARY KEY, subscriptions TEXT NOT NULL);
INSERT INTO sessions VALUES('press-1','{"$iothub/twin/res/#":1,"$iothub/twin/PATCH/properties/desired/#":1}');
INSERT INTO sessions VALUES('pump-7','{"$iothub/twin/res/#":1,"$iothub/twin/PATCH/properties/desired/#":1}');
CREATE TABLE streams(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, bucket TEXT NOT NULL, UNIQUE(device_id, bucket));
INSERT INTO streams VALUES(1,'press-1','features');
INSERT INTO streams VALUES(2,'press-1','spectrum');
INSERT INTO streams VALUES(3,'pump-7','');
CREATE TABLE telemetry(
  id INTEGER PRIMARY KEY, enqueued_at INTEGER NOT NULL, properties TEXT NOT NULL, body BLOB NOT NULL);
INSERT INTO telemetry VALUES(12884901889,639309623049413420,'{"flag":null,"a":"1"}',X'706C61696E20746578742C206E6F204A534F4E');
INSERT INTO telemetry VALUES(12884901890,639309623049515251,'{}',X'716F7330');
INSERT INTO telemetry VALUES(4294967297,639309623048703350,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7B22626F6F744964223A20226231222C2022736571223A20312C202263617074757265223A20312C202276657264696374223A20226E6F726D616C222C20227A6F6E65223A202242222C202276656C6F63697479556D5065725365636F6E64223A20323030312C202274656D706572617475726543656E746943656C73697573223A20343130312C20227265667573616C73223A205B5D7D');
INSERT INTO telemetry VALUES(4294967298,639309623048860762,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7B22626F6F744964223A20226231222C2022736571223A20322C202263617074757265223A20322C202276657264696374223A20226E6F726D616C222C20227A6F6E65223A202242222C202276656C6F63697479556D5065725365636F6E64223A20323030322C202274656D706572617475726543656E746943656C73697573223A20343130322C20227265667573616C73223A205B5D7D');
INSERT INTO telemetry VALUES(4294967299,639309623048974301,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7B22626F6F744964223A20226231222C2022736571223A20332C202263617074757265223A20332C202276657264696374223A20226E6F726D616C222C20227A6F6E65223A202242222C202276656C6F63697479556D5065725365636F6E64223A20323030332C202274656D706572617475726543656E746943656C73697573223A20343130332C20227265667573616C73223A205B5D7D');
INSERT INTO telemetry VALUES(4294967300,639309623049083993,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7B22626F6F744964223A20226231222C2022736571223A20342C202263617074757265223A20342C202276657264696374223A20226E6F726D616C222C20227A6F6E65223A202242222C202276656C6F63697479556D5065725365636F6E64223A20323030342C202274656D706572617475726543656E746943656C73697573223A20343130342C20227265667573616C73223A205B5D7D');
INSERT INTO telemetry VALUES(4294967301,639309623049190098,'{"$.ct":"application/json","$.ce":"utf-8","kind":"features"}',X'7B22626F6F744964223A20226231222C2022736571223A20352C202263617074757265223A20352C202276657264696374223A20226F75746572222C20227A6F6E65223A202242222C202276656C6F63697479556D5065725365636F6E64223A20323030352C202274656D706572617475726543656E746943656C73697573223A20343130352C20227265667573616C73223A205B5D7D');
INSERT INTO telemetry VALUES(8589934593,639309623049296855,'{"kind":"spectrum"}',X'7B2276656C6F63697479223A207B2262696E4D696C6C69486572747A223A20313030302C2022756E6974223A2022756D2F73222C202276616C756573223A205B302C20312C20325D7D7D');
CREATE TABLE twin_leaves(
  path TEXT NOT NULL, kind INTEGER NOT NULL, value NOT NULL, device_id TEXT NOT NULL,
  PRIMARY KEY(path, kind, value, device_id)) WITHOUT ROWID;
INSERT INTO twin_leaves VALUES('tags.line',3,'A','press-1');
INSERT INTO twin_leaves VALUES('tags.line',3,'A','press-2');
INSERT INTO twin_leaves VALUES('tags.line',3,'B','pump-7');
INSERT INTO twin_leaves VALUES('tags.machine',3,'Press 1','press-1');
INSERT INTO twin_leaves VALUES('tags.machine',3,'Press 2','press-2');
INSERT INTO twin_leaves VALUES('tags.machine',3,'Pump 7','pump-7');
INSERT INTO twin_leaves VALUES('tags.note',3,'Größe €','press-1');
INSERT INTO twin_leaves VALUES('tags.place',0,'','pump-7');
INSERT INTO twin_leaves VALUES('tags.place.hall',2,3,'pump-7');
CREATE TABLE twin_leaves_design(paths TEXT NOT NULL);
INSERT INTO twin_leaves_design VALUES('properties.reported.board
properties.reported.detectorFingerprint
properties.reported.firmwareVersion
properties.reported.settingsHash');
CREATE TABLE twins(
  device_id TEXT PRIMARY KEY, etag TEXT NOT NULL, version INTEGER NOT NULL, tags TEXT NOT NULL,
  desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_metadata TEXT NOT NULL,
  reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_metadata TEXT NOT NULL,
  model_id TEXT, last_activity_at INTEGER, applied TEXT NOT NULL);
INSERT INTO twins VALUES('press-1','AAAAAAAAAAU=',6,'{"machine":"Press 1","line":"A","note":"Größe €"}','{"detection":{"velocityLimitUmPerSecond":7100,"bearingScoreLimitMilli":5000},"sampling":{"intervalSeconds":60},"reporting":{"spectrum":true}}',5,'{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5,"detection":{"$lastUpdated":"2026-11-22T16:38:24.6554934Z","$lastUpdatedVersion":3,"velocityLimitUmPerSecond":{"$lastUpdated":"2026-11-22T16:38:24.6554934Z","$lastUpdatedVersion":3},"bearingScoreLimitMilli":{"$lastUpdated":"2026-11-22T16:38:24.6388469Z","$lastUpdatedVersion":2}},"sampling":{"$lastUpdated":"2026-11-22T16:38:24.6781634Z","$lastUpdatedVersion":4,"intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.6781634Z","$lastUpdatedVersion":4}},"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6987820Z","$lastUpdatedVersion":5}}}','{"detection":{"velocityLimitUmPerSecond":{"value":7100,"ac":200,"av":3}},"device":{"firmware":"0.1.0","board":"esp32"}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","detection":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","velocityLimitUmPerSecond":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","value":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"ac":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"av":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"}}},"device":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z","firmware":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"},"board":{"$lastUpdated":"2026-11-22T16:38:24.8304037Z"}}}','dtmi:com:devicetwin:vibrationNode;1',639309623048304037,'{"reporting.spectrum":{"configuration":"all","value":true},"sampling.intervalSeconds":{"configuration":"line-a","value":60}}');
INSERT INTO twins VALUES('press-2','AAAAAAAAAAQ=',5,'{"machine":"Press 2","line":"A"}','{"sampling":{"intervalSeconds":60},"reporting":{"spectrum":true}}',3,'{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3,"sampling":{"$lastUpdated":"2026-11-22T16:38:24.6810610Z","$lastUpdatedVersion":2,"intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.6810610Z","$lastUpdatedVersion":2}},"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6997519Z","$lastUpdatedVersion":3}}}','{"sampling":{"intervalSeconds":{"value":60,"ac":200,"av":2}}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","sampling":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","intervalSeconds":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z","value":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"},"ac":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"},"av":{"$lastUpdated":"2026-11-22T16:38:24.8586986Z"}}}}','dtmi:com:devicetwin:vibrationNode;1',639309623048586986,'{"reporting.spectrum":{"configuration":"all","value":true},"sampling.intervalSeconds":{"configuration":"line-a","value":60}}');
INSERT INTO twins VALUES('pump-7','AAAAAAAAAAM=',3,'{"machine":"Pump 7","line":"B","place":{"hall":3}}','{"reporting":{"list":[1,"x",2.5],"spectrum":true}}',3,'{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3,"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3,"list":{"$lastUpdated":"2026-11-22T16:38:24.6597146Z","$lastUpdatedVersion":2},"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6998298Z","$lastUpdatedVersion":3}}}','{}',1,'{"$lastUpdated":"2026-11-22T16:38:24.6318252Z"}','dtmi:com:devicetwin:vibrationNode;1',NULL,'{"reporting.spectrum":{"configuration":"all","value":true}}');
INSERT INTO twins VALUES('spare','AAAAAAAAAAI=',2,'{}','{"reporting":{"spectrum":true}}',2,'{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2,"reporting":{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2,"spectrum":{"$lastUpdated":"2026-11-22T16:38:24.6999513Z","$lastUpdatedVersion":2}}}','{}',1,'{"$lastUpdated":"2026-11-22T16:38:24.6338375Z"}',NULL,NULL,'{"reporting.spectrum":{"configuration":"all","value":true}}');
CREATE TABLE user_sessions(
  hash TEXT PRIMARY KEY, user_name TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE users(
  name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL, disabled INTEGER NOT NULL, created_at INTEGER NOT NULL);
INSERT INTO users VALUES('mara','engineer','hash',0,639309312000000000);
CREATE TABLE waveform_contents(sha256 TEXT PRIMARY KEY, length INTEGER NOT NULL, stored_bytes INTEGER NOT NULL, damaged INTEGER NOT NULL);
INSERT INTO waveform_contents VALUES('b7988a0a29a19d55ee0af3b4c269ccaf3523825fdebe26a1fdd29c0fe059a2b9',64,87,0);
CREATE TABLE waveform_discards(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, sha256 TEXT NOT NULL, reason INTEGER NOT NULL, at INTEGER NOT NULL,
  UNIQUE(device_id, sha256));
INSERT INTO waveform_discards VALUES(1,'press-2','24db40cdb1109ae0de88d4308cdcb5211e3336b3e40a0170030b4447afe4b67c',1,639309312000000000);
CREATE TABLE waveform_pieces(
  upload_id INTEGER NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(upload_id, start));
INSERT INTO waveform_pieces VALUES(2,8,X'7C3898B7DD200BC1');
CREATE TABLE waveform_uploads(
  id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, sha256 TEXT NOT NULL,
  received_at INTEGER NOT NULL, touched_at INTEGER NOT NULL, received INTEGER NOT NULL, pieces INTEGER NOT NULL,
  length INTEGER NOT NULL, axes TEXT NOT NULL, rate INTEGER NOT NULL, scale INTEGER NOT NULL,
  boot_id TEXT, capture INTEGER, taken_at INTEGER, coverage INTEGER, saturated INTEGER, overrun INTEGER NOT NULL,
  UNIQUE(device_id, sha256));
INSERT INTO waveform_uploads VALUES(2,'press-1','24db40cdb1109ae0de88d4308cdcb5211e3336b3e40a0170030b4447afe4b67c',639309312000000000,639309312000000000,8,1,64,'z',26667123,488000,'b1',7,639309312000000000,1000,0,0);
CREATE TABLE waveforms(
  device_id TEXT NOT NULL, sha256 TEXT NOT NULL, received_at INTEGER NOT NULL,
  length INTEGER NOT NULL, axes TEXT NOT NULL, rate INTEGER NOT NULL, scale INTEGER NOT NULL,
  boot_id TEXT, capture INTEGER, taken_at INTEGER, coverage INTEGER, saturated INTEGER, overrun INTEGER NOT NULL,
  PRIMARY KEY(device_id, sha256));
INSERT INTO waveforms VALUES('press-1','b7988a0a29a19d55ee0af3b4c269ccaf3523825fdebe26a1fdd29c0fe059a2b9',639309312000000000,64,'z',26667123,488000,'b1',7,639309312000000000,1000,0,0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('alarms',1);
INSERT INTO sqlite_sequence VALUES('audit',25);
INSERT INTO sqlite_sequence VALUES('cloud_to_device',1);
INSERT INTO sqlite_sequence VALUES('findings',1);
INSERT INTO sqlite_sequence VALUES('streams',3);
INSERT INTO sqlite_sequence VALUES('waveform_discards',1);
INSERT INTO sqlite_sequence VALUES('waveform_uploads',2);
CREATE INDEX alarms_by_device ON alarms(device_id, alarm, number);
CREATE INDEX alarms_by_machine ON alarms(machine, number);
CREATE INDEX alarms_by_state ON alarms(state, number);
CREATE INDEX api_tokens_by_user ON api_tokens(user_name);
CREATE INDEX audit_by_action ON audit(action, id);
CREATE INDEX audit_by_author ON audit(author, id);
CREATE INDEX audit_by_device ON audit(device_id, id);
CREATE INDEX audit_by_time ON audit(at, id);
CREATE INDEX cloud_to_device_by_device ON cloud_to_device(device_id);
CREATE INDEX findings_by_alarm ON findings(alarm_id, number);
CREATE INDEX findings_by_amended ON findings(amends);
CREATE INDEX findings_by_machine ON findings(machine, number);
CREATE INDEX history_blocks_by_age ON history_blocks(to_ms, bytes, rows);
CREATE INDEX history_blocks_by_number ON history_blocks(device_id, kind, last_number, from_ms, to_ms);
CREATE INDEX history_rollups_by_age ON history_rollups(resolution, span_ms, bytes);
CREATE INDEX twin_leaves_by_device ON twin_leaves(device_id);
CREATE INDEX user_sessions_by_user ON user_sessions(user_name);
CREATE INDEX waveforms_by_content ON waveforms(sha256);
CREATE INDEX waveforms_by_device ON waveforms(device_id, received_at);
CREATE INDEX waveforms_by_time ON waveforms(received_at);
COMMIT;
