// Doctor: what is wrong as far as a browser can see, the worst first, each with what to do.

import { ask, get, may } from './api.js';
import { connection, fleet } from './live.js';
import { Badge, Copy, Empty, Problem, html, link, useBox, useLoad, useState } from './parts.js';
import { count, lastError, millis, moment, presence } from './format.js';

const TONES = { bad: 'bad', warn: 'wait', good: 'good' };
const WORDS = { bad: 'problem', warn: 'warning', good: 'good' };
const MOST_NAMED = 12;
const MOST_PINGS = 50;

const names = agents => html`${agents.slice(0, MOST_NAMED).map((it, i) => html`${i ? ', ' : ''}<a href=${link('agents', it.id)}>${it.id}</a>`)}${agents.length > MOST_NAMED ? ` and ${agents.length - MOST_NAMED} more` : ''}`;

/** Agents that cannot be reached, by reason: one broken host is one finding. */
function unreachable(agents) {
  const reasons = new Map();
  for (const agent of agents) {
    const why = (lastError(agent) || 'it has not answered yet').replaceAll(agent.address, 'its address');
    reasons.set(why, [...(reasons.get(why) ?? []), agent]);
  }
  return [...reasons].map(([why, of]) => ({
    grade: 'bad', title: `${count(of.length, 'agent is', 'agents are')} offline`, text: html`${names(of)}: ${why}`,
    command: of.length === 1 ? `culvert ping ${of[0].id}` : 'culvert doctor',
  }));
}

function findings(status, version) {
  const agents = [...fleet.agents.values()];
  const found = [...unreachable(agents.filter(it => presence(it).word === 'offline'))];
  const pending = agents.filter(it => it.desired_revision !== it.applied_revision && presence(it).word !== 'offline');
  if (pending.length) found.push({ grade: 'warn', title: `${count(pending.length, 'agent has', 'agents have')} not the configuration that they should`, text: html`${names(pending)}. The tab Configuration shows the difference.` });
  const drained = agents.filter(it => it.drained_since);
  if (drained.length) found.push({ grade: 'warn', title: `${count(drained.length, 'agent is', 'agents are')} drained`, text: html`${names(drained)} take no new work until somebody ends the drain.`, command: `culvert agents drain --end ${drained[0].id}` });
  const degraded = agents.filter(it => JSON.stringify(it.conditions ?? '').includes('degraded'));
  if (degraded.length) found.push({ grade: 'warn', title: `${count(degraded.length, 'agent says', 'agents say')} that their runtime does not answer`, text: html`${names(degraded)}: ${degraded[0].heartbeat.runtime_error ?? ''}` });
  const others = agents.filter(it => version && it.heartbeat.agent_version && it.heartbeat.agent_version !== version);
  if (others.length) found.push({ grade: 'warn', title: `${count(others.length, 'agent is', 'agents are')} of another version than the daemon (${version})`, text: html`${names(others)}. That works; new features need both.` });
  const base = agents.filter(it => presence(it).word === 'online' && it.heartbeat.features.length === 0);
  if (base.length) found.push({ grade: 'warn', title: `${count(base.length, 'agent speaks', 'agents speak')} only the base protocol`, text: html`${names(base)}: their turns can be neither stopped nor resumed.` });
  if (status) {
    if (status.status !== 'ok') found.push({ grade: 'warn', title: `The daemon is ${status.status}`, text: 'It takes no new work.', command: 'culvert drain --end' });
    for (const it of status.failures ?? []) found.push({ grade: 'warn', title: `${count(it.count, 'request')} of the last hour failed with ${it.code}`, text: 'The runbook says what it means.' });
  }
  const online = agents.filter(it => presence(it).word === 'online').length;
  if (agents.length) found.push({ grade: online === agents.length ? 'good' : 'warn', title: `${online.toLocaleString('en')} of ${count(agents.length, 'agent')} online`, text: '' });
  found.push({ grade: 'good', title: 'The daemon answers', text: version ? `Version ${version}.` : '' });
  const order = { bad: 0, warn: 1, good: 2 };
  return found.sort((a, b) => order[a.grade] - order[b.grade]);
}

function Pings() {
  const [state, setState] = useState({});
  const run = async () => {
    const ids = [...fleet.agents.values()].filter(it => presence(it).word === 'online').slice(0, MOST_PINGS).map(it => it.id);
    const results = [];
    setState({ busy: true, results });
    for (let at = 0; at < ids.length; at += 4) {
      results.push(...(await Promise.all(ids.slice(at, at + 4).map(async id => {
        try {
          return { id, ...(await ask('POST', `agents/${encodeURIComponent(id)}/ping`)).value };
        } catch (error) {
          return { id, error: error.message };
        }
      }))));
      setState({ busy: true, results: [...results] });
    }
    setState({ results });
  };
  const slowest = [...(state.results ?? [])].sort((a, b) => (b.error ? 1e12 : b.round_trip_us) - (a.error ? 1e12 : a.round_trip_us));
  return html`<section class="stack"><header class="line"><h2>The way to the agents</h2><button type="button" onClick=${run} disabled=${state.busy}>${state.busy ? 'Measuring …' : 'Measure'}</button></header>
    ${state.results && html`<div class="scroll" tabindex="0" role="region" aria-label="Round trips"><table><thead><tr>${['Agent', 'There and back', 'In the guest', 'Runtime'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
      <tbody>${slowest.map(it => html`<tr key=${it.id}><th scope="row"><a href=${link('agents', it.id)}>${it.id}</a></th>
        ${it.error ? html`<td colspan="3" class="why">${it.error}</td>` : html`<td>${millis(it.round_trip_us / 1000)}</td><td>${it.guest_us === undefined ? '–' : `${it.guest_us} µs`}</td><td>${it.runtime_us === undefined ? '–' : millis(it.runtime_us / 1000)}${it.runtime_status >= 400 ? ` (HTTP ${it.runtime_status})` : ''}</td>`}</tr>`)}</tbody></table></div>`}</section>`;
}

export function DoctorPage() {
  useBox(fleet.ticks);
  const { version } = useBox(connection);
  const canSee = may('GET', '/admin/status');
  const { value: status, error } = useLoad(() => (canSee ? get('admin/status') : Promise.resolve(null)), []);
  if (!fleet.isKnown) return html`<div class="page"><h1>Doctor</h1><p class="hint" role="status">Loading …</p></div>`;
  const found = findings(status, version);
  return html`<div class="page"><header class="top"><h1>Doctor</h1><p class="hint">What a browser can see. On the host, <code>culvert doctor</code> also looks at files, units, ports and vsock.</p></header>
    ${error && html`<${Problem} error=${error} />`}
    ${fleet.agents.size === 0 && html`<${Empty} title="Nobody to look at"><p>The daemon answers, and knows no agent that you see.</p><//>`}
    <ul class="plain findings">${found.map((it, i) => html`<li key=${i} class=${it.grade}><${Badge} tone=${TONES[it.grade]}>${WORDS[it.grade]}<//>
      <div><h2>${it.title}</h2>${it.text && html`<p>${it.text}</p>`}${it.command && html`<p class="line start"><code>${it.command}</code><${Copy} text=${it.command} /></p>`}</div></li>`)}</ul>
    ${may('POST', '/agents/{id}/ping') && fleet.agents.size > 0 && html`<${Pings} />`}
    ${status && html`<section class="stack"><h2>The daemon</h2><dl class="facts">
      <div class="fact"><dt>version</dt><dd>${status.version}</dd></div><div class="fact"><dt>status</dt><dd>${status.status}</dd></div>
      <div class="fact"><dt>started</dt><dd>${moment(status.started)}</dd></div><div class="fact"><dt>turns</dt><dd>${status.turns}</dd></div>
      ${status.listeners.map(it => html`<div class="fact" key=${it.address}><dt>listens for ${it.for}</dt><dd><code>${it.address}</code></dd></div>`)}</dl></section>`}
  </div>`;
}
