// The official clients, unmodified: 2.4.0 pinned to the revision without `initialize`, 1.32.2 of the era with it, over HTTP and
// over stdio; and the inspector.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Client as Modern, StreamableHTTPClientTransport as ModernHttp } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client as Legacy } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as LegacyHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CULVERT, startRoad } from "./road.mjs";

const run = promisify(execFile);
// For so long the daemon waits for an agent that was lost, which may come back.
const IMPATIENT = { settings: { more: { timeouts: { message: "2s" } } }, runtimeTimeout: "30s" };
const INFO = { name: "judge", version: "1" };
const NEW = { versionNegotiation: { mode: { pin: "2026-07-28" } } };

let road;
before(async () => (road = await startRoad(IMPATIENT)));
after(() => road?.close());

const stdio = () => ({ command: CULVERT, args: ["--url", road.url, "mcp"], stderr: "inherit" });
const endpoint = () => new URL(`${road.url}/mcp`);
const KINDS = {
  "client 2.4.0 over HTTP": [() => new Modern(INFO, NEW), () => new ModernHttp(endpoint()), callModern],
  "client 2.4.0 over stdio": [() => new Modern(INFO, NEW), () => new ModernStdio(stdio()), callModern],
  "sdk 1.32.2 over HTTP": [() => new Legacy(INFO), () => new LegacyHttp(endpoint()), callLegacy],
  "sdk 1.32.2 over stdio": [() => new Legacy(INFO), () => new LegacyStdio(stdio()), callLegacy],
};

function callModern(client, params, options) {
  return client.callTool(params, options);
}

function callLegacy(client, params, options) {
  return client.callTool(params, undefined, options);
}

const ask = (message) => ({ name: "ask", arguments: { agent: "web", message } });

for (const [name, [newClient, newTransport, call]] of Object.entries(KINDS)) {
  describe(name, () => {
    let client;
    before(async () => {
      client = newClient();
      await client.connect(newTransport());
    });
    after(() => client?.close());

    test("lists tools, resources and prompts, and calls a tool that reads", async () => {
      const { tools } = await client.listTools();
      assert.equal(tools[0].name, "ask");
      assert.equal(tools.find((it) => it.name === "agents_list").annotations.readOnlyHint, true);
      assert.equal(tools.find((it) => it.name === "agents_remove").annotations.destructiveHint, true);
      const { resources } = await client.listResources();
      assert.deepEqual(resources.map((it) => it.uri), ["culvert://agents/web"]);
      assert.ok((await client.listResourceTemplates()).resourceTemplates.length > 3);
      assert.equal(JSON.parse((await client.readResource({ uri: "culvert://agents/web" })).contents[0].text).id, "web");
      const prompt = await client.getPrompt({ name: "troubleshoot", arguments: { agent: "web" } });
      assert.match(prompt.messages[0].content.text, /agents_show/);
      const result = await call(client, { name: "agents_list", arguments: {} });
      assert.equal(JSON.parse(result.content[0].text).agents[0].id, "web");
    });

    test("asks an agent with progress", async () => {
      const words = [];
      const result = await call(client, ask("slow 3"), { onprogress: (it) => words.push(it.message) });
      assert.equal(result.content[0].text, "word1 word2 word3 ");
      assert.deepEqual(words, ["word1 ", "word2 ", "word3 "]);
    });

    test("a long answer ends in a resource that has all of it", async () => {
      const result = await call(client, ask(`say ${"x".repeat(20000)}`));
      assert.equal(result.content[0].text.length, 8192);
      const link = result.content.at(-1);
      assert.equal(link.type, "resource_link");
      assert.equal((await client.readResource({ uri: link.uri })).contents[0].text.length, 20000);
    });

    test("an abort stops the runtime", async () => {
      const abort = new AbortController();
      await assert.rejects(call(client, ask("stall"), { signal: abort.signal, onprogress: () => abort.abort() }));
      assert.notEqual(await road.runtime.seen.at(-1).closed, null);
    });

    test("a mistake is a result that says so, and a tool that is not there raises", async () => {
      const result = await call(client, { name: "ask", arguments: { agent: "nobody", message: "hi" } });
      assert.equal(result.isError, true);
      await assert.rejects(call(client, { name: "no_such_tool", arguments: {} }), /no_such_tool/);
      await assert.rejects(client.readResource({ uri: "culvert://agents/nobody" }), /nobody/);
    });
  });
}

test("the inspector lists and calls tools", async () => {
  const inspect = async (...words) =>
    JSON.parse((await run(process.execPath, ["node_modules/.bin/mcp-inspector", "--cli", `${road.url}/mcp`, "--transport", "http", ...words])).stdout);
  assert.equal((await inspect("--method", "tools/list")).tools[0].name, "ask");
  const asked = await inspect("--method", "tools/call", "--tool-name", "ask", "--tool-arg", "agent=web", "message=say hello");
  assert.equal(asked.content[0].text, "hello");
  assert.equal((await inspect("--method", "resources/list")).resources[0].uri, "culvert://agents/web");
});

test("validate says that the tools which read do so", async () => {
  await run(CULVERT, ["--url", road.url, "mcp", "validate"]);
});

for (const [name, [newClient, newTransport, call]] of Object.entries(KINDS)) {
  test(`${name}: a lost agent raises`, async () => {
    const lost = await startRoad(IMPATIENT);
    const own = road;
    road = lost;
    const client = newClient();
    try {
      await client.connect(newTransport());
      await assert.rejects(call(client, ask("stall"), { onprogress: () => void lost.agent.kill() }), /agent/);
    } finally {
      road = own;
      await client.close();
      await lost.close();
    }
  });
}
