// Joins a realm with the npm package `autobahn` and gives promises for what happens to the session.
import autobahn from 'autobahn';
import { Payload } from './payload.mjs';

const serializers = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};

/**
 * Opens a session. The peer's `closed` settles once, with the reason the session ended for;
 * `run(work)` is the outcome of `work`, or a failure when the session ends before it.
 */
export function connect(url, serializer, realm) {
  const connection = new autobahn.Connection({
    realm,
    transports: [transport(new URL(url), serializer)],
    max_retries: 0,
    retry_if_unreachable: false,
    on_internal_error: (error, message) => process.stderr.write(`autobahn: ${message ?? ''} ${error?.error ?? error}\n`),
  });

  return new Promise((opened, failed) => {
    let ended;
    const closed = new Promise(resolve => { ended = resolve; });

    connection.onopen = (session, details) => opened({
      session,
      details,
      closed,
      payload: new Payload(serializer),
      leave() {
        connection.close();
        return closed;
      },
      run: work => Promise.race([
        work,
        closed.then(({ reason }) => { throw new Error(`the session ended early: ${reason}`); }),
      ]),
    });
    connection.onclose = (transportReason, details) => {
      const reason = details.reason ?? transportReason;
      ended({ reason });
      failed(new Error(`no session: ${reason} ${details.message ?? ''}`));
      return true; // do not reconnect
    };
    connection.open();
  });
}

function transport(address, serializer) {
  if (!(serializer in serializers)) {
    throw new Error(`unknown serializer ${serializer}`);
  }
  if (address.protocol !== 'tcp:') {
    return { type: 'websocket', url: address.href, serializers: [new serializers[serializer]()] };
  }
  if (serializer !== 'json') {
    throw new Error('this client speaks only json over RawSocket');
  }
  return { type: 'rawsocket', host: address.hostname, port: Number(address.port) };
}
