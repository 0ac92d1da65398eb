// One session of the unmodified Azure IoT device client; each line on stdout is one step that worked.
// Usage: node device-session.js CONNECTION-STRING CA-FILE
'use strict';
const fs = require('fs');
const { Client, Message } = require('azure-iot-device');
const { Mqtt } = require('azure-iot-device-mqtt');

const [connectionString, caFile] = process.argv.slice(2);

async function main() {
  const client = Client.fromConnectionString(connectionString, Mqtt);
  await client.setOptions({ ca: fs.readFileSync(caFile, 'utf8') });
  await client.open();
  const twin = await client.getTwin();
  console.log('twin ' + JSON.stringify(twin.properties.desired));

  await new Promise((resolve, reject) =>
    twin.properties.reported.update({ temperature: 21 }, (error) => (error ? reject(error) : resolve())));
  console.log('reported accepted');

  await client.sendEvent(new Message(JSON.stringify({ hello: 'plant' })));
  console.log('telemetry accepted');

  // A listener is first called with what is known already; what counts is the change that comes from the hub.
  const known = twin.properties.desired.$version;
  const changed = new Promise((resolve) =>
    twin.on('properties.desired', (patch) => patch.$version > known && resolve(patch)));
  // The subscription went out before this request, so its answer says that the hub has both.
  await new Promise((resolve, reject) => twin.get((error) => (error ? reject(error) : resolve())));
  console.log('listening');
  console.log('desired ' + JSON.stringify(await changed));
  await client.close();
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
