// What a peer can be told to do. A scenario gets the joined peer, `report` for its lines and its arguments;
// it asserts what it sees, leaves the realm and returns why the session ended.
import assert from 'node:assert/strict';
import autobahn from 'autobahn';

const refused = 'com.example.error.refused';

/** All four roles in one session. */
async function allRoles({ peer, report, args: [prefix] }) {
  await peer.run(subscribeAndPublish(peer, report, `${prefix}.topic`));
  await peer.run(registerAndCall(peer, report, `${prefix}.procedure`));
  return peer.leave();
}

async function subscribeAndPublish({ session, payload }, report, topic) {
  let received;
  const event = new Promise(resolve => { received = resolve; });
  const subscription = await session.subscribe(topic, (args, kwargs, details) => received({ args, kwargs, details }));
  report({ check: 'SUBSCRIBED' });

  const publication = await session.publish(topic, payload.args, payload.kwargs, { acknowledge: true, exclude_me: false });
  report({ check: 'PUBLISHED' });

  const { args, kwargs, details } = await event;
  payload.assertSample(args, kwargs);
  assert.equal(details.publication, publication.id, 'EVENT and PUBLISHED name the same publication');
  report({ event: { args: payload.read(args), kwargs: payload.read(kwargs) } });

  assert.equal(await session.unsubscribe(subscription), true);
  report({ check: 'UNSUBSCRIBED' });
}

async function registerAndCall({ session, payload }, report, procedure) {
  const registration = await session.register(procedure, echo);
  report({ check: 'REGISTERED' });

  const result = await session.call(procedure, payload.args, payload.kwargs);
  payload.assertSample(result.args, result.kwargs);
  report({ result: { args: payload.read(result.args), kwargs: payload.read(result.kwargs) } });

  assert.equal(await session.call(procedure), null, 'a RESULT without arguments');
  assert.equal(await session.call(procedure, ['one']), 'one', 'a RESULT with one argument');

  await assertRefused(session, procedure, report);
  await assertError(session.register(procedure, echo), 'wamp.error.procedure_already_exists', report);
  await assertError(session.call(`${procedure}.unknown`), 'wamp.error.no_such_procedure', report);

  await session.unregister(registration);
  report({ check: 'UNREGISTERED' });
  await assertError(session.call(procedure), 'wamp.error.no_such_procedure', report);
}

/** Subscribes to TOPIC and expects COUNT events in order, each with its number before the sample. */
async function subscriber({ peer, report, args: [topic, count] }) {
  let expected = 0;
  let finished;
  let failed;
  const all = new Promise((resolve, reject) => { finished = resolve; failed = reject; });

  await peer.session.subscribe(topic, (args, kwargs) => {
    try {
      assert.equal(args[0], expected, 'events of one publisher arrive in order');
      peer.payload.assertSample(args, kwargs, 1);
      report({ event: { args: peer.payload.read(args), kwargs: peer.payload.read(kwargs) } });
      if (++expected === Number(count)) {
        finished();
      }
    } catch (error) {
      failed(error);
    }
  });
  report({ ready: true });
  await peer.run(all);
  return peer.leave();
}

/** Publishes COUNT events to TOPIC without waiting in between, then waits for all acknowledgements. */
async function publisher({ peer, report, args: [topic, count] }) {
  const { session, payload } = peer;
  const published = Array.from({ length: Number(count) }, (_, number) =>
    session.publish(topic, [number, ...payload.args], payload.kwargs, { acknowledge: true }));
  const publications = await peer.run(Promise.all(published));
  assert.equal(new Set(publications.map(publication => publication.id)).size, Number(count), 'publication ids differ');
  report({ published: Number(count) });
  return peer.leave();
}

/** Registers PROCEDURE, which returns its arguments or refuses, until standard input ends. */
async function callee({ peer, report, args: [procedure] }) {
  const registration = await peer.session.register(procedure, echo);
  report({ ready: true });
  await peer.run(standardInputEnds());
  await peer.run(peer.session.unregister(registration));
  return peer.leave();
}

/** Calls PROCEDURE COUNT times without waiting in between, and once so that it refuses. */
async function caller({ peer, report, args: [procedure, count] }) {
  const { session, payload } = peer;
  const calls = Array.from({ length: Number(count) }, (_, number) =>
    session.call(procedure, [number, ...payload.args], payload.kwargs));
  const results = await peer.run(Promise.all(calls));
  results.forEach((result, number) => {
    assert.equal(result.args[0], number, 'a RESULT belongs to its CALL');
    payload.assertSample(result.args, result.kwargs, 1);
    report({ result: { args: payload.read(result.args), kwargs: payload.read(result.kwargs) } });
  });
  await peer.run(assertRefused(session, procedure, report));
  return peer.leave();
}

/** Leaves the realm at once. */
async function leave({ peer, report }) {
  report({ ready: true });
  return peer.leave();
}

/** Stays until the router ends the session. */
async function stay({ peer, report }) {
  report({ ready: true });
  return peer.closed;
}

// Sends back what it is called with; with the keyword argument `refuse` it raises an application error that carries it.
function echo(args, kwargs) {
  if (kwargs?.refuse !== undefined) {
    throw new autobahn.Error(refused, args, { because: kwargs.refuse });
  }
  return new autobahn.Result(args, kwargs);
}

async function assertRefused(session, procedure, report) {
  const error = await assertError(session.call(procedure, ['sorry', 42], { refuse: 'because' }), refused, report);
  assert.deepStrictEqual(error.args, ['sorry', 42]);
  assert.deepStrictEqual(error.kwargs, { because: 'because' });
}

async function assertError(work, uri, report) {
  const error = await work.then(
    () => { throw new Error(`expected ${uri}, and the request succeeded`); },
    rejection => rejection);
  assert.equal(error.error, uri);
  report({ error: { uri: error.error, args: error.args, kwargs: error.kwargs } });
  return error;
}

function standardInputEnds() {
  return new Promise(resolve => {
    process.stdin.once('end', resolve);
    process.stdin.resume();
  });
}

export const scenarios = { 'all-roles': allRoles, subscriber, publisher, callee, caller, leave, stay };
