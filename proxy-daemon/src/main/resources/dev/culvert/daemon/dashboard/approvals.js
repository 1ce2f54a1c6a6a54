// Approvals: calls of tools that wait until somebody allows or denies them. What waits is known on every page, for the
// number beside the page's name; the page shows it, and an agent's page shows what waits in its conversation.

import { ask, box, follow, may, session } from './api.js';
import { connection } from './live.js';
import { Badge, Empty, Icon, Problem, Search, html, link, place, say, useBox, useEffect, useMemo, useRef, useState } from './parts.js';
import { count, moment, since } from './format.js';
import { Arguments, Shown, written } from './exact.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const MOST_DECIDED = 50;
const PAGE = 40;

/** For so long a decided one stays where it was: what somebody is about to press must not move. */
const SETTLES = 6000;

/** Ticks as approvals change; `of` has them by id. `state` is `asking`, `live`, `lost` or `off`. */
export const approvals = { of: new Map(), ticks: box(0), state: 'asking', why: '' };

/** By how much the daemon's clock is ahead of this one, in milliseconds. */
let ahead = 0;

export const canSee = () => may('GET', '/approvals');
export const canDecide = () => may('POST', '/approvals/{approval}');

const isPending = it => it.state === 'pending';

export const pending = () => [...approvals.of.values()].filter(isPending);

/** Those that wait in this turn. */
export const waitingIn = turn => pending().filter(it => it.turn === turn);

function changed(state, why = '') {
  approvals.state = state ?? approvals.state;
  if (state) approvals.why = why;
  approvals.ticks.set(approvals.ticks.get() + 1);
}

function take(value, text) {
  const before = approvals.of.get(value.id);
  const it = { ...value, state: String(value.state).toLowerCase(), exact: written(text, 'arguments') ?? 'null' };
  if (before && !isPending(it)) it.settled = isPending(before) ? Date.now() : before.settled;
  approvals.of.set(it.id, it);
}

/** Forgets the oldest of those that were decided. */
function tidy() {
  const decided = [...approvals.of.values()].filter(it => !isPending(it)).sort((a, b) => at(b) - at(a));
  decided.slice(MOST_DECIDED).forEach(it => approvals.of.delete(it.id));
}

const at = it => Date.parse(it.decided ?? it.expires);

function onEvent({ type, data }) {
  if (type === 'missed') compare().catch(() => {});
  if (type !== 'approval') return;
  take(JSON.parse(data), data);
  tidy();
  changed();
}

let stopped = null;
let wakeUp = () => {};

const pause = (time, signal) => new Promise(resolve => {
  const timer = setTimeout(resolve, time);
  wakeUp = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener('abort', wakeUp, { once: true });
});

async function run(signal) {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      await follow('GET', 'approvals', {
        signal,
        onOpen: response => {
          const said = Date.parse(response.headers.get('date') ?? '');
          if (!Number.isNaN(said)) ahead = said - Date.now();
          wait = FIRST_WAIT;
          compare().catch(() => {});
          changed('live');
        },
        onEvent,
      });
      changed('lost', 'The daemon has ended the stream of approvals.');
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 403 || error.status === 404) {
        changed('off', error.message);
        return;
      }
      changed('lost', error.message ?? 'The daemon does not answer.');
    }
    if (signal.aborted) return;
    await pause(wait, signal);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
}

/** What was decided while nobody told us waits no more. */
async function compare() {
  const waiting = pending().map(it => it.id);
  for (const id of waiting) {
    try {
      const { text } = await ask('GET', `approvals/${encodeURIComponent(id)}`);
      take(JSON.parse(text), text);
    } catch (error) {
      if (error.status === 404) approvals.of.delete(id);
    }
  }
  changed();
}

session.listen(({ state }) => {
  if (state === 'in' && !stopped && canSee()) {
    stopped = new AbortController();
    approvals.state = 'asking';
    run(stopped.signal);
  } else if (state === 'out' && stopped) {
    stopped.abort();
    stopped = null;
    approvals.of = new Map();
    changed('asking');
  }
});

// ---------------------------------------------------------------- deciding

async function decide(it, decision, reason) {
  try {
    const { text } = await ask('POST', `approvals/${encodeURIComponent(it.id)}`, {
      body: reason.trim() ? { decision, reason: reason.trim() } : { decision },
    });
    take(JSON.parse(text), text);
    say(flowOf(it) ? `The flow ${decision === 'allow' ? 'goes on' : 'does not go on'}.` : `${it.tool_name} of ${it.agent} is ${decision === 'allow' ? 'allowed' : 'denied'}.`);
  } catch (error) {
    if (error.status !== 409 && error.status !== 410) throw error;
    say(error.message, 'wait'); // somebody was faster, or the time
    const { text } = await ask('GET', `approvals/${encodeURIComponent(it.id)}`);
    take(JSON.parse(text), text);
  }
  changed();
}

const STATES = {
  pending: ['wait', 'waits'],
  allowed: ['good', 'allowed'],
  denied: ['bad', 'denied'],
  expired: ['calm', 'expired'],
  used: ['good', 'allowed and done'],
  withdrawn: ['calm', 'withdrawn'],
};

const tone = it => STATES[it.state]?.[0] ?? 'calm';
const word = it => STATES[it.state]?.[1] ?? it.state;

/** How much time is left, in words; it is told again each second. */
function useLeft(it) {
  const [, again] = useState(0);
  const left = Math.max(0, Date.parse(it.expires) - Date.now() - ahead);
  useEffect(() => {
    if (!isPending(it)) return undefined;
    const timer = setInterval(() => again(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, [it.id, it.state]);
  return left;
}

const minutes = left => (left < 1000 ? 'now' : left < 120_000 ? `in ${Math.floor(left / 1000)} s` : `in ${Math.floor(left / 60_000)} min`);

function Decided({ it }) {
  const by = it.decided_by ? ` by ${it.decided_by}` : '';
  const says = {
    expired: 'Nobody decided in time. That counts as a denial, and the agent goes on without the tool.',
    withdrawn: 'The agent asks no more: its turn has ended.',
  }[it.state];
  return html`<p class="decided ${tone(it)}"><strong>${word(it)}</strong>${by}${it.decided ? html` <time datetime=${it.decided} title=${moment(it.decided)}>${since(it.decided, Date.now() + ahead)} ago</time>` : ''}${it.reason ? html`: “<${Shown} text=${it.reason} />”` : ''}${says ? ` ${says}` : ''}</p>`;
}

function Deciding({ it, isShort }) {
  const [reason, setReason] = useState('');
  const [state, setState] = useState({});
  const run = decision => async () => {
    if (state.busy) return;
    setState({ busy: decision });
    try {
      await decide(it, decision, reason);
      setState({});
    } catch (error) {
      setState({ error });
    }
  };
  const id = `reason-${it.id}`;
  if (!canDecide()) return html`<p class="hint">You may see it and not decide it: that takes a token with the scope <code>approvals</code>.</p>`;
  return html`<div class="deciding">
    <label for=${id} class=${isShort ? 'hidden' : ''}>Reason</label>
    <input id=${id} value=${reason} maxlength="500" autocomplete="off" placeholder="Why, for the agent and for the audit log" onInput=${e => setReason(e.target.value)} />
    <button type="button" class="danger" aria-disabled=${state.busy ? 'true' : undefined} onClick=${run('deny')} aria-label=${`Deny ${it.tool_name} of ${it.agent}`}><${Icon} name="close" />Deny</button>
    <button type="button" class="allow" aria-disabled=${state.busy ? 'true' : undefined} onClick=${run('allow')} aria-label=${`Allow ${it.tool_name} of ${it.agent}`}><${Icon} name="check" />Allow</button>
    ${state.error && html`<${Problem} error=${state.error} />`}
  </div>`;
}

/** The run of a flow that asks; null if an agent does. */
const flowOf = it => /^flow:(fr_[0-9a-f]+)$/.exec(it.agent)?.[1] ?? null;

const who = it => (flowOf(it)
  ? html`<a href=${link('flow-runs', flowOf(it))}>${it.agent}</a>`
  : html`<a href=${link('agents', it.agent)}>${it.agent}</a>`);

/** One approval, with what is to be decided and, while it waits, the means to do it. */
export function Approval({ it, isShort }) {
  const left = useLeft(it);
  const self = useRef(null);
  const hadFocus = useRef(false);
  const isHurried = isPending(it) && left < 60_000;
  useEffect(() => {
    // Who was about to decide is told that it is decided, and keeps the place on the page.
    if (!isPending(it) && hadFocus.current && document.activeElement === document.body) self.current?.focus();
  }, [it.state]);
  return html`<article class="approval ${it.state}" ref=${self} tabindex="-1" data-approval=${it.id} aria-label=${`${it.tool_name} of ${it.agent}: ${word(it)}`}
      onFocusIn=${() => { hadFocus.current = true; }} onFocusOut=${e => { if (e.relatedTarget) hadFocus.current = self.current.contains(e.relatedTarget); }}>
    <header class="line">
      <h3>${isShort ? '' : html`${who(it)} asks for `}<code><${Shown} text=${it.tool_name} /></code></h3>
      <span class="line start"><${Badge} tone=${tone(it)}>${word(it)}<//>${isPending(it) && html`<span class="left ${isHurried ? 'hurried' : ''}" title=${moment(it.expires)}>expires ${minutes(left)}</span>`}</span>
    </header>
    <${Arguments} text=${it.exact} />
    <dl class="because">
      ${it.why && html`<div><dt>Why it asks</dt><dd><${Shown} text=${it.why} /></dd></div>`}
      ${it.rule && html`<div><dt>Rule</dt><dd><code><${Shown} text=${it.rule} /></code>${it.policy ? html` <small>of policy ${it.policy}</small>` : ''}</dd></div>`}
      ${!isShort && !flowOf(it) && html`<div><dt>Turn</dt><dd><a href=${`${link('agents', it.agent, 'turns')}?turn=${encodeURIComponent(it.turn)}`}><code class="cut" title=${it.turn}>${it.turn}</code></a> <small>asked ${since(it.asked, Date.now() + ahead)} ago</small></dd></div>`}
    </dl>
    ${isPending(it) ? html`<${Deciding} it=${it} isShort=${isShort} />` : html`<${Decided} it=${it} />`}
  </article>`;
}

// ---------------------------------------------------------------- the page

const haystack = it => `${it.agent} ${it.tool_name} ${it.turn} ${it.rule} ${it.why} ${it.exact} ${it.decided_by ?? ''} ${it.reason ?? ''}`.toLowerCase();

/** Those that wait, and those that have just been decided in their places; and those that were decided before. */
function sorted(words, time) {
  const all = [...approvals.of.values()].filter(it => words.every(word => haystack(it).includes(word)));
  const focused = document.activeElement?.closest('.approval:not(.past .approval)')?.dataset.approval;
  const isHere = it => isPending(it) || (it.settled && (time - it.settled < SETTLES || it.id === focused));
  return {
    here: all.filter(isHere).sort((a, b) => Date.parse(a.asked) - Date.parse(b.asked) || (a.id < b.id ? -1 : 1)),
    before: all.filter(it => !isHere(it)).sort((a, b) => at(b) - at(a)),
  };
}

/** Says aloud what came and what others decided. */
function useSpoken() {
  const known = useRef(null);
  const [spoken, setSpoken] = useState('');
  useBox(approvals.ticks);
  useEffect(() => {
    const states = new Map([...approvals.of.values()].map(it => [it.id, it.state]));
    if (known.current) {
      const news = [...approvals.of.values()].filter(it => known.current.get(it.id) !== it.state);
      const last = news.at(-1);
      if (last) setSpoken(isPending(last) ? `${last.agent} asks for ${last.tool_name}` : `${last.tool_name} of ${last.agent} is ${word(last)}${last.decided_by ? ` by ${last.decided_by}` : ''}`);
    }
    known.current = states;
  }, [approvals.ticks.get()]);
  return spoken;
}

function Nothing() {
  return html`<${Empty} title="Nothing waits for you">
    <p>When the policy of an agent says <code>ask</code> about a call of a tool, the call waits here until somebody allows or denies it.</p>
    <p>Whoever may decide sees it at once: on this page, in <code>culvert approvals</code> and in an MCP client that asks its user.</p>
  <//>`;
}

export function ApprovalsPage() {
  useBox(session);
  useBox(approvals.ticks);
  const { state: lost } = useBox(connection); // then the whole page says so
  const { query } = useBox(place);
  const [shown, setShown] = useState(PAGE);
  const [time, setTime] = useState(Date.now());
  const spoken = useSpoken();
  const list = useRef(null);
  useEffect(() => {
    const timer = setInterval(() => setTime(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const { here, before } = useMemo(() => sorted(words, Date.now()), [query, time, approvals.ticks.get()]);
  const waiting = here.filter(isPending).length;
  const onKeyDown = e => {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[e.key];
    if (!step || /^(INPUT|TEXTAREA|SELECT|PRE)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
    const all = [...list.current.querySelectorAll('article.approval')];
    const next = all[all.findIndex(it => it.contains(e.target)) + step];
    if (next) {
      e.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    }
  };
  const { state, why } = approvals;
  if (!canSee() || state === 'off') {
    return html`<div class="page approvals"><header class="top"><h1>Approvals</h1></header>
      <${Empty} title="You may not see approvals"><p>${why || 'That takes a token with the scope approvals, or a role that has it.'}</p><//></div>`;
  }
  return html`<div class="page approvals">
    <header class="top"><h1>Approvals</h1><p class="hint">${state === 'asking' ? 'Loading …' : waiting === 0 ? 'none waits' : `${count(waiting, 'call')} ${waiting === 1 ? 'waits' : 'wait'}`}</p></header>
    <p class="hidden" role="status">${spoken}</p>
    ${state === 'lost' && lost !== 'lost' && html`<div class="problem" role="alert"><p>New approvals are not shown, and what you see may be out of date. ${why} Trying again.</p>
      <p><button type="button" onClick=${() => wakeUp()}>Try now</button></p></div>`}
    ${(words.length > 0 || approvals.of.size > 5) && html`<div class="tools"><${Search} label="Search approvals" hint="Search agent, tool, argument, rule …" /></div>`}
    <div class="approval-list" ref=${list} onKeyDown=${onKeyDown}>
      <h2 class="hidden">Waiting</h2>
      ${here.slice(0, shown).map(it => html`<${Approval} key=${it.id} it=${it} />`)}
      ${here.length > shown && html`<p class="line"><span class="hint">${count(here.length - shown, 'more call')} not shown: the oldest come first.</span><button type="button" onClick=${() => setShown(shown + PAGE)}>Show ${Math.min(PAGE, here.length - shown)} more</button></p>`}
      ${here.length === 0 && state === 'asking' && html`<div class="skeleton" aria-hidden="true"><i /><i /></div>`}
      ${here.length === 0 && state !== 'asking' && (words.length > 0 && pending().length > 0 ? html`<${Empty} title="No approval matches" />` : html`<${Nothing} />`)}
      ${before.length > 0 && html`<h2>Decided lately</h2>${before.map(it => html`<details class="past" key=${it.id}><summary><${Badge} tone=${tone(it)}>${word(it)}<//><span><strong>${it.agent}</strong> <code><${Shown} text=${it.tool_name} /></code></span><small>${it.decided_by ? `by ${it.decided_by}` : ''} ${since(it.decided ?? it.expires, Date.now() + ahead)} ago</small></summary><${Approval} it=${it} /></details>`)}`}
    </div>
  </div>`;
}

/** How many wait, beside the name of the page. */
export function Waiting() {
  useBox(approvals.ticks);
  const number = pending().length;
  if (number === 0) return null;
  return html`<span class="number"><span aria-hidden="true">${number > 99 ? '99+' : number}</span><span class="hidden">, ${number} waiting</span></span>`;
}
