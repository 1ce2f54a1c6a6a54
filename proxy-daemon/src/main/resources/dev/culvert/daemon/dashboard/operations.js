// What can be done, as the daemon describes it; forms are made from that description. And what was done, by whom.

import { ask, get, session } from './api.js';
import { Badge, Confirm, Empty, Problem, Search, Tabs, html, link, place, useBox, useEffect, useLoad, useState } from './parts.js';
import { millis, moment } from './format.js';

const TONES = { read: 'good', change: 'wait', destroy: 'bad' };

function typeOf(schema) {
  const types = [schema.type].flat().filter(it => it && it !== 'null');
  return types[0] ?? 'any';
}

/** The value that a field's text means; throws a sentence. */
export function parsed(name, schema, text) {
  const type = typeOf(schema);
  if (type === 'string') return text;
  if (type === 'integer' || type === 'number') {
    const number = Number(text);
    if (Number.isNaN(number)) throw new Error(`${name} takes a number.`);
    return number;
  }
  if (type === 'array' && schema.items && typeOf(schema.items) === 'string') return text.split('\n').map(it => it.trim()).filter(Boolean);
  try {
    return JSON.parse(text);
  } catch (e) {
    if (type === 'any') return text;
    throw new Error(`${name} takes JSON: ${e.message}`);
  }
}

export function Field({ name, schema, isRequired, value, onInput }) {
  const type = typeOf(schema);
  const id = `field-${name}`;
  const common = { id, value, onInput: e => onInput(e.target.value), required: isRequired };
  const isList = type === 'array' && schema.items && typeOf(schema.items) === 'string';
  return html`<div class="field"><label for=${id}>${name}${isRequired ? html` <small>required</small>` : ''}</label>
    ${schema.enum ? html`<select ...${common}><option value=""></option>${schema.enum.map(it => html`<option value=${it}>${it}</option>`)}</select>`
      : type === 'integer' || type === 'number' ? html`<input type="number" min=${schema.minimum} max=${schema.maximum} ...${common} />`
      : type === 'string' ? html`<input autocomplete="off" spellcheck="false" ...${common} />`
      : html`<textarea class="code" rows=${isList ? 2 : 4} spellcheck="false" placeholder=${isList ? 'one a line' : 'JSON'} ...${common} />`}
    <small>${schema.description ?? ''}</small></div>`;
}

function Run({ operation }) {
  const properties = Object.entries(operation.parameters.properties ?? {});
  const required = new Set(operation.parameters.required ?? []);
  const [values, setValues] = useState({});
  const [state, setState] = useState({});
  const run = async () => {
    setState({ busy: true });
    try {
      const body = {};
      for (const [name, schema] of properties) {
        if ((values[name] ?? '') !== '') body[name] = parsed(name, schema, values[name]);
      }
      const begun = performance.now();
      const { value, text, response } = await ask('POST', `operations/${encodeURIComponent(operation.name)}`, { body });
      setState({ done: { status: response.status, took: performance.now() - begun, text: value === undefined ? text : JSON.stringify(value, null, 2), run: response.headers.get('culvert-op') } });
    } catch (error) {
      setState({ error });
    }
  };
  const submit = e => {
    e.preventDefault();
    if (operation.effect === 'destroy') setState({ asking: true });
    else run();
  };
  if (operation.streams || operation.name === 'operations.run') return html`<p class="hint">Its answer has no end, so it cannot be run from here.</p>`;
  return html`<form class="stack" onSubmit=${submit}>
    ${properties.map(([name, schema]) => html`<${Field} key=${name} name=${name} schema=${schema} isRequired=${required.has(name)} value=${values[name] ?? ''} onInput=${text => setValues({ ...values, [name]: text })} />`)}
    <footer><button class=${operation.effect === 'destroy' ? 'danger' : 'primary'} disabled=${state.busy}>${state.busy ? 'Running …' : 'Run'}</button></footer>
    ${state.error && html`<${Problem} error=${state.error} />`}
    ${state.done && html`<div role="status"><p class="meta"><${Badge} tone="good">${state.done.status}<//><span>${millis(state.done.took)}</span>${state.done.run && html`<span>run <code>${state.done.run}</code></span>`}</p>
      ${state.done.text && html`<pre class="code" tabindex="0">${state.done.text.slice(0, 100_000)}</pre>`}</div>`}
    ${state.asking && html`<${Confirm} title=${`Run ${operation.name}?`} verb="Run it" onClose=${() => setState({})} onConfirm=${run}><p>${operation.summary}. This cannot be undone.</p><//>`}
  </form>`;
}

function Operation({ operation }) {
  return html`<section class="stack operation" aria-labelledby="op-name">
    <h2 id="op-name"><code>${operation.name}</code></h2><p>${operation.summary}.</p>
    <p class="meta"><${Badge} tone=${TONES[operation.effect]}>${operation.effect}<//>${operation.scope && html`<span>scope <code>${operation.scope}</code></span>`}
      <span><code>${operation.method} ${operation.path}</code></span>${operation.verb && html`<span><code>culvert ${operation.verb}</code></span>`}</p>
    <${Run} key=${operation.name} operation=${operation} /></section>`;
}

function List({ name }) {
  const all = [...useBox(session).operations.values()];
  const { query } = useBox(place);
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const shown = all.filter(it => words.every(word => `${it.name} ${it.summary} ${it.effect}`.toLowerCase().includes(word)));
  const chosen = all.find(it => it.name === name);
  return html`<div class="split">
    <div class="master"><${Search} label="Search operations" hint="Search operations" />
      <ul class="plain">${shown.map(it => html`<li key=${it.name}><a href=${`${link('operations', it.name)}${query.size ? `?${query}` : ''}`} aria-current=${it.name === name ? 'true' : undefined}>
        <span><code>${it.name}</code><small>${it.summary}</small></span><${Badge} tone=${TONES[it.effect]}>${it.effect}<//></a></li>`)}</ul></div>
    <div class="detail">${chosen ? html`<${Operation} operation=${chosen} />`
      : html`<${Empty} title="What you may do"><p>These ${all.length} operations are what your sign-in allows. Choose one to see what it takes, and to run it.</p><//>`}</div>
  </div>`;
}

function Details({ run }) {
  const { value, error } = useLoad(() => get(`operations/runs/${encodeURIComponent(run.id)}`), [run.id]);
  if (error) return html`<${Problem} error=${error} />`;
  return html`<pre class="code wrap" tabindex="0">${value ? JSON.stringify(value, null, 2) : 'Loading …'}</pre>`;
}

function Runs() {
  const [open, setOpen] = useState(null);
  const { value, error, again } = useLoad(() => get('operations/runs', { limit: 100 }), []);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && again(), 4000);
    return () => clearInterval(timer);
  }, []);
  if (error && !value) return html`<${Problem} error=${error} />`;
  const runs = value?.runs ?? value?.operations ?? [];
  if (value && runs.length === 0) return html`<${Empty} title="No change yet"><p>Each change that somebody makes is recorded here, with who made it and how it went.</p><//>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Changes"><table><thead><tr>${['When', 'Operation', 'Path', 'Who', 'State', 'Took'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}<th scope="col"><span class="hidden">Actions</span></th></tr></thead>
    <tbody>${runs.map(it => html`<tr key=${it.id}><td>${moment(it.begun)}</td><th scope="row"><code>${it.operation}</code></th><td><span class="cut" title=${it.path}>${it.path}</span></td><td>${it.caller}</td>
      <td><${Badge} tone=${{ done: 'good', failed: 'bad' }[it.state] ?? 'wait'}>${it.state}<//>${it.error ? html` <small>${it.error}</small>` : ''}</td><td>${millis(it.milliseconds)}</td>
      <td class="right"><button type="button" aria-expanded=${open?.id === it.id ? 'true' : 'false'} onClick=${() => setOpen(open?.id === it.id ? null : it)}>Details</button></td></tr>
      ${open?.id === it.id && html`<tr key=${`${it.id}-open`}><td colspan="7"><${Details} run=${it} /></td></tr>`}`)}</tbody></table></div>`;
}

export function OperationsPage({ name }) {
  const isRuns = name === 'runs';
  return html`<div class="page operations"><header class="top"><h1>Operations</h1></header>
    <${Tabs} label="Operations" current=${isRuns ? 'runs' : 'all'} onSelect=${id => { location.hash = id === 'runs' ? link('operations', 'runs') : link('operations'); }}
      tabs=${[{ id: 'all', title: 'What you may do' }, { id: 'runs', title: 'What was done' }]} />
    <div id="panel" role="tabpanel" aria-labelledby=${`tab-${isRuns ? 'runs' : 'all'}`}>${isRuns ? html`<${Runs} />` : html`<${List} name=${name} />`}</div></div>`;
}
