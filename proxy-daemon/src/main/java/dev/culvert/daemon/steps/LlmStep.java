package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A step that asks a model of one of the {@code providers} of the settings, or an agent. */
public final class LlmStep implements StepKind {
    private static final String OPENAI = "openai";
    private static final String ANTHROPIC = "anthropic";
    private static final int MOST_TOKENS = 1_024;

    private final OwnAnswer own;

    public LlmStep(OwnAnswer own) {
        this.own = own;
    }

    @Override
    public String name() {
        return "llm";
    }

    @Override
    public String summary() {
        return "Ask a model of OpenAI or Anthropic with the daemon's key, or an agent";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of(
                        "provider",
                        Schema.oneOf(List.of(OPENAI, ANTHROPIC)),
                        "Whose API is spoken, mostly ${inputs.provider} or ${env.NAME}"),
                Param.of("agent", Schema.TEXT, "The id of an agent, instead of a provider"),
                Param.of(
                        "via",
                        Schema.TEXT,
                        "The name of an entry of `providers`; by default the same as `provider`"),
                Param.of("model", Schema.TEXT, "Of the provider"),
                Param.of("prompt", Schema.TEXT, "What is asked"),
                Param.of(
                        "messages",
                        Schema.listOf(Schema.OBJECT),
                        "A conversation with `role` and `content`, instead of `prompt`"),
                Param.of("system", Schema.TEXT, "What the model is told before"),
                Param.of(
                        "max_tokens",
                        Schema.number(1, 1_000_000),
                        "Of the answer; " + MOST_TOKENS + " by default"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("text", Schema.TEXT, "What the model answered"),
                Param.of("model", Schema.TEXT, "That it says it is"),
                Param.of("stop", Schema.TEXT, "Why it stopped, in the provider's words"),
                Param.of("input_tokens", Schema.number(0, Long.MAX_VALUE), "Of the request"),
                Param.of("output_tokens", Schema.number(0, Long.MAX_VALUE), "Of the answer"));
    }

    /** A repetition costs tokens and nothing else; the request has the step's key. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        Node.Members params = input.params();
        if (Params.has(params, "prompt") == Params.has(params, "messages")) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "llm takes either 'prompt' or 'messages': give one of the two",
                            false));
            return () -> {};
        }
        if (Params.has(params, "agent") == Params.has(params, "provider")
                || Params.has(params, "provider") != Params.has(params, "model")) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "llm takes either 'provider' and 'model', or 'agent': give one of the two",
                            false));
            return () -> {};
        }
        if (Params.has(params, "agent")) {
            String body = "{\"messages\": " + Values.items(withSystem(params)).json() + "}";
            return own.ask(
                    input,
                    MessageStep.question(Params.text(params, "agent"), body, true),
                    end,
                    LlmStep::ofAgent);
        }
        boolean isAnthropic = input.text("provider", "").equals(ANTHROPIC);
        String via = input.text("via", input.text("provider", ""));
        String path = isAnthropic ? "/v1/messages" : "/v1/chat/completions";
        return own.ask(
                input,
                new OwnAnswer.Question(
                        HttpMethod.POST,
                        "/providers/" + URLEncoder.encode(via, StandardCharsets.UTF_8) + path,
                        (isAnthropic ? toAnthropic(params) : toOpenAi(params)).json(),
                        true),
                end,
                isAnthropic ? LlmStep::ofAnthropic : LlmStep::ofOpenAi);
    }

    private static List<Node> messages(Node.Members params) {
        return Params.has(params, "messages")
                ? Params.items(params, "messages")
                : List.of(message("user", Params.text(params, "prompt")));
    }

    private static Node message(String role, String content) {
        Map<String, Node> message = new LinkedHashMap<>();
        message.put("role", Values.text(role));
        message.put("content", Values.text(content));
        return Values.members(message);
    }

    private static Node mostTokens(Node.Members params) {
        long given = Params.number(params, "max_tokens");
        return Values.number(given == 0 ? MOST_TOKENS : given);
    }

    private static List<Node> withSystem(Node.Members params) {
        List<Node> messages = new ArrayList<>();
        if (Params.has(params, "system")) {
            messages.add(message("system", Params.text(params, "system")));
        }
        messages.addAll(messages(params));
        return messages;
    }

    private static Node toOpenAi(Node.Members params) {
        Map<String, Node> body = new LinkedHashMap<>();
        body.put("model", Values.text(Params.text(params, "model")));
        body.put("messages", Values.items(withSystem(params)));
        body.put("max_completion_tokens", mostTokens(params));
        return Values.members(body);
    }

    private static Node toAnthropic(Node.Members params) {
        Map<String, Node> body = new LinkedHashMap<>();
        body.put("model", Values.text(Params.text(params, "model")));
        body.put("max_tokens", mostTokens(params));
        if (Params.has(params, "system")) {
            body.put("system", Values.text(Params.text(params, "system")));
        }
        body.put("messages", Values.items(messages(params)));
        return Values.members(body);
    }

    private static Node ofOpenAi(Node answer) {
        List<Node> choices = Params.items(answer, "choices");
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("it has no 'choices'");
        }
        Node usage = Params.member(answer, "usage");
        return output(
                Params.text(Params.member(choices.getFirst(), "message"), "content"),
                answer,
                Params.text(choices.getFirst(), "finish_reason"),
                Params.number(usage, "prompt_tokens"),
                Params.number(usage, "completion_tokens"));
    }

    private static Node ofAnthropic(Node answer) {
        if (!(Params.member(answer, "content") instanceof Node.Items content)) {
            throw new IllegalArgumentException("it has no 'content'");
        }
        String text =
                content.nodes().stream()
                        .map(block -> Params.text(block, "text"))
                        .collect(Collectors.joining());
        Node usage = Params.member(answer, "usage");
        return output(
                text,
                answer,
                Params.text(answer, "stop_reason"),
                Params.number(usage, "input_tokens"),
                Params.number(usage, "output_tokens"));
    }

    private static Node ofAgent(Node answer) {
        Node usage = Params.member(answer, "usage");
        return output(
                Params.text(answer, "content"),
                answer,
                Params.text(answer, "finish_reason"),
                Params.number(usage, "prompt_tokens"),
                Params.number(usage, "completion_tokens"));
    }

    private static Node output(String text, Node answer, String stop, long in, long out) {
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("text", Values.text(text));
        output.put("model", Values.text(Params.text(answer, "model")));
        output.put("stop", Values.text(stop));
        output.put("input_tokens", Values.number(in));
        output.put("output_tokens", Values.number(out));
        return Values.members(output);
    }
}
