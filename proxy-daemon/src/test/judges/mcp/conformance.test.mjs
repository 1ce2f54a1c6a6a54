// The official conformance suite, in both revisions. What does not apply is in not-applicable.json, with its reason; an entry
// that passes has to leave that list.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startRoad } from "./road.mjs";

const SUITE = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const listed = JSON.parse(readFileSync("not-applicable.json", "utf8"));

let road;
before(async () => (road = await startRoad()));
after(() => road?.close());

for (const revision of ["2026-07-28", "2025-11-25"]) {
  test(`conformance ${revision}`, async (t) => {
    const out = `conformance-${revision}`;
    rmSync(out, { recursive: true, force: true });
    await suite(["server", "--url", `${road.url}/mcp`, "--requirements", revision, "-o", out]);
    const folders = readdirSync(out);
    assert.ok(folders.length > 25, `only ${folders.length} scenarios ran`);
    let passed = 0;
    const wrong = [];
    const needed = new Set();
    for (const folder of folders) {
      const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(folder)[1];
      for (const check of JSON.parse(readFileSync(join(out, folder, "checks.json"), "utf8"))) {
        const entry = listed.find((it) => it.revisions.includes(revision) && it.scenarios.some((one) => scenario === one) && (!it.checks || it.checks.includes(check.id)));
        if (check.status === "SUCCESS") passed++;
        else if (check.status !== "FAILURE" && check.status !== "SKIPPED") continue;
        else if (entry) needed.add(scenario);
        else wrong.push(`${scenario}: ${check.id}: ${check.status}: ${check.errorMessage}`);
      }
    }
    for (const entry of listed.filter((it) => it.revisions.includes(revision)))
      for (const scenario of entry.scenarios.filter((it) => !needed.has(it))) wrong.push(`${scenario} is in not-applicable.json, but nothing of it fails or is skipped`);
    t.diagnostic(`${passed} checks passed`);
    assert.deepEqual(wrong, []);
    assert.ok(passed > 30);
  });
}

/** It exits with 1 where anything has failed; the checks that it writes decide. */
function suite(args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [SUITE, ...args], { stdio: "ignore" });
    child.on("exit", done);
    child.on("error", failed);
  });
}
