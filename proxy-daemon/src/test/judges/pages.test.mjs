// The programs of the pages that need an SDK, as a reader copies them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startRoad } from "./road.mjs";

const BLOCK = /^```js tested-by=proxy-daemon\/src\/test\/judges\/pages\.test\.mjs\n(.*?)^```$/gms;
const PAGES = { openai: "proxy-daemon/docs/openai.md", anthropic: "proxy-daemon/docs/anthropic.md" };

for (const [name, page] of Object.entries(PAGES)) {
  describe(page, () => {
    let road;
    before(async () => void (road = await startRoad({ kind: name })));
    after(() => road.close());

    test("its program prints the answer", async () => {
      const blocks = [...readFileSync(join(process.env.CULVERT_TOP, page), "utf8").matchAll(BLOCK)];
      assert.ok(blocks.length > 0, "the page has a program");
      for (const [, text] of blocks) {
        const file = join(import.meta.dirname, `page-${name}.mjs`);
        writeFileSync(
          file,
          text
            .replaceAll("http://127.0.0.1:8470", road.url)
            .replaceAll("web-1", "web")
            .replaceAll("Why is the sky blue?", "say because of the air"),
        );
        const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
        assert.equal(stdout, "because of the air");
      }
    });
  });
}
