// The unmodified Azure IoT provisioning client, then the device client with what it was given; each line on stdout is one step that worked.
// The provisioning client trusts what NODE_EXTRA_CA_CERTS names, and nothing else can be said to it.
// Usage: node provisioning-session.js HOST:PORT ID-SCOPE REGISTRATION-ID key KEY
//        node provisioning-session.js HOST:PORT ID-SCOPE REGISTRATION-ID x509 CERTIFICATE-FILE KEY-FILE
'use strict';
const fs = require('fs');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Mqtt: ProvisioningMqtt } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { X509Security } = require('azure-iot-security-x509');
const { Client, Message } = require('azure-iot-device');
const { Mqtt } = require('azure-iot-device-mqtt');

const [host, idScope, registrationId, way, first, second] = process.argv.slice(2);
const say = (text) => process.stdout.write(text + '\n');
const certificate = way === 'x509' && { cert: fs.readFileSync(first, 'utf8'), key: fs.readFileSync(second, 'utf8') };

async function main() {
  const security = certificate ? new X509Security(registrationId, certificate) : new SymmetricKeySecurityClient(registrationId, first);
  const provisioning = ProvisioningDeviceClient.create(host, idScope, new ProvisioningMqtt(), security);
  provisioning.setProvisioningPayload({ modelId: 'dtmi:com:example:Thermostat;1' });
  const result = await provisioning.register();
  say(`assigned ${result.deviceId} ${result.status} ${result.substatus} ${JSON.stringify(result.payload)}`);
  say(`hub ${result.assignedHub}`);

  const name = `HostName=${result.assignedHub};DeviceId=${result.deviceId};`;
  const client = Client.fromConnectionString(name + (certificate ? 'x509=true' : `SharedAccessKey=${first}`), Mqtt);
  await client.setOptions({ ca: fs.readFileSync(process.env.NODE_EXTRA_CA_CERTS, 'utf8'), ...(certificate || {}) });
  await client.open();
  const twin = await client.getTwin();
  say('twin ' + JSON.stringify(twin.properties.desired));
  await client.sendEvent(new Message('{"v":1}'));
  say('sent');
  await client.close();
  say('closed');
}

main().then(() => process.exit(0), (error) => {
  say(`error ${error.constructor.name}: ${error.message} ${error.result ? JSON.stringify(error.result) : ''}`);
  process.exit(1);
});
