// The unmodified Azure IoT module client, told on stdin what to do next; each line on stdout is one thing that happened.
// Usage: node module-session.js CONNECTION-STRING CA-FILE
'use strict';
const { ModuleClient, Message } = require('azure-iot-device');
const { Mqtt } = require('azure-iot-device-mqtt');
const { say, obey, twinCommands } = require('./told');

const [connectionString, caFile] = process.argv.slice(2);
const client = ModuleClient.fromConnectionString(connectionString, Mqtt);

function message(text) {
  const made = new Message(text);
  made.contentType = 'application/json';
  made.properties.add('kind', 'a & b/c');
  return made;
}

obey({
  ...twinCommands(client, caFile),
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
});
