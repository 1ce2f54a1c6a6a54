// What the Proxmox servers have: nodes, virtual machines, containers, storage and tasks, as the daemon saw them last.

import { all, ask, get, may } from './api.js';
import { Badge, Confirm, Dialog, Empty, Problem, Search, Tabs, html, link, now, place, setQuery, useBox, useEffect, useState } from './parts.js';
import { count, duration, moment, since } from './format.js';
import { Shown } from './exact.js';
import { useFresh } from './flows.js';

const PAGE = 200;
const TASK_WAIT = 10;

const STATES = { running: 'good', online: 'good', available: 'good', ok: 'good', stopped: 'plain', paused: 'calm', suspended: 'calm', warnings: 'wait', unknown: 'wait', offline: 'bad', away: 'bad', refused: 'bad', failed: 'bad' };
const State = ({ of }) => html`<${Badge} tone=${STATES[of] ?? 'wait'}>${of}<//>`;
const KINDS = { vm: 'VM', ct: 'container' };

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Memory and disks in powers of two, as Proxmox counts them. */
export function size(bytes) {
  const power = bytes > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
  const value = bytes / 1024 ** power;
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

const guestPath = (server, vmid, rest = '') => `inventory/guests/${encodeURIComponent(server)}/${encodeURIComponent(vmid)}${rest}`;
const guestLink = it => link('inventory', 'guest', it.server, String(it.vmid));

/** How much of something is used, with a bar. */
function Used({ used, of, what }) {
  if (!of) return html`<span class="hint">–</span>`;
  const share = Math.min(1, used / of);
  return html`<span class="used">${size(used)} of ${size(of)}<meter min="0" max="1" high="0.85" optimum="0" value=${share} aria-label=${`${what}: ${Math.round(share * 100)} %`} /></span>`;
}

const percent = share => (share === undefined ? '–' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`);

const Head = ({ names }) => html`<thead><tr>${names.map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>`;

/** A table that gets wider than a telephone. */
const Table = ({ label, names, children }) => html`<div class="scroll" tabindex="0" role="region" aria-label=${label}><table><${Head} names=${names} /><tbody>${children}</tbody></table></div>`;

/** What is loaded again and again, or why it is not. */
function Listed({ load, needs = [], children }) {
  const { value, error } = useFresh(load, needs);
  if (error && !value) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Loading …</p>`;
  return html`${error && html`<${Problem} error=${error} />`}${children(value)}`;
}

// ---------------------------------------------------------------- servers

function Server({ it, time }) {
  return html`<li class="server"><strong>${it.name}</strong> <${State} of=${it.state} />
    ${it.quorate === false && html` <${Badge} tone="bad">no quorum<//>`}
    <small>${it.version ? `Proxmox ${it.version}, ` : ''}${count(it.nodes, 'node')}${it.polled ? html`, <span title=${moment(it.polled)}>asked ${since(it.polled, time)} ago</span>` : ''}</small>
    ${it.error && html`<p class="why"><${Shown} text=${it.error} /></p>`}</li>`;
}

function Servers({ servers }) {
  const time = useBox(now);
  return html`<ul class="servers" aria-label="Proxmox servers">${servers.map(it => html`<${Server} key=${it.name} it=${it} time=${time} />`)}</ul>`;
}

// ---------------------------------------------------------------- guests

const CHIPS = [
  { id: '', title: 'all', is: () => true },
  { id: 'running', title: 'running', tone: 'good', is: it => it.state === 'running' },
  { id: 'stopped', title: 'stopped', is: it => it.state === 'stopped' && !it.template },
  { id: 'unknown', title: 'unknown', tone: 'wait', is: it => it.state === 'unknown' },
  { id: 'locked', title: 'locked', tone: 'wait', is: it => Boolean(it.lock) },
  { id: 'template', title: 'templates', is: it => it.template },
];

const haystack = it => `${it.id} ${it.name} ${it.node} ${it.state} ${it.pool ?? ''} ${it.tags.join(' ')} ${it.agent ?? ''} ${KINDS[it.kind]}`.toLowerCase();

function chosen(guests, query) {
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const chip = CHIPS.find(it => it.id === (query.get('state') ?? '')) ?? CHIPS[0];
  return guests.filter(it => chip.is(it) && words.every(word => haystack(it).includes(word)));
}

function Chips({ guests, query }) {
  const current = query.get('state') ?? '';
  return html`<div class="chips" role="group" aria-label="Filter by state">${CHIPS.map((chip, i) => {
    const number = guests.filter(chip.is).length;
    return (i < 3 || number > 0 || chip.id === current) && html`<button type="button" key=${chip.id} class="chip ${chip.tone ?? ''}" aria-pressed=${chip.id === current ? 'true' : 'false'}
      onClick=${() => setQuery({ state: chip.id === current ? '' : chip.id })}><strong>${number.toLocaleString('en')}</strong> ${chip.title}</button>`;
  })}</div>`;
}

const Marks = ({ it }) => html`${it.template && html` <span class="mark">template</span>`}${it.lock && html` <span class="mark" title="Proxmox changes nothing of it while it is locked">locked: ${it.lock}</span>`}`;

function Guests({ kind, title }) {
  const { query } = useBox(place);
  const [most, setMost] = useState(PAGE);
  return html`<${Listed} load=${() => all('inventory/guests', 'guests', { kind })} needs=${[kind]}>${guests => {
    const found = chosen(guests, query);
    if (guests.length === 0) return html`<${Empty} title=${`No ${title}`}><p>The servers have none, or the token may not see them: it needs the privilege <code>VM.Audit</code>.</p><//>`;
    return html`<div class="tools"><${Search} label=${`Search ${title}`} hint="Search name, number, node, tag …" /><${Chips} guests=${guests} query=${query} /></div>
      ${found.length === 0
        ? html`<${Empty} title="None matches"><p><button type="button" onClick=${() => setQuery({ q: '', state: '' })}>Show all ${guests.length}</button></p><//>`
        : html`<${Table} label=${title} names=${['Name', 'State', 'Node', 'CPU', 'Memory', 'Disk', 'Agent']}>${found.slice(0, most).map(it => html`
        <tr key=${it.id}><th scope="row"><a href=${guestLink(it)}>${it.name || it.id}</a><small class="block">${it.id}${it.tags.map(tag => html` <span class="mark" key=${tag}>${tag}</span>`)}</small></th>
          <td><${State} of=${it.state} /><${Marks} it=${it} /><small class="block">${it.state === 'running' ? `for ${duration(it.uptime)}` : ' '}</small></td>
          <td>${it.node}${it.pool && html`<small class="block">pool ${it.pool}</small>`}</td>
          <td class="num">${it.state === 'running' ? percent(it.cpu) : '–'}<small class="block">of ${it.cpus}</small></td>
          <td><${Used} used=${it.memory_used} of=${it.memory} what=${`Memory of ${it.name}`} /></td>
          <td class="num">${it.disk ? size(it.disk) : '–'}</td>
          <td>${it.agent ? html`<a href=${link('agents', it.agent)}>${it.agent}</a>` : html`<span class="hint">–</span>`}</td></tr>`)}<//>`}
      ${found.length > most && html`<p class="line"><span class="hint">${found.length - most} more not shown.</span><button type="button" onClick=${() => setMost(most + PAGE)}>Show more</button></p>`}`;
  }}<//>`;
}

// ---------------------------------------------------------------- nodes, storage, tasks

function Nodes() {
  return html`<${Listed} load=${() => all('inventory/nodes', 'nodes')}>${nodes => (nodes.length === 0
    ? html`<${Empty} title="No nodes"><p>No server has answered yet.</p><//>`
    : html`<${Table} label="Nodes" names=${['Node', 'State', 'CPU', 'Memory', 'Root disk']}>${nodes.map(it => html`
      <tr key=${`${it.server} ${it.name}`}><th scope="row">${it.name}<small class="block">${it.server}</small></th>
        <td><${State} of=${it.state} /><small class="block">${it.state === 'online' && it.uptime ? `up for ${duration(it.uptime)}` : ' '}</small></td>
        <td class="num">${it.state === 'online' && it.cpus ? percent(it.cpu) : '–'}${it.cpus ? html`<small class="block">of ${it.cpus}</small>` : ''}</td>
        <td><${Used} used=${it.memory_used} of=${it.memory} what=${`Memory of ${it.name}`} /></td>
        <td><${Used} used=${it.disk_used} of=${it.disk} what=${`Root disk of ${it.name}`} /></td></tr>`)}<//>`)}<//>`;
}

function Storages() {
  return html`<${Listed} load=${() => all('inventory/storages', 'storages')}>${storages => (storages.length === 0
    ? html`<${Empty} title="No storage"><p>The token may see none: it needs the privilege <code>Datastore.Audit</code>.</p><//>`
    : html`<${Table} label="Storage" names=${['Storage', 'State', 'Node', 'Used', 'Takes']}>${storages.map(it => html`
      <tr key=${`${it.server} ${it.node} ${it.name}`}><th scope="row">${it.name}<small class="block">${it.type ?? ''}${it.shared ? ', shared' : ''}</small></th>
        <td><${State} of=${it.state} /></td><td>${it.node}<small class="block">${it.server}</small></td>
        <td><${Used} used=${it.used} of=${it.size} what=${`${it.name} on ${it.node}`} /></td>
        <td>${it.content.map(content => html`<span class="mark" key=${content}>${content}</span> `)}</td></tr>`)}<//>`)}<//>`;
}

function Tasks() {
  const time = useBox(now);
  return html`<${Listed} load=${() => all('inventory/tasks', 'tasks', {}, PAGE)}>${tasks => (tasks.length === 0
    ? html`<${Empty} title="No tasks"><p>Work that the servers do, such as a start or a backup, is here while it runs and for a while after.</p><//>`
    : html`<${Table} label="Tasks" names=${['Task', 'State', 'Node', 'By', 'Began']}>${tasks.map(it => html`
      <tr key=${it.upid}><th scope="row">${it.type}${it.id ? ` ${it.id}` : ''}<small class="block">${it.server}</small></th>
        <td><${State} of=${it.state} />${it.exit && it.state !== 'ok' && html`<small class="block"><${Shown} text=${it.exit} /></small>`}</td>
        <td>${it.node}</td><td>${it.user}</td><td title=${it.begun ? moment(it.begun) : ''}>${it.begun ? `${since(it.begun, time)} ago` : '–'}</td></tr>`)}<//>`)}<//>`;
}

// ---------------------------------------------------------------- one guest

const ACTIONS = [
  { id: 'start', title: 'Start', when: it => it.state === 'stopped' && !it.template },
  { id: 'shutdown', title: 'Shut down', when: it => it.state === 'running', asks: 'The guest is told to shut down. If it does not, the task fails after a while.' },
  { id: 'reboot', title: 'Reboot', when: it => it.state === 'running', asks: 'The guest is told to shut down, and starts again.' },
  { id: 'stop', title: 'Stop', when: it => it.state === 'running' || it.state === 'paused', asks: 'It stops at once, as if its power were cut. What it has not written is lost.', danger: true },
];

const mayDo = id => may('POST', `/inventory/guests/{server}/{vmid}/${id}`);

/** Follows a task until it ends, and shows the end of its log. */
function Progress({ task, onEnd }) {
  const [state, setState] = useState({ task, log: [] });
  useEffect(() => {
    const over = new AbortController();
    (async () => {
      let at = { task, log_next: 0 };
      const log = [];
      while (at.task.state === 'running' && !over.signal.aborted) {
        const path = `inventory/tasks/${encodeURIComponent(task.server)}/${encodeURIComponent(task.upid)}`;
        at = (await ask('GET', path, { query: { wait: TASK_WAIT, log_after: at.log_next || undefined }, signal: over.signal })).value;
        log.push(...at.log);
        setState({ task: at.task, log: log.slice(-20) });
      }
      onEnd();
    })().catch(error => !over.signal.aborted && setState(before => ({ ...before, error })));
    return () => over.abort();
  }, [task.upid]);
  return html`<section class="stack" aria-label="Task"><p role="status"><${State} of=${state.task.state} /> <strong>${state.task.type}</strong>
      ${state.task.exit && state.task.state !== 'ok' ? html` <span class="why"><${Shown} text=${state.task.exit} /></span>` : ''}</p>
    ${state.log.length > 0 && html`<pre tabindex="0">${state.log.map(line => html`<${Shown} text=${line} />${'\n'}`)}</pre>`}
    ${state.error && html`<${Problem} error=${state.error} />`}</section>`;
}

/** Asks how the copy is called; its number is the next free one. */
function CloneDialog({ it, onClone, onClose }) {
  const [name, setName] = useState('');
  const [full, setFull] = useState(!it.template);
  const submit = e => {
    e.preventDefault();
    onClose();
    onClone({ [it.kind === 'vm' ? 'name' : 'hostname']: name.trim(), full });
  };
  return html`<${Dialog} title=${`Clone ${it.name || it.id}`} onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <div class="field"><label for="clone-name">Name</label><input id="clone-name" required autocomplete="off" spellcheck="false" pattern="[A-Za-z0-9]([A-Za-z0-9.\\-]*[A-Za-z0-9])?" title="Letters, digits, hyphens and dots" value=${name} onInput=${e => setName(e.target.value)} /></div>
    <label class="check"><input type="checkbox" checked=${full} disabled=${!it.template} onChange=${e => setFull(e.target.checked)} /> Copy the disks, so that it needs the template no more</label>
    <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary" disabled=${!name.trim()}>Clone</button></footer></form><//>`;
}

function Actions({ it, again }) {
  const [asked, setAsked] = useState(null);
  const [isCloning, setCloning] = useState(false);
  const [state, setState] = useState({});
  const run = async (action, parameters) => {
    setState({ busy: true });
    try {
      const { value } = await ask('POST', guestPath(it.server, it.vmid, `/${action.id}`), { body: { ...parameters, expected_name: it.name || undefined } });
      setState({ task: value.task, made: action.id === 'clone' ? value.vmid : undefined });
    } catch (error) {
      setState({ error });
    }
    again();
  };
  const offered = ACTIONS.filter(action => action.when(it) && mayDo(action.id));
  const clones = mayDo('clone');
  return html`${(offered.length > 0 || clones) && html`<div class="actions">${offered.map(action => html`<button type="button" key=${action.id} class=${action.danger ? 'danger' : ''} disabled=${Boolean(state.busy)}
      onClick=${() => (action.asks ? setAsked(action) : run(action))}>${action.title}</button>`)}
      ${clones && html`<button type="button" class=${it.template ? 'primary' : ''} disabled=${Boolean(state.busy)} onClick=${() => setCloning(true)}>Clone</button>`}</div>`}
    ${state.error && html`<${Problem} error=${state.error} />`}
    ${state.task && html`<${Progress} key=${state.task.upid} task=${state.task} onEnd=${again} />`}
    ${state.made && html`<p class="hint">The clone is <a href=${link('inventory', 'guest', it.server, String(state.made))}>${it.server}/${state.made}</a>.</p>`}
    ${isCloning && html`<${CloneDialog} it=${it} onClose=${() => setCloning(false)} onClone=${parameters => run({ id: 'clone' }, parameters)} />`}
    ${asked && html`<${Confirm} title=${`${asked.title} ${it.name || it.id}?`} verb=${asked.title} onClose=${() => setAsked(null)} onConfirm=${() => run(asked)}>
      <p>${KINDS[it.kind]} <code>${it.id}</code> on ${it.node}${it.agent ? html`, with the agent <a href=${link('agents', it.agent)}>${it.agent}</a>` : ''}. ${asked.asks}</p><//>`}`;
}

const Fact = ({ title, children }) => html`<div class="fact"><dt>${title}</dt><dd>${children}</dd></div>`;

function History({ it }) {
  return html`<${Listed} load=${() => get(guestPath(it.server, it.vmid, '/history'), { limit: 100 })} needs=${[it.id]}>${({ changes }) => (changes.length === 0
    ? html`<p class="hint">Nothing has changed since the daemon first saw it.</p>`
    : html`<${Table} label="Changes" names=${['When', 'What', 'From', 'To']}>${changes.map((change, i) => html`
      <tr key=${i}><td>${moment(change.time)}</td><th scope="row">${change.what}</th><td><${Shown} text=${String(change.from ?? '')} /></td><td><${Shown} text=${String(change.to ?? '')} /></td></tr>`)}<//>`)}<//>`;
}

function GuestPage({ server, vmid }) {
  const time = useBox(now);
  const { value: it, error, again } = useFresh(() => get(guestPath(server, vmid)), [server, vmid]);
  const back = html`<p><a href=${link('inventory')}>To the inventory</a></p>`;
  if (error && !it) return html`<div class="page inventory"><header class="top"><h1>${server}/${vmid}</h1></header><${Problem} error=${error}>${back}<//></div>`;
  if (!it) return html`<div class="page inventory"><p class="hint" role="status">Loading …</p></div>`;
  return html`<div class="page inventory"><header class="agent-head"><div class="line"><h1>${it.name || it.id}</h1><${State} of=${it.state} /><${Marks} it=${it} /></div>
    ${it.live === false && html`<p class="why" role="status">This is what was seen last, ${since(it.seen, time)} ago. <${Shown} text=${it.error ?? ''} /></p>`}
    <dl class="facts"><${Fact} title="Server">${it.server}<//><${Fact} title="Number">${KINDS[it.kind]} ${it.vmid}<//><${Fact} title="Node">${it.node}<//>
      <${Fact} title="CPU">${it.state === 'running' ? `${percent(it.cpu)} of ` : ''}${it.cpus}<//><${Fact} title="Memory">${size(it.memory)}<//><${Fact} title="Disk">${it.disk ? size(it.disk) : '–'}<//>
      <${Fact} title="Runs for">${it.state === 'running' ? duration(it.uptime) : '–'}<//><${Fact} title="Agent">${it.agent ? html`<a href=${link('agents', it.agent)}>${it.agent}</a>` : '–'}<//></dl></header>
    <${Actions} it=${it} again=${again} />
    <h2>Configuration</h2><${Table} label="Configuration" names=${['Key', 'Value']}>${Object.entries(it.config ?? {}).map(([key, value]) => html`
      <tr key=${key}><th scope="row"><code>${key}</code></th><td class="value"><${Shown} text=${String(value)} /></td></tr>`)}<//>
    ${(it.snapshots ?? []).length > 0 && html`<h2>Snapshots</h2><${Table} label="Snapshots" names=${['Name', 'Taken', 'Description']}>${it.snapshots.map(shot => html`
      <tr key=${shot.name}><th scope="row">${shot.name}${shot.memory ? html` <span class="mark">with memory</span>` : ''}</th><td>${shot.time ? moment(shot.time) : '–'}</td><td><${Shown} text=${shot.description ?? ''} /></td></tr>`)}<//>`}
    ${may('GET', '/inventory/guests/{server}/{vmid}/history') && html`<h2>History</h2><${History} it=${it} />`}</div>`;
}

// ---------------------------------------------------------------- the page

const TABS = [
  { id: 'vms', title: 'VMs', shows: () => html`<${Guests} key="vm" kind="vm" title="VMs" />` },
  { id: 'containers', title: 'Containers', shows: () => html`<${Guests} key="ct" kind="ct" title="containers" />` },
  { id: 'nodes', title: 'Nodes', shows: () => html`<${Nodes} />` },
  { id: 'storage', title: 'Storage', shows: () => html`<${Storages} />` },
  { id: 'tasks', title: 'Tasks', shows: () => html`<${Tasks} />` },
];

function None() {
  return html`<${Empty} title="No Proxmox server"><p>Make a token for the daemon on one, and name the server in <code>proxmox</code> of <code>/etc/culvert/culvertd.jsonc</code>, then run <code>culvert reload</code>:</p>
    <pre tabindex="0">${`"proxmox": [{"name": "lab", "url": "https://pve1.example:8006",
  "token_id": "culvert@pve!daemon", "token_secret": {"file": "/etc/culvert/proxmox.secret"}}]`}</pre><//>`;
}

export function InventoryPage({ parts }) {
  if (parts[1] === 'guest') return html`<${GuestPage} key=${parts.join('/')} server=${parts[2] ?? ''} vmid=${parts[3] ?? ''} />`;
  const tab = TABS.find(it => it.id === parts[1]) ?? TABS[0];
  return html`<div class="page inventory"><header class="top"><h1>Inventory</h1><p class="hint">What your Proxmox servers have.</p></header>
    <${Listed} load=${() => get('inventory/servers')}>${({ servers }) => (servers.length === 0 ? html`<${None} />` : html`
      <${Servers} servers=${servers} />
      <${Tabs} label="Parts of the inventory" tabs=${TABS} current=${tab.id} onSelect=${id => { location.hash = link('inventory', id); }} />
      <div id="panel" role="tabpanel" aria-labelledby=${`tab-${tab.id}`}>${tab.shows()}</div>`)}<//></div>`;
}
