// The fleet: every agent that the caller sees. Only the rows in sight exist, and a row is drawn again only when it changes.

import { fleet, figures, NO_FIGURES } from './live.js';
import { Badge, Component, Empty, Icon, Search, html, link, now, place, setQuery, useBox, useEffect, useLayoutEffect, useMemo, useRef, useState } from './parts.js';
import { conditions, count, lastError, millis, moment, presence, rate, road, since, whereabouts } from './format.js';
import { Sparkline } from './sparkline.js';
import { EnrolDialog, canEnrol } from './enrol.js';

const ROW = 56;
const CARD = 148;
const BEYOND = 6;
const NARROW = matchMedia('(max-width: 860px)');

const figuresOf = id => figures.of.get(id) ?? NO_FIGURES;

const by = key => (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);

const COLUMNS = [
  { id: 'id', title: 'Agent', order: by(it => it.id) },
  { id: 'state', title: 'State', order: (a, b) => presence(a).order - presence(b).order || by(it => it.since)(b, a) },
  { id: 'road', title: 'Road', order: by(it => `${road(it)} ${it.address}`) },
  { id: 'version', title: 'Version', order: by(it => it.heartbeat.agent_version) },
  { id: 'turns', title: 'Turns', order: (a, b) => figuresOf(b.id).turns - figuresOf(a.id).turns || (b.work?.turns ?? 0) - (a.work?.turns ?? 0) },
  { id: 'traffic', title: 'Traffic', order: (a, b) => figuresOf(b.id).rate - figuresOf(a.id).rate || (b.work?.bytes ?? 0) - (a.work?.bytes ?? 0) },
  { id: 'first', title: 'First chunk', order: (a, b) => (b.work?.first_chunk_ms ?? -1) - (a.work?.first_chunk_ms ?? -1) },
  { id: 'error', title: 'Last error', order: (a, b) => (a.last_error ? 0 : 1) - (b.last_error ? 0 : 1) || by(it => it.last_error ?? '')(a, b) },
];

const CHIPS = [
  { id: '', title: 'all', is: () => true },
  { id: 'online', title: 'online', tone: 'good', is: it => presence(it).word === 'online' },
  { id: 'offline', title: 'offline', tone: 'bad', is: it => presence(it).word === 'offline' },
  { id: 'connecting', title: 'connecting', tone: 'wait', is: it => presence(it).word === 'connecting' },
  { id: 'quiesced', title: 'quiesced', tone: 'calm', is: it => presence(it).word === 'quiesced' },
  { id: 'draining', title: 'draining', tone: 'calm', is: it => it.state === 'draining' },
  { id: 'degraded', title: 'degraded', tone: 'wait', is: it => conditions(it).includes('degraded') },
  { id: 'pending', title: 'configuration pending', tone: 'wait', is: it => it.desired_revision !== it.applied_revision },
];

const haystack = it =>
  `${it.id} ${it.tenant} ${it.address} ${it.state} ${presence(it).word} ${it.heartbeat.agent_version} ${it.heartbeat.runtime_kind} ${it.last_error ?? ''}`.toLowerCase();

function chosen(query) {
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const chip = CHIPS.find(it => it.id === (query.get('state') ?? '')) ?? CHIPS[0];
  const sort = query.get('sort') ?? 'id';
  const isDown = sort.startsWith('-');
  const column = COLUMNS.find(it => it.id === sort.replace('-', '')) ?? COLUMNS[0];
  const agents = [];
  for (const agent of fleet.agents.values()) {
    if (chip.is(agent) && (words.length === 0 || words.every(word => haystack(agent).includes(word)))) agents.push(agent);
  }
  const tie = COLUMNS[0].order;
  agents.sort((a, b) => (isDown ? column.order(b, a) : column.order(a, b)) || tie(a, b));
  return { agents, column, isDown };
}

function Summary({ query }) {
  const counts = CHIPS.map(() => 0);
  for (const agent of fleet.agents.values()) CHIPS.forEach((chip, i) => chip.is(agent) && counts[i]++);
  const current = query.get('state') ?? '';
  return html`<div class="chips" role="group" aria-label="Filter by state">${CHIPS.map((chip, i) => (i < 3 || counts[i] > 0 || chip.id === current) && html`
    <button type="button" key=${chip.id} class="chip ${chip.tone ?? ''}" aria-pressed=${chip.id === current ? 'true' : 'false'}
      onClick=${() => setQuery({ state: chip.id === current ? '' : chip.id })}><strong>${counts[i].toLocaleString('en')}</strong> ${chip.title}</button>`)}</div>`;
}

class Row extends Component {
  shouldComponentUpdate(next) {
    const before = this.props;
    return next.agent !== before.agent || next.top !== before.top || next.figures !== before.figures || next.now !== before.now;
  }

  render({ agent, index, top, figures: it, now: time }) {
    const state = presence(agent);
    const work = agent.work;
    const marks = conditions(agent);
    const isPending = agent.desired_revision !== agent.applied_revision;
    return html`<div class="row" role="row" aria-rowindex=${index + 2} style=${{ transform: `translateY(${top}px)` }}>
      <div role="cell" class="c-id"><a href=${link('agents', agent.id)} data-at=${index}>${agent.id}</a><small>${agent.tenant}</small></div>
      <div role="cell" class="c-state"><${Badge} tone=${state.tone}>${state.word}<//>
        <small title=${moment(agent.since)}>for ${since(agent.since, time)}${state.detail && html` <span class="mark">${state.detail}</span>`}${
          marks.map(mark => html` <span class="mark ${mark}" key=${mark}>${mark}</span>`)}${
          isPending && html` <span class="mark" title="The desired configuration is not in force yet">pending</span>`}</small></div>
      <div role="cell" class="c-road"><span class="cut" title=${agent.address}>${whereabouts(agent)}</span><small>${road(agent)}</small></div>
      <div role="cell" class="c-version">${agent.heartbeat.agent_version || '–'}<small>${agent.heartbeat.runtime_kind || ' '}</small></div>
      <div role="cell" class="c-turns"><strong>${it.turns}</strong><small>${work ? `of ${(work.turns + it.turns).toLocaleString('en')}` : ' '}</small></div>
      <div role="cell" class="c-traffic"><${Sparkline} points=${it.traffic} label="Traffic of the last two minutes" /><small>${rate(it.rate)}</small></div>
      <div role="cell" class="c-first"><${Sparkline} points=${it.first} label="Time to the first chunk of the latest turns" /><small>${millis(work?.first_chunk_ms)}</small></div>
      <div role="cell" class="c-error ${state.tone}"><span class="cut2" title=${agent.last_error ?? ''}>${lastError(agent)}</span></div>
    </div>`;
  }
}

function useNarrow() {
  const [narrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const listen = () => setNarrow(NARROW.matches);
    NARROW.addEventListener('change', listen);
    return () => NARROW.removeEventListener('change', listen);
  }, []);
  return narrow;
}

/** Which rows are in sight; `before` if they are the same. */
function seen(scroller, height, before) {
  const first = Math.floor(scroller.scrollTop / height);
  const rows = Math.ceil(scroller.clientHeight / height) + 1;
  return before?.first === first && before.rows === rows ? before : { first, rows };
}

function Table({ agents, column, isDown }) {
  const scroller = useRef(null);
  const [view, setView] = useState({ first: 0, rows: 20 });
  const narrow = useNarrow();
  const time = useBox(now);
  const height = narrow ? CARD : ROW;
  const focus = useRef(null);

  useLayoutEffect(() => {
    const it = scroller.current;
    let asked = 0;
    const look = () => {
      asked = 0;
      setView(before => seen(it, height, before));
    };
    const onScroll = () => { asked ||= requestAnimationFrame(look); };
    const sizes = new ResizeObserver(onScroll);
    sizes.observe(it);
    it.addEventListener('scroll', onScroll, { passive: true });
    look();
    return () => {
      cancelAnimationFrame(asked);
      sizes.disconnect();
      it.removeEventListener('scroll', onScroll);
    };
  }, [height]);

  // The row with the focus may move as agents change, and an element that moves loses the focus.
  const focused = useRef(null);
  useEffect(() => {
    const forget = () => { focused.current = null; };
    addEventListener('pointerdown', forget, true);
    return () => removeEventListener('pointerdown', forget, true);
  }, []);
  useLayoutEffect(() => {
    const links = [...scroller.current.querySelectorAll('a[data-at]')];
    if (focus.current !== null) {
      links.find(it => Number(it.dataset.at) === focus.current)?.focus({ preventScroll: true });
      focus.current = null;
    } else if (focused.current && document.activeElement === document.body) {
      links.find(it => it.textContent === focused.current)?.focus({ preventScroll: true });
    }
  });
  const onFocusIn = e => { focused.current = e.target.dataset?.at ? e.target.textContent : null; };
  const onFocusOut = e => { if (e.relatedTarget) focused.current = null; };

  const from = Math.max(0, view.first - BEYOND);
  const to = Math.min(agents.length, view.first + view.rows + BEYOND);

  const onKeyDown = e => {
    const at = Number(e.target.dataset?.at);
    const page = Math.max(1, view.rows - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -agents.length, End: agents.length, j: 1, k: -1 }[e.key];
    if (!step || Number.isNaN(at)) return;
    e.preventDefault();
    const next = Math.max(0, Math.min(agents.length - 1, at + step));
    const it = scroller.current;
    const head = narrow ? 0 : 40;
    const top = next * height;
    if (top < it.scrollTop) it.scrollTop = top;
    else if (top + height > it.scrollTop + it.clientHeight - head) it.scrollTop = top + height - it.clientHeight + head;
    focus.current = next;
    setView({ ...seen(it, height) });
  };

  const rows = [];
  for (let i = from; i < to; i++) {
    const agent = agents[i];
    rows.push(html`<${Row} key=${agent.id} agent=${agent} index=${i} top=${i * height} figures=${figuresOf(agent.id)} now=${time} />`);
  }
  return html`<div class="table ${narrow ? 'cards' : ''}" role="table" aria-label="Agents" aria-rowcount=${agents.length + 1} ref=${scroller} tabindex="-1" onKeyDown=${onKeyDown} onFocusIn=${onFocusIn} onFocusOut=${onFocusOut}>
    <div class="head" role="rowgroup"><div class="row" role="row" aria-rowindex="1">${COLUMNS.map(it => html`
      <div key=${it.id} role="columnheader" class="c-${it.id}" aria-sort=${it === column ? (isDown ? 'descending' : 'ascending') : 'none'}>
        <button type="button" onClick=${() => setQuery({ sort: it === column && !isDown ? `-${it.id}` : it.id === 'id' ? '' : it.id })}>${it.title}<span class="arrow" aria-hidden="true">${it === column ? (isDown ? '▾' : '▴') : ''}</span></button>
      </div>`)}</div></div>
    <div class="body" role="rowgroup" style=${{ height: `${agents.length * height}px` }}>${rows}</div>
  </div>`;
}

const Sorter = ({ column, isDown }) => html`<label class="sorter">Sort <select value=${`${isDown ? '-' : ''}${column.id}`} onChange=${e => setQuery({ sort: e.target.value })}>
  ${COLUMNS.map(it => [html`<option value=${it.id}>${it.title}</option>`, html`<option value=${`-${it.id}`}>${it.title}, reversed</option>`])}</select></label>`;

function Nobody({ onEnrol }) {
  return html`<${Empty} title="No agents yet">
    ${canEnrol() ? html`<p>Enrol one: it gets a token and a command, and appears here when it has joined.</p>
      <p><button type="button" class="primary" onClick=${onEnrol}><${Icon} name="plus" />Enrol an agent</button></p>` : ''}
    <p>On the host, add one that listens already:</p>
    <pre>culvert agents add web-1 --cid 3</pre>
    <p>Or name it in <code>agents</code> of <code>/etc/culvert/culvertd.jsonc</code> and run <code>culvert reload</code>.</p>
  <//>`;
}

export function Fleet() {
  const { query } = useBox(place);
  const tick = useBox(fleet.ticks);
  const figured = useBox(figures.ticks);
  const [isEnrolling, setEnrolling] = useState(false);
  const { agents, column, isDown } = useMemo(() => chosen(query), [query, tick, figured]);
  const all = fleet.agents.size;
  const enrol = () => setEnrolling(true);
  return html`<div class="page fleet">
    <header class="top"><h1>Fleet</h1><p class="hint" role="status">${fleet.isKnown ? (agents.length === all ? count(all, 'agent') : `${agents.length.toLocaleString('en')} of ${count(all, 'agent')}`) : 'Loading …'}</p>
      ${canEnrol() && html`<button type="button" class="primary" onClick=${enrol}><${Icon} name="plus" />Enrol</button>`}</header>
    ${fleet.isKnown && all === 0 && html`<${Nobody} onEnrol=${enrol} />`}
    ${all > 0 && html`<div class="tools"><${Search} label="Search agents" hint="Search name, tenant, address, error …" /><${Summary} query=${query} /><${Sorter} column=${column} isDown=${isDown} /></div>
      ${agents.length > 0
        ? html`<${Table} agents=${agents} column=${column} isDown=${isDown} />`
        : html`<${Empty} title="No agent matches"><p><button type="button" onClick=${() => setQuery({ q: '', state: '' })}>Show all ${count(all, 'agent')}</button></p><//>`}`}
    ${!fleet.isKnown && html`<div class="skeleton" aria-hidden="true">${Array.from({ length: 8 }, (_, i) => html`<i key=${i} />`)}</div>`}
    ${isEnrolling && html`<${EnrolDialog} onClose=${() => setEnrolling(false)} />`}
  </div>`;
}
