// Desired states: their text, with its mistakes in place, the plan that makes what is there so, and its run.

import { ask, get, may } from './api.js';
import { Badge, Confirm, Copy, Dialog, Empty, Icon, Problem, html, link, now, place, say, setQuery, useBox, useEffect, useRef, useState } from './parts.js';
import { count, millis, moment, since } from './format.js';
import { Shown } from './exact.js';
import { Graph, took } from './graph.js';
import { StateBadge, useFresh } from './flows.js';
import { OVER, useRun, useTime } from './flowrun.js';

const PAUSE = 350; // between the last key and the look for mistakes
const SHORT = 12;
const ACTIONS = { create: ['+', 'good'], change: ['~', 'wait'], replace: ['±', 'bad'], destroy: ['-', 'bad'] };
const TEMPLATE = `{
  "server": "lab",
  "node": "pve1",
  "guests": [
    // {"name": "web-01", "kind": "vm", "clone": 900, "cpus": 2, "memory": "2GiB", "start": true}
  ]
}
`;

const path = (name, rest = '') => `infra/${encodeURIComponent(name)}${rest}`;
const sign = action => ACTIONS[action]?.[0] ?? '·';
const canKeep = () => may('PUT', '/infra/{state}');
const canApply = () => may('POST', '/infra/{state}/apply');
const canFollow = () => may('GET', '/flow-runs/{run}');

/** What was typed and not saved, by the name of the state: `{text, revision}`. It outlives a look at another page. */
const drafts = new Map();

export const forgetDrafts = () => drafts.clear();

addEventListener('beforeunload', e => {
  if (drafts.size > 0) e.preventDefault();
});

// ---------------------------------------------------------------- all of them

function Drift({ it }) {
  if (it.trouble) return html`<${Badge} tone="wait">not compared<//> <small><${Shown} text=${it.trouble} /></small>`;
  if (it.differing === undefined) return html`<span class="hint">not compared yet</span>`;
  if (it.differing === 0) return html`<${Badge} tone="good">as wanted<//>`;
  const what = Object.entries(it.drift ?? {}).filter(([, number]) => number > 0).map(([action, number]) => `${number} to ${action}`).join(', ');
  return html`<${Badge} tone="wait">${count(it.differing, 'guest')} differ${it.differing === 1 ? 's' : ''}<//> <small>${what}</small>`;
}

function NewState({ names, onClose }) {
  const [name, setName] = useState('');
  const isTaken = names.includes(name);
  const isGood = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name);
  const submit = e => {
    e.preventDefault();
    onClose();
    location.hash = link('plan', name);
  };
  return html`<${Dialog} title="A new desired state" onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <div class="field"><label for="state-name">Name</label><input id="state-name" value=${name} autocomplete="off" spellcheck="false" maxlength="63" onInput=${e => setName(e.target.value)}
      aria-describedby="state-name-hint" /><small id="state-name-hint">${isTaken ? 'There is one of that name.' : 'Letters, digits, “.”, “_” and “-”.'}</small></div>
    <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary" disabled=${!isGood || isTaken}>Write it</button></footer></form><//>`;
}

export function PlansPage() {
  const time = useBox(now);
  const [isNew, setNew] = useState(false);
  const { value, error } = useFresh(() => get('infra', { limit: 1000 }), []);
  return html`<div class="page plan"><header class="top"><h1>Plan</h1>
      ${value && canKeep() && html`<button type="button" class="primary" onClick=${() => setNew(true)}><${Icon} name="plus" />New state</button>`}</header>
    ${error && html`<${Problem} error=${error} />`}
    ${!value && !error && html`<p class="hint" role="status">Loading …</p>`}
    ${value && (value.states.length === 0
      ? html`<${Empty} title="No desired state here"><p>A desired state says which VMs and containers there should be. Write one here, or bring that of a workspace:</p><pre>culvert apply</pre><//>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Desired states"><table><thead><tr>${['State', 'Is', 'Guests', 'Revision', 'Written', 'Last run'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
        <tbody>${value.states.map(it => html`<tr key=${it.name}><th scope="row"><a href=${link('plan', it.name)}>${it.name}</a></th><td><${Drift} it=${it} /></td><td class="num">${it.managed}</td><td class="num">${it.revision}</td>
          <td title=${moment(it.written)}>${since(it.written, time)} ago by <${Shown} text=${it.author} /></td><td>${it.run ? html`<a href=${link('flow-runs', it.run)}><code>${it.run}</code></a>` : html`<span class="hint">none</span>`}</td></tr>`)}</tbody></table></div>`)}
    ${isNew && html`<${NewState} names=${value.states.map(it => it.name)} onClose=${() => setNew(false)} />`}</div>`;
}

// ---------------------------------------------------------------- the text

/** Where line and column are in a text; both begin with 1. */
function offset(text, line, column) {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
  return Math.min(text.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
}

/** The mistakes of the text, a moment after the last key: `{mistakes, error, isAsking}`. */
function useMistakes(name, text) {
  const [state, setState] = useState({ mistakes: [] });
  useEffect(() => {
    const stopped = new AbortController();
    setState(before => ({ ...before, isAsking: true }));
    const timer = setTimeout(async () => {
      try {
        const { value } = await ask('POST', path(name, '/validate'), { body: { text }, signal: stopped.signal });
        setState({ mistakes: value.mistakes });
      } catch (error) {
        if (!stopped.signal.aborted) setState({ mistakes: [], error });
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stopped.abort();
    };
  }, [name, text]);
  return state;
}

function Editor({ name, text, isFixed, onInput, onKeep }) {
  const field = useRef(null);
  const { mistakes, error, isAsking } = useMistakes(name, text);
  const lines = text.split('\n').length;
  const wrong = new Set(mistakes.map(it => it.line));
  const goTo = it => {
    const at = offset(text, it.line, it.column);
    field.current.focus();
    field.current.setSelectionRange(at, at);
    field.current.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = e => {
    if ((e.ctrlKey || e.metaKey) && (e.key === 's' || e.key === 'Enter')) {
      e.preventDefault();
      onKeep();
    }
  };
  return html`<div class="editor"><ol class="gutter" aria-hidden="true">${Array.from({ length: lines }, (_, i) => html`<li key=${i} class=${wrong.has(i + 1) ? 'wrong' : ''}>${i + 1}</li>`)}</ol>
      <textarea ref=${field} class="code" aria-label=${`The desired state ${name}`} aria-describedby="mistakes" aria-invalid=${mistakes.length > 0 ? 'true' : undefined} rows=${lines + 1} wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off"
        readOnly=${isFixed} value=${text} onInput=${e => onInput(e.target.value)} onKeyDown=${onKeyDown} /></div>
    <div id="mistakes" class="mistakes" role="status">
      ${error ? html`<p class="why">${error.message}</p>`
        : mistakes.length > 0 ? html`<p class="why">${count(mistakes.length, 'mistake')}</p><ul>${mistakes.map((it, i) => html`<li key=${i}><button type="button" class="bare" onClick=${() => goTo(it)}><code>${it.line}:${it.column}</code> <${Shown} text=${it.sentence} /></button></li>`)}</ul>`
          : html`<p class="hint">${isAsking ? 'Looking for mistakes …' : 'No mistakes.'}</p>`}</div>`;
}

/** Somebody else has written meanwhile. */
function Conflict({ theirs, onTake, onOver }) {
  const time = useBox(now);
  return html`<div class="problem conflict" role="alert"><p>Revision ${theirs.revision} was written by <strong><${Shown} text=${theirs.author} /></strong> ${since(theirs.written, time)} ago, while you changed the one before.</p>
    <details><summary>What they wrote</summary><pre tabindex="0"><${Shown} text=${theirs.text} /></pre></details>
    <p class="line start"><button type="button" onClick=${onTake}>Take theirs, and drop mine</button><button type="button" class="danger" onClick=${onOver}>Keep mine over theirs</button></p></div>`;
}

/** The text of a state, as it is kept or as it is being changed. */
function Text({ state, onKept }) {
  const { name } = state;
  const [, again] = useState(0);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const draft = drafts.get(name);
  const text = draft?.text ?? state.text;
  const isOld = draft !== undefined && draft.revision !== state.revision;
  const change = next => {
    if (next === state.text && !isOld) drafts.delete(name);
    else drafts.set(name, { text: next, revision: draft?.revision ?? state.revision });
    setError(null);
    again(n => n + 1);
  };
  const drop = () => {
    drafts.delete(name);
    setError(null);
    again(n => n + 1);
  };
  const keep = async revision => {
    if (isBusy || !canKeep()) return;
    setBusy(true);
    setError(null);
    try {
      const { value } = await ask('PUT', path(name), { body: { text }, headers: { 'if-match': `"${revision}"` } });
      drafts.delete(name);
      say(`${name} is saved as revision ${value.revision}. Nothing is applied yet.`);
      onKept(value);
    } catch (refused) {
      if (refused.code === 'outdated') await onKept();
      else setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const isChanged = draft !== undefined || state.revision === 0;
  return html`<section class="stack" aria-labelledby="text-name"><header class="line"><h2 id="text-name">What should be there</h2>
      ${draft !== undefined && html`<${Badge} tone="wait">not saved<//>`}</header>
    ${isOld && html`<${Conflict} theirs=${state} onTake=${drop} onOver=${() => keep(state.revision)} />`}
    <${Editor} name=${name} text=${text} isFixed=${!canKeep()} onInput=${change} onKeep=${() => isChanged && !isOld && keep(draft?.revision ?? state.revision)} />
    ${error && html`<${Problem} error=${error} />`}
    ${canKeep()
      ? html`<p class="line start"><button type="button" class="primary" disabled=${!isChanged || isOld || isBusy} onClick=${() => keep(draft?.revision ?? state.revision)}>${isBusy ? 'Saving …' : 'Save'}</button>
          ${draft !== undefined && !isOld && html`<button type="button" onClick=${drop}>Drop the changes</button>`}<span class="hint"><kbd>Ctrl-S</kbd> saves, too. That applies nothing.</span></p>`
      : html`<p class="hint">You may see it and not change it: that takes a token with the scope <code>guests</code>.</p>`}
  </section>`;
}

// ---------------------------------------------------------------- the plan

/** The changes as steps of a picture; with what a run has done of them. */
function steps(changes, run) {
  const known = new Map(changes.map(it => [it.name, it.id]));
  let number = 0;
  return changes.map(it => {
    const calls = it.steps.map(() => run?.get(`step-${++number}`));
    const begun = calls.filter(call => call?.started);
    const all = state => calls.length > 0 && calls.every(call => call?.state === state);
    const some = (...states) => calls.find(call => states.includes(call?.state))?.state;
    const state = run && (all('done') ? 'done' : some('failed', 'unknown', 'cancelled') ?? (begun.length > 0 ? 'running' : some('not_run', 'skipped') ?? 'waiting'));
    return {
      step: it.id,
      kind: `${sign(it.action)} ${it.action} ${it.name}`,
      needs: it.needs.map(need => known.get(need) ?? need),
      state,
      started: begun[0]?.started,
      ended: ['done', 'failed'].includes(state) ? calls.findLast(call => call?.ended)?.ended : undefined,
      attempt: 1,
    };
  });
}

const summary = changes => Object.keys(ACTIONS).map(action => [action, changes.filter(it => it.action === action).length]).filter(([, number]) => number > 0)
  .map(([action, number]) => `${number} to ${action}`).join(', ');

function ChangeDetail({ it }) {
  return html`<section class="stack step-detail" aria-labelledby="change-name"><header class="line"><h2 id="change-name"><code>${it.id}</code> <${Shown} text=${it.name} /></h2><${Badge} tone=${ACTIONS[it.action]?.[1] ?? 'plain'}>${it.action}<//></header>
    ${it.attributes.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="What changes"><table><thead><tr>${['What', 'Is', 'Becomes'].map(name => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead>
      <tbody>${it.attributes.map(each => html`<tr key=${each.name}><th scope="row"><code>${each.name}</code></th><td class="value">${each.from ? html`<${Shown} text=${each.from} />` : html`<span class="hint">–</span>`}</td><td class="value">${each.to ? html`<${Shown} text=${each.to} />` : html`<span class="hint">–</span>`}</td></tr>`)}</tbody></table></div>`}
    <p class="hint">${it.steps.length === 0 ? 'Nothing is called for it.' : `The calls: ${it.steps.map(each => each.what).join(', then ')}.`}${it.needs.length > 0 ? ` After ${it.needs.join(', ')}.` : ''}</p>
    ${it.notes.map((note, i) => html`<p key=${i} class="notice"><${Shown} text=${note} /></p>`)}</section>`;
}

const Changes = ({ changes, href }) => html`<details class="all-steps"><summary>${count(changes.length, 'change')} as a table</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Changes"><table><thead><tr>${['Guest', 'Name', 'Change', 'What', 'After'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
  <tbody>${changes.map(it => html`<tr key=${it.id}><th scope="row"><a href=${href(it.id)}><code>${it.id}</code></a></th><td><${Shown} text=${it.name} /></td><td>${it.action} ${it.kind}</td>
    <td>${it.attributes.map(each => each.name).join(', ')}</td><td>${it.needs.join(', ')}</td></tr>`)}</tbody></table></div></details>`;

/** What a run has done, live; as changes of the plan if that is known, else as steps. */
function Progress({ id, isLast, plan, href, chosen, onOver }) {
  const { run, steps: known, error, isLost, ahead } = useRun(id);
  const isOver = OVER.includes(run?.state);
  const time = useTime(ahead, Boolean(run) && !isOver);
  const all = [...known.values()];
  const done = all.filter(it => it.state === 'done').length;
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver]);
  const failed = all.find(it => it.state === 'failed');
  return html`<div class="progress" role="status"><p class="line start">${isLast && html`<span>The last run:</span>`}<${StateBadge} state=${run?.state ?? 'waiting'} /><span>${done} of ${count(all.length, 'call')} done${run ? `, ${millis(took(run, time))}` : ''}</span>
      <a href=${link('flow-runs', id)}><code>${id}</code></a></p>
    ${isLost && html`<p class="why">What you see may be out of date. Trying again.</p>`}</div>
    ${error && html`<${Problem} error=${error} />`}
    ${failed && html`<div class="problem" role="alert"><p><${Shown} text=${failed.error ?? 'A call failed.'} /></p><p>What was done before it stays. The next plan goes on from there.</p></div>`}
    ${plan ? html`<${Graph} steps=${steps(plan.changes, known)} time=${time} href=${href} chosen=${chosen} label="The changes, and how far they are" />`
      : !isOver && all.length > 0 && html`<${Graph} steps=${all} time=${time} href=${step => `${link('flow-runs', id)}?step=${encodeURIComponent(step)}`} chosen="" label="The calls of the run" />`}`;
}

function Apply({ name, plan, onClose, onApplied, onRefused }) {
  const changes = plan.changes;
  const destroyed = changes.filter(it => ['destroy', 'replace'].includes(it.action));
  const apply = async () => {
    try {
      const { value } = await ask('POST', path(name, '/apply'), { body: { digest: plan.digest } });
      onApplied(value);
    } catch (error) {
      if (!['plan_changed', 'applying'].includes(error.code)) throw error;
      onRefused(error);
    }
  };
  return html`<${Confirm} title=${`Apply the plan ${plan.digest.slice(0, SHORT)}?`} verb="Apply it" otherwise="Not now" onClose=${onClose} onConfirm=${apply}>
    <p>${summary(changes)}: ${changes.slice(0, 8).map((it, i) => html`${i > 0 ? ', ' : ''}<code>${it.id}</code> ${it.name}`)}${changes.length > 8 ? ` and ${changes.length - 8} more` : ''}.</p>
    ${destroyed.length > 0 && html`<p class="why"><strong>${destroyed.map(it => `${it.id} ${it.name}`).join(', ')}</strong> and the disks of ${destroyed.length === 1 ? 'it' : 'them'} will be gone.</p>`}
    <p class="hint">Exactly these changes are made, if all is still as it was when the plan was made. Closing this page does not stop them.</p><//>`;
}

function PlanOf({ state, isChanged, onOver }) {
  const { name } = state;
  const { query } = useBox(place);
  const [{ plan, error, isBusy, refused, run }, setState] = useState({});
  const [isAsked, setAsked] = useState(false);
  const chosen = query.get('change') ?? '';
  const href = id => `${link('plan', name)}?change=${encodeURIComponent(id)}`;
  const load = async why => {
    setState({ isBusy: true, refused: why });
    try {
      setState({ plan: await get(path(name, '/plan')), refused: why });
    } catch (e) {
      setState({ error: e, refused: why });
    }
  };
  const onRefused = e => {
    setAsked(false);
    if (e.code === 'applying') setState({ run: e.problem.run, refused: e });
    else load(e);
  };
  const goesOn = run ?? state.run;
  const detail = plan?.changes.find(it => it.id === chosen);
  const isStale = plan && plan.revision !== state.revision;
  return html`<section class="stack" aria-labelledby="plan-name"><header class="line"><h2 id="plan-name">What has to change</h2>
      <button type="button" disabled=${isBusy || isChanged || state.revision === 0} onClick=${() => { setQuery({ change: '' }); load(); }}>${isBusy ? 'Comparing …' : plan ? 'Make it anew' : 'Make a plan'}</button></header>
    ${isChanged && html`<p class="hint">Save the text first: a plan is of what is saved.</p>`}
    ${refused && html`<div class="notice" role="alert"><p>${refused.message}</p>${refused.code === 'plan_changed' && plan && html`<p>This is the new plan.</p>`}</div>`}
    ${error && html`<${Problem} error=${error}>${(error.problem?.mistakes ?? []).length > 1 && html`<ul>${error.problem.mistakes.map((it, i) => html`<li key=${i}><${Shown} text=${it} /></li>`)}</ul>`}<//>`}
    ${isStale && !run && html`<p class="why">This plan is of revision ${plan.revision}. The text has changed since: make it anew.</p>`}
    ${plan && plan.changes.length === 0 && html`<p role="status"><${Badge} tone="good">nothing to change<//> All is as it should be.</p>`}
    ${plan && plan.changes.length > 0 && html`<p class="line start" role="status"><strong>${summary(plan.changes)}</strong><span>digest <code>${plan.digest.slice(0, SHORT)}</code></span><${Copy} text=${plan.digest} label="Copy the digest" />
        ${!run && canApply() && html`<button type="button" class="primary" disabled=${isStale || isChanged} onClick=${() => setAsked(true)}>Apply this plan</button>`}</p>`}
    ${plan && plan.changes.length > 0 && !run && html`<${Graph} steps=${steps(plan.changes)} time=${0} href=${href} chosen=${chosen} label="The changes, and what comes after what" />`}
    ${goesOn && canFollow() && html`<${Progress} key=${goesOn} id=${goesOn} isLast=${!run} plan=${run && plan} href=${href} chosen=${chosen} onOver=${onOver} />`}
    ${detail && html`<${ChangeDetail} key=${detail.id} it=${detail} />`}
    ${plan && plan.changes.length > 0 && html`<${Changes} changes=${plan.changes} href=${href} />`}
    ${isAsked && plan && html`<${Apply} name=${name} plan=${plan} onClose=${() => setAsked(false)} onRefused=${onRefused} onApplied=${answer => {
      setAsked(false);
      if (answer.done) load();
      else setState({ plan, run: answer.run });
    }} />`}
  </section>`;
}

// ---------------------------------------------------------------- one state

export function PlanPage({ name }) {
  const time = useBox(now);
  const [kept, setKept] = useState(null);
  const [isGoing, setGoing] = useState(false);
  const { value, error, again } = useFresh(async () => {
    try {
      return await get(path(name));
    } catch (e) {
      if (e.status !== 404 || !canKeep()) throw e;
      return { name, revision: 0, text: TEMPLATE, managed: 0 };
    }
  }, [name]);
  const state = kept && kept.revision > (value?.revision ?? 0) ? kept : value;
  useEffect(() => {
    if (value && (value.revision === 0 || value.revision >= (kept?.revision ?? 0))) setKept(null); // an older answer may come after
  }, [value]);
  const onKept = async saved => {
    if (saved) setKept(saved);
    again();
  };
  if (!state) {
    return html`<div class="page plan"><p class="crumb"><a href=${link('plan')}>Plan</a></p><header class="top"><h1>${name}</h1></header>
      ${error ? html`<${Empty} title="It cannot be shown"><p>${error.message}</p><//>` : html`<p class="hint" role="status">Loading …</p>`}</div>`;
  }
  return html`<div class="page plan"><p class="crumb"><a href=${link('plan')}>Plan</a></p>
    <header class="top run-head"><h1>${name}</h1>${state.revision === 0 ? html`<${Badge} tone="plain">new<//>` : html`<${Drift} it=${state} />
      <p class="meta"><span>revision ${state.revision}</span><span title=${moment(state.written)}>written ${since(state.written, time)} ago by <${Shown} text=${state.author} /></span><span>${count(state.managed, 'guest')} belong${state.managed === 1 ? 's' : ''} to it</span></p>`}
      <div class="actions">${state.revision > 0 && may('DELETE', '/infra/{state}') && html`<button type="button" class="danger" onClick=${() => setGoing(true)}>Forget it</button>`}</div></header>
    ${error && html`<${Problem} error=${error} />`}
    <${Text} key=${`text ${name}`} state=${state} onKept=${onKept} />
    <${PlanOf} key=${`plan ${name}`} state=${state} isChanged=${drafts.has(name)} onOver=${again} />
    ${isGoing && html`<${Confirm} title=${`Forget the desired state ${name}?`} verb="Forget it" onClose=${() => setGoing(false)} onConfirm=${async () => {
      await ask('DELETE', path(name), { headers: { 'if-match': `"${state.revision}"` } });
      drafts.delete(name);
      say(`${name} is forgotten.`);
      location.hash = link('plan');
    }}><p>Its guests stay as they are. Nothing compares them with it any more.</p><//>`}</div>`;
}
