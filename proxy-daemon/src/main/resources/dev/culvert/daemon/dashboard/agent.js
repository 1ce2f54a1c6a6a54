// One agent: what it is, talking to it, its turns, its configuration, its identity, and what the log says of it.

import { ask, follow, get, may } from './api.js';
import { connection, fleet, figures, NO_FIGURES } from './live.js';
import { Badge, Confirm, Copy, Empty, Icon, Problem, Tabs, html, link, now, place, say, setQuery, useBox, useEffect, useLoad, useMemo, useRef, useState } from './parts.js';
import { conditions, count, duration, lastError, millis, moment, presence, rate, road, shortMoment, since } from './format.js';
import { Sparkline } from './sparkline.js';
import { TalkPanel } from './talk.js';

const path = (id, rest = '') => `agents/${encodeURIComponent(id)}${rest}`;

function Fact({ name, children, title, isWide }) {
  return html`<div class=${isWide ? 'fact wide' : 'fact'}><dt>${name}</dt><dd title=${title}>${children}</dd></div>`;
}

// ---------------------------------------------------------------- actions

function Actions({ agent }) {
  const [asked, setAsked] = useState(null);
  const [ping, setPing] = useState(null);
  const id = agent.id;
  const run = (verb, method, rest, done) => async () => {
    await ask(method, path(id, rest));
    say(done);
    setAsked(null);
  };
  const atOnce = (...args) => () => run(...args)().catch(error => say(error.message, 'bad'));
  const measure = async () => {
    setPing({ busy: true });
    try {
      const it = (await ask('POST', path(id, '/ping'))).value;
      setPing({ text: millis(it.round_trip_us / 1000), runtime: it.runtime_us && millis(it.runtime_us / 1000) });
    } catch (error) {
      setPing(null);
      say(error.message, 'bad');
    }
  };
  const confirm = (title, verb, text, method, rest, done) => () => setAsked({ title, verb, text, run: run(verb, method, rest, done) });
  return html`<div class="actions">
    ${may('POST', '/agents/{id}/ping') && html`<button type="button" onClick=${measure} disabled=${ping?.busy}>Ping${ping?.text ? html` <strong>${ping.text}</strong>` : ''}${ping?.runtime ? html` <small>runtime ${ping.runtime}</small>` : ''}</button>`}
    ${may('POST', '/agents/{id}/drain') && (agent.drained_since
      ? html`<button type="button" onClick=${atOnce('', 'DELETE', '/drain', `${id} takes work again.`)}>End the drain</button>`
      : html`<button type="button" onClick=${atOnce('', 'POST', '/drain', `${id} takes no new work. Its turns go on.`)}>Drain</button>`)}
    ${may('POST', '/agents/{id}/quiesce') && (agent.quiesced_since
      ? html`<button type="button" onClick=${atOnce('', 'DELETE', '/quiesce', `The turns of ${id} go on.`)}>End the quiesce</button>`
      : html`<button type="button" onClick=${atOnce('', 'POST', '/quiesce', `${id} is ready to pause: its turns are parked.`)}>Quiesce</button>`)}
    ${may('DELETE', '/agents/{id}') && html`<button type="button" class="danger" onClick=${confirm(`Remove ${id}?`, 'Remove', 'Its links end, and its configuration is forgotten. An agent of the settings file comes back with the next reload.', 'DELETE', '', `${id} is removed.`)}>Remove</button>`}
    ${asked && html`<${Confirm} title=${asked.title} verb=${asked.verb} onConfirm=${asked.run} onClose=${() => setAsked(null)}><p>${asked.text}</p><//>`}
  </div>`;
}

// ---------------------------------------------------------------- turns

const OUTCOME = { done: 'good', error: 'bad', cancelled: 'calm', tool_blocked: 'bad' };

function Watched({ turn, onClose }) {
  const [state, setState] = useState({ text: '', missed: 0, events: 0, said: 'connecting' });
  useEffect(() => {
    const stop = new AbortController();
    const it = { text: '', missed: 0, events: 0, said: 'reading' };
    const show = () => setState({ ...it });
    const isRead = turn.state !== 'ended' && turn.state !== 'unread'; // by somebody whom we must not replace
    follow('GET', `turns/${encodeURIComponent(turn.turn)}/stream`, {
      query: isRead ? { watch: 1 } : { after: 0 },
      signal: stop.signal,
      onOpen: response => {
        it.said = response.status === 204 ? 'there is nothing to read' : 'reading';
        show();
      },
      onEvent: ({ type, data }) => {
        const value = JSON.parse(data);
        if (type === 'chunk') {
          it.events++;
          it.text += value.content ?? '';
        } else if (type === 'tool_call') {
          it.events++;
          it.text += `${it.text && !it.text.endsWith('\n') ? '\n' : ''}▸ ${value.tool_name} ${JSON.stringify(value.arguments)}\n`;
        } else if (type === 'tool_result') {
          it.events++;
          it.text += value.ok ? '▸ done\n' : `▸ not done: ${value.error}\n`;
          it.said = 'reading';
        } else if (type === 'approval') {
          it.events++;
          it.said = `waits for an approval of ${value.tool_name}`;
        } else if (type === 'missed') it.missed += value.to - value.from + 1;
        else if (type === 'done') it.said = 'complete';
        else if (type === 'tool_blocked') it.said = `blocked: ${value.tool_name}, ${value.reason}`;
        else if (type === 'error') it.said = `${value.message} (${value.code})`;
        show();
      },
    }).catch(error => {
      if (!stop.signal.aborted) {
        it.said = error.message;
        show();
      }
    });
    return () => stop.abort();
  }, [turn.turn]);
  const log = useRef(null);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  });
  return html`<section class="watched" aria-label="A turn">
    <header class="line"><h2><code>${turn.turn}</code></h2><button type="button" class="ghost square" aria-label="Close the turn" onClick=${onClose}><${Icon} name="close" /></button></header>
    <p class="meta"><span role="status">${state.said}</span><span>${count(state.events, 'event')}</span>${state.missed > 0 && html`<span>${count(state.missed, 'event')} came before</span>`}</p>
    <pre class="wrap" tabindex="0" ref=${log}>${state.text || '…'}</pre>
  </section>`;
}

function Turns({ id }) {
  const [open, setOpen] = useState(null);
  const [asked, setAsked] = useState(null);
  useBox(figures.ticks);
  const { value, error, again } = useLoad(() => get(path(id, '/turns'), { limit: 200 }), [id]);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && again(), 2000);
    return () => clearInterval(timer);
  }, [id]);
  const { query } = useBox(place);
  const wanted = query.get('turn') ?? '';
  useEffect(() => {
    const found = value?.turns.find(it => it.turn === wanted);
    if (found && open?.turn !== wanted) setOpen(found);
  }, [wanted, value]);
  const close = () => {
    setOpen(null);
    setQuery({ turn: '' });
  };
  const live = new Map(figures.turns.filter(it => it.agent === id).map(it => [it.turn, it]));
  const kept = value?.turns ?? [];
  const isGone = wanted && value && !kept.some(it => it.turn === wanted) && !live.has(wanted);
  const others = [...live.values()].filter(it => !kept.some(other => other.turn === it.turn));
  const turns = [...others, ...kept].sort((a, b) => (a.state === 'ended') - (b.state === 'ended') || (b.since ?? '').localeCompare(a.since ?? ''));
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (value && turns.length === 0) {
    return html`<${Empty} title="No turns"><p>Turns that can be resumed appear here, and those that clients read now. A turn is known for a minute after its end.</p><//>`;
  }
  const canRead = may('GET', '/turns/{turn}/stream');
  return html`<div class="turns">
    ${isGone && html`<p class="hint" role="status">The turn ${wanted} is not known any more: a turn is known for a minute after its end.</p>`}
    <table><thead><tr><th scope="col">Turn</th><th scope="col">State</th><th scope="col" class="num">Events</th><th scope="col">Begun by</th><th scope="col">Tokens</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
      <tbody>${turns.map(turn => html`<tr key=${turn.turn} aria-current=${open?.turn === turn.turn ? 'true' : undefined}>
        <td><code class="cut" title=${turn.turn}>${turn.turn.slice(id.length + 1)}</code></td>
        <td><${Badge} tone=${turn.outcome ? OUTCOME[turn.outcome] ?? 'calm' : turn.state === 'unread' ? 'wait' : 'calm'}>${turn.outcome ?? live.get(turn.turn)?.stage ?? turn.state}<//>
          ${turn.code && html` <small>${turn.code}</small>`}${live.get(turn.turn)?.waits_for && html` <small>waits for the ${live.get(turn.turn).waits_for}</small>`}</td>
        <td class="num">${live.get(turn.turn)?.events ?? turn.last_event ?? '–'}</td>
        <td>${turn.caller ?? '–'}</td>
        <td>${turn.tokens ? `${turn.tokens.input} in, ${turn.tokens.output} out` : '–'}</td>
        <td class="right">${canRead && html`<button type="button" onClick=${() => { setOpen(turn); if (wanted) setQuery({ turn: turn.turn }); }}>${turn.state === 'ended' || turn.state === 'unread' ? 'Read' : 'Watch'}</button>`}
          ${may('DELETE', '/turns/{turn}') && turn.state !== 'ended' && html` <button type="button" class="danger" onClick=${() => setAsked(turn)}>Stop</button>`}</td>
      </tr>`)}</tbody></table>
    ${open && html`<${Watched} key=${open.turn} turn=${open} onClose=${close} />`}
    ${asked && html`<${Confirm} title="Stop this turn?" verb="Stop it" onClose=${() => setAsked(null)} onConfirm=${async () => {
      const begun = performance.now();
      await ask('DELETE', `turns/${encodeURIComponent(asked.turn)}`);
      say(`The agent stopped after ${millis(performance.now() - begun)}.`);
      again();
    }}><p>Whoever reads it gets an error. What has been said can be read for a while.</p><//>`}
  </div>`;
}

// ---------------------------------------------------------------- configuration

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value && typeof value === 'object') return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
  return value;
}

const lines = value => (value ? JSON.stringify(sorted(value), null, 2).split('\n') : []);
const MOST_LINES = 1500;

/** The lines of both, each with `both`, `gone` or `new`: the longest common part stays. */
export function difference(before, after) {
  if (before.length > MOST_LINES || after.length > MOST_LINES) {
    return [...before.map(text => ({ text, kind: 'gone' })), ...after.map(text => ({ text, kind: 'new' }))];
  }
  const width = after.length + 1;
  const common = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j]
        ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const found = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      found.push({ text: before[i], kind: 'both' });
      i++;
      j++;
    } else if (j === after.length || (i < before.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      found.push({ text: before[i++], kind: 'gone' });
    } else {
      found.push({ text: after[j++], kind: 'new' });
    }
  }
  return found;
}

function ConfigForm({ id, desired, onDone }) {
  const [text, setText] = useState(JSON.stringify(desired?.config ?? {}, null, 2));
  const [tools, setTools] = useState((desired?.tool_allowlist ?? []).join('\n'));
  const [state, setState] = useState({});
  const hasHidden = text.includes('"(hidden)"');
  const submit = async e => {
    e.preventDefault();
    let config;
    try {
      config = JSON.parse(text);
    } catch (error) {
      setState({ error: new Error(`The configuration is not JSON: ${error.message}`) });
      return;
    }
    setState({ busy: true });
    const list = tools.split('\n').map(it => it.trim()).filter(Boolean);
    try {
      const { value, response } = await ask('PUT', path(id, '/config'), { body: { config, tool_allowlist: list.length ? list : null } });
      say(response.status === 202 ? `Revision ${value.desired_revision} waits until ${id} is back.` : `Revision ${value.desired_revision} is in force.`, response.status === 202 ? 'wait' : 'good');
      onDone();
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form class="stack" onSubmit=${submit}>
    <label>Configuration <textarea class="code" rows="10" spellcheck="false" value=${text} onInput=${e => setText(e.target.value)} /></label>
    <label>Tools that it may use, one a line; none for every tool <textarea class="code" rows="3" spellcheck="false" value=${tools} onInput=${e => setTools(e.target.value)} /></label>
    ${hasHidden && html`<p class="why">Hidden values were not loaded: type them again, or they are replaced by the word “(hidden)”.</p>`}
    ${state.error && html`<${Problem} error=${state.error} />`}
    <footer><button type="button" onClick=${onDone}>Cancel</button><button class="primary" disabled=${state.busy || hasHidden}>Apply</button></footer>
  </form>`;
}

function ContextForm({ id }) {
  const [text, setText] = useState('');
  const [state, setState] = useState({});
  const submit = async e => {
    e.preventDefault();
    let context = text;
    try {
      context = JSON.parse(text);
    } catch {
      // plain words
    }
    setState({ busy: true });
    try {
      await ask('POST', path(id, '/context'), { body: { context: text.trim() === '' ? null : context } });
      setState({ said: text.trim() === '' ? 'The context is cleared.' : 'The agent has it for all later turns.' });
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form class="stack" onSubmit=${submit}>
    <label>What it is to know from now on, as words or JSON; empty clears it <textarea rows="3" value=${text} onInput=${e => { setText(e.target.value); setState({}); }} /></label>
    ${state.error && html`<${Problem} error=${state.error} />`}
    <footer><span class="hint" role="status">${state.said ?? ''}</span><button disabled=${state.busy}>${text.trim() === '' ? 'Clear the context' : 'Give it the context'}</button></footer>
  </form>`;
}

function Configuration({ agent }) {
  const id = agent.id;
  const [isEditing, setEditing] = useState(false);
  const { value, error, again } = useLoad(() => get(path(id, '/config'), { contents: 1 }), [id, agent.desired_revision, agent.applied_revision, agent.state]);
  const rows = useMemo(() => (value ? difference(lines(value.applied), lines(value.desired)) : []), [value]);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint">Loading …</p>`;
  const isShown = value.desired !== undefined;
  const isSame = value.status === 'applied';
  return html`<div class="columns">
    <section class="stack grow">
      <header class="line"><h2>Configuration</h2>
        ${may('PUT', '/agents/{id}/config') && !isEditing && html`<button type="button" onClick=${() => setEditing(true)}>Change</button>`}</header>
      <p class="meta"><${Badge} tone=${isSame ? 'good' : 'wait'}>${isSame ? 'in force' : 'pending'}<//>
        <span>desired revision <strong>${value.desired_revision}</strong></span><span>applied revision <strong>${value.applied_revision}</strong></span></p>
      ${isEditing && html`<${ConfigForm} id=${id} desired=${value.desired} onDone=${() => { setEditing(false); again(); }} />`}
      ${!isEditing && !isShown && html`<p class="hint">Your token may not see configurations: that takes the scope agents:write.</p>`}
      ${!isEditing && isShown && value.desired_revision === 0 && html`<p class="hint">Nobody has set one: the agent has that of its own settings.</p>`}
      ${!isEditing && isShown && value.desired_revision > 0 && (isSame
        ? html`<p class="hint">The agent confirmed exactly this.</p><pre class="code" tabindex="0">${lines(value.desired).join('\n')}</pre>`
        : html`<p class="hint">${value.applied ? 'What the agent has, and what it will have: lines with − go, lines with + come.' : 'The agent has confirmed none since the daemon started. It gets this one before it counts as ready.'}</p>
          <pre class="code diff" tabindex="0">${rows.map((row, i) => html`<span key=${i} class=${row.kind}><i>${{ both: ' ', gone: '−', new: '+' }[row.kind]}</i>${row.text}</span>`)}</pre>`)}
    </section>
    ${may('POST', '/agents/{id}/context') && html`<section class="stack side-form"><h2>Context</h2><p class="hint">The agent keeps it; the daemon does not, so it cannot be shown here.</p><${ContextForm} id=${id} /></section>`}
  </div>`;
}

// ---------------------------------------------------------------- identity

/** The members of an object, those of inner objects beside them. */
const flat = value => Object.entries(value).flatMap(([name, it]) => (it && typeof it === 'object' && !Array.isArray(it) ? flat(it) : [[name, it]]));

function Members({ value }) {
  return html`<dl class="facts">${flat(value).map(([name, it]) => html`<${Fact} key=${name} name=${name.replaceAll('_', ' ')}>${
    it === null ? '–' : typeof it === 'object' ? html`<code>${JSON.stringify(it)}</code>` : /^\d{4}-\d\d-\d\dT/.test(String(it)) ? moment(it) : String(it)}<//>`)}</dl>`;
}

function Lineage({ agent }) {
  const of = agent.lineage;
  const parent = typeof of === 'string' ? of : of?.parent ?? of?.forked_from;
  const children = [...fleet.agents.values()].filter(it => (typeof it.lineage === 'string' ? it.lineage : it.lineage?.parent ?? it.lineage?.forked_from) === agent.id);
  if (!parent && children.length === 0) return html`<p class="hint">No parent and no child: it was not forked from another agent.</p>`;
  return html`<ul class="lineage">${parent && html`<li>forked from <a href=${link('agents', parent)}>${parent}</a></li>`}
    <li aria-current="true"><strong>${agent.id}</strong></li>
    ${children.map(it => html`<li key=${it.id} class="child"><a href=${link('agents', it.id)}>${it.id}</a></li>`)}</ul>`;
}

function Identity({ agent }) {
  const [asked, setAsked] = useState(null);
  const id = agent.id;
  const heartbeat = agent.heartbeat;
  const rotate = async () => {
    try {
      await ask('POST', path(id, '/identity/rotate'));
      say(`${id} gets another credential.`);
    } catch (error) {
      say(error.message, 'bad');
    }
  };
  return html`<div class="columns">
    <section class="stack grow"><h2>Its process</h2><dl class="facts">
      <${Fact} name="instance"><code>${heartbeat.instance || '–'}</code><//>
      <${Fact} name="protocol">${heartbeat.protocol}<//>
      <${Fact} name="says">${heartbeat.status || '–'}<//>
      <${Fact} name="features">${heartbeat.features.length ? heartbeat.features.join(', ') : 'those of the base protocol'}<//>
      <${Fact} name="turns that it has open">${heartbeat.in_flight < 0 ? '–' : heartbeat.in_flight}<//>
      <${Fact} name="links">${agent.links_open}<//></dl></section>
    <section class="stack grow"><h2>Credential</h2>
      ${agent.identity ? html`<${Members} value=${agent.identity} />` : html`<p class="hint">None: the daemon dials this agent at its address, and that is how it knows it.</p>`}
      <div class="actions">${agent.identity && may('POST', '/agents/{id}/identity/rotate') && html`<button type="button" onClick=${rotate}>Rotate</button>`}
        ${agent.identity && may('DELETE', '/agents/{id}/identity') && html`<button type="button" class="danger" onClick=${() => setAsked(true)}>Revoke</button>`}</div></section>
    <section class="stack grow"><h2>Lineage</h2><${Lineage} agent=${agent} /></section>
    ${asked && html`<${Confirm} title=${`Revoke the credential of ${id}?`} verb="Revoke" onClose=${() => setAsked(null)}
      onConfirm=${async () => { await ask('DELETE', path(id, '/identity')); say(`The credential of ${id} is revoked.`); }}>
      <p>Its link and its streams end within a second, and it cannot come back without a new enrolment.</p><//>`}
  </div>`;
}

// ---------------------------------------------------------------- log

function Log({ id }) {
  const canAsk = may('GET', '/admin/log');
  const { value, error, again } = useLoad(() => (canAsk ? get('admin/log', { agent: id }) : Promise.resolve({ lines: [] })), [id]);
  const command = `culvert logs --follow --agent ${id}`;
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && canAsk && again(), 3000);
    return () => clearInterval(timer);
  }, [id]);
  if (!canAsk || error) {
    return html`<${Empty} title="The log is for operators">
      <p>${error?.message ?? 'Sign in with a token that has the scope admin, or read it on the host:'}</p><pre>${command}</pre><${Copy} text=${command} label="Copy the command" /><//>`;
  }
  if (value && value.lines.length === 0) return html`<${Empty} title="Nothing said"><p>None of the last lines of the daemon’s log names ${id}.</p><//>`;
  return html`<pre class="lines wrap" tabindex="0" role="log" aria-label="Log lines">${(value?.lines ?? []).map((line, i) => html`<span key=${i} class=${/ (ERROR|WARN) /.exec(line)?.[1]?.toLowerCase() ?? ''}>${line}</span>`)}</pre>`;
}

// ---------------------------------------------------------------- the page

function Head({ agent }) {
  const time = useBox(now);
  useBox(figures.ticks);
  const it = figures.of.get(agent.id) ?? NO_FIGURES;
  const state = presence(agent);
  const { heartbeat, work } = agent;
  const { version } = useBox(connection);
  const isOther = version && heartbeat.agent_version && heartbeat.agent_version !== version;
  return html`<header class="agent-head">
    <div class="line"><h1>${agent.id}</h1><${Badge} tone=${state.tone}>${state.word}<//>${state.detail && html`<span class="mark">${state.detail}</span>`}
      ${conditions(agent).map(mark => html`<span class="mark ${mark}" key=${mark}>${mark}</span>`)}<${Actions} agent=${agent} /></div>
    ${agent.conflict && html`<p class="last-error"><strong>Conflict:</strong> ${agent.conflict}</p>`}
    ${agent.heartbeat.runtime_error && html`<p class="last-error"><strong>Its runtime:</strong> ${agent.heartbeat.runtime_error}</p>`}
    ${agent.last_error && html`<p class="last-error ${state.tone}"><strong>${state.tone === 'bad' ? 'Why' : 'Last error'}:</strong> ${lastError(agent)}</p>`}
    <dl class="facts">
      <${Fact} name=${state.word === 'offline' ? 'offline since' : `${state.word} since`} title=${agent.since}>${shortMoment(agent.since)} <small>${since(agent.since, time)}</small><//>
      <${Fact} name="last heard">${agent.last_heard ? `${since(agent.last_heard, time)} ago` : 'never'}<//>
      <${Fact} name="road" isWide>${road(agent)} <code class="cut" title=${agent.address}>${agent.address}</code><//>
      <${Fact} name="tenant">${agent.tenant}<//>
      ${agent.source && html`<${Fact} name="known from">${agent.source}<//>`}
      <${Fact} name="version">${heartbeat.agent_version || '–'}${isOther && html` <small>the daemon is ${version}</small>`}<//>
      <${Fact} name="runtime">${heartbeat.runtime_kind || '–'}<//>
      <${Fact} name="up for">${duration(heartbeat.uptime_secs)}<//>
      <${Fact} name="turns"><strong>${it.turns}</strong> now${work ? html` <small>${(work.turns + it.turns).toLocaleString('en')} in all</small>` : ''}<//>
      <${Fact} name="traffic"><${Sparkline} points=${it.traffic} label="Traffic of the last two minutes" /> ${rate(it.rate)}<//>
      <${Fact} name="first chunk"><${Sparkline} points=${it.first} label="Time to the first chunk of the latest turns" /> ${millis(work?.first_chunk_ms)}<//>
    </dl></header>`;
}

export function AgentPage({ id, tab }) {
  useBox(fleet.ticks);
  const agent = fleet.agents.get(id);
  const canTalk = may('POST', '/agents/{id}/stream');
  const tabs = [
    canTalk && { id: 'talk', title: 'Talk' },
    { id: 'turns', title: 'Turns' },
    { id: 'config', title: 'Configuration' },
    { id: 'identity', title: 'Identity' },
    { id: 'log', title: 'Log' },
  ].filter(Boolean);
  const current = tabs.some(it => it.id === tab) ? tab : tabs[0].id;
  const crumb = html`<p class="crumb"><a href=${link('agents')}>Fleet</a> <span aria-hidden="true">/</span></p>`;
  if (!fleet.isKnown) return html`<div class="page">${crumb}<p class="hint" role="status">Loading …</p></div>`;
  if (!agent) {
    return html`<div class="page">${crumb}<${Empty} title="There is no such agent"><p>You see no agent called <strong>${id}</strong>. It may have been removed, or belong to another tenant.</p><p><a href=${link('agents')}>To the fleet</a></p><//></div>`;
  }
  return html`<div class="page agent">${crumb}<${Head} agent=${agent} />
    <${Tabs} label=${`Parts of ${id}`} tabs=${tabs} current=${current} onSelect=${next => { location.hash = link('agents', id, next); }} />
    <div id="panel" role="tabpanel" aria-labelledby=${`tab-${current}`}>
      ${current === 'talk' && html`<${TalkPanel} agent=${id} isAway=${presence(agent).word === 'offline'} />`}
      ${current === 'turns' && html`<${Turns} id=${id} />`}
      ${current === 'config' && html`<${Configuration} agent=${agent} />`}
      ${current === 'identity' && html`<${Identity} agent=${agent} />`}
      ${current === 'log' && html`<${Log} id=${id} />`}
    </div></div>`;
}
