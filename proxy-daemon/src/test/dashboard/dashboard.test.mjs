// What people see and do in the dashboard, in a real browser, against the daemon and agents as built.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { barriers, close, open, picture, settled, startBrowser, stopBrowser, traced } from './browser.mjs';
import { folder, said, standIn, startAgent, startAskingGuest, startDaemon, startGuest, startJoiningAgent, stopAll, until } from './programs.mjs';

const WORDS = Array.from({ length: 60 }, (_, i) => `word-${i + 1}`).join(' ');

before(startBrowser);
after(async () => {
  stopAll();
  await stopBrowser();
});

const row = (page, id) => page.getByRole('row').filter({ has: page.getByRole('link', { name: id, exact: true }) });
const badge = (page, id, word) => row(page, id).locator('.badge', { hasText: word });
const chip = (page, word) => page.getByRole('group', { name: 'Filter by state' }).getByRole('button', { name: word });

/** Of an answer. */
const state = (page, word) => page.locator('.turn .badge', { hasText: new RegExp(`^${word}$`) });

/**
 * The agent has lost its daemon. It tries again at once, then after waits of random length, of which the longest possible
 * one doubles from 1 s on. Returns when it has announced a wait that only growing ones can have.
 */
async function waitsGrow(agent, port) {
  const place = await standIn(port);
  const waits = () => [...agent.log.matchAll(/trying again in ([\d.]+) s/g)].map(it => Number(it[1]));
  try {
    await until('the agent waits for longer than the first time', () => waits().some(it => it > 1), 70_000);
    const said = waits();
    assert.equal(said[0], 0, 'after useful work the first attempt comes at once');
    said.slice(1).forEach((wait, i) => assert.ok(wait <= 2 ** i, `wait ${i + 1} of ${said}`));
    assert.ok(said.at(-1) > 1 && said.slice(0, -1).every(wait => wait <= 1), `${said}`);
    const { attempts } = place; // the last ones: those before found nobody at all
    attempts.slice(1).forEach((time, i) => {
      const waited = (time - attempts[i]) / 1000;
      const wait = said[said.length - attempts.length + i];
      assert.ok(waited > wait - 0.05 && waited < wait + 2, `it waited ${waited} s instead of ${wait} s`);
    });
  } finally {
    await place.close();
  }
}

async function say(page, text) {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Control+Enter');
}

test('four agents are online, one stops, and the page shows three online and one offline with when and why', async () => {
  const agents = await Promise.all([startAgent(), startAgent(), startAgent(), startAgent()]);
  const daemon = await startDaemon(Object.fromEntries(agents.map((it, i) => [`web-${i + 1}`, it.port])));
  const page = await open(daemon.url);
  try {
    await chip(page, '4 online').waitFor();
    await page.evaluate(() => { globalThis.isSamePage = true; });

    await agents[2].kill('SIGTERM');

    await chip(page, '3 online').waitFor();
    await chip(page, '1 offline').waitFor();
    await badge(page, 'web-3', 'offline').waitFor();
    assert.match(await row(page, 'web-3').innerText(), /for \d+ s/);
    assert.match(await row(page, 'web-3').locator('.c-error').innerText(), /nothing listens on this port|reset|closed/);
    assert.ok(await page.evaluate(() => globalThis.isSamePage), 'it was not loaded again');

    await chip(page, '1 offline').click();
    assert.match(page.url(), /state=offline/);
    assert.equal(await page.locator('.table .body [role=row]').count(), 1);
    await page.getByRole('link', { name: 'web-3' }).click();
    await page.getByText('offline since').waitFor();
    await page.locator('.last-error').waitFor();
    await picture(page, 'offline');
    await close(page);
  } finally {
    await daemon.close();
    await Promise.all(agents.map(it => it.kill()));
  }
});

test('an agent that is enrolled in the page gets its identity, is shown online, and comes back to a daemon that was away', async t => {
  const daemon = await startDaemon({});
  if (!(await daemon.offers('POST', '/api/v1/enrollments'))) {
    await daemon.close();
    return t.skip('this daemon enrols no agents');
  }
  const page = await open(daemon.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  const home = folder();
  let agent;
  try {
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByLabel('Name').fill('build-7');
    await page.getByRole('button', { name: 'Make a token' }).click();
    const command = (await page.locator('.secret pre').first().innerText()).trim();
    const [, token, url] = /^CULVERT_AGENT_JOIN_TOKEN=(\S+) culvert-agent --join (ws:\S+)/.exec(command) ?? assert.fail(command);
    await page.getByRole('button', { name: 'Copy command' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
    await page.getByText('The agent appears here when it has joined.').waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'enrol');

    agent = await startJoiningAgent(url, token, home);

    await page.getByRole('dialog').getByText('joined', { exact: true }).waitFor();
    await page.getByRole('dialog').getByRole('link', { name: 'build-7' }).click();
    await page.getByRole('heading', { name: 'build-7' }).waitFor();
    await page.goto(`${daemon.url}#/agents`);
    await badge(page, 'build-7', 'online').waitFor();
    for (const name of readdirSync(home).filter(it => it !== 'join-token')) {
      if (statSync(join(home, name)).isDirectory()) {
        assert.equal(statSync(join(home, name)).mode & 0o777, 0o700, name); // its audit log
        continue;
      }
      assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name);
      assert.ok(!readFileSync(join(home, name), 'utf8').includes(token), 'the token is for once');
    }
    assert.match(readFileSync(join(home, 'agent-identity.json'), 'utf8'), /build-7/);

    // The same token again is refused.
    const thief = await startJoiningAgent(url, token, folder());
    await until('it is refused', () => /refuse|used|invalid|not valid/i.test(thief.log));
    await thief.kill();

    assert.equal((await daemon.ask('POST', 'agents/build-7/message', { body: { role: 'user', content: 'work' } })).status, 200);
    await daemon.stop('SIGKILL');
    await page.getByText('The daemon does not answer.').waitFor();
    await waitsGrow(agent, daemon.port);
    await daemon.start();

    await page.getByText('The daemon does not answer.').waitFor({ state: 'detached' });
    await until('the agent is back', async () => (await daemon.ask('GET', 'agents/build-7')).value.state === 'ready', 70_000);
    await badge(page, 'build-7', 'online').waitFor();
    await page.goto(`${daemon.url}#/agents/build-7/identity`);
    await page.getByRole('button', { name: 'Revoke' }).waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'identity');
    await page.goto(`${daemon.url}#/agents/build-7`);
    await say(page, 'over its own road');
    await state(page, '(complete|not complete)').waitFor();
    assert.match(await page.locator('.turn').innerText(), /over its own road\s+over its own road/);
    await page.context().close();
  } finally {
    await daemon.close();
    await agent?.kill();
  }
});

test('the page asks an agent for test.echo and shows the answer, and a program in the VM asks the host', async t => {
  const known = await startDaemon({});
  const offers = await known.offers('POST', '/api/v1/agents/{id}/request/{subject}');
  await known.close();
  if (!offers) return t.skip('this daemon has no subjects');
  const socket = join(folder(), 'agent.sock');
  const agent = await startAgent('20ms', 0, ['--local-socket', socket]);
  const daemon = await startDaemon({ web: agent.port });
  const page = await open(daemon.url);
  try {
    await badge(page, 'web', 'online').waitFor();
    await page.goto(`${daemon.url}#/operations/request`);
    await page.getByLabel(/^id/).fill('web');
    await page.getByLabel(/^subject/).fill('test.echo');
    await page.getByLabel(/^data/).fill('{"words": ["there", "and", "back"]}');
    await page.getByRole('button', { name: 'Run' }).click();
    const answer = page.getByRole('status').locator('pre');
    await answer.waitFor();
    assert.deepEqual(JSON.parse(await answer.innerText()).data, { words: ['there', 'and', 'back'] });

    assert.match(await said('request', '--socket', socket, 'test.echo', '"and the other way"'), /and the other way/);
    await close(page);
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('an agent answers word by word, is stopped, and the page says how long that took', async () => {
  const agent = await startAgent('40ms');
  const daemon = await startDaemon({ web: agent.port });
  const page = await open(`${daemon.url}#/agents/web`);
  try {
    await say(page, 'three short words');
    const answers = page.locator('.answer');
    await state(page, 'complete').first().waitFor();
    assert.equal((await answers.first().innerText()).trim(), 'three short words');

    await say(page, WORDS);
    await until('some words are there', async () => (await answers.nth(1).innerText()).includes('word-5'));
    await picture(page, 'answering');
    await page.getByRole('button', { name: 'Stop' }).click();

    await page.getByText(/the agent stopped after/).waitFor();
    assert.match(await page.locator('.turn').nth(1).innerText(), /the agent stopped after \d+ ms/);
    assert.doesNotMatch(await answers.nth(1).innerText(), /word-60/);
    await until('no turn is left', async () => (await daemon.ask('GET', 'turns')).value.turns.length === 0);
    await close(page);
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('a page that is loaded again in the middle of an answer reads it on, each word once', async () => {
  const agent = await startAgent('60ms');
  const daemon = await startDaemon({ web: agent.port });
  const page = await open(`${daemon.url}#/agents/web`);
  try {
    await say(page, WORDS);
    await until('some words are there', async () => (await page.locator('.answer').innerText()).includes('word-8'));

    await page.reload();

    await page.getByText(/Resumed after event \d+, because the page was loaded again/).waitFor();
    await picture(page, 'resumed');
    for (const name of ['Turns', 'Talk']) await page.getByRole('tab', { name }).click(); // it goes on meanwhile
    await state(page, 'complete').waitFor();
    assert.equal((await page.locator('.answer').innerText()).trim(), WORDS);
    assert.equal((await page.locator('.question').innerText()).trim(), WORDS);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'nothing is kept of what has ended');
    await close(page);
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('a page with a token that is loaded again asks for it, and then reads the answer on', async () => {
  const agent = await startAgent('60ms');
  const daemon = await startDaemon({ web: agent.port });
  const { token } = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value;
  const page = await open(`${daemon.url}#/agents/web`);
  const signIn = async () => {
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
  };
  try {
    await signIn();
    await say(page, WORDS);
    await until('some words are there', async () => (await page.locator('.answer').innerText()).includes('word-8'));

    await page.reload();
    await signIn();

    await page.getByText(/Resumed after event \d+/).waitFor();
    await state(page, 'complete').waitFor();
    assert.equal((await page.locator('.answer').innerText()).trim(), WORDS);
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByText(/agent web/).first().waitFor();
    await page.getByRole('tab', { name: 'Turns' }).click();
    await page.getByRole('button', { name: 'Read' }).click();
    await page.getByText('complete', { exact: true }).first().waitFor();
    assert.equal((await page.locator('.watched pre').innerText()).trim(), WORDS);
    await page.getByRole('tab', { name: 'Talk' }).click();
    await say(page, WORDS);
    await until('some words are there', async () => (await page.locator('.answer').last().innerText()).includes('word-3'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    await new Promise(done => setTimeout(done, 1000)); // words would have come meanwhile
    assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'who uses the tab next finds nothing');
    await signIn();
    await page.getByText('Say something to web').waitFor();
    await close(page);
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('a daemon that is gone is told of, and when it is back the page and a running answer go on', async () => {
  const agent = await startAgent('100ms');
  const daemon = await startDaemon({ web: agent.port });
  const page = await open(`${daemon.url}#/agents/web`);
  try {
    await say(page, WORDS);
    await until('some words are there', async () => (await page.locator('.answer').innerText()).includes('word-3'));

    await daemon.stop('SIGKILL');

    await page.getByText('The daemon does not answer.').waitFor();
    await picture(page, 'gone');
    assert.deepEqual(await barriers(page), []);
    await page.goto(`${daemon.url}#/`);
    await badge(page, 'web', 'online').waitFor(); // as it was
    assert.deepEqual(await barriers(page), []);
    await page.goBack();
    await daemon.start();
    await page.getByText('The daemon does not answer.').waitFor({ state: 'detached' });
    await state(page, 'complete').waitFor();
    assert.equal((await page.locator('.answer').innerText()).trim(), WORDS);
    await page.goto(`${daemon.url}#/`);
    await badge(page, 'web', 'online').waitFor();
    await page.context().close();
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('a token is asked for, kept nowhere, offers what it may do, and when it is revoked the page says so', async () => {
  const agent = await startAgent();
  const daemon = await startDaemon({ web: { address: `tcp://127.0.0.1:${agent.port}`, tenant: 'acme' }, other: agent.port + 1 });
  const admin = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value.token;
  const made = (await daemon.ask('POST', 'tokens', { token: admin, body: { name: 'eve', tenant: 'acme', roles: ['viewer'] } })).value;
  const page = await open(daemon.url);
  try {
    await page.getByLabel('Token').waitFor();
    await picture(page, 'sign-in');
    assert.deepEqual(await barriers(page), []);
    await page.getByLabel('Token').fill('cvt_wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();

    await page.getByLabel('Token').fill(made.token);
    await page.keyboard.press('Enter');

    await badge(page, 'web', 'online').waitFor();
    assert.equal(await row(page, 'other').count(), 0, 'the agent of another tenant is not there');
    assert.equal(await page.getByRole('link', { name: 'Tokens' }).count(), 0);
    await page.getByRole('link', { name: 'web' }).click();
    await page.getByRole('tab', { name: 'Turns' }).waitFor();
    for (const name of ['Drain', 'Remove', 'Stop', 'Send']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    assert.equal(await page.getByRole('tab', { name: 'Talk' }).count(), 0);
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
    assert.ok(!kept.includes(made.token.slice(4, 20)), kept);

    await daemon.ask('DELETE', `tokens/${made.id}`, { token: admin });

    await page.getByLabel('Token').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /revoked/);
    await close(page);
  } finally {
    await daemon.close();
    await agent.kill();
  }
});

test('the first token ends the time without tokens, and the page that made it goes on with it', async () => {
  const daemon = await startDaemon({});
  const page = await open(`${daemon.url}#/tokens`);
  try {
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByLabel('Name').fill('root');
    await page.getByLabel(/^admin/).check();
    await page.getByRole('button', { name: 'Make it' }).click();

    const secret = (await page.locator('dialog pre').innerText()).trim();
    assert.match(secret, /^cvt_/);
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('rowheader', { name: 'root' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal((await daemon.ask('GET', 'tokens')).status, 401);
    await close(page);
  } finally {
    await daemon.close();
  }
});

test('what agents say is text, whatever it looks like', async () => {
  const evil = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>"'>&lt;b&gt;`;
  const talker = await startGuest({ version: evil, answer: { content: evil } });
  const refuser = await startGuest({ answer: { error: { code: 'runtime_error', message: evil } } });
  const daemon = await startDaemon({ talker: talker.port, refuser: refuser.port, '..': { address: 'unix:///tmp/<i>no</i>.sock' } });
  const page = await open(daemon.url);
  try {
    await badge(page, 'talker', 'online').waitFor();
    assert.ok((await row(page, 'talker').innerText()).includes(evil.slice(0, 40)));
    for (const id of ['talker', 'refuser']) {
      await page.goto(`${daemon.url}#/agents/${id}`);
      await say(page, evil);
      await state(page, '(complete|not complete)').waitFor();
      assert.ok((await page.locator('.turn').innerText()).includes('<script>'));
    }
    await page.goto(`${daemon.url}#/agents/${encodeURIComponent(evil)}`);
    await page.getByText('There is no such agent').waitFor();
    await page.goto(`${daemon.url}#/?q=${encodeURIComponent(`${evil} nobody`)}`);
    await page.getByText('No agent matches').waitFor();
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await page.locator('img:not([src^="dashboard/"]), #app script, #app i b').count(), 0);
    await close(page);
  } finally {
    await daemon.close();
    talker.close();
    refuser.close();
  }
});

const approval = (page, words) => page.locator('.approval').filter({ hasText: words });
const waiting = page => page.getByRole('link', { name: /^Approvals/ }).locator('.number');

/** Gives the agent a task in whose course it asks, and does not wait for the answer. */
async function task(daemon, agent, content, token) {
  await until(`${agent} is ready`, async () => (await daemon.ask('GET', `agents/${agent}`, { token })).value.state === 'ready');
  daemon.ask('POST', `agents/${agent}/message`, { token, body: { role: 'user', content } }).catch(() => {});
}

const runs = (...argv) => ({ tool_name: 'run_command', arguments: { argv }, rule: 'deploys', why: 'a deploy needs a second pair of eyes' });

test('a call that waits is shown at once, counted beside the page, and goes on when it is allowed', async () => {
  const guest = await startAskingGuest(message => runs('git', 'push', '--force', message.content));
  const daemon = await startDaemon({ web: guest.port });
  const page = await open(`${daemon.url}#/approvals`);
  try {
    await page.getByText('Nothing waits for you').waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'approvals-empty');
    assert.equal(await waiting(page).count(), 0);

    await task(daemon, 'web', 'a b');

    const card = approval(page, 'run_command');
    await card.waitFor();
    assert.deepEqual(await card.locator('.words li').allInnerTexts(), ['git', 'push', '--force', 'a b'], 'a word with a space in it is one word');
    for (const words of ['deploys', 'a deploy needs a second pair of eyes', 'p1']) assert.ok((await card.innerText()).includes(words), words);
    assert.match(await card.innerText(), /expires in \d+ min/);
    assert.match(await waiting(page).innerText(), /^1/);
    await until('the title says it', async () => (await page.title()).startsWith('(1) Approvals'));
    await picture(page, 'approvals');

    await card.getByLabel('Reason').fill('I have looked at it');
    await card.getByRole('button', { name: 'Allow' }).click();

    await card.getByText('I have looked at it').waitFor();
    await until('the agent has gone on', () => guest.claims.length === 1);
    await waiting(page).waitFor({ state: 'detached' });
    await page.locator('#main').focus(); // else it stays where the focus is
    await page.getByRole('heading', { name: 'Decided lately' }).waitFor();
    await page.getByText('Nothing waits for you').waitFor();
    await page.locator('.past summary').click();
    await page.locator('.past').getByText('I have looked at it').waitFor();
    assert.deepEqual(await barriers(page), []);
    await close(page);
  } finally {
    await daemon.close();
    guest.close();
  }
});

test('what somebody else decides is seen at once, and the focus stays where it was', async () => {
  const guest = await startAskingGuest(message => ({ tool_name: 'write_file', arguments: { path: message.content, content: 'x' } }));
  const daemon = await startDaemon({ web: guest.port });
  const page = await open(`${daemon.url}#/approvals`);
  try {
    for (const name of ['first.txt', 'second.txt']) {
      await task(daemon, 'web', name);
      await approval(page, name).waitFor();
    }
    await approval(page, 'second.txt').getByLabel('Reason').focus();
    await page.keyboard.type('I was about to say');
    const { approvals } = (await daemon.ask('GET', 'approvals')).value;
    const second = approvals.find(it => it.arguments.path === 'second.txt');

    assert.equal((await daemon.ask('POST', `approvals/${second.id}`, { body: { decision: 'deny', reason: 'not on a Friday' } })).status, 200);

    await approval(page, 'second.txt').getByText('not on a Friday').waitFor();
    assert.equal(await approval(page, 'second.txt').getByRole('button', { name: 'Allow' }).count(), 0);
    assert.equal(await approval(page, 'first.txt').getByRole('button', { name: 'Allow' }).count(), 1);
    await until('the focus is on what was decided', () => page.evaluate(() => document.activeElement.textContent.includes('second.txt')));
    await page.getByRole('status').filter({ hasText: /write_file of web is denied/ }).waitFor({ state: 'attached' });
    await picture(page, 'approvals-decided');

    await page.keyboard.press('ArrowUp');
    await until('the focus is on the one before', () => page.evaluate(() => document.activeElement.matches('.approval') && document.activeElement.textContent.includes('first.txt')));
    for (let i = 0; i < 12 && !(await page.evaluate(() => /^Deny/.test(document.activeElement.getAttribute('aria-label') ?? ''))); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await approval(page, 'first.txt').locator('.decided').waitFor();
    await until('both turns have ended', () => [...guest.turns.values()].every(it => it.over));
    assert.deepEqual(guest.claims, []);
    await close(page);
  } finally {
    await daemon.close();
    guest.close();
  }
});

test('what is to be decided is shown exactly: as text, with all digits, and with what hides', async () => {
  const evil = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>`;
  const long = Array.from({ length: 300 }, (_, i) => `line ${i + 1}`).join('\n');
  const calls = {
    html: { tool_name: 'write_file', arguments: { path: evil, content: evil }, rule: evil, why: evil },
    number: { tool_name: 'pay', arguments: '{"amount":12345678901234567890.10,"to":"a","to":"b"}' },
    hidden: runs('rm', '-rf', 'safe\u202etxt.exe', 'a\u200bb', 'tab\tand\u0007bell'),
    long: { tool_name: 'write_file', arguments: { path: 'long.txt', content: long } },
  };
  const guest = await startAskingGuest(message => calls[message.content]);
  const daemon = await startDaemon({ web: guest.port });
  const page = await open(`${daemon.url}#/approvals`);
  try {
    for (const name of Object.keys(calls)) await task(daemon, 'web', name);
    await until('all wait', async () => (await page.locator('.approval').count()) === 4);

    const html = approval(page, '<script>');
    assert.ok((await html.innerText()).includes(evil));
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);

    const number = approval(page, 'amount');
    assert.ok((await number.innerText()).includes('12345678901234567890.10'));
    await number.getByText('A name comes twice').waitFor();
    await number.getByRole('button', { name: 'as JSON' }).click();
    assert.ok((await number.locator('pre').innerText()).includes('"amount": 12345678901234567890.10,\n  "to": "a",\n  "to": "b"'));

    const hidden = approval(page, 'safe');
    assert.deepEqual(await hidden.locator('mark').allInnerTexts(), ['U+202E', 'U+200B', 'U+0007']);
    await hidden.getByText('characters in it that are not seen').waitFor();

    const whole = approval(page, 'long.txt');
    assert.ok(!(await whole.innerText()).includes('line 300'));
    assert.match(await whole.innerText(), /This is the beginning of 300 lines, 2\.\d kB/);
    await whole.getByRole('button', { name: 'Show all of content' }).click();
    assert.ok((await whole.innerText()).includes('line 300'));
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'approvals-exact');
    await close(page);
  } finally {
    await daemon.close();
    guest.close();
  }
});

test('the agent asks in its conversation, also after the page was loaded again, and the answer goes on there', async () => {
  const guest = await startAskingGuest(message => runs('make', message.content));
  const daemon = await startDaemon({ web: guest.port });
  const page = await open(`${daemon.url}#/agents/web`);
  try {
    await say(page, 'deploy');
    await state(page, 'waits for an approval').first().waitFor();
    const card = page.locator('.talk .approval');
    await card.waitFor();
    assert.deepEqual(await card.locator('.words li').allInnerTexts(), ['make', 'deploy']);
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'approval-inline');

    await page.reload();

    await card.waitFor();
    assert.equal(await card.count(), 1);
    await card.getByLabel('Reason').fill('wait until Monday');
    await card.getByRole('button', { name: 'Deny' }).click();

    await state(page, 'complete').waitFor();
    assert.match(await page.locator('.turn').innerText(), /I want to do something\.[\s\S]*run_command[\s\S]*Then I leave it\./);
    await page.locator('.call summary').click();
    assert.match(await page.locator('.call').innerText(), /denied it: wait until Monday/);

    await say(page, 'test');
    await card.getByRole('button', { name: 'Allow' }).click();
    await state(page, 'complete').nth(1).waitFor();
    await page.locator('.call summary').nth(1).click();
    assert.match(await page.locator('.call').nth(1).innerText(), /one\s+two\s+three/);
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'approval-done');
    await close(page);
  } finally {
    await daemon.close();
    guest.close();
  }
});

test('approvals survive a daemon that is gone, and what expires counts as denied', async () => {
  const guest = await startAskingGuest(message => ({ ...runs('make', message.content), seconds: message.content === 'soon' ? 3 : 600 }));
  const daemon = await startDaemon({ web: guest.port });
  const page = await open(`${daemon.url}#/approvals`);
  try {
    await task(daemon, 'web', 'later');
    await approval(page, 'later').waitFor();

    await page.route('**/api/v1/approvals', route => route.abort());
    await page.reload();
    await page.getByText('New approvals are not shown').waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, 'approvals-lost');
    await page.unroute('**/api/v1/approvals');
    await page.getByRole('button', { name: 'Try now' }).click();
    await approval(page, 'later').waitFor();
    await page.getByText('New approvals are not shown').waitFor({ state: 'detached' });

    await daemon.stop('SIGKILL');
    await page.getByText('The daemon does not answer.').waitFor();
    assert.equal(await approval(page, 'later').count(), 1, 'as it was');
    await daemon.start();

    await page.getByText('The daemon does not answer.').waitFor({ state: 'detached' });
    assert.equal(await approval(page, 'later').count(), 1);
    await approval(page, 'later').getByRole('button', { name: 'Allow' }).click();
    await until('the agent has gone on', () => guest.claims.length === 1);

    await task(daemon, 'web', 'soon');
    await approval(page, 'soon').waitFor();
    await approval(page, 'soon').getByText('Nobody decided in time').waitFor();
    await page.context().close();
  } finally {
    await daemon.close();
    guest.close();
  }
});

test('who may not decide is offered nothing, and is told what it takes', async () => {
  const guest = await startAskingGuest(message => runs('make', message.content));
  const daemon = await startDaemon({ web: guest.port });
  const admin = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value.token;
  const viewer = (await daemon.ask('POST', 'tokens', { token: admin, body: { name: 'eve', roles: ['viewer'] } })).value.token;
  const page = await open(`${daemon.url}#/approvals`);
  try {
    await page.getByLabel('Token').fill(viewer);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor();
    await task(daemon, 'web', 'it', admin);
    await until('the agent asks', () => guest.turns.size === 1);
    if (await page.getByText('You may not see approvals').count()) {
      assert.equal(await page.getByRole('link', { name: /^Approvals/ }).count(), 0);
    } else {
      await approval(page, 'make').getByText('You may see it and not decide it').waitFor();
      assert.equal(await page.getByRole('button', { name: /Allow|Deny/ }).count(), 0);
    }
    assert.deepEqual(await barriers(page), []);
    await close(page);
  } finally {
    await daemon.close();
    guest.close();
  }
});

for (const [theme, width] of [['light', 1360], ['dark', 1360], ['light', 390], ['dark', 390]]) {
  test(`many approvals are whole, can be searched, and are free of barriers: ${theme}, ${width} pixels wide`, async () => {
    const guest = await startAskingGuest(message => runs('make', message.content, 'a-long-word-'.repeat(20)));
    const daemon = await startDaemon({ web: guest.port }, { approvals: { max_pending_agent: 200 } });
    const page = await open(daemon.url, { theme, width });
    try {
      for (let i = 1; i <= 110; i++) await task(daemon, 'web', `task-${i}`);
      await until('all are counted', async () => /^99\+/.test(await waiting(page).innerText().catch(() => '')));
      await page.locator('#main').focus();
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor();
      await until('all wait', async () => /110 calls wait/.test(await page.locator('.top').innerText()));
      assert.equal(await page.locator('.approval').count(), 40);
      assert.deepEqual(await barriers(page), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'nothing is wider than the window');
      await picture(page, `${theme}-${width}-approvals`);
      await page.getByRole('button', { name: 'Show 40 more' }).click();
      assert.equal(await page.locator('.approval').count(), 80);
      await page.getByLabel('Search approvals').fill('task-77');
      await until('one is left', async () => (await page.locator('.approval').count()) === 1);
      await page.getByLabel('Search approvals').fill('nothing like it');
      await page.getByText('No approval matches').waitFor();
      await close(page);
    } finally {
      await daemon.close();
      guest.close();
    }
  });
}

test('a daemon without agents says what to do', async () => {
  const daemon = await startDaemon({});
  for (const theme of ['light', 'dark']) {
    const page = await open(daemon.url, { theme });
    await page.getByText('No agents yet').waitFor();
    assert.deepEqual(await barriers(page), []);
    await picture(page, `empty-${theme}`);
    await close(page);
  }
  await daemon.close();
});

for (const [theme, width] of [['light', 1360], ['dark', 1360], ['light', 390], ['dark', 390]]) {
  test(`every page is whole and free of barriers: ${theme}, ${width} pixels wide`, async () => {
    const agent = await startAgent();
    const daemon = await startDaemon({
      'web-1': { address: `tcp://127.0.0.1:${agent.port}`, config: { model: 'openclaw/web', api_key: 'sk-12345' }, tool_allowlist: ['search_*'] },
      'web-2': { address: 'tcp://127.0.0.1:1', tenant: 'acme', config: { model: 'm' } },
      ['a-name-of-64-letters'.padEnd(64, '-x')]: { address: 'unix:///run/firecracker/a-long-name-of-a-socket.sock?port=1024' },
    });
    const page = await open(daemon.url, { theme, width });
    const faults = [];
    try {
      await badge(page, 'web-1', 'online').waitFor();
      for (const path of ['', 'agents/web-1', 'agents/web-1/turns', 'agents/web-1/config', 'agents/web-2/config', 'agents/web-1/identity',
        'agents/web-1/log', 'approvals', 'tokens', 'operations', 'operations/agents.remove', 'operations/runs', 'doctor']) {
        await page.goto(`${daemon.url}#/${path}`);
        await settled(page);
        faults.push(...(await barriers(page)).map(it => `${path}: ${it}`));
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (beyond > 0) faults.push(`${path}: ${beyond} pixels wider than the window`);
        await picture(page, `${theme}-${width}-${path.replaceAll('/', '-') || 'fleet'}`);
      }
      for (const [path, open, name] of [['', () => page.keyboard.press('?'), 'Keys'],
        ['tokens', () => page.getByRole('button', { name: 'Make a token' }).click(), 'Make a token'],
        ['agents/web-1', () => page.getByRole('button', { name: 'Remove' }).click(), 'Remove web-1?']]) {
        await page.goto(`${daemon.url}#/${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('#main').focus();
        await open();
        await page.getByRole('dialog', { name }).waitFor();
        faults.push(...(await barriers(page)).map(it => `${name}: ${it}`));
        await picture(page, `${theme}-${width}-dialog-${path.replaceAll('/', '-') || 'keys'}`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      assert.deepEqual(faults, []);
      assert.ok(!(await page.content()).includes('sk-12345'));
      await close(page);
    } finally {
      await daemon.close();
      await agent.kill();
    }
  });
}

test('a thousand agents, of which fifty change each second, stay fluid, and keys lead through them', async () => {
  const guests = await Promise.all(Array.from({ length: 1000 }, () => startGuest()));
  const daemon = await startDaemon(Object.fromEntries(guests.map((it, i) => [`vm-${String(i).padStart(4, '0')}`, it.port])));
  const page = await open(daemon.url);
  let flips;
  try {
    await chip(page, '1,000 online').waitFor({ timeout: 60_000 });
    assert.ok((await page.locator('.table .body [role=row]').count()) < 60, 'only the rows in sight exist');
    let at = 0;
    flips = setInterval(() => {
      for (let i = 0; i < 5; i++) guests[at++ % 1000].cut();
    }, 100);

    const changes = await daemon.changes();
    const trace = await traced(page, () => page.evaluate(async () => {
      const table = document.querySelector('.table');
      const end = performance.now() + 8000;
      for (let frames = 0; performance.now() < end; frames++) {
        await new Promise(done => requestAnimationFrame(done));
        table.scrollTop = (frames * 40) % (table.scrollHeight - table.clientHeight);
      }
    }));
    assert.ok(trace.tasks > 100, `${trace.tasks} tasks`);
    assert.deepEqual(trace.long, [], 'tasks that took more than 50 ms of processor time, and delayed a frame');
    clearInterval(flips);
    const changed = await changes.stop();
    assert.ok(changed >= 8 * 50, `only ${changed} changes of agents came meanwhile`);
    await page.evaluate(() => { document.querySelector('.table').scrollTop = 0; });
    await picture(page, 'thousand');

    await page.keyboard.press('/');
    await page.keyboard.type('vm-07');
    await page.getByText('100 of 1,000 agents').waitFor();
    assert.match(page.url(), /q=vm-07/);
    await page.getByRole('link', { name: 'vm-0700' }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await until('the last row has the focus', () => page.evaluate(() => document.activeElement.textContent === 'vm-0799'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'vm-0799' }).waitFor();
    await page.goBack();
    await page.getByText('100 of 1,000 agents').waitFor();
    await page.getByRole('columnheader', { name: 'Agent' }).getByRole('button').click();
    await page.getByRole('link', { name: 'vm-0799' }).waitFor();
    assert.match(page.url(), /sort=-id/);

    await page.goto(`${daemon.url}#/?q=vm-075&sort=state`);
    await page.getByText('10 of 1,000 agents').waitFor();
    await page.getByRole('link', { name: 'vm-0750' }).focus();
    for (let i = 0; i < 5; i++) {
      guests[750].cut(); // and it goes to the top, and back
      await new Promise(done => setTimeout(done, 200));
    }
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'vm-0750', 'the row that moves keeps the focus');
    await close(page);
  } finally {
    clearInterval(flips);
    await daemon.close();
    guests.forEach(it => it.close());
  }
});
