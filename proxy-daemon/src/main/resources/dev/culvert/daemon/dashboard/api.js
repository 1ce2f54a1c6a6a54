// The daemon's HTTP interface, and who we are for it. The token is kept in this variable and nowhere else.

import { readEvents } from './events.js';

const BASE = new URL('api/v1/', document.baseURI);
let token = null;
let isMakingToken = false;

/** A refusal of the daemon, or a daemon that does not answer. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.error ?? `The daemon answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? '';
    this.problem = problem;
  }

  /** The daemon wants to know who we are. */
  get isSignIn() {
    return this.status === 401;
  }
}

/** A value that components follow. */
export function box(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      listeners.forEach(it => it(value));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Whether we may use the daemon: `{state: 'asking' | 'in' | 'out' | 'gone', operations, why, withToken}`.
 * `operations` maps `METHOD path` to what the daemon says of it.
 */
export const session = box({ state: 'asking', operations: new Map(), why: '', withToken: false });

export const may = (method, path) => session.get().operations.has(`${method} /api/v1${path}`);
export const operation = (method, path) => session.get().operations.get(`${method} /api/v1${path}`);

function url(path, query) {
  const at = new URL(path.replace(/^\//, ''), BASE);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') at.searchParams.set(name, value);
  }
  return at;
}

async function send(method, path, { query, body, headers, signal } = {}) {
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined) all['content-type'] = 'application/json';
  let response;
  try {
    response = await fetch(url(path, query), {
      method,
      headers: all,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new ApiError(0, { error: 'The daemon does not answer.', code: 'no_answer' });
  }
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // an error of something between us and the daemon
  }
  const error = new ApiError(response.status, problem);
  if (error.isSignIn && session.get().state === 'in' && !isMakingToken) signOut(error.message);
  throw error;
}

/** Sends a request and returns `{value, response}`; `value` is undefined where there is no JSON. */
export async function ask(method, path, options) {
  const response = await send(method, path, options);
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { response, value: isJson && text ? JSON.parse(text) : undefined, text };
}

export const get = async (path, query) => (await ask('GET', path, { query })).value;

/** All entries of a list that comes in pages, `most` at most. */
export async function all(path, member, query = {}, most = 5000) {
  const found = [];
  let after;
  do {
    const page = await get(path, { ...query, limit: 1000, after });
    found.push(...page[member]);
    after = page.next;
  } while (after && found.length < most);
  return found;
}

/** Reads a stream of events; `onOpen` gets the response. Resolves at its end. */
export async function follow(method, path, { onEvent, onOpen, ...options }) {
  const response = await send(method, path, {
    ...options,
    headers: { accept: 'text/event-stream', ...options.headers },
  });
  onOpen?.(response);
  if (response.status !== 204) await readEvents(response, onEvent);
  return response;
}

/** Finds out what we may do. */
export async function signIn(secret) {
  const before = token;
  token = secret ?? token;
  try {
    const { operations } = await get('operations');
    session.set({
      state: 'in',
      operations: new Map(operations.map(it => [`${it.method} ${it.path}`, it])),
      why: '',
      withToken: token !== null,
    });
  } catch (error) {
    token = before;
    if (error.isSignIn) {
      const asked = error.code === 'unauthenticated' && !secret;
      session.set({ ...session.get(), state: 'out', why: asked ? '' : error.message });
    } else {
      session.set({ ...session.get(), state: 'gone', why: error.message });
    }
    throw error;
  }
}

export function signOut(why = '') {
  token = null;
  session.set({ state: 'out', operations: new Map(), why, withToken: false });
}

/**
 * Makes a token. The first one of a daemon ends the time in which it let everybody in, also this page: it goes on with
 * that token.
 */
export async function makeToken(body) {
  isMakingToken = true;
  try {
    const { value } = await ask('POST', 'tokens', { body });
    if (token === null) {
      await get('operations').catch(error => (error.isSignIn ? signIn(value.token) : undefined));
    }
    return value;
  } finally {
    isMakingToken = false;
  }
}
