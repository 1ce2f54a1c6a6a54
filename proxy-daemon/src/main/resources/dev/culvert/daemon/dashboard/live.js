// The fleet as it is now: a snapshot and its changes from /events, and every two seconds figures of work.

import { all, box, follow, get, session } from './api.js';

const FIGURES_EVERY = 2000;
const FIRST_FIGURES = 200;
const POINTS = 60;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Of the connection: `{state: 'connecting' | 'live' | 'lost', since, retryAt, version}`. */
export const connection = box({ state: 'connecting', since: Date.now() });

/** Ticks as agents change, once a frame at most; `agents` has them by id. */
export const fleet = { agents: new Map(), ticks: box(0), isKnown: false };

/** Ticks when figures came: `traffic` bytes a second, `first` milliseconds to the first chunk, `turns` under way. */
export const figures = { of: new Map(), ticks: box(0), turns: [] };

export const NO_FIGURES = { traffic: [], first: [], turns: 0, rate: 0 };

let stopped = null;
let scheduled = false;

function changed() {
  if (scheduled) return;
  scheduled = true;
  const tick = () => {
    scheduled = false;
    fleet.ticks.set(fleet.ticks.get() + 1);
  };
  if (document.hidden) setTimeout(tick, 250);
  else requestAnimationFrame(tick);
}

function onEvent({ type, data }) {
  const value = JSON.parse(data);
  if (type === 'snapshot') {
    fleet.agents = new Map(value.agents.map(it => [it.id, it]));
    fleet.isKnown = true;
  } else if (type === 'agent') {
    fleet.agents.set(value.id, value);
  } else if (type === 'removed') {
    fleet.agents.delete(value.id);
    figures.of.delete(value.id);
  }
  changed();
}

const pause = (time, signal) =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, time);
    wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', wakeUp, { once: true });
  });

let wakeUp = () => {};

/** Tries again at once. */
export const retry = () => wakeUp();

async function run(signal) {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      await follow('GET', 'events', {
        signal,
        onEvent: event => {
          if (event.type === 'error') return; // the token: the next attempt says so
          onEvent(event);
          if (connection.get().state !== 'live') {
            connection.set({ ...connection.get(), state: 'live', since: Date.now(), retryAt: undefined });
            wait = FIRST_WAIT;
            askVersion();
          }
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 403) {
        connection.set({ ...connection.get(), state: 'live', since: Date.now(), why: error.message });
        return;
      }
    }
    if (signal.aborted) return;
    const was = connection.get();
    connection.set({
      ...was,
      state: 'lost',
      since: was.state === 'lost' ? was.since : Date.now(),
      retryAt: Date.now() + wait,
    });
    await pause(wait, signal);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
}

async function askVersion() {
  try {
    const answer = await fetch(new URL('healthz?verbose', document.baseURI), { credentials: 'omit', cache: 'no-store' });
    const { version } = await answer.json();
    const known = connection.get();
    if (version) {
      connection.set({ ...known, version, isNew: known.version !== undefined && known.version !== version || known.isNew });
    }
  } catch {
    // the stream will say that it is gone
  }
}

let latest = '';
let polledAt = 0;

function note(id, now) {
  const agent = fleet.agents.get(id);
  const turns = now.turns.get(id);
  const before = figures.of.get(id);
  const bytes = (agent?.work?.bytes ?? 0) + (turns?.bytes ?? 0);
  if (!before && bytes === 0 && !turns) return;
  const known = before ?? { traffic: Array(POINTS - 1).fill(0), first: [], bytes, turns: 0, rate: 0, counted: agent?.work?.turns ?? 0, firstAt: '' };
  const rate = now.seconds > 0 ? Math.max(0, bytes - known.bytes) / now.seconds : 0;
  const first = agent?.work?.first_chunk_ms;
  const isNew = first !== undefined && agent.work.latest !== known.firstAt && agent.work.turns + (turns?.count ?? 0) !== known.counted;
  figures.of.set(id, {
    bytes,
    rate,
    turns: turns?.count ?? 0,
    traffic: [...known.traffic, rate].slice(-POINTS),
    first: isNew ? [...known.first, first].slice(-POINTS) : known.first,
    counted: isNew ? agent.work.turns + (turns?.count ?? 0) : known.counted,
    firstAt: agent?.work?.latest ?? '',
  });
}

async function poll() {
  const asked = performance.now();
  const [worked, turns] = await Promise.all([
    latest || fleet.agents.size > 0 ? all('agents', 'agents', { worked_since: latest || '1970-01-02T00:00:00Z' }) : [],
    get('turns', { limit: 1000 }),
  ]);
  for (const agent of worked) {
    if (fleet.agents.has(agent.id)) fleet.agents.set(agent.id, agent);
    if (agent.work && agent.work.latest > latest) latest = agent.work.latest;
  }
  const now = { turns: new Map(), seconds: polledAt ? (asked - polledAt) / 1000 : 0 };
  polledAt = asked;
  for (const turn of turns.turns) {
    const sum = now.turns.get(turn.agent) ?? { count: 0, bytes: 0 };
    sum.count++;
    sum.bytes += turn.bytes;
    now.turns.set(turn.agent, sum);
  }
  figures.turns = turns.turns;
  for (const id of fleet.agents.keys()) note(id, now);
  figures.ticks.set(figures.ticks.get() + 1);
}

async function pollOn(signal) {
  while (!signal.aborted) {
    if (!document.hidden && connection.get().state === 'live') {
      try {
        await poll();
      } catch (error) {
        if (error.status === 403) return;
      }
    }
    await new Promise(resolve => setTimeout(resolve, polledAt ? FIGURES_EVERY : FIRST_FIGURES));
  }
}

/** Begins to follow the fleet when we are let in, and stops when we are not. */
export function start() {
  session.listen(({ state }) => {
    if (state === 'in' && !stopped) {
      stopped = new AbortController();
      latest = '';
      polledAt = 0;
      connection.set({ state: 'connecting', since: Date.now() });
      run(stopped.signal);
      pollOn(stopped.signal);
    } else if (state === 'out' && stopped) {
      stopped.abort();
      stopped = null;
      fleet.agents = new Map();
      fleet.isKnown = false;
      figures.of = new Map();
      changed();
    }
  });
}
