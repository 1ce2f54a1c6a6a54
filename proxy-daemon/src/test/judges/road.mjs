// A whole road for a judge: a scripted runtime, culvert-agent as built, a relay that can be cut, and culvertd as built.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startRuntime } from "./runtime.mjs";

const top = process.env.CULVERT_TOP ?? join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const DAEMON = join(top, "proxy-daemon/target/culvertd/bin/culvertd");
const AGENT = join(top, "guest-agent/target/culvert-agent/bin/culvert-agent");
export const CULVERT = join(top, "proxy-daemon/target/culvertd/bin/culvert");
const PATIENCE_MS = 60_000;

/**
 * @param kind of the runtime: openai or anthropic
 * @param runtimeTimeout how long the agent waits for the runtime
 * @param flags more flags of the agent
 * @param settings more settings of the daemon
 * @param given the runtime, if not the one of runtime.mjs
 * @param environment more variables of the daemon
 * @param llm whether programs beside the agent have the host's providers, at `road.llm`
 */
export async function startRoad({
  kind = "openai", runtimeTimeout = "2s", flags = [], settings = {}, environment = {}, runtime: given, llm = false,
} = {}) {
  const work = mkdtempSync(join(tmpdir(), "culvert-judges-"));
  const runtime = given ?? (await startRuntime());
  const llmAt = llm ? `127.0.0.1:${await freePort()}` : null;
  const agent = await program("agent", AGENT, [
    "--listen", "tcp://127.0.0.1:0", "--runtime", runtime.url, "--runtime-kind", kind, "--runtime-timeout", runtimeTimeout,
    ...(llmAt ? ["--llm-listen", llmAt] : []), ...flags,
  ], /listening on tcp:\/\/127\.0\.0\.1:(\d+)/);
  const relay = await startRelay(Number(agent.said[1]));
  const file = join(work, "culvertd.jsonc");
  const road = {
    runtime, agent, relay, work,
    /** What stands in OPENAI_BASE_URL (with /v1) and ANTHROPIC_BASE_URL of a program in the VM. */
    llm: llmAt && `http://${llmAt}`,
    async startDaemon() {
      const port = road.daemon ? Number(road.daemon.said[1]) : 0;
      writeFileSync(file, JSON.stringify({
        http: { listen: [`tcp://127.0.0.1:${port}`], ...settings.http },
        admin: { listen: [] },
        state_dir: join(work, "state"),
        agents: [{ id: "web", address: `tcp://127.0.0.1:${relay.port}` }],
        ...settings.more,
      }));
      road.daemon = await program("culvertd", DAEMON, ["serve", "--config", file], /listening on http:\/\/127\.0\.0\.1:(\d+)/, environment);
      road.url = `http://127.0.0.1:${road.daemon.said[1]}`;
      await road.ready();
    },
    /** Waits until the agent is ready. */
    async ready(headers = {}) {
      await until("the agent is ready", async () => {
        const answer = await fetch(`${road.url}/api/v1/agents/web`, { headers });
        return answer.status === 401 || (await answer.json()).state === "ready";
      });
    },
    async close() {
      await Promise.all([road.daemon, agent].map((it) => it?.kill()));
      relay.close();
      runtime.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
  await road.startDaemon();
  return road;
}

/** Starts a program and waits until it says something like {@code sentence}. */
async function program(name, path, args, sentence, environment = {}) {
  // A test run in the background inherits ignored signals; the programs must not.
  const child = spawn("env", ["--default-signal=INT,HUP", path, ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  const self = { child, log: "", said: null, ended: new Promise((done) => child.on("exit", done)) };
  const hear = (piece) => (self.log += piece);
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  self.kill = async (signal = "SIGKILL") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await self.ended;
  };
  await until(`${name} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${self.log}`);
    self.said = sentence.exec(self.log);
    return self.said;
  });
  return self;
}

/** A port that is free now. */
async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Carries connections to a port; `cut` resets those there are. */
async function startRelay(port) {
  const pairs = new Set();
  const server = createServer((from) => {
    const to = connect(port, "127.0.0.1");
    const pair = [from, to];
    pairs.add(pair);
    from.pipe(to);
    to.pipe(from);
    for (const socket of pair) {
      socket.on("error", () => {});
      socket.on("close", () => {
        pairs.delete(pair);
        pair.forEach((it) => it.destroy());
      });
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: server.address().port,
    cut: () => pairs.forEach((pair) => pair.forEach((it) => it.resetAndDestroy())),
    close() {
      server.close();
      pairs.forEach((pair) => pair.forEach((it) => it.destroy()));
    },
  };
}

export async function until(what, check) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`timed out waiting until ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
