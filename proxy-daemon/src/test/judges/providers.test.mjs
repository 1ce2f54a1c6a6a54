// LLM services with the host's key and a budget: what the daemon cuts or refuses, the SDKs must raise. Both as a client of the
// daemon, and in a VM without a network, where the agent's --llm-listen is all that there is.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { startRoad } from "./road.mjs";

const PIECES = 40;

/** Streams words without end, in the API that the path belongs to; the client leaves, or is cut. */
async function startProvider() {
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const one = { url: request.url, headers: request.headers, body, closed: false };
    seen.push(one);
    response.on("close", () => (one.closed = true));
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const isMessages = request.url.endsWith("/messages");
    if (isMessages) {
      send("message_start", {
        type: "message_start",
        message: {
          id: "m", type: "message", role: "assistant", model: "m-1", content: [], stop_reason: null, stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      });
      send("content_block_start", { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
    }
    while (!one.closed) {
      if (isMessages) {
        send("content_block_delta", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } });
      } else {
        response.write(`data: ${JSON.stringify({
          id: "c", object: "chat.completion.chunk", created: 1, model: "m-1", choices: [{ index: 0, delta: { content: "x" } }],
        })}\n\n`);
      }
      await new Promise((done) => setTimeout(done, 5));
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { seen, port: server.address().port, close: () => server.closeAllConnections() || server.close() };
}

/** What SDKs take as their base URLs. */
const WAYS = {
  "as a client of the daemon": (road) => ({ openai: `${road.url}/providers/llm/v1`, anthropic: `${road.url}/providers/claude` }),
  "in a VM without a network": (road) => ({ openai: `${road.llm}/v1`, anthropic: road.llm }),
};

for (const [way, bases] of Object.entries(WAYS)) describe(`a provider with a budget, ${way}`, () => {
  let provider;
  let road;
  before(async () => {
    provider = await startProvider();
    const at = `http://127.0.0.1:${provider.port}`;
    const key = { env: "PATH" };
    road = await startRoad({
      llm: true,
      settings: {
        more: {
          providers: [
            { name: "llm", kind: "openai", url: `${at}/v1`, key },
            { name: "claude", kind: "anthropic", url: at, key },
          ],
          budgets: { reserve_tokens: 1, each_tenant: { tokens_per_day: 60 + PIECES } },
        },
      },
    });
  });
  after(async () => {
    await road.close();
    provider.close();
  });

  const openai = () => new OpenAI({ baseURL: bases(road).openai, apiKey: "none", maxRetries: 0 });
  const anthropic = () => new Anthropic({ baseURL: bases(road).anthropic, apiKey: "none", maxRetries: 0 });
  const ask = { model: "m-1", messages: [{ role: "user", content: "hi" }] };

  test("OpenAI's SDK raises the cut of a stream", async () => {
    let pieces = 0;
    await assert.rejects(
      async () => {
        const stream = await openai().chat.completions.create({ ...ask, stream: true });
        for await (const chunk of stream) pieces += chunk.choices.length;
      },
      (error) => error instanceof OpenAI.APIError && /budget/.test(error.message),
    );
    assert.ok(pieces > 0, "some of it came");
    assert.ok(provider.seen[0].headers.authorization.endsWith(process.env.PATH), "the key is the host's");
  });

  test("OpenAI's SDK raises the refusal", async () => {
    await assert.rejects(
      openai().chat.completions.create({ ...ask, stream: true }),
      (error) => error instanceof OpenAI.RateLimitError && error.status === 429 && Number(error.headers.get("retry-after")) > 0,
    );
  });

  test("Anthropic's SDK raises the refusal", async () => {
    await assert.rejects(
      anthropic().messages.create({ ...ask, max_tokens: 500, stream: true }),
      (error) => error instanceof Anthropic.RateLimitError && error.status === 429,
    );
  });

  test("the provider's request was closed", () => assert.ok(provider.seen[0].closed));
});

for (const [way, bases] of Object.entries(WAYS)) describe(`a provider of Anthropic's kind with a budget, ${way}`, () => {
  let provider;
  let road;
  before(async () => {
    provider = await startProvider();
    road = await startRoad({
      llm: true,
      settings: {
        more: {
          providers: [{ name: "claude", kind: "anthropic", url: `http://127.0.0.1:${provider.port}` }],
          budgets: { each_tenant: { tokens_per_day: 60 + PIECES } },
        },
      },
    });
  });
  after(async () => {
    await road.close();
    provider.close();
  });

  test("Anthropic's SDK raises the cut of a stream", async () => {
    const client = new Anthropic({ baseURL: bases(road).anthropic, apiKey: "none", maxRetries: 0 });
    let pieces = 0;
    await assert.rejects(
      async () => {
        const stream = await client.messages.create({
          model: "m-1", max_tokens: 500, stream: true, messages: [{ role: "user", content: "hi" }],
        });
        for await (const event of stream) pieces += event.type === "content_block_delta" ? 1 : 0;
      },
      (error) => error instanceof Anthropic.APIError && /budget/.test(error.message),
    );
    assert.ok(pieces > 0, "some of it came");
  });
});
