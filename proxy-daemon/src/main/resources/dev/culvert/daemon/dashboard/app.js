// The frame around all pages: sign-in, navigation, the state of the connection, the theme.

import { may, session, signIn, signOut } from './api.js';
import { connection, retry, start } from './live.js';
import { Dialog, Icon, Messages, html, link, now, place, render, useBox, useEffect, useRef, useState } from './parts.js';
import { repaint } from './sparkline.js';
import { Fleet } from './fleet.js';
import { AgentPage } from './agent.js';
import { TokensPage } from './tokens.js';
import { OperationsPage } from './operations.js';
import { DoctorPage } from './doctor.js';
import { ApprovalsPage, Waiting, approvals, pending } from './approvals.js';
import { FlowPage, FlowsPage } from './flows.js';
import { FlowRunPage } from './flowrun.js';
import { InventoryPage } from './inventory.js';
import { PlanPage, PlansPage, forgetDrafts } from './plan.js';
import { ReachPage } from './reach.js';
import { forgetTalks } from './talk.js';

const PAGES = [
  { id: 'agents', title: 'Fleet', icon: 'fleet', needs: ['GET', '/agents'] },
  { id: 'approvals', title: 'Approvals', icon: 'hand', needs: ['GET', '/approvals'] },
  { id: 'flows', title: 'Flows', icon: 'flow', needs: ['GET', '/flow-runs'] },
  { id: 'inventory', title: 'Inventory', icon: 'server', needs: ['GET', '/inventory/guests'] },
  { id: 'plan', title: 'Plan', icon: 'plan', needs: ['GET', '/infra'] },
  { id: 'reach', title: 'Reach', icon: 'reach', needs: ['GET', '/budgets'] },
  { id: 'tokens', title: 'Tokens', icon: 'key', needs: ['GET', '/tokens'] },
  { id: 'operations', title: 'Operations', icon: 'list', needs: ['GET', '/operations'] },
  { id: 'doctor', title: 'Doctor', icon: 'pulse', needs: ['GET', '/agents'] },
];

const THEMES = [['auto', 'half', 'as the system'], ['light', 'sun', 'light'], ['dark', 'moon', 'dark']];

// ---------------------------------------------------------------- theme

function useTheme() {
  const [theme, setTheme] = useState(localStorage.getItem('culvert.theme') ?? 'auto');
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem('culvert.theme', theme);
    repaint();
  }, [theme]);
  return [theme, setTheme];
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);

function ThemeButton() {
  const [theme, setTheme] = useTheme();
  const at = Math.max(0, THEMES.findIndex(([id]) => id === theme));
  const [, icon, title] = THEMES[at];
  return html`<button type="button" class="ghost" onClick=${() => setTheme(THEMES[(at + 1) % THEMES.length][0])}
    aria-label=${`Colours: ${title}. Change`} title=${`Colours: ${title}`}><${Icon} name=${icon} /><span class="wide-only">Colours</span></button>`;
}

// ---------------------------------------------------------------- sign-in

function SignIn({ why }) {
  const [state, setState] = useState({ secret: '' });
  const field = useRef(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async e => {
    e.preventDefault();
    const secret = state.secret.trim();
    setState({ secret, busy: true });
    try {
      await signIn(secret);
    } catch (error) {
      setState({ secret, error });
      field.current?.select();
    }
  };
  const sentence = state.error?.message ?? why;
  return html`<main class="sign-in" id="main">
    <form onSubmit=${submit}>
      <img src="dashboard/icon.svg" alt="" width="44" height="44" />
      <h1>Culvert</h1>
      <p>This daemon asks who you are. The token stays in the memory of this page and is gone when you close it.</p>
      <label for="token">Token</label>
      <input id="token" ref=${field} type="password" autocomplete="off" spellcheck="false" placeholder="cvt_…" value=${state.secret}
        aria-describedby=${sentence ? 'why' : undefined} aria-invalid=${sentence ? 'true' : undefined}
        onInput=${e => setState({ secret: e.target.value })} />
      ${sentence && html`<p id="why" class="why" role="alert">${sentence}</p>`}
      <button class="primary" disabled=${state.busy || !state.secret.trim()}>${state.busy ? 'Asking …' : 'Sign in'}</button>
      <p class="hint">An operator makes one with <code>culvert token create --name NAME --role viewer</code>.</p>
    </form>
  </main>`;
}

function Gone({ why }) {
  useEffect(() => {
    const timer = setInterval(() => signIn().catch(() => {}), 3000);
    return () => clearInterval(timer);
  }, []);
  return html`<main class="sign-in" id="main"><div>
    <img src="dashboard/icon.svg" alt="" width="44" height="44" />
    <h1>No answer</h1>
    <p role="alert">${why}</p>
    <p class="hint">Trying again every three seconds. On the host, <code>systemctl status culvertd</code> and <code>culvert doctor</code> say why.</p>
    <button class="primary" onClick=${() => signIn().catch(() => {})}>Try now</button>
  </div></main>`;
}

// ---------------------------------------------------------------- the frame

function Lost() {
  const { state, retryAt, isNew, version, why } = useBox(connection);
  useBox(now);
  const [, again] = useState(0);
  useEffect(() => {
    if (state !== 'lost') return undefined;
    const timer = setInterval(() => again(n => n + 1), 500);
    return () => clearInterval(timer);
  }, [state]);
  if (state === 'lost') {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    return html`<div class="banner bad" role="alert"><span><strong>The daemon does not answer.</strong> What you see may be out of date.
      <span aria-hidden="true"> Trying again ${seconds > 0 ? `in ${seconds} s` : 'now'}.</span></span>
      <button type="button" onClick=${retry}>Try now</button></div>`;
  }
  if (isNew) {
    return html`<div class="banner" role="status"><span>The daemon is now version ${version}. This page is of the version before.</span>
      <button type="button" onClick=${() => location.reload()}>Reload</button></div>`;
  }
  return why ? html`<div class="banner" role="status"><span>${why}</span></div>` : null;
}

const KEYS = [
  ['/', 'search the fleet'],
  ['↑ ↓', 'the agent before, the next agent'],
  ['← ↑ → ↓', 'in the picture of a flow: the next step there'],
  ['Enter', 'open the agent, or the step'],
  ['g f', 'fleet'], ['g a', 'approvals'], ['g l', 'flows'], ['g i', 'inventory'], ['g p', 'plan'], ['g r', 'reach'], ['g t', 'tokens'], ['g o', 'operations'], ['g d', 'doctor'],
  ['Ctrl-Enter', 'send a message'],
  ['Ctrl-S', 'save the text of a desired state'],
  ['Esc', 'close a dialog, or leave a field'],
  ['?', 'these keys'],
];

function Help({ onClose }) {
  return html`<${Dialog} title="Keys" onClose=${onClose}><dl class="keys">
    ${KEYS.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
  </dl><//>`;
}

function useKeys(openHelp) {
  useEffect(() => {
    let afterG = 0;
    const onKey = e => {
      const inField = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
      if (inField || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) {
        if (e.key === 'Escape' && inField) e.target.blur();
        return;
      }
      const to = Date.now() - afterG < 1500 && { f: 'agents', a: 'approvals', l: 'flows', i: 'inventory', p: 'plan', r: 'reach', t: 'tokens', o: 'operations', d: 'doctor' }[e.key];
      afterG = e.key === 'g' ? Date.now() : 0;
      if (to) location.hash = link(to);
      else if (e.key === '?') openHelp();
      else if (e.key === '/') {
        const search = document.querySelector('input[type=search]');
        if (search) {
          e.preventDefault();
          search.focus();
        } else location.hash = link('agents');
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function Page({ parts }) {
  const [page = 'agents', id] = parts;
  if (page === 'agents') return id ? html`<${AgentPage} key=${id} id=${id} tab=${parts[2]} />` : html`<${Fleet} />`;
  if (page === 'approvals') return html`<${ApprovalsPage} />`;
  if (page === 'flows') return id ? html`<${FlowPage} key=${id} name=${id} />` : html`<${FlowsPage} />`;
  if (page === 'flow-runs' && id) return html`<${FlowRunPage} key=${id} id=${id} />`;
  if (page === 'inventory') return html`<${InventoryPage} parts=${parts} />`;
  if (page === 'plan') return id ? html`<${PlanPage} key=${id} name=${id} />` : html`<${PlansPage} />`;
  if (page === 'reach') return html`<${ReachPage} />`;
  if (page === 'tokens') return html`<${TokensPage} />`;
  if (page === 'operations') return html`<${OperationsPage} name=${id} />`;
  if (page === 'doctor') return html`<${DoctorPage} />`;
  return html`<div class="page"><h1>There is no such page</h1><p><a href=${link('agents')}>To the fleet</a></p></div>`;
}

const titleOf = (parts, page) => (parts[0] === 'inventory' ? parts.slice(2).join('/') : parts[1]) || page?.title || 'Culvert';

function Frame() {
  const { withToken } = useBox(session);
  const { version, state } = useBox(connection);
  const { parts } = useBox(place);
  useBox(approvals.ticks);
  const waiting = pending().length;
  const [help, setHelp] = useState(false);
  const current = { 'flow-runs': 'flows' }[parts[0]] ?? parts[0] ?? 'agents';
  useKeys(() => setHelp(true));
  useEffect(() => {
    const page = PAGES.find(it => it.id === current);
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${titleOf(parts, page)} – Culvert`;
  }, [parts, waiting]);
  const isFirst = useRef(true);
  useEffect(() => {
    // What had the focus may be gone with the page before: else a screen reader begins at the top of all.
    if (!isFirst.current && document.activeElement === document.body) document.getElementById('main').focus();
    isFirst.current = false;
  }, [current, parts[1]]);
  return html`<a class="skip" href="#main" onClick=${e => { e.preventDefault(); document.getElementById('main').focus(); }}>To the content</a>
    <div class="frame">
      <nav class="side" aria-label="Pages">
        <a class="brand" href=${link('agents')}><img src="dashboard/icon.svg" alt="" width="28" height="28" /><span>Culvert</span></a>
        ${PAGES.filter(it => may(...it.needs)).map(it => html`<a key=${it.id} class="item" href=${link(it.id)}
          aria-current=${it.id === current ? 'page' : undefined}><${Icon} name=${it.icon} /><span>${it.title}</span>${it.id === 'approvals' && html`<${Waiting} />`}</a>`)}
        <div class="foot">
          <p class="link ${state}"><i aria-hidden="true" />${{ live: 'live', lost: 'no answer', connecting: 'connecting' }[state]}${version ? html`<span class="wide-only"> · ${version}</span>` : ''}</p>
          <button type="button" class="ghost" onClick=${() => setHelp(true)} aria-label="Keys" title="Keys"><kbd>?</kbd><span class="wide-only">Keys</span></button>
          <${ThemeButton} />
          ${withToken && html`<button type="button" class="ghost" onClick=${() => { forgetTalks(); forgetDrafts(); signOut(); }} title="Sign out" aria-label="Sign out"><${Icon} name="out" /><span class="wide-only">Sign out</span></button>`}
        </div>
      </nav>
      <div class="content ${state === 'lost' ? 'stale' : ''}">
        <${Lost} />
        <main id="main" tabindex="-1"><${Page} parts=${parts} /></main>
      </div>
    </div>
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}
    <${Messages} />`;
}

function App() {
  const { state, why } = useBox(session);
  if (state === 'asking') return html`<p class="boot" role="status">Asking the daemon …</p>`;
  if (state === 'out') return html`<${SignIn} why=${why} />`;
  if (state === 'gone') return html`<${Gone} why=${why} />`;
  return html`<${Frame} />`;
}

const kept = localStorage.getItem('culvert.theme');
if (kept && kept !== 'auto') document.documentElement.dataset.theme = kept;

start();
signIn().catch(() => {});
const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
