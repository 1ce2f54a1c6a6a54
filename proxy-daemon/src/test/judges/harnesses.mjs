// Codex and Claude Code, unmodified, do a small task through Culvert: read a file, write another, look at it. Then the same
// while the link is reset, the agent is paused, and the daemon is killed in the middle. A harness may end the task or say that
// it failed; a success without the file is the one thing that must not happen. Then the model uses a tool of the agent's
// between two of the harness's. Then `culvert mcp install` gives them Culvert's tools, and they call one in a task. At last
// they do the task beside the agent, in a VM without a network: their model is a provider of the host, with the host's key.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { startHarnessRuntime } from "./harness-runtime.mjs";
import { CULVERT, startRoad } from "./road.mjs";

const BIN = join(import.meta.dirname, "harnesses/node_modules/.bin");
const STEPS = ["cat question.txt", "tr a-z A-Z < question.txt > answer.txt", "cat answer.txt"];
const PATIENCE_MS = 180_000;

const HARNESSES = {
  codex(url, home) {
    mkdirSync(join(home, ".codex"));
    writeFileSync(
      join(home, ".codex/config.toml"),
      [
        'model = "web"',
        'model_provider = "culvert"',
        'web_search = "disabled"',
        "[model_providers.culvert]",
        'name = "culvert"',
        `base_url = "${url}/v1"`,
        'wire_api = "responses"',
        "",
      ].join("\n"),
    );
    return ["codex", ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "Answer the question."], {}];
  },
  "claude-code": (url) => [
    "claude",
    ["-p", "Answer the question.", "--model", "web", "--allowedTools", "Bash,mcp__culvert"],
    { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "none", DISABLE_TELEMETRY: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
  ],
};

const TROUBLE = {
  "nothing goes wrong": async () => {},
  "the link is reset": async (road) => road.relay.cut(),
  "the agent is paused for 3 s": async (road) => {
    road.agent.child.kill("SIGSTOP");
    setTimeout(() => road.agent.child.kill("SIGCONT"), 3_000);
  },
  "the daemon is killed and started again": async (road) => {
    await road.daemon.kill();
    await road.startDaemon();
  },
};

for (const [name, harness] of Object.entries(HARNESSES)) {
  for (const kind of ["openai", "anthropic"]) {
    describe(`${name} over a runtime of the kind ${kind}`, () => {
      for (const [trouble, cause] of Object.entries(TROUBLE)) {
        test(trouble, { timeout: PATIENCE_MS + 60_000 }, async (t) => {
          const { home, work } = places();
          writeFileSync(join(work, "question.txt"), "what is the road\n");
          let road;
          let troubled = false;
          const runtime = await startHarnessRuntime(STEPS, async (round) => {
            if (round === 1 && !troubled) {
              troubled = true;
              await cause(road);
            }
          });
          road = await startRoad({ kind, runtime, runtimeTimeout: "30s" });
          t.after(async () => {
            await road.close();
            rmSync(home, { recursive: true, force: true });
          });

          const { code, output } = await runHarness(harness(road.url, home), home, work);

          const answer = fileOf(join(work, "answer.txt"));
          console.log(`   ${name}, ${kind}, ${trouble}: exit ${code}, answer.txt ${JSON.stringify(answer)}, rounds ${runtime.rounds}`);
          const finished = code === 0 && /finished/.test(output);
          if (trouble === "nothing goes wrong") assert.ok(finished, output.slice(-3000));
          assert.ok(code === 0 ? answer === "WHAT IS THE ROAD\n" : true, `a success that was none:\n${output.slice(-3000)}`);
          assert.notEqual(code, null, "the harness hung");
        });
      }
    });
  }
}

for (const [name, harness] of Object.entries(HARNESSES)) {
  for (const kind of ["openai", "anthropic"]) {
    const title = `${name} over a runtime of the kind ${kind}: the agent reads a file of its VM in the middle of a task`;
    test(title, { timeout: PATIENCE_MS + 60_000 }, async (t) => {
      const { home, work } = places();
      const vm = join(home, "vm");
      mkdirSync(vm);
      writeFileSync(join(vm, "note.txt"), "only the agent can read this\n");
      const steps = ["echo one > one.txt", { tool: /^read_file$/, input: { path: "note.txt" } }, "echo two > two.txt"];
      const runtime = await startHarnessRuntime(steps, undefined, true);
      const road = await startRoad({ kind, runtime, runtimeTimeout: "30s", flags: ["--tools-dir", vm] });
      t.after(async () => {
        await road.close();
        rmSync(home, { recursive: true, force: true });
      });

      const { code, output } = await runHarness(harness(road.url, home), home, work);

      assert.equal(code, 0, output.slice(-3000));
      assert.match(output, /finished/);
      assert.match(runtime.heard[2], /only the agent can read this/, "the tool's result did not reach the model");
      assert.equal(fileOf(join(work, "one.txt")), "one\n");
      assert.equal(fileOf(join(work, "two.txt")), "two\n");
      assert.equal(runtime.heard.length, 4, "a step was asked for twice");
    });
  }
}

/** Claude Code's model looks for tools of others before it may call them. */
const FIRST = { "claude-code": [{ tool: /^ToolSearch$/, input: { query: "select:mcp__culvert__agents_list" } }] };

for (const [name, harness] of Object.entries(HARNESSES)) {
  test(`${name} calls a tool of Culvert's in a task`, { timeout: PATIENCE_MS + 60_000 }, async (t) => {
    const { home, work } = places();
    const runtime = await startHarnessRuntime([...(FIRST[name] ?? []), { tool: /culvert__agents_list$/, input: {} }]);
    const road = await startRoad({ runtime, runtimeTimeout: "30s" });
    t.after(async () => {
      await road.close();
      rmSync(home, { recursive: true, force: true });
    });
    const [program, args, environment] = harness(road.url, home);
    const said = async (path, ...words) => {
      const { code, output } = await run(path, words, environment, home, work);
      assert.equal(code, 0, `${path} ${words.join(" ")}:\n${output}`);
      return output;
    };
    const install = (...more) => said(CULVERT, "--url", road.url, "mcp", "install", "--client", program, ...more);
    const list = () => said(join(BIN, program), "mcp", "list");

    await install();
    assert.match(await list(), program === "codex" ? /culvert +\S+ .* mcp .*enabled/ : /culvert: .* mcp - .*Connected/);

    const { code, output } = await runHarness([program, args, environment], home, work);
    assert.equal(code, 0, output.slice(-3000));
    assert.match(output, /finished/);
    assert.match(runtime.heard.at(-1), /agents.*web.*ready/, "the tool's result did not reach the model");

    await install("--remove");
    assert.doesNotMatch(await list(), /^culvert\b/m);
  });
}

for (const [name, harness] of Object.entries(HARNESSES)) {
  test(`${name} in a VM without a network and without a key has a provider of the host`, { timeout: PATIENCE_MS + 60_000 }, async (t) => {
    const { home, work } = places();
    writeFileSync(join(work, "question.txt"), "what is the road\n");
    const file = join(home, "provider.key");
    writeFileSync(file, "sk-of-the-host\n", { mode: 0o600 });
    const provider = await startHarnessRuntime(STEPS);
    const providers = [
      { name: "llm", kind: "openai", url: `${provider.url}/v1`, key: { file } },
      { name: "claude", kind: "anthropic", url: provider.url, key: { file } },
    ];
    const road = await startRoad({ llm: true, runtime: provider, settings: { more: { providers } } });
    t.after(async () => {
      await road.close();
      rmSync(home, { recursive: true, force: true });
    });

    const { code, output } = await runHarness(harness(road.llm, home), home, work);

    assert.equal(code, 0, output.slice(-3000));
    assert.match(output, /finished/);
    assert.equal(fileOf(join(work, "answer.txt")), "WHAT IS THE ROAD\n");
    for (const key of provider.keys) assert.match(key, /^(Bearer )?sk-of-the-host$/, "the provider saw another key");
    const { budgets } = await (await fetch(`${road.url}/api/v1/budgets`)).json();
    const day = budgets.find((it) => it.of === "agent" && it.name === "web" && it.span === "day");
    assert.ok(day.tokens >= 110 * (STEPS.length + 1), `what it used counts for the agent: ${JSON.stringify(budgets)}`);
  });
}

/** A home and a folder to work in, which are empty. */
function places() {
  const home = mkdtempSync(join(tmpdir(), "culvert-harness-"));
  const work = join(home, "work");
  mkdirSync(work);
  return { home, work };
}

function fileOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function runHarness([program, args, environment], home, work) {
  return run(join(BIN, program), args, environment, home, work);
}

/** The exit code, null after PATIENCE_MS, and all that the program said. */
async function run(path, args, environment, home, work) {
  const child = spawn(path, args, {
    cwd: work,
    env: { PATH: `${BIN}:${process.env.PATH}`, HOME: home, IS_SANDBOX: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (piece) => (output += piece));
  child.stderr.on("data", (piece) => (output += piece));
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const code = await new Promise((done) => child.on("close", done));
  clearTimeout(late);
  return { code, output };
}
