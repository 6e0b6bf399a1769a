// Sessions of the npm package `autobahn` that a test drives: any number in one process, each told what to do.
//
//   node driven.mjs
//
// A line of standard input is a request, {"session":NAME,"request":NUMBER,"do":VERB,...}, and has one answer:
// {"session","request","value"}, or {"session","request","error":{"uri","args","kwargs"}} for an ERROR of the router.
// What comes unasked is a line of its own: event, invocation, progress, revoked, left.
import { createInterface } from 'node:readline';
import autobahn from 'autobahn';
import { connect } from './connection.mjs';

/** A session; its methods are the verbs. */
class Driven {
  #report;
  #peer;
  #subscriptions = new Map();
  #registrations = new Map();
  #calls = new Map();
  #invocations = [];

  constructor(report) {
    this.#report = report;
  }

  get #session() { return this.#peer.session; }

  async connect({ url, serializer, realm }) {
    this.#peer = await connect(url, serializer, realm);
    this.#peer.closed.then(({ reason }) => this.#report({ left: { reason } }));
    return { session: this.#session.id, authid: this.#peer.details.authid };
  }

  async subscribe({ uri, options }) {
    const subscription = await this.#session.subscribe(uri, (args, kwargs, details, { id }) => this.#report({
      event: {
        args, kwargs, subscription: id, publication: details.publication, topic: details.topic, publisher: details.publisher,
        publisher_authid: details.publisher_authid, retained: details.retained,
      },
    }), options);
    subscription.on_unsubscribe.then(reason => reason && this.#report({ revoked: { id: subscription.id, reason } }));
    this.#subscriptions.set(subscription.id, subscription);
    return subscription.id;
  }

  async unsubscribe({ id }) {
    await this.#session.unsubscribe(this.#subscriptions.get(id));
  }

  async publish({ uri, args, kwargs, options }) {
    return (await this.#session.publish(uri, args, kwargs, { ...options, acknowledge: true })).id;
  }

  async register({ uri, options }) {
    const registration = await this.#session.register(uri, (args, kwargs, details) => this.#invoked(args, kwargs, details), options);
    registration.on_unregister.then(reason => this.#report({ revoked: { id: registration.id, reason } }));
    this.#registrations.set(registration.id, registration);
    return registration.id;
  }

  async unregister({ id }) {
    await this.#session.unregister(this.#registrations.get(id));
  }

  async call({ request, uri, args, kwargs, options }) {
    const call = this.#session.call(uri, args, kwargs, options);
    this.#calls.set(request, call);
    return read(await call.then(undefined, undefined, result => this.#report({ progress: { call: request, ...read(result) } })));
  }

  async cancel({ call, mode }) {
    this.#calls.get(call).cancel({ mode });
  }

  /** A progressive result, or the result. */
  async answer({ invocation, args, kwargs, progress }) {
    const { resolve, details } = this.#invocations[invocation];
    if (progress) {
      details.progress(args, kwargs);
    } else {
      resolve(new autobahn.Result(args, kwargs));
    }
  }

  async fail({ invocation, uri, args }) {
    this.#invocations[invocation].reject(new autobahn.Error(uri, args));
  }

  async leave() {
    this.#peer.leave();
  }

  #invoked(args, kwargs, details) {
    return new Promise((resolve, reject) => {
      const invocation = this.#invocations.push({ resolve, reject, details }) - 1;
      this.#report({
        invocation: {
          args, kwargs, id: invocation, procedure: details.procedure, caller: details.caller, caller_authid: details.caller_authid,
          progress: details.progress !== null,
        },
      });
    });
  }
}

/** The library gives a Result only for more than one value. */
function read(result) {
  return result instanceof autobahn.Result
    ? { args: result.args, kwargs: result.kwargs }
    : { args: result === null ? [] : [result], kwargs: {} };
}

const sessions = new Map();

async function serve(request) {
  const name = request.session;
  const report = line => process.stdout.write(JSON.stringify({ session: name, ...line }) + '\n');
  if (!sessions.has(name)) {
    sessions.set(name, new Driven(report));
  }
  try {
    report({ request: request.request, value: await sessions.get(name)[request.do](request) });
  } catch (error) {
    report(error instanceof autobahn.Error
      ? { request: request.request, error: { uri: error.error, args: error.args, kwargs: error.kwargs } }
      : { request: request.request, failed: error?.stack ?? JSON.stringify(error) });
  }
}

createInterface({ input: process.stdin })
  .on('line', line => serve(JSON.parse(line)))
  .on('close', () => process.exit(0));
