// An LLM as scripted for a coding harness: it asks for one tool call a round, by the tools that the harness offers, and
// says "finished" when it has seen the result of the last one. The shapes of both kinds, as a runtime or a provider has them;
// see runtime.mjs for the protocols.
import { createServer } from "node:http";

/**
 * @param steps what to call, one a round: a shell command, or {tool, input} where `tool` matches the name of a tool
 * @param between called before each answer, with the number of the round; may wait
 * @param inOrder whether each request gets the next step, however many results it has: those of the agent's own tools are
 *     not in the harness's next request
 */
export async function startHarnessRuntime(steps, between = async () => {}, inOrder = false) {
  const rounds = [];
  const heard = [];
  const keys = new Set();
  let asked = 0;
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = JSON.parse(Buffer.concat(pieces));
    const shape = SHAPES.find(([path]) => request.url.startsWith(path))[1];
    keys.add(request.headers["x-api-key"] ?? request.headers.authorization);
    const names = shape.names(body);
    const round = inOrder && shellOf(names) ? asked++ : shape.results(body);
    rounds.push(round);
    if (shellOf(names)) heard.push(JSON.stringify((body.messages ?? body.input).at(-1)));
    await between(round);
    if (response.destroyed) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (!shellOf(names)) shape.say(response, "a title");
    else if (round < steps.length) shape.call(response, callOf(names, steps[round]), round);
    else shape.say(response, "finished");
    response.end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    rounds,
    /** The last message of each request of the task, as JSON; not those that want a title. */
    heard,
    /** What requests had as a key. */
    keys,
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

/** OpenAI's Responses, which Codex speaks with a provider. */
const responses = {
  results: (body) => body.input.filter((it) => it.type === "function_call_output").length,
  names: (body) => (body.tools ?? []).map((it) => it.name),
  send(response, type, more) {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
  },
  answer(response, item) {
    const whole = { id: "resp_h", object: "response", created_at: 1, model: "m", status: "in_progress", output: [] };
    responses.send(response, "response.created", { response: whole });
    responses.send(response, "response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress" } });
    responses.send(response, "response.output_item.done", { output_index: 0, item });
    const usage = {
      input_tokens: 100, input_tokens_details: { cached_tokens: 0 },
      output_tokens: 10, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 110,
    };
    responses.send(response, "response.completed", { response: { ...whole, status: "completed", output: [item], usage } });
  },
  call(response, [name, input], round) {
    const id = `fc_${round}`;
    responses.answer(response, {
      id, type: "function_call", call_id: `call_${round}`, name, arguments: JSON.stringify(input), status: "completed",
    });
  },
  say(response, text) {
    const content = [{ type: "output_text", text, annotations: [] }];
    responses.answer(response, { id: "msg_h", type: "message", role: "assistant", content, status: "completed" });
  },
};

const SHAPES = [["/v1/messages", anthropic], ["/v1/responses", responses], ["/v1/chat/completions", openai]];
