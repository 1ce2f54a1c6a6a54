// The picture of a flow: its steps as boxes, and lines from each step to those that need it. Live: with states and times.

import { html, useEffect, useRef, useState } from './parts.js';
import { millis } from './format.js';

const WIDTH = 172;
const HEIGHT = 62;
const LINE = 10; // the room of a line that passes a layer
const GAP = 18;
const BETWEEN = 52;
const EDGE = 12;
const SWEEPS = 6;
const MOST_LETTERS = 19;

export const STATES = {
  waiting: ['', 'waits', ''],
  not_run: ['', 'did not run', '–'],
  started: ['calm', 'runs', '▸'],
  running: ['calm', 'runs', '▸'],
  done: ['good', 'done', '✓'],
  skipped: ['', 'skipped', '–'],
  failed: ['bad', 'failed', '✗'],
  cancelled: ['wait', 'cancelled', '■'],
  unknown: ['wait', 'unknown', '?'],
};

export const stateTone = state => STATES[state]?.[0] || 'plain';
export const stateWord = state => STATES[state]?.[1] ?? String(state);

/** How long it took, or has taken until `time`; undefined if it has not begun. */
export function took(it, time) {
  if (!it.started) return undefined;
  return Math.max(0, (it.ended ? Date.parse(it.ended) : time) - Date.parse(it.started));
}

// ---------------------------------------------------------------- layout

/** Layer by name: the longest way to each step; those that come last are after all others. */
function layers(steps) {
  const known = new Map(steps.map(it => [it.step, it]));
  const layer = new Map();
  const of = (it, way) => {
    if (layer.has(it.step)) return layer.get(it.step);
    if (way.has(it.step)) return 0; // a cycle: the daemon refuses those
    way.add(it.step);
    const at = Math.max(0, ...it.needs.filter(need => known.has(need)).map(need => of(known.get(need), way) + 1));
    way.delete(it.step);
    layer.set(it.step, at);
    return at;
  };
  steps.forEach(it => of(it, new Set()));
  const last = Math.max(-1, ...steps.filter(it => !it.finally).map(it => layer.get(it.step)));
  steps.filter(it => it.finally).forEach(it => layer.set(it.step, 0));
  const finals = steps.filter(it => it.finally);
  for (let moved = true, round = 0; moved && round <= finals.length; round++) {
    moved = false;
    for (const it of finals) {
      const at = Math.max(last + 1, ...it.needs.filter(need => known.has(need)).map(need => layer.get(need) + 1));
      moved ||= at !== layer.get(it.step);
      layer.set(it.step, at);
    }
  }
  return layer;
}

/** Boxes and places of lines in layers: `{rows: [[node]], chains: [[node, …]]}`. */
function nodes(steps) {
  const layer = layers(steps);
  const rows = [];
  const all = new Map();
  const put = (node, at) => {
    (rows[at] ??= []).push(node);
    return node;
  };
  steps.forEach(it => all.set(it.step, put({ it, at: layer.get(it.step), before: [], after: [] }, layer.get(it.step))));
  const chains = [];
  for (const to of all.values()) {
    for (const need of to.it.needs) {
      const from = all.get(need);
      if (!from) continue;
      const chain = [from];
      for (let at = from.at + 1; at < to.at; at++) chain.push(put({ at, before: [], after: [] }, at));
      chain.push(to);
      chain.slice(1).forEach((node, i) => {
        node.before.push(chain[i]);
        chain[i].after.push(node);
      });
      chains.push(chain);
    }
  }
  return { rows: rows.filter(Boolean), chains, all };
}

const mean = values => values.reduce((sum, it) => sum + it, 0) / values.length;

/** Puts those near each other that belong together, so that fewer lines cross. */
function order(rows) {
  const place = () => rows.forEach(row => row.forEach((it, i) => { it.index = i; }));
  place();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const wish = new Map(row.map(it => {
        const others = down ? it.before : it.after;
        return [it, others.length > 0 ? mean(others.map(other => other.index / Math.max(1, rows[other.at]?.length ?? 1))) : it.index / Math.max(1, row.length)];
      }));
      row.sort((a, b) => wish.get(a) - wish.get(b) || a.index - b.index);
      row.forEach((it, i) => { it.index = i; });
    }
  }
}

/** Takes away what is empty across all layers; returns how wide all are together. */
function close(sorted, size) {
  let shift = sorted[0].x - size(sorted[0]) / 2;
  let end = 0;
  for (const it of sorted) {
    const begin = it.x - size(it) / 2 - shift;
    if (begin > end + GAP) shift += begin - end - GAP;
    it.x -= shift;
    end = Math.max(end, it.x + size(it) / 2);
  }
  return end;
}

/** The place of each across its layer, near those that it belongs to. */
function spread(rows, size) {
  const gap = (a, b) => (size(a) + size(b)) / 2 + GAP;
  rows.forEach(row => row.forEach((it, i) => { it.x = i === 0 ? 0 : row[i - 1].x + gap(row[i - 1], it); }));
  const widest = Math.max(...rows.map(row => row.at(-1).x));
  rows.forEach(row => {
    const shift = (widest - row.at(-1).x) / 2;
    row.forEach(it => { it.x += shift; });
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const wish = row.map(it => {
        const others = sweep % 2 === 0 ? it.before : it.after;
        return others.length > 0 ? mean(others.map(other => other.x)) : it.x;
      });
      const after = [...wish]; // pushed to the one side, and to the other: between both nothing is pushed too far
      const before = [...wish];
      for (let i = 1; i < row.length; i++) after[i] = Math.max(wish[i], after[i - 1] + gap(row[i - 1], row[i]));
      for (let i = row.length - 2; i >= 0; i--) before[i] = Math.min(wish[i], before[i + 1] - gap(row[i], row[i + 1]));
      row.forEach((it, i) => { it.x = (after[i] + before[i]) / 2; });
    }
  }
  return close(rows.flat().sort((a, b) => a.x - size(a) / 2 - (b.x - size(b) / 2)), size);
}

/** `{width, height, boxes, lines}`: from left to right, or from top to bottom. */
function draw(steps, isDown) {
  const { rows, chains } = nodes(steps);
  const deep = isDown ? HEIGHT : WIDTH;
  const wide = isDown ? WIDTH : HEIGHT;
  order(rows);
  const breadth = spread(rows, it => (it.it ? wide : LINE));
  const depth = rows.length * deep + (rows.length - 1) * BETWEEN;
  const rank = new Map(rows.flatMap((row, i) => row.map(it => [it, i])));
  const from = it => EDGE + rank.get(it) * (deep + BETWEEN);
  const point = (across, along) => (isDown ? [across, along] : [along, across]);
  const boxes = rows.flat().filter(it => it.it).map(it => {
    const [x, y] = point(EDGE + it.x - wide / 2, from(it));
    return { it: it.it, x, y };
  });
  const lines = chains.map(chain => {
    let path = '';
    chain.forEach((it, i) => {
      if (i === 0) {
        path = `M${point(EDGE + it.x, from(it) + deep).join(' ')}`;
        return;
      }
      const before = chain[i - 1];
      const begin = from(before) + deep;
      const middle = (begin + from(it)) / 2;
      path += `C${[point(EDGE + before.x, middle), point(EDGE + it.x, middle), point(EDGE + it.x, from(it))].map(at => at.join(' ')).join(' ')}`;
      if (!it.it) path += `L${point(EDGE + it.x, from(it) + deep).join(' ')}`;
    });
    return { path, from: chain[0].it, to: chain.at(-1).it };
  });
  const [width, height] = point(breadth + 2 * EDGE, depth + 2 * EDGE);
  return { width, height, boxes, lines };
}

/** The way round that needs less scrolling to the side. */
export function layout(steps, room) {
  const right = draw(steps, false);
  if (right.width <= room) return right;
  const down = draw(steps, true);
  return down.width <= Math.max(room, right.width) ? down : right;
}

// ---------------------------------------------------------------- the picture

const cut = text => (text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text);

const kindOf = it => `${it.kind}${it.each ? ` ×${it.items ?? 'n'}` : ''}${it.when ? ' · if' : ''}${it.finally ? ' · last' : ''}`;

function says(it, time) {
  if (!it.state) return '';
  const time0 = took(it, time);
  const more = [time0 === undefined ? '' : millis(time0), it.attempt > 1 ? `try ${it.attempt}` : '', it.cached ? 'kept' : ''].filter(Boolean);
  return [stateWord(it.state), ...more].join(' · ');
}

/** For who does not see the lines. */
const spoken = it => `${it.step.length > MOST_LETTERS ? `${it.step}, ` : ''}${it.needs.length > 0 ? `after ${it.needs.join(', ')}` : 'after no other step'}`;

function Box({ box: { it, x, y }, time, href, isChosen, isFirst }) {
  const mark = STATES[it.state]?.[2] ?? '';
  return html`<a href=${href(it.step)} class="step ${stateTone(it.state)} ${it.state ?? ''}" data-step=${it.step} tabindex=${isFirst ? 0 : -1}
      aria-description=${spoken(it)} aria-current=${isChosen ? 'true' : undefined}>
    <rect x=${x} y=${y} width=${WIDTH} height=${HEIGHT} rx="9" />
    <text class="name" x=${x + 12} y=${y + 21}>${cut(it.step)}</text>
    ${mark && html`<text class="mark-of-state" aria-hidden="true" x=${x + WIDTH - 12} y=${y + 21} text-anchor="end">${mark}</text>`}
    <text class="kind" x=${x + 12} y=${y + 37}>${cut(kindOf(it))}</text>
    <text class="says" x=${x + 12} y=${y + 53}>${says(it, time)}</text>
  </a>`;
}

/** The nearest box in that direction. */
function next(boxes, from, key) {
  const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  const cost = it => {
    const along = (it.x - from.x) * dx + (it.y - from.y) * dy;
    const across = Math.abs((it.x - from.x) * dy) + Math.abs((it.y - from.y) * dx);
    return along > 4 ? along + 3 * across : Infinity;
  };
  return boxes.filter(it => cost(it) < Infinity).sort((a, b) => cost(a) - cost(b))[0];
}

/**
 * The picture of a flow or of a run. Arrows lead from box to box, Enter opens one.
 *
 * @param href the address that opens a step
 */
export function Graph({ steps, time, href, chosen, label }) {
  const self = useRef(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setRoom(Math.floor(entry.contentRect.width)));
    watcher.observe(self.current);
    return () => watcher.disconnect();
  }, []);
  const shape = JSON.stringify([steps.map(it => [it.step, it.needs, it.finally]), room]);
  const kept = useRef({});
  if (kept.current.shape !== shape) kept.current = { shape, drawn: room > 0 && steps.length > 0 ? layout(steps, room) : null };
  const { drawn } = kept.current;
  const now = new Map(steps.map(it => [it.step, it]));
  const onKeyDown = e => {
    const at = e.target.closest?.('[data-step]');
    if (!at || !e.key.startsWith('Arrow') || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    const to = next(drawn.boxes, drawn.boxes.find(it => it.it.step === at.dataset.step), e.key);
    if (!to) return;
    const box = self.current.querySelector(`[data-step="${CSS.escape(to.it.step)}"]`);
    box.focus();
    box.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const first = now.has(chosen) ? chosen : drawn?.boxes[0]?.it.step;
  return html`<div class="graph" ref=${self} role="group" aria-label=${label} onKeyDown=${onKeyDown}>
    ${drawn && html`<svg width=${drawn.width} height=${drawn.height} viewBox=${`0 0 ${drawn.width} ${drawn.height}`}>
      <g class="lines" aria-hidden="true">${drawn.lines.map(({ path, from, to }) => html`<path key=${`${from.step} ${to.step}`} d=${path}
        class="${now.get(from.step)?.state === 'done' ? 'passed' : ''} ${chosen === from.step || chosen === to.step ? 'near' : ''}" />`)}</g>
      ${drawn.boxes.map(box => html`<${Box} key=${box.it.step} box=${{ ...box, it: now.get(box.it.step) ?? box.it }} time=${time} href=${href}
        isChosen=${box.it.step === chosen} isFirst=${box.it.step === first} />`)}
    </svg>`}
  </div>`;
}
