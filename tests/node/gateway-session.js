// The unmodified Azure IoT device client, told on stdin what to do next; each line on stdout is one thing that happened.
// Usage: node gateway-session.js CONNECTION-STRING CA-FILE [ws]
'use strict';
const { Client, Message } = require('azure-iot-device');
const { Mqtt, MqttWs } = require('azure-iot-device-mqtt');
const { say, obey, twinCommands } = require('./told');

const [connectionString, caFile, way] = process.argv.slice(2);
const client = Client.fromConnectionString(connectionString, way === 'ws' ? MqttWs : Mqtt);

obey({
  ...twinCommands(client, caFile),
  async send(text) {
    const message = new Message(text);
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    message.properties.add('kind', 'a & b/c');
    await client.sendEvent(message);
    say('sent');
  },
  async method(text) {
    const [name, status] = text.split(' ');
    client.onDeviceMethod(name, (request, response) => {
      response.send(Number(status || 200), { got: request.payload }, (error) => say(error ? 'not answered' : 'answered ' + name));
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
});
