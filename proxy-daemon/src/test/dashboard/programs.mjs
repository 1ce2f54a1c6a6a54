// The programs that a test needs: the daemon, agents as built, and a crowd of guests in this process.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PATIENCE_MS = 30_000;
const running = new Set();
const folders = new Set();

export async function until(what, check, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`timed out waiting until ${what}`);
    await new Promise(done => setTimeout(done, 50));
  }
}

/** Starts a program and waits until it says something like `sentence`. */
async function program(name, path, args, sentence) {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  const self = { child, log: '', ended: new Promise(done => child.on('exit', done)) };
  const hear = piece => (self.log += piece);
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  self.kill = async (signal = 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await self.ended;
  };
  self.said = await until(`${name} says ${sentence}`, () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${self.log}`);
    return sentence.exec(self.log);
  });
  return self;
}

/** Ends what a test that failed has left. */
export function stopAll() {
  running.forEach(it => it.kill('SIGKILL'));
  folders.forEach(it => rmSync(it, { recursive: true, force: true }));
}

/** An agent that gives words back, one after `delay`. */
export async function startAgent(delay = '20ms', port = 0, flags = []) {
  const it = await program('agent', process.env.AGENT,
    ['--listen', `tcp://127.0.0.1:${port}`, '--runtime', 'echo', '--echo-delay', delay, ...flags], /listening on tcp:\/\/127\.0\.0\.1:(\d+)/);
  it.port = Number(it.said[1]);
  return it;
}

/** An agent that dials in as a person was told: with the token in a file, and a folder for what it must remember. */
export async function startJoiningAgent(url, token, state) {
  const file = join(state, 'join-token');
  if (token) writeFileSync(file, token, { mode: 0o600 });
  return program('agent', process.env.AGENT,
    ['--join', url, ...(token ? ['--join-token-file', file] : []), '--state-dir', state, '--runtime', 'echo', '--echo-delay', '20ms'], /./);
}

/** What the agent's program says as a command. */
export const said = async (...args) => (await promisify(execFile)(process.env.AGENT, args)).stdout;

/** Takes the place of a daemon that is away: notes when agents dial in, and answers nobody. */
export async function standIn(port) {
  const attempts = [];
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', head => {
      if (/^GET \S*agents\/connect/.test(head.toString('latin1'))) attempts.push(performance.now());
      socket.destroy();
    });
  });
  await new Promise((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', done));
  return { attempts, close: () => new Promise(done => server.close(done)) };
}

/** A folder that is gone when the tests have ended. */
export function folder() {
  const it = mkdtempSync(join(tmpdir(), 'culvert-agent-'));
  folders.add(it);
  return it;
}

/** A daemon with these agents, by id; it can be stopped and started again at the same port. */
export async function startDaemon(agents, settings = {}) {
  const work = mkdtempSync(join(tmpdir(), 'culvert-dashboard-'));
  const file = join(work, 'culvertd.jsonc');
  const it = {
    work,
    port: 0,
    async start() {
      writeFileSync(file, JSON.stringify({
        http: { listen: [`tcp://127.0.0.1:${it.port}`] },
        admin: { listen: [] },
        state_dir: join(work, 'state'),
        home: { backoff_min: '100ms', backoff_max: '500ms' },
        agents: Object.entries(agents).map(([id, more]) => ({ id, ...(typeof more === 'number' ? { address: `tcp://127.0.0.1:${more}` } : more) })),
        ...settings,
      }));
      it.program = await program('culvertd', process.env.DAEMON, ['serve', '--config', file], /listening on http:\/\/127\.0\.0\.1:(\d+)/);
      it.port = Number(it.program.said[1]);
      it.url = `http://127.0.0.1:${it.port}/`;
    },
    async ask(method, path, { token, body } = {}) {
      const answer = await fetch(`${it.url}api/v1/${path}`, {
        method,
        headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, value: text ? JSON.parse(text) : undefined };
    },
    /** Whether this daemon has that operation. */
    async offers(method, path) {
      return (await it.ask('GET', 'operations')).value.operations.some(op => op.method === method && op.path === path);
    },
    /** Counts what the daemon says of agents, as the page hears it, until it is stopped. */
    async changes() {
      const over = new AbortController();
      const { body } = await fetch(`${it.url}api/v1/events`, { signal: over.signal });
      let count = 0;
      const counted = (async () => {
        const text = new TextDecoder();
        let rest = '';
        for await (const piece of body) {
          const lines = (rest + text.decode(piece, { stream: true })).split('\n');
          rest = lines.pop();
          count += lines.filter(line => line === 'event: agent').length;
        }
      })().catch(() => {});
      return {
        async stop() {
          over.abort();
          await counted;
          return count;
        },
      };
    },
    async stop(signal = 'SIGKILL') {
      await it.program.kill(signal);
    },
    async close() {
      await it.program.kill();
      rmSync(work, { recursive: true, force: true });
    },
  };
  await it.start();
  return it;
}

function frame(envelope) {
  const text = Buffer.from(JSON.stringify(envelope));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/**
 * A guest of this process. `version` is what it calls itself; `answer` says what it answers to a message, or how it
 * refuses it.
 */
export async function startGuest({ version = '0.1.0', answer = { content: 'ok' } } = {}) {
  const links = new Set();
  const server = createServer(socket => {
    links.add(socket);
    socket.on('close', () => links.delete(socket));
    socket.on('error', () => {});
    socket.write(frame({ type: 'heartbeat', id: '', payload: { status: 'ready', uptime_secs: 1, protocol: '1.0', instance: 'i', agent_version: version, features: [] } }));
    let rest = Buffer.alloc(0);
    socket.on('data', piece => {
      rest = Buffer.concat([rest, piece]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
        const end = 4 + rest.readUInt32BE();
        const { type, id } = JSON.parse(rest.subarray(4, end));
        rest = rest.subarray(end);
        if (type === 'ping') socket.write(frame({ type: 'pong', id, payload: {} }));
        else if (type === 'config_update') socket.write(frame({ type: 'config_ack', id, payload: { status: 'applied' } }));
        else if (type === 'message' && answer.error) socket.write(frame({ type: 'error', id, payload: answer.error }));
        else if (type === 'message') socket.write(frame({ type: 'chunk', id, payload: { content: answer.content, done: true } }));
      }
    });
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return {
    port: server.address().port,
    /** Its links break; it takes new ones. */
    cut: () => links.forEach(it => it.destroy()),
    close() {
      server.close();
      links.forEach(it => it.destroy());
    },
  };
}
