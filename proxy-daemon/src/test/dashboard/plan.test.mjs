// Desired states as people write, plan and apply them in the dashboard: the daemon asks the Proxmox of the tests.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { barriers, close, open, picture, startBrowser, stopBrowser } from './browser.mjs';
import { startDaemonOf, startProxmox, stopAll, until } from './programs.mjs';

before(startBrowser);
after(async () => {
  stopAll();
  await stopBrowser();
});

const EVIL = `<img src=x onerror="globalThis.pwned=1">`;
const guest = (name, vmid, more = '') => `{"name": "${name}", "kind": "vm", "vmid": ${vmid}, "clone": 900${more}}`;
const stateOf = (...guests) => `{\n  "server": "lab", "node": "pve3",\n  "guests": [\n    ${guests.join(',\n    ')}\n  ]\n}\n`;
const TWO = stateOf(guest('front-01', 910, ', "start": true'), guest('back-01', 911, ', "needs": ["front-01"]'));

const wider = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const editor = page => page.getByRole('textbox', { name: /desired state/ });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const box = (page, id) => page.locator(`.graph [data-step="${id}"]`);

/** A daemon of a Proxmox, with the token of an admin; what it has been asked says who asks. */
async function start() {
  const pve = await startProxmox(9);
  const daemon = await startDaemonOf(pve);
  const { token } = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value;
  const ask = (method, path, body) => daemon.ask(method, path, { body, token });
  const put = async (name, text) => assert.equal((await ask('PUT', `infra/${name}`, { text })).status, 200);
  await until('the guests are known', async () => (await ask('GET', 'inventory/guests')).value.guests.length > 0);
  const done = async (method, path, body) => {
    const { status, value } = await ask(method, path, body);
    assert.equal(status, 202, JSON.stringify(value));
    await until('its task ends', async () => (await ask('GET', `inventory/tasks/lab/${encodeURIComponent(value.task.upid)}`)).value.task.state === 'ok');
  };
  return { pve, daemon, token, ask, put, done };
}

async function signedIn(url, token, options) {
  const page = await open(url, options);
  await page.getByLabel('Token').fill(token);
  await button(page, 'Sign in').click();
  return page;
}

const caret = page => editor(page).evaluate(it => it.value.slice(0, it.selectionStart).split('\n').length);

async function plan(page) {
  await button(page, 'Make a plan').or(button(page, 'Make it anew')).click();
  await page.getByText(/^digest /).waitFor();
}

test('a state is written, its mistakes are shown in place, and its plan is applied', async () => {
  const { pve, daemon, token, ask } = await start();
  const page = await signedIn(`${daemon.url}#/plan`, token);
  await page.getByRole('heading', { name: 'No desired state here' }).waitFor();
  assert.equal(await page.title(), 'Plan – Culvert');
  assert.deepEqual(await barriers(page), []);

  await button(page, 'New state').click();
  await page.getByLabel('Name').fill('lab-1');
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'lab-1' }).waitFor();
  await page.getByText('No mistakes.').waitFor();
  await editor(page).fill(TWO.replace('"needs": ["front-01"]', '"needs": ["frnt-01"]'));
  const mistake = page.getByRole('button', { name: /^5:\d+ .*did you mean front-01/ });
  await mistake.waitFor();
  assert.equal(await editor(page).getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await page.locator('.gutter .wrong').allTextContents(), ['5']);
  await picture(page, 'plan-mistake');
  assert.deepEqual(await barriers(page), []);
  await mistake.click();
  assert.equal(await caret(page), 5);

  // Half a text is no state: it is refused, and what was typed stays.
  await editor(page).fill('{"guests": [');
  await button(page, 'Save').click();
  await page.getByText('The desired state cannot be made').waitFor();
  assert.equal(await editor(page).inputValue(), '{"guests": [');
  await editor(page).fill(TWO);
  await page.getByText('No mistakes.').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('saved as revision 1').waitFor();

  await plan(page);
  await page.getByText('2 to create', { exact: true }).waitFor();
  await box(page, 'lab/911').click();
  await page.getByText('After front-01.').waitFor();
  await picture(page, 'plan');
  assert.deepEqual(await barriers(page), []);
  assert.ok((await wider(page)) <= 0);

  await button(page, 'Apply this plan').click();
  await page.getByRole('dialog').getByText('lab/910').waitFor();
  await picture(page, 'plan-apply');
  assert.deepEqual(await barriers(page), []);
  await button(page, 'Not now').click();
  assert.equal((await ask('GET', 'inventory/guests')).value.guests.some(it => it.vmid === 910), false);
  await button(page, 'Apply this plan').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply it' }).click();
  await box(page, 'lab/910').locator('.says', { hasText: 'done' }).waitFor();
  await box(page, 'lab/911').locator('.says', { hasText: 'done' }).waitFor();
  await page.getByText(/^(\d+) of \1 calls done/).waitFor();
  await picture(page, 'plan-applied');
  assert.deepEqual(await barriers(page), []);
  await page.getByText('as wanted').waitFor();
  await plan2(page);

  // The list says the same, and the keys lead there.
  await page.locator('h1').click();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'lab-1' }) });
  await row.getByText('as wanted').waitFor();
  await picture(page, 'plans');
  assert.deepEqual(await barriers(page), []);
  await close(page);
  await daemon.close();
  await pve.kill();
});

/** After all is done, there is nothing to change. */
async function plan2(page) {
  await button(page, 'Make it anew').click();
  await page.getByText('All is as it should be.').waitFor();
}

test('what has changed since is not applied, and what others wrote is not lost', async () => {
  const { pve, daemon, token, ask, put, done } = await start();
  const one = stateOf(guest('front-01', 910));
  await put('lab', one.replace('pve3', 'pve1'));
  const page = await signedIn(`${daemon.url}#/plan/lab`, token);
  await plan(page);

  // Proxmox refuses a call: the page says which, and why.
  await button(page, 'Apply this plan').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply it' }).click();
  await page.getByRole('alert').getByText('VM uses local storage').waitFor();
  await box(page, 'lab/910').locator('.says', { hasText: 'failed' }).waitFor();
  await picture(page, 'plan-failed');
  assert.deepEqual(await barriers(page), []);
  await editor(page).fill(one);
  await page.keyboard.press('Control+Enter');
  await page.getByText('saved as revision 2').waitFor();
  await plan(page);

  // Somebody makes that guest by hand, between plan and apply.
  await done('POST', 'inventory/guests/lab/900/clone', { newid: 910, name: 'other' });
  await button(page, 'Apply this plan').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply it' }).click();
  await page.getByRole('dialog').getByText('take another number').waitFor();
  await picture(page, 'plan-taken');
  assert.deepEqual(await barriers(page), []);
  await button(page, 'Not now').click();

  // Two write at once: the second is told who was first, sees what they wrote, and decides.
  await editor(page).fill(stateOf());
  await put('lab', `// ${EVIL}\n${one}`);
  await page.getByText('while you changed the one before').waitFor();
  assert.equal(await button(page, 'Save').isDisabled(), true);
  await page.getByText('What they wrote').click();
  await page.locator('.conflict pre', { hasText: 'onerror' }).waitFor();
  await picture(page, 'plan-conflict');
  assert.deepEqual(await barriers(page), []);

  // A look at another page keeps the draft.
  await page.getByRole('navigation').getByRole('link', { name: 'Plan' }).click();
  await page.getByRole('link', { name: 'lab', exact: true }).click();
  await page.getByText('not saved').waitFor();
  await button(page, 'Keep mine over theirs').click();
  await page.getByText('saved as revision 4').waitFor();
  assert.equal((await ask('GET', 'infra/lab')).value.text, stateOf());
  await editor(page).fill('{}');
  await put('lab', one);
  await button(page, 'Take theirs, and drop mine').click();
  assert.equal(await editor(page).inputValue(), one);
  assert.equal(await page.evaluate(() => globalThis.pwned), undefined);

  // The template has other memory than when the plan was made: that plan is not applied, and the new one is shown.
  await editor(page).fill(one.replace('910', '911'));
  await page.keyboard.press('Control+s');
  await page.getByText('saved as revision 6').waitFor();
  await plan(page);
  await done('POST', 'inventory/guests/lab/900/set', { memory: 4096 });
  await button(page, 'Apply this plan').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply it' }).click();
  await page.getByText('is not the one of now').waitFor();
  await page.getByText('This is the new plan.').waitFor();
  await picture(page, 'plan-changed');
  assert.deepEqual(await barriers(page), []);

  await button(page, 'Forget it').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget it' }).click();
  await page.getByRole('heading', { name: 'No desired state here' }).waitFor();
  await close(page);
  await daemon.close();
  await pve.kill();
});

test('a viewer sees text and plan and changes nothing, on a telephone in the dark', async () => {
  const { pve, daemon, ask, put } = await start();
  await put('lab', TWO);
  const { token } = (await ask('POST', 'tokens', { name: 'eve', scopes: ['inventory'] })).value;
  const page = await signedIn(`${daemon.url}#/plan/lab`, token, { theme: 'dark', width: 390, height: 780 });
  await page.getByText('takes a token with the scope').waitFor();
  assert.equal(await editor(page).inputValue(), TWO);
  assert.equal(await editor(page).isEditable(), false);
  await plan(page);
  await box(page, 'lab/911').waitFor();
  for (const name of ['Apply this plan', 'Save', 'Forget it']) assert.equal(await button(page, name).count(), 0, name);
  assert.ok((await wider(page)) <= 0);
  assert.deepEqual(await barriers(page), []);
  await picture(page, 'plan-narrow');
  await close(page);
  await daemon.close();
  await pve.kill();
});
