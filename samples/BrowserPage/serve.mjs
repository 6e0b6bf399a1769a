// Serves this page on 127.0.0.1: index.html and the browser bundle of the npm package autobahn-browser, nothing else.
//
//   node serve.mjs [PORT]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.mjs': ['page.mjs', 'text/javascript; charset=utf-8'],
  '/autobahn.min.js': ['node_modules/autobahn-browser/autobahn.min.js', 'text/javascript; charset=utf-8'],
};

/** Starts the server and gives it when it listens; port 0 takes a free one. */
export function serve(port) {
  const server = createServer(async (request, response) => {
    const file = files[new URL(request.url, 'http://localhost').pathname];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    try {
      const content = await readFile(new URL(file[0], import.meta.url));
      response.writeHead(200, { 'Content-Type': file[1] }).end(content);
    } catch (error) {
      response.writeHead(500).end(`${file[0]}: ${error.code}. Did you run npm ci?`);
    }
  });
  return new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => listening(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.argv[2] ?? 8000));
  console.log(`Open http://127.0.0.1:${server.address().port}/`);
}
