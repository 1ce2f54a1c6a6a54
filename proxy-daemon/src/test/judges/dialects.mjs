// The same few wishes, said through each SDK as its own documentation says them. Nothing but the base URL, the key and the
// number of retries differs from what a user of the SDK writes.
import Anthropic from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import OpenAI from "openai";

const TOOL = { name: "next", description: "Goes on.", schema: { type: "object", properties: { round: { type: "number" } } } };
const MOST_ROUNDS = 9;

/**
 * Each dialect has
 *   ask(text)                   → { text, usage: { input, output }, reason, turn }
 *   stream(text, options)       the same from a stream; options: onText, signal
 *   tools(text, call)           runs the tool loop until the model answers with text; call(name, input) gives a result
 *   model(name)                 the same dialect, for another agent
 */
export function dialects(url, apiKey = "none") {
  return [chat(url, apiKey, "web"), responses(url, apiKey, "web"), messages(url, apiKey, "web"), vercel(url, apiKey, "web")];
}

function chat(url, apiKey, model) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  const turn = (text) => ({ model, messages: [{ role: "user", content: text }] });
  return {
    name: "openai chat.completions",
    model: (name) => chat(url, apiKey, name),
    async ask(text, options = {}) {
      const { data, response } = await client.chat.completions.create(turn(text), { signal: options.signal }).withResponse();
      return {
        text: data.choices[0].message.content,
        reason: data.choices[0].finish_reason,
        usage: { input: data.usage?.prompt_tokens, output: data.usage?.completion_tokens },
        turn: response.headers.get("x-culvert-turn"),
      };
    },
    async stream(text, { onText = () => {}, signal } = {}) {
      const wanted = { ...turn(text), stream: true, stream_options: { include_usage: true } };
      const { data, response } = await client.chat.completions.create(wanted, { signal }).withResponse();
      const seen = { text: "", turn: response.headers.get("x-culvert-turn"), usage: {} };
      for await (const chunk of data) {
        const choice = chunk.choices[0];
        seen.reason = choice?.finish_reason ?? seen.reason;
        if (chunk.usage) seen.usage = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens };
        if (choice?.delta.content) {
          seen.text += choice.delta.content;
          onText(choice.delta.content);
        }
      }
      if (signal?.aborted) throw new Error("aborted");
      return seen;
    },
    async tools(text, call) {
      const conversation = turn(text).messages;
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const stream = client.chat.completions.stream({
          model,
          messages: conversation,
          tools: [{ type: "function", function: { name: TOOL.name, description: TOOL.description, parameters: TOOL.schema } }],
        });
        const { message } = (await stream.finalChatCompletion()).choices[0];
        if (!message.tool_calls?.length) return message.content;
        conversation.push(message);
        for (const it of message.tool_calls) {
          const content = call(it.function.name, JSON.parse(it.function.arguments));
          conversation.push({ role: "tool", tool_call_id: it.id, content });
        }
      }
      throw new Error("the model does not come to an end");
    },
  };
}

function responses(url, apiKey, model) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  const told = (response) => ({
    text: response.output_text,
    reason: response.status,
    usage: { input: response.usage?.input_tokens, output: response.usage?.output_tokens },
  });
  return {
    name: "openai responses",
    model: (name) => responses(url, apiKey, name),
    async ask(input, options = {}) {
      const { data, response } = await client.responses.create({ model, input }, { signal: options.signal }).withResponse();
      return { ...told(data), turn: response.headers.get("x-culvert-turn") };
    },
    async stream(input, { onText = () => {}, signal } = {}) {
      const { data, response } = await client.responses.create({ model, input, stream: true }, { signal }).withResponse();
      let end;
      let number = -1;
      for await (const event of data) {
        if (event.sequence_number <= number) throw new Error(`sequence_number ${event.sequence_number} after ${number}`);
        number = event.sequence_number;
        if (event.type === "response.output_text.delta") onText(event.delta);
        if (event.type === "error") throw new Error(event.message);
        if (event.type === "response.failed") throw new Error(event.response.error.message);
        if (event.type === "response.completed") end = event.response;
      }
      if (signal?.aborted) throw new Error("aborted");
      if (!end) throw new Error("the stream ended without response.completed");
      end.output_text ??= end.output.flatMap((it) => it.content ?? []).map((it) => it.text).join("");
      return { ...told(end), turn: response.headers.get("x-culvert-turn") };
    },
    async tools(text, call) {
      const tools = [{ type: "function", name: TOOL.name, description: TOOL.description, parameters: TOOL.schema, strict: false }];
      let input = [{ role: "user", content: text }];
      let previous;
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const response = await client.responses.create({ model, input, tools, previous_response_id: previous });
        const calls = response.output.filter((it) => it.type === "function_call");
        if (calls.length === 0) return response.output_text;
        previous = response.id;
        input = calls.map((it) => ({ type: "function_call_output", call_id: it.call_id, output: call(it.name, JSON.parse(it.arguments)) }));
      }
      throw new Error("the model does not come to an end");
    },
  };
}

function messages(url, apiKey, model) {
  const client = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
  const turn = (content) => ({ model, max_tokens: 1000, messages: [{ role: "user", content }] });
  const told = (message) => ({
    text: message.content.filter((it) => it.type === "text").map((it) => it.text).join(""),
    reason: message.stop_reason,
    usage: { input: message.usage.input_tokens, output: message.usage.output_tokens },
  });
  return {
    name: "anthropic messages",
    model: (name) => messages(url, apiKey, name),
    async ask(text, options = {}) {
      const { data, response } = await client.messages.create(turn(text), { signal: options.signal }).withResponse();
      return { ...told(data), turn: response.headers.get("x-culvert-turn") };
    },
    async stream(text, { onText = () => {}, signal } = {}) {
      const stream = client.messages.stream(turn(text), { signal });
      stream.on("text", onText);
      const message = await stream.finalMessage();
      return { ...told(message), turn: stream.response?.headers.get("x-culvert-turn") };
    },
    async tools(text, call) {
      const conversation = turn(text).messages;
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const tools = [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.schema }];
        const message = await client.messages.stream({ ...turn(text), messages: conversation, tools }).finalMessage();
        const calls = message.content.filter((it) => it.type === "tool_use");
        if (calls.length === 0) return told(message).text;
        conversation.push({ role: "assistant", content: message.content });
        conversation.push({
          role: "user",
          content: calls.map((it) => ({ type: "tool_result", tool_use_id: it.id, content: call(it.name, it.input) })),
        });
      }
      throw new Error("the model does not come to an end");
    },
  };
}

/** Vercel's provider, as its functions `generateText` and `streamText` call it. */
function vercel(url, apiKey, name) {
  const model = createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(name);
  const prompt = (text) => [{ role: "user", content: [{ type: "text", text }] }];
  const told = ({ text, finishReason, usage }, headers) => ({
    text,
    reason: finishReason?.unified ?? finishReason,
    usage: { input: usage.inputTokens?.total ?? usage.inputTokens, output: usage.outputTokens?.total ?? usage.outputTokens },
    turn: headers?.["x-culvert-turn"],
  });
  return {
    name: "@ai-sdk/openai",
    model: (other) => vercel(url, apiKey, other),
    async ask(text, options = {}) {
      const got = await model.doGenerate({ prompt: prompt(text), abortSignal: options.signal });
      return told({ ...got, text: got.content.map((it) => it.text ?? "").join("") }, got.response.headers);
    },
    async stream(text, { onText = () => {}, signal } = {}) {
      const { stream, response } = await model.doStream({ prompt: prompt(text), abortSignal: signal });
      let all = "";
      let end;
      for await (const part of stream) {
        if (part.type === "error") throw part.error;
        if (part.type === "text-delta") {
          all += part.delta;
          onText(part.delta);
        }
        if (part.type === "finish") end = part;
      }
      if (!end) throw new Error("the stream ended without a finish");
      return told({ ...end, text: all }, response?.headers);
    },
    async tools(text, call) {
      const conversation = prompt(text);
      const tools = [{ type: "function", name: TOOL.name, description: TOOL.description, inputSchema: TOOL.schema }];
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const { content } = await model.doGenerate({ prompt: conversation, tools });
        const calls = content.filter((it) => it.type === "tool-call");
        if (calls.length === 0) return content.map((it) => it.text ?? "").join("");
        conversation.push({ role: "assistant", content: calls.map((it) => ({ ...it, input: JSON.parse(it.input) })) });
        conversation.push({
          role: "tool",
          content: calls.map((it) => ({
            type: "tool-result",
            toolCallId: it.toolCallId,
            toolName: it.toolName,
            output: { type: "text", value: call(it.toolName, JSON.parse(it.input)) },
          })),
        });
      }
      throw new Error("the model does not come to an end");
    },
  };
}
