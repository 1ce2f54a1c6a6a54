// Flows: those of the daemon's folder with what starts them, the runs of all, and one flow with its picture.

import { ask, get, may } from './api.js';
import { Badge, Dialog, Empty, Icon, Problem, html, link, now, place, setQuery, useBox, useEffect, useLoad, useState } from './parts.js';
import { count, millis, moment, since } from './format.js';
import { Field, parsed } from './operations.js';
import { Shown } from './exact.js';
import { Graph, stateTone, stateWord, took } from './graph.js';

const EVERY = 3000;
const PAGE = 50;
const LATEST = 500;
const STATES = ['running', 'unknown', 'done', 'failed', 'cancelled'];

export const canRun = () => may('POST', '/flow-runs');

/** Loads now, and again while the page is in sight. */
export function useFresh(load, needs) {
  const loaded = useLoad(load, needs);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && loaded.again(), EVERY);
    return () => clearInterval(timer);
  }, []);
  return loaded;
}

export const StateBadge = ({ state }) => html`<${Badge} tone=${stateTone(state)}>${stateWord(state)}<//>`;

// ---------------------------------------------------------------- starting one

const empty = it => (it.default === null || it.default === undefined ? '' : typeof it.default === 'string' ? it.default : JSON.stringify(it.default));

const schemaOf = input => ({
  type: input.type.includes(' or ') ? 'any' : input.type,
  description: [input.description, input.env ? `Without it, what the daemon's variable ${input.env} says.` : ''].filter(Boolean).join(' '),
});

/** Asks for the inputs of a flow, and starts it; then its run is shown. `given` are inputs of an earlier run. */
export function RunDialog({ name, given, onClose }) {
  const { value: flow, error: unread } = useLoad(() => get(`flows/${encodeURIComponent(name)}`), [name]);
  const [texts, setTexts] = useState({});
  const [state, setState] = useState({});
  const textOf = input => texts[input.name] ?? (given && input.name in given ? empty({ default: given[input.name] }) : empty(input));
  const submit = async e => {
    e.preventDefault();
    setState({ busy: true });
    try {
      const inputs = {};
      for (const input of flow.inputs) {
        const text = textOf(input);
        if (text !== '' || (input.type === 'string' && typeof input.default === 'string')) inputs[input.name] = parsed(input.name, schemaOf(input), text);
      }
      const { value } = await ask('POST', 'flow-runs', { body: { flow: name, inputs } });
      onClose();
      location.hash = link('flow-runs', value.id);
    } catch (error) {
      setState({ error });
    }
  };
  return html`<${Dialog} title=${`Run ${name}`} onClose=${onClose} wide>
    ${unread && html`<${Problem} error=${unread} />`}
    ${!flow && !unread && html`<p class="hint" role="status">Loading …</p>`}
    ${flow && html`<form class="stack" onSubmit=${submit}>
      ${flow.description && html`<p><${Shown} text=${flow.description} /></p>`}
      ${flow.inputs.length === 0 && html`<p class="hint">It takes no inputs.</p>`}
      ${flow.inputs.map(it => html`<${Field} key=${it.name} name=${it.name} schema=${schemaOf(it)} isRequired=${false} value=${textOf(it)} onInput=${text => setTexts({ ...texts, [it.name]: text })} />`)}
      ${state.error && html`<${Problem} error=${state.error}><${Mistakes} all=${state.error.problem?.mistakes ?? []} /><//>`}
      <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary" disabled=${state.busy}>${state.busy ? 'Starting …' : 'Run it'}</button></footer>
    </form>`}<//>`;
}

const Mistakes = ({ all }) => all.length > 1 && html`<ul>${all.map((it, i) => html`<li key=${i}><${Shown} text=${it} /></li>`)}</ul>`;

// ---------------------------------------------------------------- the runs

export function RunTable({ runs, time, hideFlow }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="runs"><thead><tr>${['Run', !hideFlow && 'Flow', 'State', 'Started', 'Took', 'Who', 'Error'].filter(Boolean).map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
    <tbody>${runs.map(it => html`<tr key=${it.id}><th scope="row"><a href=${link('flow-runs', it.id)}><code>${it.id}</code></a></th>
      ${!hideFlow && html`<td>${it.flow}</td>`}<td><${StateBadge} state=${it.state} /></td>
      <td title=${moment(it.started)}>${since(it.started, time)} ago</td><td>${millis(took(it, time))}</td><td>${it.caller}${it.parent ? html` <small>a step of another run</small>` : ''}</td>
      <td><span class="cut" title=${it.error ?? ''}><${Shown} text=${it.error ?? ''} /></span></td></tr>`)}</tbody></table></div>`;
}

function Filter({ state, counts }) {
  const chip = (id, title) => html`<button type="button" key=${id} class="chip ${id ? stateTone(id) : ''}" aria-pressed=${state === id ? 'true' : 'false'}
    onClick=${() => setQuery({ state: id })}>${title} <strong>${counts.get(id) ?? 0}</strong></button>`;
  return html`<div class="chips" role="group" aria-label="Filter by state">${chip('', 'all')}${STATES.map(it => chip(it, it === 'running' ? 'running' : it))}</div>`;
}

export function Runs({ flow }) {
  const time = useBox(now);
  const { query } = useBox(place);
  const [most, setMost] = useState(PAGE);
  const state = STATES.includes(query.get('state')) ? query.get('state') : '';
  const { value, error } = useFresh(() => get('flow-runs', { limit: LATEST, flow }), [flow]);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  const counts = new Map([['', value.runs.length]]);
  value.runs.forEach(it => counts.set(it.state, (counts.get(it.state) ?? 0) + 1));
  const found = value.runs.filter(it => !state || it.state === state);
  return html`<${Filter} state=${state} counts=${counts} />
    ${error && html`<${Problem} error=${error} />`}
    ${found.length === 0
      ? html`<${Empty} title=${value.runs.length === 0 ? 'No run yet' : `No run is ${state}`}><p>A run is there from when it starts until <code>flows.keep</code> newer ones have ended.</p><//>`
      : html`<${RunTable} runs=${found.slice(0, most)} time=${time} hideFlow=${Boolean(flow)} />`}
    ${found.length > most && html`<p class="line"><span class="hint">${count(found.length - most, 'older run')} not shown.</span><button type="button" onClick=${() => setMost(most + PAGE)}>Show ${Math.min(PAGE, found.length - most)} more</button></p>`}`;
}

// ---------------------------------------------------------------- the flows

const CAUSES = { schedule: 'at', subject: 'on', request: 'signed request' };

const Triggers = ({ all }) => (all.length === 0 ? html`<span class="hint">by hand</span>` : html`<ul class="plain">${all.map(it => html`<li key=${it.name}>
  ${CAUSES[it.cause] ?? it.cause}${it.cause === 'request' ? '' : html` <code>${it.of}</code>`} <small>${it.name}${it.tenant === 'default' ? '' : ` for ${it.tenant}`}</small></li>`)}</ul>`);

function FlowTable({ flows, last, time, onRun }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Flows"><table class="flows"><thead><tr>${['Flow', 'What it does', 'Starts', 'Last run'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}<th scope="col"><span class="hidden">Actions</span></th></tr></thead>
    <tbody>${flows.map(it => html`<tr key=${it.name}><th scope="row"><a href=${link('flows', it.name)}>${it.name}</a></th>
      <td>${it.valid ? html`<span class="cut2"><${Shown} text=${it.description} /></span>` : html`<span class="why"><${Shown} text=${it.mistakes[0] ?? ''} />${it.mistakes.length > 1 ? html` <small>and ${count(it.mistakes.length - 1, 'more mistake')}</small>` : ''}</span>`}</td>
      <td><${Triggers} all=${it.triggers} /></td>
      <td>${last.has(it.name) ? html`<a class="bare" href=${link('flow-runs', last.get(it.name).id)} aria-label=${`The last run of ${it.name}: ${stateWord(last.get(it.name).state)}`}><${StateBadge} state=${last.get(it.name).state} /></a> <small>${since(last.get(it.name).started, time)} ago</small>` : html`<span class="hint">none</span>`}</td>
      <td class="right">${canRun() && it.valid && html`<button type="button" onClick=${() => onRun(it.name)} aria-label=${`Run ${it.name}`}>Run</button>`}</td></tr>`)}</tbody></table></div>`;
}

function Folder() {
  const time = useBox(now);
  const [running, setRunning] = useState(null);
  const { value, error } = useFresh(async () => {
    const [{ flows }, { runs }] = await Promise.all([get('flows'), get('flow-runs', { limit: LATEST })]);
    return { flows, last: new Map([...runs].reverse().map(it => [it.flow, it])) };
  }, []);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  return html`${value.flows.length === 0
    ? html`<${Empty} title="No flows here"><p>A flow is a file of steps that the daemon runs: put <code>NAME.jsonc</code> into the folder that <code>flows_dir</code> names, or start one of your own:</p><pre>culvert flow run report.jsonc</pre><//>`
    : html`<${FlowTable} flows=${value.flows} last=${value.last} time=${time} onRun=${setRunning} />`}
    ${running && html`<${RunDialog} name=${running} onClose=${() => setRunning(null)} />`}`;
}

export function FlowsPage() {
  return html`<div class="page flows"><header class="top"><h1>Flows</h1></header>
    ${may('GET', '/flows') && html`<${Folder} />`}
    <h2>Runs</h2><${Runs} /></div>`;
}

// ---------------------------------------------------------------- one flow

const Inputs = ({ all }) => html`<div class="scroll" tabindex="0" role="region" aria-label="Inputs"><table><thead><tr>${['Input', 'Type', 'By default', 'What it is'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
  <tbody>${all.map(it => html`<tr key=${it.name}><th scope="row"><code>${it.name}</code></th><td>${it.type}</td><td>${it.env ? html`<code>$${it.env}</code> ` : ''}${it.default === null ? '' : html`<code class="cut"><${Shown} text=${JSON.stringify(it.default)} /></code>`}</td><td><${Shown} text=${it.description} /></td></tr>`)}</tbody></table></div>`;

export function FlowPage({ name }) {
  const { value: flow, error } = useLoad(() => get(`flows/${encodeURIComponent(name)}`), [name]);
  const { query } = useBox(place);
  const [isRunning, setRunning] = useState(false);
  const chosen = query.get('step') ?? '';
  const step = flow?.steps.find(it => it.step === chosen);
  return html`<div class="page flows"><p class="crumb"><a href=${link('flows')}>Flows</a></p>
    <header class="top"><h1>${name}</h1>${flow && canRun() && html`<button type="button" class="primary" onClick=${() => setRunning(true)}><${Icon} name="flow" />Run</button>`}</header>
    ${error && html`<${Problem} error=${error}><${Mistakes} all=${error.problem?.mistakes ?? []} /><//>`}
    ${flow?.description && html`<p><${Shown} text=${flow.description} /></p>`}
    ${flow && html`<${Graph} steps=${flow.steps} time=${0} chosen=${chosen} label=${`The steps of ${name}`} href=${it => `${link('flows', name)}?step=${encodeURIComponent(it)}`} />
      ${step && html`<p role="status"><code>${step.step}</code> is a step <code>${step.kind}</code>${step.needs.length > 0 ? html`, after ${step.needs.map((it, i) => html`${i > 0 ? ', ' : ''}<code>${it}</code>`)}` : ', and needs no other'}${step.each ? '; it runs for each item of a list' : ''}${step.when ? '; only under a condition' : ''}${step.finally ? '; last of all, whatever happened' : ''}.</p>`}
      ${flow.inputs.length > 0 && html`<h2>Inputs</h2><${Inputs} all=${flow.inputs} />`}
      ${flow.outputs.length > 0 && html`<p class="hint">Its outputs: ${flow.outputs.map((it, i) => html`${i > 0 ? ', ' : ''}<code>${it}</code>`)}.</p>`}`}
    <h2>Runs</h2><${Runs} flow=${name} />
    ${isRunning && html`<${RunDialog} name=${name} onClose=${() => setRunning(false)} />`}</div>`;
}
