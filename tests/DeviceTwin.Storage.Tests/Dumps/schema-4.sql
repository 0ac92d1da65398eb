-- What a hub of this schema leaves behind: the first dump, migrated, with something of every subject.
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
  path TEXT, value TEXT, version INTEGER, previous BLOB, hash BLOB);
INSERT INTO audit VALUES(1,639309623045834904,'rest/engineer','press-1','identity.create',NULL,NULL,NULL,X'0000000000000000000000000000000000000000000000000000000000000000',X'A620DF109380F9671A4C4CC23BF99F0BF6D2807FEDAD13CE1EFD48C8F1963132');
INSERT INTO audit VALUES(10,639309623046388469,'rest/engineer','press-1','twin.patch','properties.desired.detection.bearingScoreLimitMilli','5000',2,X'939F16AA066B0CA644D2506EA6554DCFCFD2C113F7DDB1FC396960D3B4ADE413',X'A07551D6A02C653E301B757A3933588741C8C10B0232974D2EEFB67A139EF067');
INSERT INTO audit VALUES(11,639309623046554934,'rest/engineer','press-1','twin.patch','properties.desired.detection.velocityLimitUmPerSecond','7100',3,X'A07551D6A02C653E301B757A3933588741C8C10B0232974D2EEFB67A139EF067',X'8142D292374FED0390BA88A5FC7B0DE82DF033B02AA01202195793DA8730BD1B');
INSERT INTO audit VALUES(12,639309623046577484,'rest/engineer','press-2','twin.patch','tags.machine','"Press 2"',NULL,X'8142D292374FED0390BA88A5FC7B0DE82DF033B02AA01202195793DA8730BD1B',X'3B653BC4EF97792290E969ECA02722F30960030F18E87F908D7BC45895F16795');
INSERT INTO audit VALUES(13,639309623046577484,'rest/engineer','press-2','twin.patch','tags.line','"A"',NULL,X'3B653BC4EF97792290E969ECA02722F30960030F18E87F908D7BC45895F16795',X'669B09013EFA9A53BB52D580493DCCE46E0F3016CF8979EBAFEC4AC8FB45EDA5');
INSERT INTO audit VALUES(14,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.machine','"Pump 7"',NULL,X'669B09013EFA9A53BB52D580493DCCE46E0F3016CF8979EBAFEC4AC8FB45EDA5',X'1EA1A7B58776BCD2498D7B77347EF7C0C142DB093F7C8F5BDE4FD4DAA0052FF7');
INSERT INTO audit VALUES(15,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.line','"B"',NULL,X'1EA1A7B58776BCD2498D7B77347EF7C0C142DB093F7C8F5BDE4FD4DAA0052FF7',X'6B332027849E06C3D9B5D8B408197A99B532A61A8FF8D5E9FDDD6F93BD8BE8A5');
INSERT INTO audit VALUES(16,639309623046597146,'rest/engineer','pump-7','twin.patch','tags.place.hall','3',NULL,X'6B332027849E06C3D9B5D8B408197A99B532A61A8FF8D5E9FDDD6F93BD8BE8A5',X'653BE04FD2A8E95AAA1BA85B255E1991F2CB54455835DB71069419B7D339F56E');
INSERT INTO audit VALUES(17,639309623046597146,'rest/engineer','pump-7','twin.patch','properties.desired.reporting.list','[1,"x",2.5]',2,X'653BE04FD2A8E95AAA1BA85B255E1991F2CB54455835DB71069419B7D339F56E',X'187C82A6AEC6F36CB1BDF325DD00DD47349607F313626EF48B3B2F377DA481FA');
INSERT INTO audit VALUES(18,639309623046656710,'rest/engineer',NULL,'configuration.create','line-a',NULL,NULL,X'187C82A6AEC6F36CB1BDF325DD00DD47349607F313626EF48B3B2F377DA481FA',X'5DEE27B77E4FEEBF2504D03BB270A896D8AE0D7FECD37FF81A717E1A3F202CB7');
INSERT INTO audit VALUES(19,639309623046781634,'configuration/line-a','press-1','twin.patch','properties.desired.sampling.intervalSeconds','60',4,X'5DEE27B77E4FEEBF2504D03BB270A896D8AE0D7FECD37FF81A717E1A3F202CB7',X'6A0206EC01F27120F3BFF11A725494EC55932F1F07096684E41AA57310997BD9');
INSERT INTO audit VALUES(2,639309623046273828,'rest/engineer','press-2','identity.create',NULL,NULL,NULL,X'A620DF109380F9671A4C4CC23BF99F0BF6D2807FEDAD13CE1EFD48C8F1963132',X'0E489BD86563BFB8DF1FE3397C43081DE4854BA3E680A3B49FDE70446D634162');
INSERT INTO audit VALUES(20,639309623046810610,'configuration/line-a','press-2','twin.patch','properties.desired.sampling.intervalSeconds','60',2,X'6A0206EC01F27120F3BFF11A725494EC55932F1F07096684E41AA57310997BD9',X'12336B161B4F950CB9FC2CF26AA437343A8847B81005E33F461ADAE0B0D573DA');
INSERT INTO audit VALUES(21,639309623046961345,'rest/engineer',NULL,'configuration.create','all',NULL,NULL,X'12336B161B4F950CB9FC2CF26AA437343A8847B81005E33F461ADAE0B0D573DA',X'E24CF2D1EB529340BE6E6C89A79D21A195539C0FA8D04C0A8E93F60EE8D364FA');
INSERT INTO audit VALUES(22,639309623046987820,'configuration/all','press-1','twin.patch','properties.desired.reporting.spectrum','true',5,X'E24CF2D1EB529340BE6E6C89A79D21A195539C0FA8D04C0A8E93F60EE8D364FA',X'8A25D8EF41A9FAA2816B143F63D62FCDD19CEC4DC20F0BC48ADCF3C3F54FE429');
INSERT INTO audit VALUES(23,639309623046997519,'configuration/all','press-2','twin.patch','properties.desired.reporting.spectrum','true',3,X'8A25D8EF41A9FAA2816B143F63D62FCDD19CEC4DC20F0BC48ADCF3C3F54FE429',X'2127BC56804F5868C823619FE4368FAB3EC0DD9609B9169879DE8606C7199B48');
INSERT INTO audit VALUES(24,639309623046998298,'configuration/all','pump-7','twin.patch','properties.desired.reporting.spectrum','true',3,X'2127BC56804F5868C823619FE4368FAB3EC0DD9609B9169879DE8606C7199B48',X'592387CBCFA9CBB788AD3FFC5E0F1FD4AF28F86AF5D24E73F7A5100D9F4C6872');
INSERT INTO audit VALUES(25,639309623046999513,'configuration/all','spare','twin.patch','properties.desired.reporting.spectrum','true',2,X'592387CBCFA9CBB788AD3FFC5E0F1FD4AF28F86AF5D24E73F7A5100D9F4C6872',X'22C5F0DD16F5692B4CEA257CA32C8F565165217B85807AC52FC8194C2242FBD9');
INSERT INTO audit VALUES(3,639309623046318252,'rest/engineer','pump-7','identity.create',NULL,NULL,NULL,X'0E489BD86563BFB8DF1FE3397C43081DE4854BA3E680A3B49FDE70446D634162',X'E47580AFC9B55A61ABB94C1E52A5742EA52E6E0D9678ED14C8536F0FB91F20E8');
INSERT INTO audit VALUES(4,639309623046338375,'rest/engineer','spare','identity.create',NULL,NULL,NULL,X'E47580AFC9B55A61ABB94C1E52A5742EA52E6E0D9678ED14C8536F0FB91F20E8',X'1F769A9FD41FFB235C5677AAA00251EC4BF7542783657ED0AA24CF4B947AE498');
INSERT INTO audit VALUES(5,639309623046354077,'rest/engineer','spare','identity.update',NULL,NULL,NULL,X'1F769A9FD41FFB235C5677AAA00251EC4BF7542783657ED0AA24CF4B947AE498',X'77852F5452D3127A796D2B0E68F4A7DA37941E522DDB4F340A3BAE9B7ECAAC59');
INSERT INTO audit VALUES(6,639309623046388469,'rest/engineer','press-1','twin.patch','tags.machine','"Press 1"',NULL,X'77852F5452D3127A796D2B0E68F4A7DA37941E522DDB4F340A3BAE9B7ECAAC59',X'CAC632B611E3D6379E4CF608A495F595C67CFFA867FC4D4571EC4B1FAD39246D');
INSERT INTO audit VALUES(7,639309623046388469,'rest/engineer','press-1','twin.patch','tags.line','"A"',NULL,X'CAC632B611E3D6379E4CF608A495F595C67CFFA867FC4D4571EC4B1FAD39246D',X'7E9B960B2176E1B22263BF44554A865F85AED9683AC55467E34F2B99B9405BF4');
INSERT INTO audit VALUES(8,639309623046388469,'rest/engineer','press-1','twin.patch','tags.note','"Größe €"',NULL,X'7E9B960B2176E1B22263BF44554A865F85AED9683AC55467E34F2B99B9405BF4',X'6415E74C7686694EB67709E5F234D5B816AF10FAC1B8A4484425400140A2AF19');
INSERT INTO audit VALUES(9,639309623046388469,'rest/engineer','press-1','twin.patch','properties.desired.detection.velocityLimitUmPerSecond','4500',2,X'6415E74C7686694EB67709E5F234D5B816AF10FAC1B8A4484425400140A2AF19',X'939F16AA066B0CA644D2506EA6554DCFCFD2C113F7DDB1FC396960D3B4ADE413');
CREATE TABLE audit_anchor(up_to INTEGER NOT NULL, hash BLOB NOT NULL);
INSERT INTO audit_anchor VALUES(0,X'0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE audit_retirement(up_to INTEGER NOT NULL);
CREATE TABLE authorities(name TEXT PRIMARY KEY, certificate TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE changes(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
INSERT INTO changes VALUES(1,1,639309312000000000,X'0770726573732D31010100005C9B6E48DF0802046D617261027B7D');
CREATE TABLE cloud_to_device(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, enqueued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  properties TEXT NOT NULL, body BLOB NOT NULL);
INSERT INTO cloud_to_device VALUES(1,'press-1',639309312000000000,639309348000000000,'{"$.mid":"m"}',X'0102');
CREATE TABLE configuration_admissions(id TEXT NOT NULL, device_id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(id, device_id));
CREATE TABLE configuration_stages(id TEXT PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE configurations(
  id TEXT PRIMARY KEY, target_condition TEXT NOT NULL, priority INTEGER NOT NULL, device_content TEXT NOT NULL,
  labels TEXT NOT NULL, etag TEXT NOT NULL, created_at INTEGER NOT NULL, last_updated_at INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1, metric_queries TEXT NOT NULL DEFAULT '{}', for_modules INTEGER NOT NULL DEFAULT 0);
INSERT INTO configurations VALUES('all','*',1,'{"properties.desired.reporting.spectrum":true}','{}','AAAAAAAAAAE=',639309623046961345,639309623046961345,1,'{}',0);
INSERT INTO configurations VALUES('cameras','*',1,'{"properties.desired.fps":25}','{}','AAAAAAAAAAE=',639309312000000000,639309312000000000,1,'{}',1);
INSERT INTO configurations VALUES('line-a','tags.line = ''A''',5,'{"properties.desired.sampling.intervalSeconds":60}','{"owner":"maintenance"}','AAAAAAAAAAE=',639309623046656710,639309623046656710,1,'{}',0);
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters VALUES('desiredPatches',9);
INSERT INTO counters VALUES('reportedPatches',2);
INSERT INTO counters VALUES('telemetry',8);
CREATE TABLE desired_removals(device_id TEXT PRIMARY KEY, paths TEXT NOT NULL);
CREATE TABLE device_jobs(
  job_id TEXT NOT NULL, device_id TEXT NOT NULL, status INTEGER NOT NULL, updated_at INTEGER NOT NULL, begun_at INTEGER, ended_at INTEGER,
  answer_status INTEGER, answer TEXT, error_code TEXT, error TEXT, PRIMARY KEY(job_id, device_id)) WITHOUT ROWID;
INSERT INTO device_jobs VALUES('reboot','press-1',0,639309312000000000,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE enrollments(
  is_group INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL, device_id TEXT,
  attestation INTEGER NOT NULL, primary_proof TEXT NOT NULL, secondary_proof TEXT NOT NULL, reprovision INTEGER NOT NULL,
  tags TEXT, desired TEXT, payload TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, allocation INTEGER NOT NULL DEFAULT 0, hubs TEXT, information TEXT, PRIMARY KEY(is_group, id));
INSERT INTO enrollments VALUES(0,'press-1','AAAAAAAAAAE=',1,'press-1',0,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMjM0',1,NULL,NULL,NULL,639309312000000000,639309312000000000,0,'["hub.plant.example"]','{"batch":7}');
CREATE TABLE evidence(
  sha256 BLOB PRIMARY KEY, alarm_id TEXT NOT NULL, version INTEGER NOT NULL, sealed_at INTEGER NOT NULL, content BLOB NOT NULL,
  UNIQUE(alarm_id, version));
INSERT INTO evidence VALUES(X'44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A','press-1~1-100-outer-1',1,639309312040000000,X'7B7D');
CREATE TABLE evidence_open(
  alarm_id TEXT PRIMARY KEY, device_id TEXT NOT NULL, opened_at INTEGER NOT NULL, parts TEXT NOT NULL, version INTEGER NOT NULL);
INSERT INTO evidence_open VALUES('press-1~1-100-outer-1','press-1',639309312010000000,'{}',1);
CREATE TABLE feedback(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, address TEXT NOT NULL, generation_id TEXT NOT NULL,
  outcome TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO feedback VALUES(3,'m','press-1','g','Success',639309312000000000);
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
  primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL, authentication INTEGER NOT NULL DEFAULT 0, primary_thumbprint TEXT NOT NULL DEFAULT '', secondary_thumbprint TEXT NOT NULL DEFAULT '', status_reason TEXT, status_updated_at INTEGER);
INSERT INTO identities VALUES('press-1','639309623045834904','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623045834904,0,'','','in use',639309312000000000);
INSERT INTO identities VALUES('press-2','639309623046273828','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046273828,0,'','',NULL,NULL);
INSERT INTO identities VALUES('pump-7','639309623046318252','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046318252,0,'','',NULL,NULL);
INSERT INTO identities VALUES('spare','639309623046338375','AAAAAAAAAAI=',0,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309623046338375,0,'','',NULL,NULL);
CREATE TABLE jobs(
  id TEXT PRIMARY KEY, type INTEGER NOT NULL, condition TEXT NOT NULL, body TEXT NOT NULL, start_at INTEGER NOT NULL, longest INTEGER NOT NULL,
  author TEXT NOT NULL, created_at INTEGER NOT NULL, status INTEGER NOT NULL, begun_at INTEGER, ended_at INTEGER, reason TEXT,
  pending INTEGER NOT NULL, running INTEGER NOT NULL, completed INTEGER NOT NULL, failed INTEGER NOT NULL, canceled INTEGER NOT NULL);
INSERT INTO jobs VALUES('reboot',1,'*','{"methodName":"reboot"}',639309312000000000,36000000000,'mara',639309312000000000,2,639309312000000000,NULL,NULL,1,0,0,0,0);
CREATE TABLE module_identities(
  device_id TEXT NOT NULL, module_id TEXT NOT NULL, generation_id TEXT NOT NULL, etag TEXT NOT NULL, enabled INTEGER NOT NULL,
  primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL, created_at INTEGER NOT NULL, authentication INTEGER NOT NULL,
  primary_thumbprint TEXT NOT NULL, secondary_thumbprint TEXT NOT NULL, managed_by TEXT NOT NULL, status_reason TEXT, status_updated_at INTEGER,
  PRIMARY KEY(device_id, module_id)) WITHOUT ROWID;
INSERT INTO module_identities VALUES('press-1','camera','g1','AAAAAAAAAAE=',1,'cHJpbWFyeS1rZXktMTIzNA==','c2Vjb25kYXJ5LWtleS0xMg==',639309312000000000,0,'','','mara',NULL,NULL);
CREATE TABLE module_twins(
  device_id TEXT NOT NULL, module_id TEXT NOT NULL, etag TEXT NOT NULL, version INTEGER NOT NULL, tags TEXT NOT NULL,
  desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_metadata TEXT NOT NULL,
  reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_metadata TEXT NOT NULL,
  model_id TEXT, last_activity_at INTEGER, applied TEXT NOT NULL, PRIMARY KEY(device_id, module_id));
INSERT INTO module_twins VALUES('press-1','camera','AAAAAAAAAAI=',2,'{}','{"fps":25}',2,'{"$lastUpdated":"2026-11-22T08:00:00.0000000Z","$lastUpdatedVersion":2,"fps":{"$lastUpdated":"2026-11-22T08:00:00.0000000Z","$lastUpdatedVersion":2}}','{}',1,'{"$lastUpdated":"2026-11-22T08:00:00.0000000Z"}',NULL,NULL,'{}');
CREATE TABLE overrides(device_id TEXT NOT NULL, path TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY(device_id, path));
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
CREATE TABLE presence(address TEXT PRIMARY KEY, connected INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO presence VALUES('press-1',0,639309312000000000);
CREATE TABLE provisioning(id_scope TEXT NOT NULL);
INSERT INTO provisioning VALUES('0ne689D92BA');
CREATE TABLE registrations(
  id TEXT PRIMARY KEY, is_group INTEGER NOT NULL, enrollment TEXT NOT NULL, device_id TEXT NOT NULL, substatus INTEGER NOT NULL,
  etag TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
INSERT INTO registrations VALUES('press-1',0,'press-1','press-1',0,'AAAAAAAAAAE=',639309312000000000,639309312000000000);
CREATE TABLE replay_reports(hash TEXT PRIMARY KEY, content BLOB NOT NULL);
INSERT INTO replay_reports VALUES('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',X'7B7D');
CREATE TABLE rollout_observations(number INTEGER PRIMARY KEY AUTOINCREMENT, change_id TEXT NOT NULL, row TEXT NOT NULL);
INSERT INTO rollout_observations VALUES(1,'limits-1','{}');
CREATE TABLE rollouts(id TEXT PRIMARY KEY, document TEXT NOT NULL);
INSERT INTO rollouts VALUES('limits-1','{}');
CREATE TABLE schema_version(version INTEGER NOT NULL);
INSERT INTO schema_version VALUES(4);
CREATE TABLE sequences(
  device_id TEXT NOT NULL, boot_id TEXT NOT NULL, last_at INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(device_id, boot_id)) WITHOUT ROWID;
INSERT INTO sequences VALUES('press-1','1-a',639309312000000000,X'0180D09392A03480D09392A03401000000000000060080D09392A034');
CREATE TABLE sessions(device_id TEXT PRIMARY KEY, subscriptions TEXT NOT NULL);
INSERT INTO sessions VALUES('press-1','{"$iothub/twin/res/#":1,"$iothub/twin/PATCH/properties/desired/#":1}');
INSERT INTO sessions VALUES('press-1/camera','{"$iothub/twin/res/#":1}');
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
INSERT INTO sqlite_sequence VALUES('feedback',3);
INSERT INTO sqlite_sequence VALUES('findings',1);
INSERT INTO sqlite_sequence VALUES('rollout_observations',1);
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
CREATE INDEX configuration_admissions_by_device ON configuration_admissions(device_id);
CREATE INDEX device_jobs_by_device ON device_jobs(device_id, job_id);
CREATE INDEX evidence_open_by_time ON evidence_open(opened_at, alarm_id);
CREATE INDEX feedback_by_address ON feedback(address);
CREATE INDEX findings_by_alarm ON findings(alarm_id, number);
CREATE INDEX findings_by_amended ON findings(amends);
CREATE INDEX findings_by_machine ON findings(machine, number);
CREATE INDEX history_blocks_by_age ON history_blocks(to_ms, bytes, rows);
CREATE INDEX history_blocks_by_number ON history_blocks(device_id, kind, last_number, from_ms, to_ms);
CREATE INDEX history_rollups_by_age ON history_rollups(resolution, span_ms, bytes);
CREATE INDEX jobs_by_creation ON jobs(created_at);
CREATE INDEX rollout_observations_by_change ON rollout_observations(change_id, number);
CREATE INDEX twin_leaves_by_device ON twin_leaves(device_id);
CREATE INDEX user_sessions_by_user ON user_sessions(user_name);
CREATE INDEX waveforms_by_content ON waveforms(sha256);
CREATE INDEX waveforms_by_device ON waveforms(device_id, received_at);
CREATE INDEX waveforms_by_time ON waveforms(received_at);
COMMIT;
