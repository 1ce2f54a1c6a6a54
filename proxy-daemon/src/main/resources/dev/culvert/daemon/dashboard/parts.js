// What all pages are made of.

import { Component, Fragment, createContext, h, render } from './preact.js';
import { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from './hooks.js';
import htm from './htm.js';
import { box } from './api.js';

export const html = htm.bind(h);
export { Component, Fragment, createContext, render };
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** The value of a box, now and whenever it changes. */
export function useBox(it) {
  const [, again] = useState(0);
  useEffect(() => {
    again(n => n + 1);
    return it.listen(() => again(n => n + 1));
  }, [it]);
  return it.get();
}

/** The time, every five seconds: for "since 12 s". */
export const now = box(Date.now());
setInterval(() => now.set(Date.now()), 5000);

// ---------------------------------------------------------------- where we are

/** The page and its parameters, from the part of the address after `#`: it never reaches a server. */
function parse() {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(it => {
    try {
      return decodeURIComponent(it);
    } catch {
      return it;
    }
  });
  return { parts, query: new URLSearchParams(query) };
}

export const place = box(parse());
addEventListener('hashchange', () => place.set(parse()));

export const link = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;

/** Changes parameters of this page without another step in the history. */
export function setQuery(changes) {
  const { parts, query } = place.get();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  history.replaceState(null, '', `${link(...parts)}${text ? `?${text}` : ''}`);
  place.set(parse());
}

// ---------------------------------------------------------------- small parts

const PATHS = {
  fleet: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01',
  key: 'M15 7a4 4 0 1 1-3.9 5L4 19v1h4v-2h2v-2h2l1-1.5A4 4 0 0 1 15 7zM16.5 9.5h.01',
  list: 'M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z',
  half: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  out: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9',
  hand: 'M8 13V5.5a1.5 1.5 0 0 1 3 0V11M11 10.5v-6a1.5 1.5 0 0 1 3 0v6.5M14 11V6a1.5 1.5 0 0 1 3 0v8a6 6 0 0 1-6 6h-.5a6 6 0 0 1-4.9-2.6L3.4 14a1.5 1.5 0 0 1 2.5-1.7L8 14.5',
  tool: 'M14.5 6a4 4 0 0 0-5 5L4 16.5 7.5 20l5.5-5.5a4 4 0 0 0 5-5L15 12l-3-3z',
  flow: 'M4 4h5v5H4zM15 4h5v5h-5zM15 15h5v5h-5zM9 6.5h6M6.5 9v8.5H15',
  server: 'M5 4h14v7H5zM5 13h14v7H5zM8 7.5h.01M8 16.5h.01M12 7.5h4M12 16.5h4',
  plan: 'M5 3h10l4 4v14H5zM15 3v4h4M8.5 12h7M12 8.5v7M8.5 18h7',
  reach: 'M3 8h18M3 16h18M7 8a5 5 0 0 1 10 0M7 16a5 5 0 0 0 10 0',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5',
  close: 'M6 6l12 12M18 6L6 18',
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

export const Badge = ({ tone, children }) => html`<span class="badge ${tone}"><i aria-hidden="true" />${children}</span>`;

/** What a page says that has nothing to show. */
export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2><div>${children}</div></div>`;

export const Problem = ({ error, children }) => html`
  <div class="problem" role="alert"><p>${error.message ?? String(error)}</p>${children}</div>`;

export function Copy({ text, label = 'Copy' }) {
  const [state, setState] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('Copied');
    } catch {
      setState('Select it and press Ctrl-C'); // no clipboard over plain HTTP from another host
    }
    setTimeout(() => setState(''), 2500);
  };
  return html`<button type="button" class="ghost" onClick=${copy}>
    <${Icon} name=${state === 'Copied' ? 'check' : 'copy'} /><span aria-live="polite">${state || label}</span>
  </button>`;
}

const LONG_WORD = 40;

/** Short words whole: a browser would break `--flag` after its hyphens. */
const words = text => text.split(' ').map((it, i) => [i > 0 && ' ', it.length < LONG_WORD ? html`<span class="word">${it}</span>` : it]);

/** A text that is shown once and can be copied. */
export const Secret = ({ label, text }) => html`
  <div class="secret"><div class="label">${label}</div><pre tabindex="0">${words(text)}</pre><${Copy} text=${text} label=${`Copy ${label.toLowerCase()}`} /></div>`;

export function Dialog({ title, onClose, children, wide }) {
  const it = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    it.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog ref=${it} class=${wide ? 'wide' : ''} aria-label=${title}
      onCancel=${e => { e.preventDefault(); onClose(); }}
      onMouseDown=${e => { if (e.target === it.current) onClose(); }}>
    <div class="dialog">
      <header><h2>${title}</h2><button type="button" class="ghost square" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></header>
      ${children}
    </div>
  </dialog>`;
}

/** Asks before something is done that cannot be undone. */
export function Confirm({ title, children, verb, otherwise = 'Keep it', onConfirm, onClose }) {
  const [state, setState] = useState({});
  const run = async () => {
    setState({ busy: true });
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setState({ error });
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <div class="stack">${children}</div>
    ${state.error && html`<${Problem} error=${state.error} />`}
    <footer><button type="button" onClick=${onClose}>${otherwise}</button>
      <button type="button" class="danger" disabled=${state.busy} onClick=${run}>${verb}</button></footer>
  <//>`;
}

/** Loads once and again; returns `{value, error, again}`. */
export function useLoad(load, needs) {
  const [state, setState] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    load().then(
      value => isCurrent && setState({ value }),
      error => isCurrent && setState(before => ({ ...before, error })),
    );
    return () => { isCurrent = false; };
  }, [...needs, round]);
  return { ...state, again: useCallback(() => setRound(n => n + 1), []) };
}

// ---------------------------------------------------------------- messages

const said = box([]);
let number = 0;

/** Says for a few seconds what has been done. */
export function say(text, tone = 'good') {
  const it = { key: ++number, text, tone };
  said.set([...said.get(), it].slice(-3));
  setTimeout(() => said.set(said.get().filter(other => other !== it)), 6000);
}

export function Messages() {
  const all = useBox(said);
  return html`<div class="messages" role="status">${all.map(it => html`<p key=${it.key} class=${it.tone}>${it.text}</p>`)}</div>`;
}

/** Tabs with the keys of tabs: arrows, Home, End. */
export function Tabs({ tabs, current, onSelect, label }) {
  const onKeyDown = e => {
    const at = tabs.findIndex(it => it.id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    onSelect(next.id);
    e.currentTarget.querySelector(`#tab-${next.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>
    ${tabs.map(it => html`<button type="button" key=${it.id} id=${`tab-${it.id}`} role="tab" aria-selected=${it.id === current ? 'true' : 'false'}
      aria-controls="panel" tabindex=${it.id === current ? 0 : -1} onClick=${() => onSelect(it.id)}>${it.title}</button>`)}
  </div>`;
}

/** Words to search for, kept in the address as `q`. */
export function Search({ label, hint }) {
  const { query } = useBox(place);
  const q = query.get('q') ?? '';
  const [text, setText] = useState(q);
  const field = useRef(null);
  useEffect(() => {
    if (document.activeElement !== field.current) setText(q); // else it may be older than what was typed since
  }, [q]);
  const onInput = e => {
    setText(e.target.value);
    setQuery({ q: e.target.value.trim() });
  };
  return html`<label class="search"><${Icon} name="search" /><span class="hidden">${label}</span>
    <input ref=${field} type="search" placeholder=${hint} value=${text} onInput=${onInput} /><kbd aria-hidden="true">/</kbd></label>`;
}
