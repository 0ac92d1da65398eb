// The unmodified Azure service SDKs. A line on stdin is a call: NUMBER CLIENT.METHOD [ARGUMENTS]; a line on stdout is its end: NUMBER ok RESULT,
// or NUMBER error CLASS: MESSAGE. Calls do not wait for one another.
// The SDKs speak to port 443 alone, and trust what NODE_EXTRA_CA_CERTS names.
// Usage: node service-session.js CONNECTION-STRING
'use strict';
const readline = require('readline');
const { say, problem } = require('./told');

const [connectionString] = process.argv.slice(2);

/** Every client is made when it is first called. */
const makers = {
  registry: () => require('azure-iothub').Registry.fromConnectionString(connectionString),
  client: () => require('azure-iothub').Client.fromConnectionString(connectionString),
  jobs: () => require('azure-iothub').JobClient.fromConnectionString(connectionString),
  digitalTwins: () => {
    const { DigitalTwinClient, IoTHubTokenCredentials } = require('azure-iothub');
    return new DigitalTwinClient(new IoTHubTokenCredentials(connectionString));
  },
  provisioning: () => require('azure-iot-provisioning-service').ProvisioningServiceClient.fromConnectionString(connectionString),
  twins: () => twins,
  pages: () => pages,
};
const made = {};
const clientOf = (name) => (made[name] = made[name] || makers[name]());

/** The objects that Registry.getTwin hands out, which keep their etag and are updated by themselves. */
const held = {};
const twins = {
  async hold(...ids) {
    const registry = clientOf('registry');
    held[ids.join('/')] = (await (ids.length === 1 ? registry.getTwin(ids[0]) : registry.getModuleTwin(...ids))).responseBody;
    return held[ids.join('/')];
  },
  async update(name, patch) {
    return (await held[name].update(patch)).result;
  },
  async get(name) {
    return (await held[name].get()).result;
  },
};

/** All pages of what createQuery and its like return, each an array. */
const pages = {
  async raw(client, method, ...rest) {
    const query = clientOf(client)[method](...rest);
    const all = [];
    while (query.hasMoreResults) {
      // A promise of the next page has to name where it is: without, the package begins again.
      const page = await query.next(query.continuationToken);
      all.push(page.result || page.responseBody);
    }
    return all;
  },
  async twins(sql, size) {
    const query = clientOf('registry').createQuery(sql, size);
    const all = [];
    while (query.hasMoreResults) {
      all.push((await query.nextAsTwin()).result);
    }
    return all;
  },
};

/** The packages' promises of these are never kept, or refused: they want a function. */
const byFunction = ['runBulkEnrollmentOperation', 'removeModule'];

/** What a promise of one of the packages holds besides the answer's body is node's own. */
function bodyOf(result) {
  const named = ['responseBody', 'jobStatus', 'result'].find((name) => result && Object.hasOwn(result, name) && Object.keys(result).length === 2);
  return named ? result[named] : result;
}

async function call(name, values) {
  const [client, method] = name.split('.');
  const target = clientOf(client);
  const result = byFunction.includes(method)
    ? await new Promise((resolve, reject) => target[method](...values, (error, answer) => (error ? reject(error) : resolve(answer))))
    : await target[method](...values);
  return bodyOf(result);
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [number, name, ...rest] = line.split(' ');
  const values = JSON.parse(rest.join(' '), (_, value) => (value && value.date ? new Date(value.date) : value));
  call(name, values).then(
    (result) => say(`${number} ok ${JSON.stringify(result === undefined ? null : result, (key, value) => (key === '_response' ? undefined : value))}`),
    (error) => say(`${number} ${problem(error)}`));
});
