// A browser, and what a page must never do in it.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { until } from './programs.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PICTURES = process.env.PICTURES;

let browser;

export const startBrowser = async () => (browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS }));
export const stopBrowser = () => browser.close();

/** Opens a page. `faults` collects what no page may have: errors of scripts, violations of the policy, foreign requests. */
export async function open(url, { theme = 'light', width = 1360, height = 820, permissions = [] } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', permissions, locale: 'en-GB' });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', error => page.faults.push(`error: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.faults.push(`console: ${message.text()}`);
  });
  page.on('request', request => {
    if (!request.url().startsWith(new URL('/', url).href) && !request.url().startsWith('data:')) page.faults.push(`asks ${request.url()}`);
  });
  page.waiting = new Set(); // for answers, but not for streams of events, which never end
  page.asked = performance.now();
  const told = request => page.waiting.delete(request) && (page.asked = performance.now());
  page.on('request', request => {
    page.asked = performance.now();
    if (request.headers().accept !== 'text/event-stream') page.waiting.add(request);
  });
  page.on('requestfinished', told);
  page.on('requestfailed', told);
  await page.goto(url);
  return page;
}

/** Waits until the page is drawn, has every answer that it waits for, and has asked nothing more for a moment. */
export async function settled(page) {
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  await until('the page has all answers', () => page.waiting.size === 0 && performance.now() - page.asked > 150);
}

/** Closes a page, which must have had no fault. */
export async function close(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

/** What axe finds serious or critical. */
export async function barriers(page) {
  const devtools = await page.context().newCDPSession(page); // not a script of the page, which its policy would stop
  await devtools.send('Runtime.evaluate', { expression: `${AXE};0` });
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(it => ['serious', 'critical'].includes(it.impact))
      .map(it => `${it.impact} ${it.id}: ${it.nodes.map(node => node.html).join('\n').slice(0, 600)}`);
  });
}

export async function picture(page, name) {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/**
 * What the page's main thread did meanwhile: how many tasks, and which took more than 50 ms. Of the processor's time: on a
 * busy machine a task waits, too.
 */
export async function traced(page, work) {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const mains = new Set(traceEvents.filter(it => it.name === 'thread_name' && it.args.name === 'CrRendererMain').map(it => `${it.pid} ${it.tid}`));
  const tasks = traceEvents.filter(it => it.name === 'RunTask' && it.tdur !== undefined && mains.has(`${it.pid} ${it.tid}`));
  return { tasks: tasks.length, long: tasks.map(it => Math.round(it.tdur / 1000)).filter(it => it > 50) };
}
