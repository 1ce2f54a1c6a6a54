// Every SDK over every kind of runtime: what works must work, and what breaks must raise.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dialects } from "./dialects.mjs";
import { startRoad, until } from "./road.mjs";

/** How soon after its client has left a runtime must see its connection close. */
const STOP_MS = 1_000;

for (const kind of ["openai", "anthropic"]) {
  describe(`a runtime of the kind ${kind}`, () => {
    let road;
    before(async () => void (road = await startRoad({ kind })));
    after(() => road.close());

    for (const { name } of dialects("http://unused")) {
      describe(name, () => {
        const dialect = () => dialects(road.url).find((it) => it.name === name);
        const last = () => road.runtime.seen.at(-1);

        test("answers as a whole, with usage and the turn's id", async () => {
          const answer = await dialect().ask("say hello big world");
          assert.equal(answer.text, "hello big world");
          assert.deepEqual(answer.usage, { input: 11, output: 7 });
          assert.match(answer.turn, /\S/);
        });

        test("streams the same, piece by piece", async () => {
          const pieces = [];
          const answer = await dialect().stream("say hello big world", { onText: (it) => pieces.push(it) });
          assert.equal(answer.text, "hello big world");
          assert.equal(pieces.join(""), "hello big world");
          assert.ok(pieces.length > 1, "it came in pieces");
          assert.deepEqual(answer.usage, { input: 11, output: 7 });
        });

        test("keeps every character", async () => {
          const text = 'a"b\\c/d\u00e4\u20ac\ud83d\ude00\u2028e';
          assert.equal((await dialect().ask(`say ${text}`)).text, text);
          assert.equal((await dialect().stream(`say ${text}`)).text, text);
        });

        test("the turn can be read again under Culvert's own address", async () => {
          const { turn } = await dialect().stream("say once more");
          const answer = await fetch(`${road.url}/api/v1/turns/${turn}/stream`);
          const events = await answer.text();
          assert.equal(answer.status, 200, events);
          assert.match(events, /event: done/);
        });

        test("tools run over several rounds", async () => {
          const inputs = [];
          const text = await dialect().tools("rounds 3", (tool, input) => {
            assert.equal(tool, "next");
            inputs.push(input.round);
            return `result ${input.round}`;
          });
          assert.deepEqual(inputs, [1, 2, 3]);
          assert.equal(text, "done after 3");
        });

        test("two tools at once each get their own input", async () => {
          const inputs = [];
          const text = await dialect().tools('call next {"round":7,"x":"a b"}; next {"round":8}', (_, input) => {
            inputs.push(input);
            return `r${input.round}`;
          });
          assert.deepEqual(inputs, [{ round: 7, x: "a b" }, { round: 8 }]);
          assert.equal(text, "got r7 and r8");
        });

        test("an unknown agent is a 404", async () => {
          await assert.rejects(dialect().model("nobody").ask("say no"), (error) => (error.status ?? error.statusCode) === 404);
        });

        test("a runtime's 429 is a 429", async () => {
          for (const how of ["ask", "stream"]) {
            await assert.rejects(dialect()[how]("status 429"), (error) => raised(error, 429));
          }
        });

        test("a runtime's 500 raises", async () => {
          for (const how of ["ask", "stream"]) await assert.rejects(dialect()[how]("status 500"));
        });

        for (const fault of ["stall", "garbage", "error", "cut", "hang"]) {
          test(`a runtime's ${fault} raises`, async () => {
            await Promise.all([
              assert.rejects(dialect().stream(fault), undefined, "streamed"),
              assert.rejects(dialect().ask(fault), undefined, "whole"),
            ]);
          });
        }

        test("a client that aborts its stream stops the runtime", async () => {
          const stop = new AbortController();
          const running = dialect().stream("slow 400", { signal: stop.signal, onText: () => stop.abort() });
          await assert.rejects(running);
          await stopped(last(), performance.now());
        });

        for (const order of ["hang", "wait"]) {
          test(`a client that leaves before the first token stops the runtime (${order})`, async () => {
            const before = road.runtime.seen.length;
            const stop = new AbortController();
            const running = dialect().stream(order, { signal: stop.signal });
            running.catch(() => {});
            const entry = await until("the runtime was asked", () => road.runtime.seen[before]);
            stop.abort();
            await assert.rejects(running);
            await stopped(entry, performance.now());
          });
        }

        test("a client that leaves a whole answer stops the runtime", async () => {
          const before = road.runtime.seen.length;
          const stop = new AbortController();
          const running = dialect().ask("slow 400", { signal: stop.signal });
          running.catch(() => {});
          const entry = await until("the runtime was asked", () => road.runtime.seen[before]);
          stop.abort();
          await assert.rejects(running);
          await stopped(entry, performance.now());
        });

        test("a link that is reset in the middle costs no word", async () => {
          let words = 0;
          const answer = await dialect().stream("slow 20", { onText: () => ++words === 5 && road.relay.cut() });
          assert.equal(answer.text.trim(), Array.from({ length: 20 }, (_, i) => `word${i + 1}`).join(" "));
          await road.ready();
        });

        test("a daemon that is killed in the middle raises", async () => {
          let killed;
          const running = dialect().stream("slow 400", { onText: () => (killed ??= road.daemon.kill()) });
          await assert.rejects(running);
          await killed;
          await road.startDaemon();
        });
      });
    }
  });
}

describe("an agent that is killed in the middle raises", { concurrency: 4 }, () => { // each waits for seconds
  for (const { name } of dialects("http://unused")) {
    test(name, async (t) => {
      // The daemon looks for the agent for as long as it may be silent: the turn may still run in a VM that was paused.
      const road = await startRoad({ settings: { more: { timeouts: { message: "5s" } } } });
      t.after(() => road.close());
      const dialect = dialects(road.url).find((it) => it.name === name);
      const lose = () => {
        road.relay.close();
        void road.agent.kill();
      };
      await assert.rejects(dialect.stream("slow 400", { onText: lose }));
    });
  }
});

describe("a daemon with tokens", () => {
  let road;
  let secret;
  before(async () => {
    road = await startRoad();
    const made = await fetch(`${road.url}/api/v1/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "judge", roles: ["admin"] }),
    });
    secret = (await made.json()).token;
    await road.ready({ authorization: `Bearer ${secret}` });
  });
  after(() => road.close());

  for (const { name } of dialects("http://unused")) {
    const dialect = (key) => dialects(road.url, key).find((it) => it.name === name);
    test(`${name}: a wrong key is a 401, the right one works`, async () => {
      await assert.rejects(dialect("wrong").ask("say no"), (error) => raised(error, 401));
      assert.equal((await dialect(secret).ask("say yes")).text, "yes");
    });
    test(`${name}: a conversation of 6 MiB arrives, one of 33 MiB is a 413`, async () => {
      const answer = await dialect(secret).ask(`count ${"x".repeat(6 * 1024 * 1024)}`);
      assert.equal(answer.text, String(6 * 1024 * 1024));
      await assert.rejects(dialect(secret).ask(`count ${"x".repeat(33 * 1024 * 1024)}`), (error) => raised(error, 413));
    });
  }
});

function raised(error, status) {
  assert.equal(error.status ?? error.statusCode, status, String(error));
  return true;
}

/** The runtime of that request loses its client soon. */
async function stopped(entry, since) {
  const at = await Promise.race([entry.closed, new Promise((done) => setTimeout(done, 10 * STOP_MS, "never"))]);
  assert.notEqual(at, "never", "the runtime works on");
  assert.notEqual(at, null, "the runtime came to its end first");
  assert.ok(at - since < STOP_MS, `stopped after ${Math.round(at - since)} ms`);
}
