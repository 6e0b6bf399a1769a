// Opens the sample page in headless Chromium and uses it as a person would.
//
//   node browser.mjs CHROMIUM ROUTER_URL [SCREENSHOT]
//
// What it sees is printed as one JSON object per line; the exit code is 0 when the page did what it should.
import { chromium } from 'playwright-core';
import { serve } from '../../samples/BrowserPage/serve.mjs';

const [executablePath, router, screenshot] = process.argv.slice(2);

// A sandbox needs rights that containers often do not give; the rest keeps Chromium from calling home.
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

function report(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

async function usePage(page) {
  const log = page.getByRole('log');
  const sees = text => log.getByText(text).waitFor();

  await page.getByRole('button', { name: 'Publish' }).and(page.locator(':enabled')).waitFor();
  await sees('joined over');
  report({ check: 'joined' });

  await page.getByLabel('Text').fill('Grüße \u{1F680}');
  await page.getByRole('button', { name: 'Publish' }).click();
  await sees('EVENT Grüße \u{1F680}');
  await sees('PUBLISHED');
  report({ check: 'event' });

  await page.getByLabel('Text').fill('call me');
  await page.getByRole('button', { name: 'Call' }).click();
  await sees('RESULT CALL ME');
  report({ check: 'result' });
}

const server = await serve(0);
const browser = await chromium.launch({ executablePath, args: flags });
try {
  const page = await browser.newPage();
  page.on('console', message => process.stderr.write(`console: ${message.text()}\n`));
  page.on('pageerror', error => report({ failed: `the page threw ${error.stack}` }));
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/?router=${encodeURIComponent(router)}`);
    await usePage(page);
    report({ done: true });
  } catch (error) {
    report({ failed: `${error.stack}\nlog of the page:\n${await page.getByRole('log').textContent()}` });
    process.exitCode = 1;
  }
  if (screenshot) {
    await page.screenshot({ path: screenshot });
  }
} finally {
  await browser.close();
  server.close();
}
