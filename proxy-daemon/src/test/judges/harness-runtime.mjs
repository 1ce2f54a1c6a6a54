// An LLM as scripted for a coding harness: it asks for one tool call a round, by the tools that the harness offers, and
// says "finished" when it has seen the result of the last one. Both shapes; see runtime.mjs for the protocols.
import { createServer } from "node:http";

/**
 * @param steps what to call, one a round: a shell command, or {tool, input} where `tool` matches the name of a tool
 * @param between called before each answer, with the number of the round; may wait
 */
export async function startHarnessRuntime(steps, between = async () => {}) {
  const rounds = [];
  const heard = [];
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = JSON.parse(Buffer.concat(pieces));
    const shape = request.url.startsWith("/v1/messages") ? anthropic : openai;
    const round = shape.results(body);
    rounds.push(round);
    heard.push(JSON.stringify(body.messages.at(-1)));
    await between(round);
    if (response.destroyed) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const names = shape.names(body);
    if (!shellOf(names)) shape.say(response, "a title");
    else if (round < steps.length) shape.call(response, callOf(names, steps[round]), round);
    else shape.say(response, "finished");
    response.end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    rounds,
    /** The last message of each request, as JSON. */
    heard,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The name of the tool and its arguments for a step. */
function callOf(names, step) {
  if (typeof step === "string") {
    const [name, input] = shellOf(names);
    return [name, input(step)];
  }
  return [names.find((it) => step.tool.test(it)) ?? `none-like-${step.tool.source}`, step.input];
}

/** The arguments of a tool that runs a shell command, as Codex or Claude Code name it. */
function shellOf(names) {
  if (names.includes("exec_command")) return ["exec_command", (cmd) => ({ cmd })];
  if (names.includes("shell")) return ["shell", (cmd) => ({ command: ["bash", "-c", cmd] })];
  if (names.includes("Bash")) return ["Bash", (command) => ({ command, description: "Runs a step" })];
  return null;
}

const openai = {
  results: (body) => body.messages.filter((it) => it.role === "tool").length,
  names: (body) => (body.tools ?? []).map((it) => it.function?.name),
  send(response, choices, more = {}) {
    response.write(`data: ${JSON.stringify({ id: "h", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more })}\n\n`);
  },
  end(response, finish_reason) {
    openai.send(response, [{ index: 0, delta: {}, finish_reason }]);
    openai.send(response, [], { usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } });
    response.write("data: [DONE]\n\n");
  },
  call(response, [name, input], round) {
    const call = { index: 0, id: `call_${round}`, type: "function", function: { name, arguments: JSON.stringify(input) } };
    openai.send(response, [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }]);
    openai.end(response, "tool_calls");
  },
  say(response, content) {
    openai.send(response, [{ index: 0, delta: { content }, finish_reason: null }]);
    openai.end(response, "stop");
  },
};

const anthropic = {
  results: (body) =>
    body.messages.flatMap((it) => (Array.isArray(it.content) ? it.content : [])).filter((it) => it.type === "tool_result").length,
  names: (body) => (body.tools ?? []).map((it) => it.name),
  send(response, event) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  },
  answer(response, start, deltas, stop_reason) {
    const usage = { input_tokens: 100, output_tokens: 1 };
    const message = { id: "msg_h", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, stop_sequence: null, usage };
    anthropic.send(response, { type: "message_start", message });
    anthropic.send(response, { type: "content_block_start", index: 0, content_block: start });
    for (const delta of deltas) anthropic.send(response, { type: "content_block_delta", index: 0, delta });
    anthropic.send(response, { type: "content_block_stop", index: 0 });
    anthropic.send(response, { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 10 } });
    anthropic.send(response, { type: "message_stop" });
  },
  call(response, [name, input], round) {
    const deltas = [{ type: "input_json_delta", partial_json: JSON.stringify(input) }];
    anthropic.answer(response, { type: "tool_use", id: `toolu_${round}`, name, input: {} }, deltas, "tool_use");
  },
  say: (response, text) =>
    anthropic.answer(response, { type: "text", text: "" }, [{ type: "text_delta", text }], "end_turn"),
};
