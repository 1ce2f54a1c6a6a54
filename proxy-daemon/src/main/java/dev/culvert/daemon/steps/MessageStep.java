package dev.culvert.daemon.steps;

import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A step that sends a message to an agent, and waits for its whole answer. */
public final class MessageStep implements StepKind {
    private final OwnAnswer own;

    public MessageStep(OwnAnswer own) {
        this.own = own;
    }

    @Override
    public String name() {
        return "message";
    }

    @Override
    public String summary() {
        return "Send a message to an agent, and wait for its whole answer";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("agent", Schema.TEXT, "The id of the agent").required(),
                Param.of("content", Schema.TEXT, "What is said"),
                Param.of("role", Schema.TEXT, "Who speaks, `user` by default"),
                Param.of(
                        "messages",
                        Schema.listOf(Schema.OBJECT),
                        "A conversation as in OpenAI's chat completions, instead of `content`"),
                Param.of(
                        "idempotent",
                        Schema.BOOLEAN,
                        "false for an agent that cannot keep an Idempotency-Key; true by default"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("content", Schema.TEXT, "What the agent answered"),
                Param.of("finish_reason", Schema.TEXT, "Why it stopped"),
                Param.of("usage", Schema.OBJECT, "How many tokens it took, if its runtime tells"));
    }

    /** The key of the step makes an agent that can keep one answer once. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        return Params.isTrue(params, "idempotent", true);
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        if (Params.has(input.params(), "content") == Params.has(input.params(), "messages")) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "message takes either 'content' or 'messages': give one of the two",
                            false));
            return () -> {};
        }
        return own.ask(
                input,
                question(
                        input.text("agent", ""),
                        body(input.params()),
                        isIdempotent(input.params())),
                end,
                answer ->
                        answer instanceof Node.Members members
                                ? Params.only(members, "content", "finish_reason", "usage")
                                : answer);
    }

    static OwnAnswer.Question question(String agent, String body, boolean mayRepeat) {
        String segment = URLEncoder.encode(agent, StandardCharsets.UTF_8).replace("+", "%20");
        return new OwnAnswer.Question(
                HttpMethod.POST, "/api/v1/agents/" + segment + "/message", body, mayRepeat);
    }

    private static String body(Node.Members params) {
        return Params.has(params, "messages")
                ? Params.only(params, "messages").json()
                : "{\"role\": %s, %s"
                        .formatted(
                                Params.has(params, "role")
                                        ? Node.quote(Params.text(params, "role"))
                                        : "\"user\"",
                                Params.only(params, "content").json().substring(1));
    }
}
