// What Proxmox servers have, as people see it in the dashboard: the daemon asks the Proxmox of the tests.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { barriers, close, open, picture, startBrowser, stopBrowser } from './browser.mjs';
import { startDaemon, startDaemonOf, startProxmox, stopAll, until } from './programs.mjs';

before(startBrowser);
after(async () => {
  stopAll();
  await stopBrowser();
});

const wider = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const tab = (page, name) => page.getByRole('tab', { name, exact: true });
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

test('without a server, the page says how one is named', async () => {
  const daemon = await startDaemon({});
  const page = await open(`${daemon.url}#/inventory`);
  await page.getByRole('heading', { name: 'No Proxmox server' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await close(page);
  await daemon.close();
});

for (const version of [8, 9]) {
  test(`Proxmox ${version}: its guests, nodes, storage and tasks, live`, async () => {
    const pve = await startProxmox(version);
    const daemon = await startDaemonOf(pve);
    const { token } = (await daemon.ask('POST', 'tokens', { body: { name: 'root', roles: ['admin'] } })).value;
    const page = await open(`${daemon.url}#/inventory`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`Proxmox ${version}.`).waitFor();
    await row(page, /web-01/).getByText('running').waitFor();
    assert.equal(await page.title(), 'Inventory – Culvert');
    await picture(page, `inventory-${version}`);
    assert.deepEqual(await barriers(page), []);

    // What is typed is searched for, and kept in the address.
    await page.keyboard.press('/');
    await page.keyboard.type('db');
    await until('only databases are shown', async () => (await page.getByRole('rowheader').allTextContents()).every(it => it.includes('db-')));
    assert.match(page.url(), /q=db/);
    await page.getByRole('searchbox').fill('');

    await tab(page, 'Containers').click();
    await row(page, /lab\/203/).waitFor();
    await tab(page, 'Nodes').click();
    await row(page, /pve2/).getByText('online').waitFor();
    assert.deepEqual(await barriers(page), []);
    await tab(page, 'Storage').click();
    await row(page, /nfs/).first().getByText('available').waitFor();
    assert.deepEqual(await barriers(page), []);

    // A guest is started here, and its row tells.
    await page.goto(`${daemon.url}#/inventory/guest/lab/101`);
    await page.getByRole('heading', { name: 'db-01' }).waitFor();
    await page.getByText('virtio-scsi-single').waitFor();
    await picture(page, `inventory-guest-${version}`);
    assert.deepEqual(await barriers(page), []);
    assert.ok((await wider(page)) <= 0);
    if (await daemon.offers('POST', '/api/v1/inventory/guests/{server}/{vmid}/start', token)) {
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('region', { name: 'Task' }).getByText('ok', { exact: true }).waitFor();
      await picture(page, `inventory-task-${version}`);
      await page.getByRole('button', { name: 'Shut down' }).click();
      await page.getByRole('dialog').getByText('lab/101').waitFor();
      assert.deepEqual(await barriers(page), []);
      await page.getByRole('button', { name: 'Keep it' }).click();

      // A clone of a template.
      await page.goto(`${daemon.url}#/inventory/guest/lab/900`);
      await page.getByRole('heading', { name: 'debian-13' }).waitFor();
      await page.getByRole('button', { name: 'Clone' }).click();
      await page.getByLabel('Name').fill('fresh-01');
      await picture(page, `inventory-clone-${version}`);
      assert.deepEqual(await barriers(page), []);
      await page.getByRole('dialog').getByRole('button', { name: 'Clone' }).click();
      await page.getByRole('region', { name: 'Task' }).getByText('ok', { exact: true }).waitFor();
      await page.getByRole('link', { name: /^lab\/\d+$/ }).click();
      await page.getByRole('heading', { name: 'fresh-01' }).waitFor();

      await page.goto(`${daemon.url}#/inventory/tasks`);
      await row(page, /qmstart 101/).getByText('ok').waitFor();
      assert.deepEqual(await barriers(page), []);
    }

    // The server goes away, and the page says so and keeps what it saw.
    await pve.kill();
    await page.goto(`${daemon.url}#/inventory`);
    await page.getByRole('list', { name: 'Proxmox servers' }).getByText('away').waitFor();
    await row(page, /web-01/).waitFor();
    assert.deepEqual(await barriers(page), []);
    await close(page);
    await daemon.close();
  });
}

test('the pages fit a telephone, in the dark', async () => {
  const pve = await startProxmox(9);
  const daemon = await startDaemonOf(pve);
  const page = await open(`${daemon.url}#/inventory`, { theme: 'dark', width: 390, height: 780 });
  await row(page, /web-01/).waitFor();
  assert.ok((await wider(page)) <= 0);
  assert.deepEqual(await barriers(page), []);
  await picture(page, 'inventory-narrow');
  await page.getByRole('link', { name: 'web-01' }).click();
  await page.getByRole('heading', { name: 'Configuration' }).waitFor();
  assert.ok((await wider(page)) <= 0);
  assert.deepEqual(await barriers(page), []);
  await close(page);
  await daemon.close();
  await pve.kill();
});
