// Joins a realm, shows the events of a topic, and calls a procedure that it registered itself.
const query = new URLSearchParams(location.search);
const router = query.get('router') ?? 'ws://127.0.0.1:8080/ws';
const realm = query.get('realm') ?? 'realm1';
const topic = 'com.example.chat';
const id = crypto.randomUUID().replaceAll('-', '');
const procedure = `com.example.page${id}.upper_case`;

const [status, form, text, publish, call, log] =
  ['status', 'form', 'text', 'publish', 'call', 'log'].map(name => document.getElementById(name));

function show(line) {
  log.textContent += line + '\n';
}

function setConnected(session) {
  status.textContent = session ? `joined ${realm} as session ${session.id}` : 'not connected';
  publish.disabled = call.disabled = !session;
}

const connection = new autobahn.Connection({ url: router, realm });

connection.onopen = async session => {
  try {
    await session.subscribe(topic, ([message]) => show(`EVENT ${message}`));
    await session.register(procedure, ([value]) => value.toUpperCase());
  } catch (error) {
    show(`ERROR ${error.error ?? error}`);
    return;
  }
  show(`joined over ${router}`);
  setConnected(session);
};

connection.onclose = (reason, details) => {
  setConnected(null);
  show(`closed: ${details.reason ?? reason}`);
  return false; // connect again
};

form.addEventListener('submit', async event => {
  event.preventDefault();
  try {
    // exclude_me: false sends the event to this page too, although it is the publisher.
    await connection.session.publish(topic, [text.value], {}, { acknowledge: true, exclude_me: false });
    show('PUBLISHED');
  } catch (error) {
    show(`ERROR ${error.error ?? error}`);
  }
});

call.addEventListener('click', async () => {
  try {
    show(`RESULT ${await connection.session.call(procedure, [text.value])}`);
  } catch (error) {
    show(`ERROR ${error.error ?? error}`);
  }
});

connection.open();
