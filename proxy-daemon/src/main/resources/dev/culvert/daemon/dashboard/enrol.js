// Enrolment: a token that is shown once, the command to run in the guest, and the agent when it has joined.

import { ask, get, may, operation } from './api.js';
import { fleet } from './live.js';
import { Confirm, Dialog, Problem, Secret, html, link, say, useBox, useEffect, useLoad, useState } from './parts.js';
import { moment, shortMoment } from './format.js';

export const canEnrol = () => may('POST', '/enrollments');

const TIMES = [['15m', '15 minutes'], ['1h', '1 hour'], ['24h', '1 day'], ['7d', '7 days']];

function Waiting() {
  const [asked, setAsked] = useState(null);
  const { value, error, again } = useLoad(() => get('enrollments', { limit: 100 }), []);
  const waiting = (value?.enrollments ?? []).filter(it => it.state === 'open');
  if (error || waiting.length === 0) return null;
  return html`<section class="stack"><h3>Not used yet</h3><ul class="plain">${waiting.map(it => html`<li key=${it.id} class="line">
      <span><strong>${it.name ?? 'any name'}</strong> ${it.tenant ? html`<small>${it.tenant}</small>` : ''}<br /><small>until ${moment(it.expires)}</small></span>
      ${may('DELETE', '/enrollments/{enrollment}') && html`<button type="button" onClick=${() => setAsked(it)}>Withdraw</button>`}</li>`)}</ul>
    ${asked && html`<${Confirm} title="Withdraw this enrolment?" verb="Withdraw" onClose=${() => setAsked(null)}
      onConfirm=${async () => { await ask('DELETE', `enrollments/${encodeURIComponent(asked.id)}`); again(); say('The enrolment is withdrawn.'); }}>
      <p>Its token ends at once. An agent that has joined with it is not affected.</p><//>`}</section>`;
}

function Form({ onMade }) {
  const [form, setForm] = useState({ name: '', tenant: '', ttl: '1h' });
  const [state, setState] = useState({});
  const takesTenant = operation('POST', '/enrollments')?.parameters?.properties?.tenant !== undefined;
  const submit = async e => {
    e.preventDefault();
    setState({ busy: true });
    const body = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value));
    try {
      onMade((await ask('POST', 'enrollments', { body })).value, new Set(fleet.agents.keys()));
    } catch (error) {
      setState({ error });
    }
  };
  const set = name => e => setForm({ ...form, [name]: e.target.value });
  return html`<form class="stack" onSubmit=${submit}>
    <label>Name <input autofocus value=${form.name} onInput=${set('name')} placeholder="the guest's hostname, if empty" pattern="[A-Za-z0-9._\\-]{1,64}" title="1 to 64 letters, digits, dots, hyphens and underscores" autocomplete="off" spellcheck="false" /></label>
    ${takesTenant && html`<label>Tenant <input value=${form.tenant} onInput=${set('tenant')} placeholder="yours, if empty" autocomplete="off" spellcheck="false" /></label>`}
    <label>The token is valid for <select value=${form.ttl} onChange=${set('ttl')}>${TIMES.map(([id, title]) => html`<option value=${id}>${title}</option>`)}</select></label>
    ${state.error && html`<${Problem} error=${state.error} />`}
    <footer><button class="primary" disabled=${state.busy}>${state.busy ? 'Asking …' : 'Make a token'}</button></footer>
  </form>`;
}

function Made({ made, before }) {
  useBox(fleet.ticks);
  const [id, setId] = useState(made.name);
  useEffect(() => {
    if (id) return undefined; // else the daemon says which one it became
    const timer = setInterval(() => get(`enrollments/${encodeURIComponent(made.id)}`).then(it => it.agent_id && setId(it.agent_id), () => {}), 1000);
    return () => clearInterval(timer);
  }, [id]);
  const joined = id && !before.has(id) ? fleet.agents.get(id) : undefined;
  return html`<div class="stack">
    <p>Run this in the guest, once. The token works for one agent, until ${shortMoment(made.expires)}, and is not shown again.</p>
    <${Secret} label="Command" text=${made.command} />
    <${Secret} label="Token" text=${made.token} />
    <div class="joined" role="status">${joined
      ? html`<span class="badge good"><i aria-hidden="true" />joined</span><a href=${link('agents', joined.id)}>${joined.id}</a>`
      : html`<span class="badge wait"><i aria-hidden="true" />waiting</span><span>The agent appears here when it has joined.</span>`}</div>
  </div>`;
}

export function EnrolDialog({ onClose }) {
  const [made, setMade] = useState(null);
  return html`<${Dialog} title="Enrol an agent" onClose=${onClose} wide>
    ${made ? html`<${Made} made=${made.value} before=${made.before} />`
      : html`<${Form} onMade=${(value, before) => setMade({ value, before })} />${may('GET', '/enrollments') && html`<${Waiting} />`}`}
  <//>`;
}
