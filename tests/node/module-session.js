// The unmodified Azure IoT module client, told on stdin what to do next; each line on stdout is one thing that happened.
// Usage: node module-session.js CONNECTION-STRING CA-FILE
'use strict';
const fs = require('fs');
const readline = require('readline');
const { ModuleClient, Message } = require('azure-iot-device');
const { Mqtt } = require('azure-iot-device-mqtt');

const [connectionString, caFile] = process.argv.slice(2);
const say = (text) => process.stdout.write(text + '\n');
const client = ModuleClient.fromConnectionString(connectionString, Mqtt);
let twin;

function message(text) {
  const made = new Message(text);
  made.contentType = 'application/json';
  made.properties.add('kind', 'a & b/c');
  return made;
}

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
    await client.sendEvent(message(text));
    say('sent');
  },
  async output(text) {
    const [output, ...rest] = text.split(' ');
    await client.sendOutputEvent(output, message(rest.join(' ')));
    say('sent to ' + output);
  },
  async inputs() {
    client.on('inputMessage', (input, received) => say(`input ${input} ${received.data}`));
    say('inputs listening');
  },
  async method(name) {
    client.onMethod(name, (request, response) => {
      response.send(200, { got: request.payload }, (error) => error && say('not answered'));
    });
    say('method listening');
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
