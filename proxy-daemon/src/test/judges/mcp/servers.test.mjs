// The other direction: our agent as the client of servers that others wrote, unmodified: @modelcontextprotocol/server-everything,
// which begins with `initialize`, and one of revision 2026-07-28 alone; each over stdio, started by the agent, and over HTTP.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { startRoad, until } from "./road.mjs";

const EVERYTHING = resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const MODERN = resolve("modern-server.mjs");
const NODE = process.execPath;

const work = mkdtempSync(join(tmpdir(), "culvert-tools-"));
const children = [];
let road;

before(async () => {
  road = await startRoad({ flags: ["--tools-dir", work, "--tool-servers", "unconfined"] });
  const ports = [await freePort(), await freePort()];
  children.push(spawn(NODE, [EVERYTHING, "streamableHttp"], { env: { ...process.env, PORT: String(ports[0]) }, stdio: "ignore" }));
  children.push(spawn(NODE, [MODERN, String(ports[1])], { stdio: "inherit" }));
  const mcp = {
    "every-stdio": { command: [NODE, EVERYTHING, "stdio"], environment: { JUDGE: "yes" } },
    "every-http": { url: `http://127.0.0.1:${ports[0]}/mcp` },
    "modern-stdio": { command: [NODE, MODERN] },
    "modern-http": { url: `http://127.0.0.1:${ports[1]}/mcp` },
  };
  const policy = { rules: [{ decision: "allow", tools: ["mcp__*"] }] };
  const answer = await fetch(`${road.url}/api/v1/agents/web/config`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ config: {}, tool_allowlist: null, tools: { policy, mcp } }),
  });
  assert.equal(answer.status, 200, await answer.text());
  for (const name of Object.keys(mcp)) {
    await until(`the tools of ${name} are offered`, async () => {
      await ask("say hello");
      return offered().some((it) => it.startsWith(`mcp__${name}__`));
    });
  }
});
after(async () => {
  await road?.close();
  children.forEach((it) => it.kill("SIGKILL"));
  rmSync(work, { recursive: true, force: true });
});

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const offered = () => road.runtime.seen.at(-1).body.tools?.map((it) => it.function.name) ?? [];

/** The events of a turn in which the model does what is said. */
async function ask(content) {
  const answer = await fetch(`${road.url}/api/v1/agents/web/stream`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role: "user", content }),
  });
  const events = (await answer.text()).split("\n\n").map((it) => [/^event: (.*)$/m.exec(it)?.[1], /^data: (.*)$/m.exec(it)?.[1]]);
  return events.filter(([event]) => event).map(([event, data]) => ({ event, data: JSON.parse(data) }));
}

/** The result of a call, and what was told before it. */
async function call(name, args) {
  const events = await ask(`call ${name} ${JSON.stringify(args)}`);
  const end = events.find((it) => it.event === "tool_result");
  assert.ok(end, JSON.stringify(events));
  return { ...end.data, output: events.filter((it) => it.event === "tool_output").map((it) => it.data.output).join("") };
}

for (const server of ["every-stdio", "every-http"]) {
  describe(server, () => {
    const tool = (name) => `mcp__${server}__${name}`;

    test("all its tools are offered, with their schemas", async () => {
      await ask("say hello");
      assert.ok(offered().filter((it) => it.startsWith(tool(""))).length >= 8, offered().join(" "));
      const echo = road.runtime.seen.at(-1).body.tools.find((it) => it.function.name === tool("echo"));
      assert.equal(echo.function.parameters.properties.message.type, "string");
    });

    test("a text, a number and what is structured come back", async () => {
      assert.equal((await call(tool("echo"), { message: "héllo" })).result, "Echo: héllo");
      assert.match((await call(tool("get-sum"), { a: 1.5, b: 2 })).result, /3\.5/);
      assert.match((await call(tool("get-structured-content"), { location: "Chicago" })).result, /"temperature"/);
    });

    test("a picture is told in words", async () => {
      assert.match((await call(tool("get-tiny-image"), {})).result, /\[image, image\/png, \d+ characters of Base64, not shown\]/);
    });

    test("a long call tells how far it is", async () => {
      const { ok, result, output } = await call(tool("trigger-long-running-operation"), { duration: 1.5, steps: 3 });
      assert.equal(ok, true, result);
      assert.match(output, /\[progress 1 of 3\]/);
    });

    test("wrong arguments are a result that says so", async () => {
      const { ok, error } = await call(tool("echo"), { message: 7 });
      assert.equal(ok, false);
      assert.match(error, /message|expected/i);
    });
  });
}

test("a program gets the variables of the configuration, and not the agent's", async () => {
  const { result } = await call("mcp__every-stdio__get-env", {});
  const environment = JSON.parse(result);
  assert.equal(environment.JUDGE, "yes");
  assert.equal(environment.TMPDIR.includes("culvert-server-"), true);
  assert.equal(environment.CULVERT_TOP, undefined);
});

for (const server of ["modern-stdio", "modern-http"]) {
  test(`${server} is called in the newest revision`, async () => {
    assert.equal((await call(`mcp__${server}__greet`, { name: "you" })).result, "Hello you");
    assert.match((await call(`mcp__${server}__fail`, {})).error, /it went wrong/);
    await until("the log says the revision", () => road.agent.log.includes(`'${server}' has 2 tools (revision 2026-07-28)`));
  });
}

test("a program that is killed is started again, and its tools are back", async () => {
  const pids = () => road.agent.log.match(/'every-stdio' has/g).length;
  const before = pids();
  const { result } = await call("mcp__every-stdio__get-env", {});
  assert.ok(result);
  spawn("pkill", ["-9", "-P", String(road.agent.child.pid), "-f", EVERYTHING]);
  await until("it was reached again", () => pids() > before);
  await until("it answers", async () => (await call("mcp__every-stdio__echo", { message: "again" })).result === "Echo: again");
});
