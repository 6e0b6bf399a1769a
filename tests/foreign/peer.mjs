// A WAMP peer that is not ours: the public npm package `autobahn`, driven by the end-to-end tests.
//
//   node peer.mjs URL SERIALIZER REALM SCENARIO [ARGUMENT...]
//
// URL is ws://HOST:PORT/PATH, or tcp://HOST:PORT for RawSocket (over which this client speaks json only).
// What the peer sees is printed as one JSON object per line; the exit code is 0 when the scenario held.
import { connect } from './connection.mjs';
import { scenarios } from './scenarios.mjs';

const [url, serializer, realm, name, ...args] = process.argv.slice(2);

function report(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

async function run() {
  const scenario = scenarios[name];
  if (!scenario) {
    throw new Error(`unknown scenario ${name}; there are ${Object.keys(scenarios).join(', ')}`);
  }
  const peer = await connect(url, serializer, realm);
  report({ joined: { session: peer.session.id, realm: peer.session.realm, protocol: peer.details.transport.protocol } });

  const { reason } = await scenario({ peer, report, args });
  report({ left: { reason } });
  report({ done: true });
}

run().then(
  () => process.exit(0),
  error => {
    report({ failed: error?.stack ?? JSON.stringify(error) });
    process.exit(1);
  });
