// The programs that a test needs: the daemon, agents as built, and a crowd of guests in this process.
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
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
async function program(name, path, args, sentence, stdin = 'ignore') {
  const child = spawn(path, args, { stdio: [stdin, 'pipe', 'pipe'] });
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

/** The Proxmox of the tests, of version 8 or 9; it ends when it is killed, or this process ends. */
export async function startProxmox(version) {
  const [java, ...args] = process.env.PROXMOX.split(' ');
  const it = await program('Proxmox', java, [...args, '--version', String(version), '--task-ms', '300'],
    /listening on (\S+)\nfingerprint (\S+)\ntoken (\S+)\n/, 'pipe');
  [, it.url, it.fingerprint, it.token] = it.said;
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
    async offers(method, path, token) {
      return (await it.ask('GET', 'operations', { token })).value.operations.some(op => op.method === method && op.path === path);
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

/** A daemon that asks this Proxmox server often. */
export async function startDaemonOf(pve) {
  const secret = join(folder(), 'proxmox.secret');
  const [id, value] = pve.token.split('=');
  writeFileSync(secret, value, { mode: 0o600 });
  return startDaemon({}, {
    proxmox: [{ name: 'lab', url: pve.url, token_id: id, token_secret: { file: secret }, fingerprints: [pve.fingerprint] }],
    inventory: { poll_interval: '1s' },
  });
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

const unguessable = () => randomBytes(17).toString('base64url').slice(0, 22);

/**
 * A guest of this process whose model calls one tool in each turn, about which its policy asks. `call` says of a message
 * what is called: `{tool_name, arguments, rule, why, seconds}`, where `arguments` may be JSON as a text. It keeps its turns
 * over lost links, asks again on a new one, and claims before it goes on.
 */
export async function startAskingGuest(call) {
  const links = new Set();
  const turns = new Map();
  const claims = [];
  const asked = []; // over which link what was asked
  const send = (socket, type, id, payload, seq) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const bytes = Buffer.from(`{"type":"${type}","id":"${id}",${seq ? `"seq":${seq},` : ''}"payload":${text}}`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    if (!socket.destroyed) socket.write(Buffer.concat([length, bytes]));
  };
  const tell = (turn, type, payload) => {
    const it = { type, payload, seq: turn.log.length + 1 };
    turn.log.push(it);
    send(turn.socket, type, turn.id, payload, it.seq);
  };
  const waiting = () => [...turns.values()].filter(it => it.ask && !it.over);
  const ask = (socket, turn) => {
    asked.push(socket);
    send(socket, 'approve', `a-${turn.approval}`, turn.ask);
  };
  const end = (turn, ok, text) => {
    if (turn.over) return;
    turn.over = true;
    tell(turn, 'tool_result', ok ? { call_id: 'c1', ok, result: text } : { call_id: 'c1', ok, error: text });
    tell(turn, 'chunk', { content: ok ? 'It is done.' : 'Then I leave it.', done: true, finish_reason: 'stop' });
  };
  const begin = (socket, id, message) => {
    const { tool_name, arguments: given, rule = 'the-rule', why = 'the rule asks', seconds = 600 } = call(message);
    const args = typeof given === 'string' ? given : JSON.stringify(given);
    const turn = { id, socket, log: [], approval: `ap_${unguessable()}`, digest: `sha256:${createHash('sha256').update(args).digest('hex')}` };
    turns.set(id, turn);
    const expires = new Date(Date.now() + seconds * 1000).toISOString();
    const members = `"approval_id":"${turn.approval}","call_id":"c1","tool_name":${JSON.stringify(tool_name)},"arguments":${args},"digest":"${turn.digest}","policy":"p1","rule":${JSON.stringify(rule)},"why":${JSON.stringify(why)},"expires":"${expires}"`;
    turn.ask = `{"turn":"${id}",${members}}`;
    tell(turn, 'chunk', { content: 'I want to do something. ', done: false });
    tell(turn, 'tool_call', `{"call_id":"c1","tool_name":${JSON.stringify(tool_name)},"arguments":${args}}`);
    tell(turn, 'approval', `{${members}}`);
    const home = [...links].find(it => it.takesApprovals);
    if (home) ask(home, turn);
  };
  const heard = (socket, { type, id, payload }) => {
    const turn = [...turns.values()].find(it => id === `a-${it.approval}` || id === `c-${it.approval}`);
    if (type === 'ping') {
      send(socket, 'pong', id, {});
      if (payload?.approvals && !socket.takesApprovals) {
        socket.takesApprovals = true;
        if ([...links].find(it => it.takesApprovals) === socket) waiting().forEach(it => ask(socket, it));
      }
    } else if (type === 'config_update') send(socket, 'config_ack', id, { applied: true });
    else if (type === 'message') begin(socket, id, payload);
    else if (type === 'resume' && turns.has(id)) {
      const it = turns.get(id);
      it.socket = socket;
      const rest = it.log.filter(frame => frame.seq > payload.after);
      (rest.length > 0 ? rest : it.log.slice(-1)).forEach(frame => send(socket, frame.type, id, frame.payload, frame.seq));
    } else if (type === 'cancel' && turns.has(id)) {
      turns.get(id).over = true;
      send(socket, 'error', id, { code: 'cancelled', message: 'the turn was cancelled' }, turns.get(id).log.length + 1);
    } else if (type === 'approved' && turn) {
      if (payload.decision === 'allow') send(socket, 'claim', `c-${turn.approval}`, { approval_id: turn.approval, claim: unguessable(), digest: turn.digest, policy: 'p1' });
      else end(turn, false, `${payload.by ?? 'nobody'} denied it${payload.reason ? `: ${payload.reason}` : ''}`);
    } else if (type === 'claimed' && turn) {
      claims.push(turn.approval);
      end(turn, true, 'one\ntwo\nthree');
    } else if (type === 'error' && turn) end(turn, false, payload.message);
  };
  const server = createServer(socket => {
    links.add(socket);
    socket.on('close', () => links.delete(socket));
    socket.on('error', () => {});
    send(socket, 'heartbeat', '', { status: 'ready', uptime_secs: 1, protocol: '1.1', instance: 'i', agent_version: '9.9', features: ['resume', 'cancel', 'tools', 'approvals'] });
    let rest = Buffer.alloc(0);
    socket.on('data', piece => {
      rest = Buffer.concat([rest, piece]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
        const to = 4 + rest.readUInt32BE();
        const it = JSON.parse(rest.subarray(4, to));
        rest = rest.subarray(to);
        heard(socket, it);
      }
    });
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return {
    port: server.address().port,
    claims,
    turns,
    close() {
      server.close();
      links.forEach(it => it.destroy());
    },
  };
}
