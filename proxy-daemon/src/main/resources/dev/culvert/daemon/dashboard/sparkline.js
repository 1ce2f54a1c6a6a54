// Small curves, drawn by uPlot. Their elements are used again, because rows come and go as people scroll.

import { html, useEffect, useRef } from './parts.js';

const WIDTH = 96;
const HEIGHT = 26;
const MOST_SPARE = 120;

const spare = [];
const drawn = new Set();
let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const value = name => style.getPropertyValue(name).trim();
  colours = { line: value('--accent'), fill: value('--accent-soft') };
}

/** Draws all curves again: the theme has changed. */
export function repaint() {
  readColours();
  drawn.forEach(it => it.redraw(false, false));
}

function make() {
  if (!colours.line) readColours();
  return new globalThis.uPlot(
    {
      width: WIDTH,
      height: HEIGHT,
      pxAlign: false,
      cursor: { show: false },
      legend: { show: false },
      select: { show: false },
      padding: [3, 1, 2, 1],
      scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1e-9)] } },
      axes: [{ show: false }, { show: false }],
      series: [{}, { stroke: () => colours.line, fill: () => colours.fill, width: 1.25, points: { show: false } }],
    },
    [[], []],
  );
}

const XS = Array.from({ length: 61 }, (_, i) => Array.from({ length: i }, (_, x) => x));

/** A curve of `points`; a plain line where there is nothing to see. */
export function Sparkline({ points, label }) {
  const place = useRef(null);
  const plot = useRef(null);
  const isFlat = points.length < 2 || !points.some(it => it > 0);

  useEffect(() => {
    if (isFlat) return undefined;
    const it = spare.pop() ?? make();
    plot.current = it;
    drawn.add(it);
    place.current.append(it.root);
    return () => {
      drawn.delete(it);
      it.root.remove();
      plot.current = null;
      if (spare.length < MOST_SPARE) spare.push(it);
      else it.destroy();
    };
  }, [isFlat]);

  useEffect(() => {
    plot.current?.setData([XS[points.length], points]);
  }, [points, isFlat]);

  return html`<span class=${isFlat ? 'spark flat' : 'spark'} role="img" aria-label=${label} ref=${place} />`;
}
