// Numbers, times and states as people read them.

const UNITS = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

/** How long ago `time` (ISO) was, in one unit: "3 min". */
export function since(time, now) {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  const [size, unit] = UNITS.find(([it]) => seconds >= it) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

export function duration(seconds) {
  return seconds < 0 ? '–' : since(new Date(0).toISOString(), seconds * 1000);
}

export function clock(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '–' : date.toLocaleTimeString([], { hour12: false });
}

export function moment(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '–' : date.toLocaleString([], { hour12: false });
}

/** The same, without the date if that is today's. */
export function shortMoment(time) {
  return new Date(time).toDateString() === new Date().toDateString() ? clock(time) : moment(time);
}

export function bytes(count) {
  if (count < 1000) return `${Math.round(count)} B`;
  const power = Math.min(4, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${' kMGT'[power]}B`;
}

export const rate = perSecond => `${bytes(perSecond)}/s`;

export function millis(value) {
  if (value === undefined || value === null || value < 0) return '–';
  if (value < 1) return '<1 ms';
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(value < 10000 ? 1 : 0)} s`;
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** What people see: online and offline beside the daemon's own words. */
const PRESENCE = {
  ready: { word: 'online', tone: 'good', order: 3 },
  draining: { word: 'online', tone: 'calm', order: 2, detail: 'draining' },
  quiesced: { word: 'quiesced', tone: 'calm', order: 2 },
  connecting: { word: 'connecting', tone: 'wait', order: 1 },
  unreachable: { word: 'offline', tone: 'bad', order: 0 },
};

export const presence = agent => PRESENCE[agent.state] ?? { word: String(agent.state), tone: 'wait', order: 1 };

/** Conditions beside the state: busy, degraded. */
export function conditions(agent) {
  const named = agent.conditions;
  if (Array.isArray(named)) return named.map(it => (typeof it === 'string' ? it : it.type ?? '')).filter(Boolean);
  return named && typeof named === 'object' ? Object.keys(named).filter(it => named[it]) : [];
}

/** The address without its scheme, which `road` tells. */
export const whereabouts = agent => String(agent.address ?? '').replace(/^[a-z]+:\/\//, '') || '–';

/** The last error without the address that it begins with: that is beside it. */
export function lastError(agent) {
  const text = agent.last_error ?? agent.heartbeat.runtime_error ?? '';
  return text.startsWith(`${agent.address}: `) ? text.slice(agent.address.length + 2) : text;
}

/** How it is reached, in one word. */
export function road(agent) {
  if (agent.road) return agent.road;
  const scheme = /^([a-z]+):/.exec(agent.address ?? '');
  return scheme ? scheme[1] : '–';
}
