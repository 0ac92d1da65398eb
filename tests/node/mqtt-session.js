// The npm package mqtt, told on stdin what to do next; each line on stdout is one thing that happened.
// Usage: node mqtt-session.js PORT CA-FILE CLIENT-ID USER-NAME PASSWORD [ws]
'use strict';
const fs = require('fs');
const readline = require('readline');
const mqtt = require('mqtt');

const [port, caFile, clientId, username, password, way] = process.argv.slice(2);
const say = (text) => process.stdout.write(text + '\n');
const client = mqtt.connect(way === 'ws' ? `wss://localhost:${port}/$iothub/websocket` : `mqtts://localhost:${port}`, {
  ca: fs.readFileSync(caFile),
  protocolVersion: 4,
  clientId,
  username,
  password,
  clean: false,
  reconnectPeriod: 0,
});

client.on('connect', (packet) => say(`connected ${packet.sessionPresent}`));
client.on('message', (topic, payload) => say(`message ${topic} ${payload}`));
client.on('close', () => say('close'));
client.on('error', (error) => say(`error ${error.code}`));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [name, topic, qos, ...rest] = line.split(' ');
  const options = { qos: Number(qos) };
  if (name === 'subscribe') {
    client.subscribe(topic, options, (error, granted) => say(`granted ${error ? error.message : granted.map((grant) => grant.qos)}`));
  } else if (name === 'publish') {
    client.publish(topic, rest.join(' '), options, (error) => say(error ? `not published` : 'published'));
  } else {
    client.end(false, {}, () => process.exit(0));
  }
});
