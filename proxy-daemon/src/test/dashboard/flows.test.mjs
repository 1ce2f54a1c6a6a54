// Flows, their runs and what the daemon reaches, as people see them in the dashboard.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barriers, close, open, picture, startBrowser, stopBrowser } from './browser.mjs';
import { startAgent, startDaemon, stopAll, until } from './programs.mjs';

before(startBrowser);
after(async () => {
  stopAll();
  await stopBrowser();
});

const EVIL = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>`;
const HIDDEN = 'safe\u202etxt.exe \u0007bell';

/** A server of this process. `slow` answers when `release` is called, and only once: later ones at once. */
async function startServer() {
  const held = [];
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const answer = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    request.resume();
    if (request.url.startsWith('/slow')) held.push(() => answer(200, { paid: true }));
    else if (request.url.startsWith('/evil')) answer(200, { [EVIL]: EVIL, hidden: HIDDEN, number: 1 });
    else if (request.url.startsWith('/refuse')) answer(500, { error: EVIL });
    else if (request.url.startsWith('/v1/chat/completions')) answer(200, { id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }], usage: { prompt_tokens: 700, completion_tokens: 200, total_tokens: 900 } });
    else answer(200, { asked: request.url, big: 'x'.repeat(50) });
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    asked,
    release: () => held.splice(0).forEach(it => it()),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A folder with these flows, by name. */
function folderOf(flows) {
  const folder = mkdtempSync(join(tmpdir(), 'culvert-flows-'));
  for (const [name, flow] of Object.entries(flows)) {
    writeFileSync(join(folder, `${name}.jsonc`), typeof flow === 'string' ? flow : JSON.stringify({ name, ...flow }));
  }
  return { flows_dir: folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

const box = (page, step) => page.locator(`.graph [data-step="${step}"]`);
const says = (page, step, word) => box(page, step).locator('.says', { hasText: word });
const head = page => page.locator('.run-head .badge');
const wider = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function start(daemon, flow, inputs = {}) {
  const { status, value } = await daemon.ask('POST', 'flow-runs', { body: { flow, inputs } });
  assert.equal(status, 201, JSON.stringify(value));
  return value.id;
}

const DEPLOY = url => ({
  description: 'Builds it, asks, and sends it out',
  inputs: { version: { type: 'string', default: '1.0', description: 'What is sent out' }, hosts: { type: 'array', default: ['a', 'b', 'c'] } },
  steps: {
    build: { http: { url: `${url}/build/\${inputs.version}` } },
    test: { http: { url: `${url}/test?of=\${steps.build.status}` } },
    lint: { http: { url: `${url}/lint?of=\${steps.build.status}` } },
    ask: { approve: { question: 'Send \${inputs.version} out?', details: { tested: '\${steps.test.status}', linted: '\${steps.lint.status}' } }, timeout: '1h' },
    send: { http: { url: `${url}/send/\${each.item}` }, each: '\${inputs.hosts}', needs: ['ask'] },
    verify: { wait: { for: '200ms' }, needs: ['send', 'build'] },
    tidy: { http: { url: `${url}/tidy` }, finally: true },
  },
  outputs: { by: '\${steps.ask.decided_by}', first: '\${steps.send.0.body.asked}' },
});

test('a flow is started in the page, waits there for an approval, and its picture follows it to the end', async () => {
  const server = await startServer();
  const folder = folderOf({ deploy: DEPLOY(server.url), wrong: '{"name": "wrong", "steps": {"a": {"wiat": {}}}}' });
  const daemon = await startDaemon({}, {
    flows_dir: folder.flows_dir,
    triggers: [{ name: 'nightly', flow: 'deploy', schedule: '30 2 * * *' }, { name: 'built', flow: 'deploy', subject: 'build.*' }],
  });
  const page = await open(daemon.url);
  try {
    await page.locator('#main').focus();
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'deploy', exact: true }) });
    await row.waitFor();
    assert.match(await row.innerText(), /at 30 2 \* \* \* nightly/);
    assert.match(await row.innerText(), /on build\.\* built/);
    assert.match(await page.getByRole('row', { name: /wrong/ }).innerText(), /wrong\.jsonc:1:29: the step 'a' has no kind.* and 1 more mistake/);
    assert.equal(await page.getByRole('button', { name: 'Run wrong' }).count(), 0);
    await page.getByText('No run yet').waitFor();
    assert.deepEqual(await barriers(page), []);

    await page.getByRole('link', { name: 'deploy', exact: true }).click();
    await box(page, 'verify').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByLabel('version').fill('2.1');
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'flow-dialog');
    await page.getByRole('button', { name: 'Run it' }).click();

    await says(page, 'ask', 'runs').waitFor();
    const card = page.locator('.approval', { hasText: 'Send 2.1 out?' });
    await card.waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'flow-asks');
    await card.getByLabel('Reason').fill('tests are green');
    await card.getByRole('button', { name: 'Allow' }).click();

    await says(page, 'verify', 'done').waitFor();
    await says(page, 'tidy', 'done').waitFor();
    await head(page).getByText('done').waitFor();
    assert.match(await box(page, 'send').textContent(), /^\s*send\s*✓\s*http ×3\s*done · /);
    assert.equal(await box(page, 'verify').getAttribute('aria-description'), 'after send, build');
    assert.match(await page.getByLabel('the outputs').or(page.locator('section', { hasText: 'Outputs' })).first().innerText(), /\/send\/a/);
    await box(page, 'ask').click();
    assert.match(await page.locator('.step-detail').innerText(), /tests are green/);
    assert.match(page.url(), /step=ask/);

    await box(page, 'build').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.step), 'send');
    await page.keyboard.press('Enter');
    await page.locator('.step-detail').getByRole('heading', { name: 'send' }).waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'flow-done');

    await page.getByRole('button', { name: 'Run again' }).click();
    assert.equal(await page.getByLabel('version').inputValue(), '2.1');
    await page.getByRole('button', { name: 'Run it' }).click();
    await says(page, 'ask', 'runs').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await head(page).getByText('cancelled').waitFor();
    await says(page, 'verify', 'did not run').waitFor();
    await says(page, 'tidy', 'done').waitFor();
    await box(page, 'build').click();
    await page.getByRole('button', { name: 'Why this output?' }).click();
    await page.getByText('What it was given is the same as in the run').waitFor();
    await picture(page, 'flow-cancelled');

    await page.goto(`${daemon.url}#/flows?state=cancelled`);
    await until('one is left', async () => (await page.locator('table.runs tbody tr').count()) === 1);
    assert.match(await page.locator('table.flows tbody').innerText(), /cancelled/);
    await picture(page, 'flows');
    await close(page);
  } finally {
    await daemon.close();
    folder.close();
    server.close();
  }
});

test('a step of which nobody knows whether it was done is settled in the page', async () => {
  const server = await startServer();
  const folder = folderOf({ pay: { steps: { pay: { http: { method: 'POST', url: `${server.url}/slow` } }, tell: { wait: { for: '1ms' }, needs: ['pay'] } }, outputs: { receipt: '${steps.pay.body.receipt}' } } });
  const daemon = await startDaemon({}, { flows_dir: folder.flows_dir });
  const page = await open(daemon.url);
  try {
    const run = await start(daemon, 'pay');
    await page.goto(`${daemon.url}#/flow-runs/${run}`);
    await says(page, 'pay', 'runs').waitFor();
    await until('it was asked', () => server.asked.length === 1);

    await daemon.stop('SIGKILL');
    await page.getByText('The daemon does not answer.').waitFor();
    await daemon.start();

    await says(page, 'pay', 'unknown').waitFor();
    await head(page).getByText('unknown').waitFor();
    const card = page.getByRole('article', { name: 'Nobody knows whether pay was done' });
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'flow-unknown');
    await card.getByLabel('What came of it').fill('{"body": ');
    await card.getByRole('button', { name: 'It was done: pay' }).click();
    await card.getByText('What came of it takes JSON').waitFor();
    await card.getByLabel('What came of it').fill('{"body": {"receipt": 12345678901234567890}}');
    await card.getByRole('button', { name: 'It was done: pay' }).click();

    await head(page).getByText('done').waitFor();
    assert.equal(server.asked.length, 1, 'it is not paid twice');
    await page.context().close();
  } finally {
    await daemon.close();
    folder.close();
    server.close();
  }
});

test('what steps give and say is text, whatever it has in it', async () => {
  const server = await startServer();
  const evil = JSON.stringify({
    name: 'evil', description: EVIL, inputs: { text: { type: 'string', default: HIDDEN, description: EVIL } },
    steps: { give: { http: { url: `${server.url}/evil` } }, fail: { http: { url: `${server.url}/refuse`, headers: { 'x-given': 'a' } }, needs: ['give'] }, never: { wait: { for: '1s' }, needs: ['fail'] } },
  });
  const folder = folderOf({ evil });
  const daemon = await startDaemon({}, { flows_dir: folder.flows_dir });
  const page = await open(`${daemon.url}#/flows`);
  try {
    await page.getByText(EVIL).first().waitFor();
    await page.goto(`${daemon.url}#/flows/evil`);
    await box(page, 'give').waitFor();
    assert.ok((await page.locator('main').innerText()).includes(EVIL));
    await page.goto(`${daemon.url}#/flow-runs/${await start(daemon, 'evil', { text: `${EVIL}${HIDDEN}` })}`);
    await head(page).getByText('failed').waitFor();
    await page.locator('.step-detail').getByRole('heading', { name: 'fail' }).waitFor(); // without anybody asking
    await box(page, 'give').click();
    await page.getByRole('button', { name: 'Show all of' }).click().catch(() => {});
    const shown = await page.locator('.step-detail').innerText();
    assert.ok(shown.includes(JSON.stringify(EVIL).slice(1, -1)), shown);
    assert.ok(!/[\u202e\u0007]/.test(await page.locator('main').innerText()), 'no character is there that is not seen');
    await says(page, 'never', 'did not run').waitFor();
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'flow-evil');

    await page.goto(`${daemon.url}#/flow-runs/fr_0123456789abcdef`);
    await page.getByText('There is no run of a flow').waitFor();
    await close(page);
  } finally {
    await daemon.close();
    folder.close();
    server.close();
  }
});

/** A hundred steps: ten in a row, each beside nine others, with lines across layers. */
function hundred() {
  const steps = {};
  for (let row = 0; row < 10; row++) {
    for (let i = 0; i < 10; i++) {
      const needs = row === 0 ? [] : [`step-${row - 1}-${i}`, ...(i === 4 ? [`step-${row - 1}-5`] : []), ...(row > 2 && i === 7 ? [`step-${row - 3}-2`] : [])];
      steps[`step-${row}-${i}`] = { wait: { for: row === 9 && i === 9 ? '60s' : '1ms' }, needs, ...(i === 3 && row > 0 ? { each: [1, 2, 3, 4] } : {}) };
    }
  }
  return { description: 'A hundred steps', steps };
}

for (const [theme, width] of [['light', 1360], ['dark', 1360], ['light', 390], ['dark', 390]]) {
  test(`a hundred steps are whole and free of barriers: ${theme}, ${width} pixels wide`, async () => {
    const folder = folderOf({ hundred: hundred(), chain: { steps: Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`a-step-with-a-long-name-${i}`, { wait: { for: '1ms' }, needs: i ? [`a-step-with-a-long-name-${i - 1}`] : [] }])) } });
    const daemon = await startDaemon({}, { flows_dir: folder.flows_dir });
    const page = await open(daemon.url, { theme, width });
    const faults = [];
    const look = async name => {
      faults.push(...(await barriers(page)).map(it => `${name}: ${it}`));
      if ((await wider(page)) > 0) faults.push(`${name}: ${await wider(page)} pixels wider than the window`);
      await picture(page, `${theme}-${width}-${name}`);
    };
    try {
      const run = await start(daemon, 'hundred');
      const chain = await start(daemon, 'chain');
      await page.goto(`${daemon.url}#/flow-runs/${run}`);
      await says(page, 'step-9-9', 'runs').waitFor();
      await until('the others are done', async () => (await page.locator('.graph a.done').count()) === 99);
      assert.equal(await page.locator('.graph a[tabindex="0"]').count(), 1, 'one stop for the key Tab');
      const places = await page.locator('.graph rect').evaluateAll(all => all.map(it => ['x', 'y', 'width', 'height'].map(name => Number(it.getAttribute(name)))));
      places.forEach(([x, y, w, h], i) => places.slice(i + 1).forEach(([x2, y2]) => assert.ok(Math.abs(x - x2) >= w || Math.abs(y - y2) >= h, `boxes at ${x},${y} and ${x2},${y2} cover each other`)));
      await look('hundred');
      await page.getByText('100 steps as a table').click();
      await look('hundred-table');
      await page.goto(`${daemon.url}#/flow-runs/${chain}`);
      await head(page).getByText('done').waitFor();
      await look('chain');
      await page.goto(`${daemon.url}#/flows`);
      await page.getByRole('link', { name: 'hundred', exact: true }).waitFor();
      await look('flows');
      await page.goto(`${daemon.url}#/flows/hundred`);
      await box(page, 'step-9-9').waitFor();
      await look('flow');
      assert.deepEqual(faults, []);
      await close(page);
    } finally {
      await daemon.close();
      folder.close();
    }
  });
}

test('who may run no flows is offered none', async () => {
  const daemon = await startDaemon({});
  const admin = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value.token;
  const viewer = (await daemon.ask('POST', 'tokens', { token: admin, body: { name: 'eve', roles: ['viewer'] } })).value.token;
  const page = await open(daemon.url);
  try {
    await page.getByLabel('Token').fill(viewer);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Fleet' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Flows' }).count(), 0);
    await close(page);
  } finally {
    await daemon.close();
  }
});

for (const [theme, width] of [['light', 1360], ['dark', 390]]) {
  test(`tunnels, previews and budgets are shown, and what may be done with them: ${theme}, ${width} pixels wide`, async () => {
    const server = await startServer();
    const agent = await startAgent('20ms', 0, ['--forward-ports', String(server.port)]);
    const daemon = await startDaemon({ web: agent.port }, {
      reach: { ports: [{ ports: String(server.port) }] },
      providers: [{ name: 'llm', kind: 'openai', url: `${server.url}/v1`, key: { env: 'PATH' } }],
      budgets: { each_tenant: { tokens_per_hour: 10_000 } },
      tunnels: [{ name: 'db', host: '127.0.0.1', port: 1, to: 'db.internal:5432' }],
    });
    const page = await open(daemon.url, { theme, width });
    try {
      await page.locator('.badge', { hasText: 'online' }).first().waitFor();
      const made = await daemon.ask('POST', 'agents/web/previews', { body: { port: server.port } });
      assert.equal(made.status, 201, JSON.stringify(made.value));
      const answer = await fetch(`${daemon.url}providers/llm/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }) });
      assert.equal(answer.status, 200, await answer.text());
      await page.goto(`${daemon.url}#/reach`);

      const tunnel = page.getByRole('region', { name: 'SSH tunnels' });
      await tunnel.getByText('at the hop tcp').waitFor();
      assert.match(await tunnel.innerText(), /tried again/);
      await page.getByRole('region', { name: 'Budgets' }).getByText('900 of 10,000').first().waitFor();
      assert.deepEqual(await barriers(page), []);
      assert.ok((await wider(page)) <= 0);
      await picture(page, `${theme}-${width}-reach`);

      await tunnel.getByRole('button', { name: 'Stop db' }).click();
      await tunnel.locator('.badge', { hasText: 'down' }).waitFor();
      await tunnel.getByRole('button', { name: 'Start db' }).click();
      await tunnel.getByRole('button', { name: 'Stop db' }).waitFor();

      await page.getByRole('button', { name: /^Revoke the preview of web/ }).click();
      await page.getByRole('button', { name: 'Revoke', exact: true }).click();
      await page.getByText('No preview is open').waitFor();
      assert.deepEqual(await barriers(page), []);
      await close(page);
    } finally {
      await daemon.close();
      await agent.kill();
      server.close();
    }
  });
}
