// What the sessions of this folder share: they are told on stdin what to do next, and each line on stdout is one thing that happened.
'use strict';
const fs = require('fs');
const readline = require('readline');

const say = (text) => process.stdout.write(text + '\n');

/** What went wrong, on one line: its class and what it says. */
const problem = (error) => `error ${error.constructor.name}: ${String(error.message).replace(/\s+/g, ' ')}`;

/** Carries out one line after the other: the name of a command, then what it takes. */
function obey(commands) {
  let queue = Promise.resolve();
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const [name, ...rest] = line.split(' ');
    queue = queue.then(() => commands[name](rest.join(' '))).catch((error) => say(problem(error)));
  });
}

/** What a device's client and a module's have in common. */
function twinCommands(client, caFile) {
  let twin;
  client.on('error', (error) => say('client error ' + error));
  const trust = (others) => client.setOptions({ ca: fs.readFileSync(caFile, 'utf8'), ...others });
  const done = (start) => new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
  return {
    async open() {
      await trust();
      await client.open();
      say('open');
    },
    async twin() {
      if (twin) {
        await done((callback) => twin.get(callback));
      } else {
        twin = await client.getTwin();
      }
      say('twin ' + JSON.stringify(twin.properties.desired));
    },
    async report(json) {
      await done((callback) => twin.properties.reported.update(JSON.parse(json), callback));
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
    async renew() {
      // Makes a new token now, as the client does by itself before the old one ends: DISCONNECT and CONNECT.
      // Options replace one another, so the authority is named again.
      await trust({ tokenRenewal: { tokenValidTimeInSeconds: 3000, tokenRenewalMarginInSeconds: 600 } });
      say('renewing');
    },
    async close() {
      await client.close();
      say('closed');
      process.exit(0);
    },
  };
}

module.exports = { say, problem, obey, twinCommands };
