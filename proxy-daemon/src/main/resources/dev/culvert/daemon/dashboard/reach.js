// What the daemon reaches and lets others reach: SSH tunnels, previews of ports of agents, and what is used of providers.

import { all, ask, get, may } from './api.js';
import { Badge, Confirm, Empty, Problem, html, link, now, say, useBox, useState } from './parts.js';
import { bytes, moment, since } from './format.js';
import { Shown } from './exact.js';
import { useFresh } from './flows.js';

const TONES = { up: 'good', down: 'plain', waiting: 'bad', open: 'good' };

const head = names => html`<thead><tr>${names.map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>`;
const headWithActions = names => html`<thead><tr>${names.map(it => html`<th scope="col" key=${it}>${it}</th>`)}<th scope="col"><span class="hidden">Actions</span></th></tr></thead>`;

// ---------------------------------------------------------------- SSH tunnels

function Tunnel({ it, time, again }) {
  const [state, setState] = useState({});
  const path = `tunnels/${encodeURIComponent(it.name)}`;
  const run = (verb, body, says) => async () => {
    setState({ busy: verb });
    try {
      const { value } = await ask('POST', `${path}/${verb}`, { body });
      setState({ says: says(value ?? {}) });
    } catch (error) {
      setState({ error });
    }
    again();
  };
  const tested = value => (value.ok === undefined ? 'It was tested.' : `${value.ok ? 'It answers' : 'It does not answer'}: ${value.says}`);
  const button = (verb, title, body, says) => may('POST', `/tunnels/{tunnel}/${verb}`) && html`<button type="button" class="small" disabled=${Boolean(state.busy)} onClick=${run(verb, body, says)} aria-label=${`${title} ${it.name}`}>${state.busy === verb ? '…' : title}</button>`;
  const said = state.error?.message ?? state.says ?? it.trouble;
  return html`<tr><th scope="row">${it.name}<small class="block">${it.kind}</small></th>
      <td><${Badge} tone=${TONES[it.state] ?? 'wait'}>${it.state}<//>${it.hop && html` <small>at the hop <code>${it.hop}</code></small>`}<small class="block" title=${moment(it.since)}>for ${since(it.since, time)}</small></td>
      <td><code>${it.listen}</code><small class="block">to <code><${Shown} text=${it.to ?? 'anything'} /></code> by <code><${Shown} text=${it.server} /></code></small></td>
      <td class="num">${it.connections}</td><td class="num">${bytes(it.sent_bytes + it.received_bytes)}</td>
      <td class="right"><span class="actions">${it.wanted ? button('stop', 'Stop', undefined, () => 'It is stopped.') : button('start', 'Start', {}, value => `It is ${value.state ?? 'started'}.`)}${it.wanted && button('test', 'Test', undefined, tested)}</span></td></tr>
    ${said && html`<tr class="said"><td colspan="6"><p class=${state.error || (!state.says && it.trouble) ? 'why' : 'hint'} role="status"><${Shown} text=${said} />${it.next && !state.says ? html` <small>It is tried again at ${moment(it.next)}.</small>` : ''}</p></td></tr>`}`;
}

function Tunnels() {
  const time = useBox(now);
  const { value, error, again } = useFresh(() => all('tunnels', 'tunnels'), []);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  if (value.length === 0) return html`<${Empty} title="No SSH tunnels"><p>A tunnel brings a port of a server that SSH reaches to this host, and keeps it up:</p><pre>culvert tunnel add db me@bastion.example --key build --to db.internal:5432</pre><//>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="SSH tunnels"><table>${headWithActions(['Tunnel', 'State', 'Way', 'Callers', 'Bytes'])}
    <tbody>${value.map(it => html`<${Tunnel} key=${it.name} it=${it} time=${time} again=${again} />`)}</tbody></table></div>`;
}

// ---------------------------------------------------------------- previews

function Previews() {
  const [asked, setAsked] = useState(null);
  const { value, error, again } = useFresh(() => all('previews', 'previews'), []);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  const shown = value.filter(it => it.state === 'open');
  if (shown.length === 0) return html`<${Empty} title="No preview is open"><p>A preview is a link to a port of an agent, for a browser: <code>culvert preview create AGENT 3000</code>.</p><//>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Previews"><table>${headWithActions(['Agent', 'Port', 'Host', 'State', 'Made by', 'Expires'])}
    <tbody>${shown.map(it => html`<tr key=${it.id}><th scope="row"><a href=${link('agents', it.agent)}>${it.agent}</a></th><td>${it.port}</td><td><code>${it.host}</code></td>
      <td><${Badge} tone=${TONES[it.state] ?? 'wait'}>${it.state}<//></td><td>${it.by}</td><td>${moment(it.expires)}</td>
      <td class="right">${may('DELETE', '/previews/{preview}') && html`<button type="button" class="danger small" onClick=${() => setAsked(it)} aria-label=${`Revoke the preview of ${it.agent}, port ${it.port}`}>Revoke</button>`}</td></tr>`)}</tbody></table></div>
    ${asked && html`<${Confirm} title=${`Revoke the preview of ${asked.agent}, port ${asked.port}?`} verb="Revoke" onClose=${() => setAsked(null)}
      onConfirm=${async () => { await ask('DELETE', `previews/${encodeURIComponent(asked.id)}`); say('The link is invalid.'); again(); }}><p>Whoever has the link sees nothing any more, at once.</p><//>`}`;
}

// ---------------------------------------------------------------- budgets

const number = value => value.toLocaleString('en');

function Used({ used, limit, reserved = 0, what }) {
  if (limit === null) return html`${number(used)} <small>no limit</small>`;
  const share = limit > 0 ? (used + reserved) / limit : 1;
  return html`<span class="used">${number(used)} of ${number(limit)}<meter min="0" max="1" high="0.8" optimum="0" value=${Math.min(1, share)} aria-label=${`${what}: ${Math.round(share * 100)} %`} /></span>${reserved > 0 ? html` <small>and ${number(reserved)} reserved</small>` : ''}`;
}

function Budgets() {
  const { value, error } = useFresh(() => get('budgets'), []);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  if (value.budgets.length === 0) return html`<${Empty} title="Nothing is used"><p>No agent has asked a provider in this hour or day. <code>providers</code> names the LLM services that agents may ask, <code>budgets</code> how much of them.</p><//>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Budgets"><table>${head(['Who', 'In this', 'Tokens', 'Requests'])}
    <tbody>${value.budgets.map(it => html`<tr key=${`${it.of} ${it.name} ${it.span}`}><th scope="row">${it.of === 'agent' ? html`<a href=${link('agents', it.name)}>${it.name}</a>` : it.name}<small class="block">${it.of}</small></th>
      <td title=${`until ${moment(it.ends)}`}>${it.span}</td><td><${Used} used=${it.tokens} reserved=${it.reserved_tokens} limit=${it.token_limit} what=${`Tokens of ${it.name}`} /></td>
      <td><${Used} used=${it.requests} limit=${it.request_limit} what=${`Requests of ${it.name}`} /></td></tr>`)}</tbody></table></div>`;
}

export function ReachPage() {
  return html`<div class="page reach"><header class="top"><h1>Reach</h1><p class="hint">What the daemon reaches for you and for agents.</p></header>
    ${may('GET', '/tunnels') && html`<h2>SSH tunnels</h2><${Tunnels} />`}
    ${may('GET', '/previews') && html`<h2>Previews</h2><${Previews} />`}
    ${may('GET', '/budgets') && html`<h2>Providers and budgets</h2><${Budgets} />`}</div>`;
}
