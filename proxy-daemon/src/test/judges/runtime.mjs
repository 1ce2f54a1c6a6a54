// The LLM that the judges talk to, in the shape of OpenAI's chat completions and of Anthropic's messages. What it does is
// written in the last user's text, so that a test says it where it is read:
//
//   say WORDS                          answers with WORDS, one a chunk
//   count TEXT                         answers with the length of TEXT
//   think WORDS                        thinks WORDS, then answers "thought"
//   call NAME JSON [; NAME JSON]…      calls these tools; after the last result it answers with the results
//   rounds N                           calls the tool "next" N times, one a round, then answers "done after N"
//   slow N                             answers with N words, 50 ms apart
//   wait                               sends its head and nothing more
//   hang                               answers nothing at all
//   stall | garbage | error | cut      sends two words, then nothing, a chunk that is not JSON, an error, or the end of the
//                                      connection without an end of the answer
//   status N                           answers with that status
//
// `seen` lists the requests; each has `closed`, a promise of when its client left.
import { createServer } from "node:http";

const USAGE = { input: 11, output: 7 };
/** What Anthropic's servers also tell of every answer, and of its beginning. */
const MORE_USAGE = { cache_creation_input_tokens: null, cache_read_input_tokens: null, output_tokens_details: null, server_tool_use: null };
const FIRST_USAGE = { ...MORE_USAGE, cache_creation: null, inference_geo: null, service_tier: null, speed: null };

export async function startRuntime() {
  const seen = [];
  const server = createServer((request, response) => void serve(request, response, seen));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function serve(request, response, seen) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  if (request.method !== "POST") return void response.end("{}"); // the agent looks whether it is there
  const text = Buffer.concat(pieces).toString();
  const body = JSON.parse(text);
  const entry = { path: request.url, headers: request.headers, body, bytes: text.length, at: performance.now() };
  entry.closed = new Promise((done) => response.on("close", () => done(response.writableFinished ? null : performance.now())));
  seen.push(entry);
  const shape = request.url.startsWith("/v1/messages") ? anthropic : openai;
  await act(shape.read(body), shape.answer(response, body), response);
}

/** What to do, from the conversation: the last text of a user, and the tools' results after it. */
async function act({ order, results }, out, response) {
  const [verb, rest] = split(order);
  const words = (rest ?? "").split(" ").filter(Boolean);
  switch (verb) {
    case "say":
      return out.all(words);
    case "count":
      return out.all([String(rest.length)]);
    case "think":
      out.think(words);
      return out.all(["thought"]);
    case "call":
      if (results.length > 0) return out.all([`got ${results.join(" and ")}`]);
      return out.call(rest.split(";").map((it) => split(it.trim())));
    case "rounds":
      if (results.length >= Number(rest)) return out.all([`done after ${results.length}`]);
      return out.call([["next", JSON.stringify({ round: results.length + 1 })]]);
    case "slow":
      for (let i = 1; i <= Number(rest) && !response.destroyed; i++) {
        out.word(`word${i}`);
        await new Promise((done) => setTimeout(done, 50));
      }
      return out.end();
    case "wait":
      return out.open();
    case "hang":
      return;
    case "stall":
    case "garbage":
    case "error":
    case "cut":
      out.word("one");
      out.word("two");
      await new Promise((done) => setTimeout(done, 100));
      if (verb === "garbage") response.write("data: {not json\n\n");
      if (verb === "error") out.error();
      if (verb === "cut") response.destroy();
      return;
    case "status":
      response.writeHead(Number(rest), { "content-type": "application/json", "retry-after": "1" });
      return void response.end(out.problem(Number(rest)));
    default:
      return out.all([`heard`, order.slice(0, 40)]);
  }
}

function split(text) {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

const openai = {
  read(body) {
    const last = body.messages.findLastIndex((it) => it.role === "user");
    return {
      order: plain(body.messages[last]?.content),
      results: body.messages.slice(last + 1).filter((it) => it.role === "tool").map((it) => plain(it.content)),
    };
  },
  answer(response) {
    const chunk = (delta, finish_reason = null) => send({ choices: [{ index: 0, delta, finish_reason }] });
    const send = (data) => {
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ id: "r1", object: "chat.completion.chunk", created: 1, model: "m", ...data })}\n\n`);
    };
    const end = (reason = "stop") => {
      chunk({}, reason);
      send({ choices: [], usage: { prompt_tokens: USAGE.input, completion_tokens: USAGE.output, total_tokens: USAGE.input + USAGE.output } });
      response.end("data: [DONE]\n\n");
    };
    return {
      open: () => response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders(),
      word: (word) => chunk({ content: `${word} ` }),
      think: (words) => words.forEach((word) => chunk({ reasoning_content: `${word} ` })),
      all(words) {
        words.forEach((word, i) => chunk({ content: i === 0 ? word : ` ${word}` }));
        end();
      },
      call(calls) {
        calls.forEach(([name, json], index) => {
          chunk({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }] });
          for (const piece of json.match(/.{1,7}/gs)) chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
        });
        end("tool_calls");
      },
      end,
      error: () => response.write(`data: ${JSON.stringify({ error: { message: "the model fell over", type: "server_error" } })}\n\n`),
      problem: (status) => JSON.stringify({ error: { message: `status ${status}`, type: "scripted", code: null } }),
    };
  },
};

const anthropic = {
  read(body) {
    const last = body.messages.findLastIndex((it) => it.role === "user" && texts(it.content).length > 0);
    return {
      order: texts(body.messages[last]?.content).at(-1) ?? "",
      results: body.messages
        .slice(last + 1)
        .flatMap((it) => (Array.isArray(it.content) ? it.content : []))
        .filter((it) => it.type === "tool_result")
        .map((it) => plain(it.content)),
    };
  },
  answer(response) {
    let block = -1;
    let kind = "";
    const send = (event) => {
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const open = () =>
      response.headersSent ||
      send({
        type: "message_start",
        message: { id: "msg_r1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: USAGE.input, output_tokens: 1, ...FIRST_USAGE } },
      });
    const close = () => {
      if (kind) send({ type: "content_block_stop", index: block });
      kind = "";
    };
    const begin = (type, content_block) => {
      open();
      if (kind === type && type !== "tool_use") return;
      close();
      kind = type;
      block += 1;
      send({ type: "content_block_start", index: block, content_block });
    };
    const delta = (it) => send({ type: "content_block_delta", index: block, delta: it });
    const word = (text) => {
      begin("text", { type: "text", text: "" });
      delta({ type: "text_delta", text });
    };
    const end = (stop_reason = "end_turn") => {
      open();
      close();
      send({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { input_tokens: USAGE.input, output_tokens: USAGE.output, ...MORE_USAGE } });
      send({ type: "message_stop" });
      response.end();
    };
    return {
      open,
      word: (it) => word(`${it} `),
      think(words) {
        begin("thinking", { type: "thinking", thinking: "", signature: "" });
        words.forEach((it) => delta({ type: "thinking_delta", thinking: `${it} ` }));
        delta({ type: "signature_delta", signature: "c2lnbmVk" });
      },
      all(words) {
        words.forEach((it, i) => word(i === 0 ? it : ` ${it}`));
        end();
      },
      call(calls) {
        calls.forEach(([name, json], index) => {
          begin("tool_use", { type: "tool_use", id: `toolu_${index}`, name, input: {} });
          for (const piece of json.match(/.{1,7}/gs)) delta({ type: "input_json_delta", partial_json: piece });
        });
        end("tool_use");
      },
      end,
      error: () => send({ type: "error", error: { type: "overloaded_error", message: "the model fell over" } }),
      problem: (status) => JSON.stringify({ type: "error", error: { type: "api_error", message: `status ${status}` } }),
    };
  },
};

function texts(content) {
  if (typeof content === "string") return [content];
  return (content ?? []).filter((it) => it.type === "text").map((it) => it.text);
}

function plain(content) {
  return texts(content).join(" ");
}
