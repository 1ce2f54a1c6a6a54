// Every event that a front streams, and every whole answer, against the SDK's own types: the compiler takes them for
// literals of those types, in which a missing member, a wrong kind and a member that the type does not know are mistakes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startRoad } from "./road.mjs";

const TSC = "node_modules/typescript/bin/tsc";
const FLAGS = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"];
const ORDERS = ["say hello big world", 'call next {"round":1,"x":"a b"}; next {"round":2}'];

const chatTool = { type: "function", function: { name: "next", parameters: { type: "object", properties: {} } } };
const chat = (content) => ({ model: "web", messages: [{ role: "user", content }], tools: [chatTool] });

const respond = (input) => ({ model: "web", input, tools: [{ ...chatTool.function, type: "function", strict: false }] });
const message = (content) => ({
  model: "web",
  max_tokens: 1000,
  messages: [{ role: "user", content }],
  tools: [{ name: "next", input_schema: { type: "object", properties: {} } }],
});

/** How each front is asked, and which types its answers have. */
const FRONTS = [
  {
    name: "openai chat.completions",
    path: "/v1/chat/completions",
    whole: { type: "OpenAI.ChatCompletion", body: chat },
    streamed: {
      type: "OpenAI.ChatCompletionChunk",
      body: (text) => ({ ...chat(text), stream: true, stream_options: { include_usage: true } }),
      last: "[DONE]",
    },
  },
  {
    name: "openai responses",
    path: "/v1/responses",
    whole: { type: "OpenAI.Responses.Response", body: respond, inSdk: withOutputText },
    streamed: {
      type: "OpenAI.Responses.ResponseStreamEvent",
      body: (text) => ({ ...respond(text), stream: true }),
      inSdk: (event) => (event.response ? { ...event, response: withOutputText(event.response) } : event),
    },
  },
  {
    name: "anthropic messages",
    path: "/v1/messages",
    whole: { type: "Anthropic.Message", body: message },
    streamed: { type: "Anthropic.RawMessageStreamEvent", body: (text) => ({ ...message(text), stream: true }) },
  },
];

/** `output_text` is the SDK's own addition: no server sends it. */
function withOutputText(response) {
  return { ...response, output_text: "" };
}

for (const kind of ["openai", "anthropic"]) {
  describe(`over a runtime of the kind ${kind}`, () => {
    let road;
    before(async () => void (road = await startRoad({ kind })));
    after(() => road.close());

    async function ask(path, body) {
      const answer = await fetch(`${road.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      return text;
    }

    for (const { name, path, whole, streamed } of FRONTS) {
      test(`${name}: whole answers`, async () => {
        const answers = [];
        for (const order of ORDERS) answers.push(await ask(path, whole.body(order)));
        areOfType(whole.type, inSdk(whole, answers));
      });

      test(`${name}: streamed events`, async () => {
        const events = [];
        for (const order of ORDERS) {
          const data = (await ask(path, streamed.body(order))).split("\n\n").filter(Boolean).map((it) => {
            assert.match(it, /^(event: .*\n)?data: .*$/);
            return it.slice(it.indexOf("data: ") + 6);
          });
          if (streamed.last) assert.equal(data.pop(), streamed.last);
          events.push(...data);
        }
        assert.ok(events.length > 10);
        areOfType(streamed.type, inSdk(streamed, events));
      });
    }

    test("models", async () => {
      const list = JSON.parse(await (await fetch(`${road.url}/v1/models`)).text());
      areOfType("OpenAI.Model", list.data.map((it) => JSON.stringify(it)));
    });
  });
}

test("the compiler sees what is wrong", () => {
  const good = { id: "a", object: "model", created: 1, owned_by: "b" };
  areOfType("OpenAI.Model", [JSON.stringify(good)]);
  for (const bad of [{ ...good, created: "1" }, { ...good, more: 1 }, { id: "a" }]) {
    assert.throws(() => areOfType("OpenAI.Model", [JSON.stringify(bad)]));
  }
});

/** The texts as they came, or as the SDK completes them. */
function inSdk(form, texts) {
  return form.inSdk ? texts.map((it) => JSON.stringify(form.inSdk(JSON.parse(it)))) : texts;
}

/** JSON is written as it came: as text of the program, so that the compiler judges each literal. */
function areOfType(type, texts) {
  const file = `schemas/${type.replace(/\W/g, "-")}.ts`;
  mkdirSync("schemas", { recursive: true });
  const literals = texts.map((it, i) => `export const a${i}: ${type} = ${it};`);
  writeFileSync(file, ['import Anthropic from "@anthropic-ai/sdk";', 'import OpenAI from "openai";', ...literals, ""].join("\n"));
  const ran = spawnSync(process.execPath, [TSC, ...FLAGS, file], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  rmSync(file);
}
