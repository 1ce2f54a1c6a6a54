// `culvert mcp` in a workspace, by the official clients of both eras, unmodified: they find the workspace from a folder below it,
// and their user is asked before a plan is applied. The Proxmox is the one of the tests.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Client as Modern } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client as Legacy } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { CULVERT, startRoad, until } from "./road.mjs";

const run = promisify(execFile);
const INFO = { name: "judge", version: "1" };
const FORMS = { capabilities: { elicitation: { form: {} } } };
const NEW = { versionNegotiation: { mode: { pin: "2026-07-28" } }, ...FORMS };

// Only operators may change guests, and see those tools.
const folder = mkdtempSync(join(tmpdir(), "culvert-judge-"));
const OPERATORS = `unix://${folder}/admin.sock`;

let pve;
let road;
before(async () => {
  const [program, ...args] = process.env.PROXMOX.split(" ");
  pve = spawn(program, [...args, "--task-ms", "100"], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  pve.stdout.on("data", (piece) => (said += piece));
  await until("the Proxmox of the tests listens", () => /^token .+\n/m.test(said));
  const [, url, fingerprint, id, secret] = /on (\S+)\nfingerprint (\S+)\ntoken ([^=]+)=(\S+)/.exec(said);
  road = await startRoad({
    settings: {
      more: {
        admin: { listen: [OPERATORS] },
        proxmox: [{ name: "lab", url, token_id: id, token_secret: { env: "JUDGE_SECRET" }, fingerprints: [fingerprint] }],
        inventory: { poll_interval: "1s" },
      },
    },
    environment: { JUDGE_SECRET: secret },
  });
  await until("the inventory is there", async () => (await culvert("vm", "list")).stdout.includes("debian-13"));
});
after(async () => {
  await road?.close();
  pve?.stdin.end();
  rmSync(folder, { recursive: true, force: true });
});

const culvert = (...words) => run(CULVERT, ["--url", OPERATORS, ...words], { env: { ...process.env, HOME: road.work } });

const KINDS = {
  "client 2.4.0": {
    start: (cwd) => connect(new Modern(INFO, NEW), ModernStdio, cwd),
    onQuestion: (client, answer) => client.setRequestHandler("elicitation/create", answer),
    call: (client, params, options) => client.callTool(params, options),
  },
  "sdk 1.32.2": {
    start: (cwd) => connect(new Legacy(INFO, FORMS), LegacyStdio, cwd),
    onQuestion: (client, answer) => client.setRequestHandler(ElicitRequestSchema, answer),
    call: (client, params, options) => client.callTool(params, undefined, options),
  },
};

async function connect(client, Transport, cwd) {
  const env = { ...process.env, HOME: road.work };
  await client.connect(new Transport({ command: CULVERT, args: ["--url", OPERATORS, "mcp"], cwd, env, stderr: "inherit" }));
  return client;
}

for (const [name, { start, onQuestion, call }] of Object.entries(KINDS)) {
  describe(name, () => {
    const guest = `judge-${name.replace(/[^a-z0-9]+/g, "-")}`;
    let root;
    let below;
    let digest;

    /** Does something with a client in the workspace. */
    async function session(work) {
      const client = await start(below);
      const text = async (tool, args = {}, options = {}) => {
        const result = await call(client, { name: tool, arguments: args }, options);
        return { failed: result.isError === true, text: result.content[0].text };
      };
      try {
        return await work(client, text);
      } finally {
        await client.close();
      }
    }

    before(async () => {
      root = join(road.work, `lab-${name.split(" ")[0]}`);
      await culvert("init", root, "--yes", "--server", "lab", "--node", "pve3", "--no-git");
      below = join(root, "infra", "below");
      mkdirSync(below);
    });

    test("it looks and plans, and what is above the mode is not there", () =>
      session(async (client, text) => {
        const names = (await client.listTools()).tools.map((it) => it.name);
        for (const tool of ["ask", "agents_list", "status", "find", "read", "plan", "check", "diagnose", "report"]) assert.ok(names.includes(tool), tool);
        for (const tool of ["apply", "run_flow", "guests_destroy", "agents_remove"]) assert.ok(!names.includes(tool), tool);
        assert.equal(new Set(names).size, names.length);
        const { failed, text: picture } = await text("plan", { create: [{ name: guest, clone: 900, cpus: 2, start: true }] });
        assert.equal(failed, false, picture);
        digest = /digest ([0-9a-f]{64})/.exec(picture)[1];
        assert.match((await text("apply", { digest })).text, /above the mode plan/);
        assert.match((await text("guests_start", { id: "lab/100" })).text, /the mode plan of this workspace/);
        const { resources } = await client.listResources();
        for (const it of ["workspace", "inventory", "logs", "runs", "diagnostics"]) assert.ok(resources.some(({ uri }) => uri === `culvert://${it}`) || it === "logs", it);
        const inventory = JSON.parse((await client.readResource({ uri: "culvert://inventory" })).contents[0].text);
        assert.ok(inventory.vms.length > 3);
        const prompts = (await client.listPrompts()).prompts.map((it) => it.name);
        assert.deepEqual(prompts, ["troubleshoot", "optimise", "plan"]);
        assert.match((await client.getPrompt({ name: "plan", arguments: { goal: "two more" } })).messages[0].content.text, /two more/);
      }));

    test("another session has the plan, and applies it when the user agrees", async () => {
      assert.equal(statSync(join(root, ".culvert", "mcp", "plan.json")).mode & 0o777, 0o600);
      await culvert("mcp", "mode", "apply", "--project", root);
      await session(async (client, text) => {
        assert.match((await text("status")).text, new RegExp(digest));
        const asked = [];
        let action = "decline";
        onQuestion(client, ({ params }) => {
          asked.push(params.message);
          return action === "accept" ? { action, content: { confirm: true } } : { action };
        });
        const declined = await text("apply", { digest });
        assert.equal(declined.failed, true);
        assert.match(declined.text, /did not agree/);
        assert.ok(asked[0].includes(digest) && asked[0].includes(guest), asked[0]);
        assert.match((await text("apply", { digest: "0".repeat(64) })).text, /only that one is applied/);
        assert.equal(asked.length, 1);
        action = "accept";
        const steps = [];
        const done = await text("apply", { digest }, { onprogress: ({ message }) => steps.push(message) });
        assert.equal(done.failed, false, done.text);
        assert.match(done.text, /applied [0-9a-f]{12}/);
        assert.ok(steps.some((it) => it.startsWith("✓")), steps.join("\n"));
        assert.match((await text("plan")).text, /nothing to change/);
      });
      assert.ok((await culvert("vm", "list")).stdout.includes(guest));
    });
  });
}

test("outside of a workspace nothing is different", async () => {
  const client = await KINDS["client 2.4.0"].start(road.work);
  try {
    const names = (await client.listTools()).tools.map((it) => it.name);
    assert.ok(names.includes("guests_destroy") && !names.includes("plan") && !names.includes("find"));
  } finally {
    await client.close();
  }
});
