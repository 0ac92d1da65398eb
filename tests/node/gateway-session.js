// The unmodified Azure IoT device client, told on stdin what to do next; each line on stdout is one thing that happened.
// Usage: node gateway-session.js CONNECTION-STRING CA-FILE [ws]
'use strict';
const fs = require('fs');
const readline = require('readline');
const { Client, Message } = require('azure-iot-device');
const { Mqtt, MqttWs } = require('azure-iot-device-mqtt');

const [connectionString, caFile, way] = process.argv.slice(2);
const say = (text) => process.stdout.write(text + '\n');
const client = Client.fromConnectionString(connectionString, way === 'ws' ? MqttWs : Mqtt);
let twin;

const commands = {
  async open() {
    await client.setOptions({ ca: fs.readFileSync(caFile, 'utf8') });
    await client.open();
    say('open');
  },
  async twin() {
    if (twin) {
      await new Promise((resolve, reject) => twin.get((error) => (error ? reject(error) : resolve())));
    } else {
      twin = await client.getTwin();
    }
    say('twin ' + JSON.stringify(twin.properties.desired));
  },
  async report(json) {
    await new Promise((resolve, reject) =>
      twin.properties.reported.update(JSON.parse(json), (error) => (error ? reject(error) : resolve())));
    say('reported');
  },
  async listen() {
    // The listener is first called with what is known already: only later versions are told.
    let known = twin.properties.desired.$version;
    twin.on('properties.desired', (patch) => {
      if (patch.$version > known) {
        known = patch.$version;
        say('desired ' + JSON.stringify(patch));
      }
    });
    say('listening');
  },
  async send(text) {
    const message = new Message(text);
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    message.properties.add('kind', 'a & b/c');
    await client.sendEvent(message);
    say('sent');
  },
  async method(name) {
    client.onDeviceMethod(name, (request, response) => {
      response.send(200, { got: request.payload }, (error) => say(error ? 'not answered' : 'answered ' + name));
    });
    say('method listening');
  },
  async messages() {
    client.on('message', (message) => {
      const properties = {};
      for (const { key, value } of message.properties.propertyList) {
        properties[key] = value;
      }
      const { messageId, correlationId, contentType, contentEncoding } = message;
      client.complete(message, () =>
        say('message ' + message.data + ' ' + JSON.stringify({ messageId, correlationId, contentType, contentEncoding, properties })));
    });
    say('messages listening');
  },
  async drop() {
    // Cuts the TCP connection under the client, as a network does. Everything above it is the library's own.
    client._transport._mqtt._mqttClient.stream.destroy();
    say('dropped');
  },
  async renew() {
    // Makes a new token now, as the client does by itself before the old one ends: DISCONNECT and CONNECT.
    // Options replace one another, so the authority is named again.
    await client.setOptions({ ca: fs.readFileSync(caFile, 'utf8'), tokenRenewal: { tokenValidTimeInSeconds: 3000, tokenRenewalMarginInSeconds: 600 } });
    say('renewing');
  },
  async close() {
    await client.close();
    say('closed');
    process.exit(0);
  },
};

client.on('error', (error) => say('client error ' + error));
let queue = Promise.resolve();
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [name, ...rest] = line.split(' ');
  queue = queue
    .then(() => commands[name](rest.join(' ')))
    .catch((error) => say(`error ${error.constructor.name}: ${error.message}`));
});
