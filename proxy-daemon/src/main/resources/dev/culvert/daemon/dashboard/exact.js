// What somebody is to decide about, shown exactly: numbers with all their digits, members that come twice, and characters
// that a screen does not show or that turn the direction of a text.

import { html, useState } from './parts.js';
import { bytes, count } from './format.js';

const SPACE = ' \t\r\n';

/** The place after the string that begins at `at`. */
function afterString(text, at) {
  let i = at + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** The place after the value that begins at `at`. */
function afterValue(text, at) {
  if (text[at] === '"') return afterString(text, at);
  let i = at;
  if (text[at] === '{' || text[at] === '[') {
    for (let depth = 0; ;) {
      const it = text[i];
      if (it === '"') {
        i = afterString(text, i);
        continue;
      }
      if (it === '{' || it === '[') depth++;
      else if (it === '}' || it === ']') depth--;
      i++;
      if (depth === 0) return i;
    }
  }
  while (i < text.length && !`,]}${SPACE}`.includes(text[i])) i++;
  return i;
}

const skip = (text, at) => {
  let i = at;
  while (i < text.length && `${SPACE},:`.includes(text[i])) i++;
  return i;
};

/**
 * The members of an object as they are written: `[[name, text], …]`, in their order; null if it is no object.
 *
 * @param text one value of valid JSON
 */
export function members(text) {
  let at = skip(text, 0);
  if (text[at] !== '{') return null;
  const found = [];
  for (at = skip(text, at + 1); text[at] !== '}'; at = skip(text, at)) {
    const name = afterString(text, at);
    const from = skip(text, name);
    const to = afterValue(text, from);
    found.push([JSON.parse(text.slice(at, name)), text.slice(from, to)]);
    at = to;
  }
  return found;
}

/** The value of that name as it is written; undefined if there is none. */
export const written = (text, name) => members(text)?.findLast(it => it[0] === name)?.[1];

/** The same JSON on several lines; every value as it was written. */
export function spread(text) {
  let said = '';
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let i = 0; i < text.length;) {
    const it = text[i];
    if (it === '"') {
      const end = afterString(text, i);
      said += text.slice(i, end);
      i = end;
      continue;
    }
    i++;
    if (it === '{' || it === '[') {
      let next = i;
      while (SPACE.includes(text[next])) next++;
      if (text[next] === '}' || text[next] === ']') {
        said += it + text[next];
        i = next + 1;
      } else {
        depth++;
        said += it + line();
      }
    } else if (it === '}' || it === ']') {
      depth--;
      said += line() + it;
    } else if (it === ',') said += it + line();
    else if (it === ':') said += ': ';
    else if (!SPACE.includes(it)) said += it;
  }
  return said;
}

// ---------------------------------------------------------------- characters that hide

/** Control and format characters, lone surrogates, what Unicode has not assigned, and spaces that are none; not the end of a line. */
const HIDDEN = /(?!\r?\n|\t)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u115f\u1160\u2000-\u200a\u202f\u205f\u3000\u3164\uffa0]/gu;

/** The text, with a mark in the place of each character that is not seen. */
export function Shown({ text }) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const code = `U+${match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    parts.push(text.slice(from, match.index), html`<mark class="hides" title="A character that is not seen">${code}</mark>`);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Whether a text anywhere in the value has such a character. */
function hides(value) {
  if (typeof value === 'string') return value.search(HIDDEN) >= 0;
  if (value && typeof value === 'object') return Object.entries(value).some(([name, it]) => hides(name) || hides(it));
  return false;
}

// ---------------------------------------------------------------- long texts

const FEW_LINES = 12;
const FEW_CHARACTERS = 1200;

/** The beginning of a long text, cut between lines if it can be. */
function beginning(text) {
  const lines = text.split('\n', FEW_LINES + 1);
  let some = lines.length > FEW_LINES ? lines.slice(0, FEW_LINES).join('\n') : text;
  if (some.length > FEW_CHARACTERS) some = some.slice(0, FEW_CHARACTERS);
  if (/[\ud800-\udbff]$/.test(some)) some = some.slice(0, -1);
  return some;
}

/** A text of any length: a long one is cut, says so, and can be shown whole. */
export function Long({ text, label }) {
  const [isOpen, setOpen] = useState(false);
  const some = beginning(text);
  const isLong = some.length < text.length;
  const scrolls = isOpen || some.length > 400; // then a keyboard has to reach it
  const size = bytes(new TextEncoder().encode(text).length);
  return html`<div class="long">
    <pre class="wrap" tabindex=${scrolls ? 0 : undefined} role=${scrolls ? 'region' : undefined} aria-label=${scrolls ? label : undefined}><${Shown} text=${isOpen ? text : some} />${isLong && !isOpen && html`<span class="rest" aria-hidden="true"> …</span>`}</pre>
    ${isLong && html`<p class="line start"><button type="button" class="small" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}>${isOpen ? 'Show less' : `Show all of ${label}`}</button>
      <span class="hint">${isOpen ? '' : 'This is the beginning of '}${count(text.split('\n').length, 'line')}, ${size}</span></p>`}
  </div>`;
}

// ---------------------------------------------------------------- the arguments of a tool

const parsed = text => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isWords = value => Array.isArray(value) && value.length > 0 && value.every(it => typeof it === 'string');

/** A command as its words: a space within one is not a space between two. */
const Words = ({ words }) => html`<ol class="words" aria-label="The words of the command">${words.map((it, i) => html`<li key=${i}><code><${Shown} text=${it} /></code></li>`)}</ol>`;

function Value({ name, text }) {
  const value = parsed(text);
  if (name === 'argv' && isWords(value)) {
    return html`<${Words} words=${value} />`;
  }
  if (typeof value === 'string') {
    return value === '' ? html`<p class="hint">nothing (an empty text)</p>` : html`<${Long} text=${value} label=${name} />`;
  }
  return html`<${Long} text=${spread(text)} label=${name} />`;
}

/**
 * The arguments of a call, as its tool gets them.
 *
 * @param text JSON as it was written
 */
export function Arguments({ text }) {
  const [isRaw, setRaw] = useState(false);
  const all = members(text);
  if (!all) return html`<${Value} name="the arguments" text=${text} />`;
  if (all.length === 0) return html`<p class="hint">It has no arguments.</p>`;
  const twice = new Set(all.map(it => it[0])).size < all.length;
  return html`<div class="arguments">
    ${isRaw
      ? html`<${Long} text=${spread(text)} label="the arguments" />`
      : html`<dl>${all.map(([name, value], i) => html`<div key=${i}><dt><code><${Shown} text=${name} /></code></dt><dd><${Value} name=${name} text=${value} /></dd></div>`)}</dl>`}
    ${twice && html`<p class="why">A name comes twice among the arguments. Be careful: look at the JSON.</p>`}
    ${hides(parsed(text)) && html`<p class="why">There are characters in it that are not seen. They are marked by their number in Unicode.</p>`}
    <button type="button" class="ghost small" aria-pressed=${isRaw ? 'true' : 'false'} onClick=${() => setRaw(!isRaw)}>as JSON</button>
  </div>`;
}
