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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A step that finds out whether servers can be reached, as {@code culvert check} does. */
public final class CheckStep implements StepKind {
    private final OwnAnswer own;

    public CheckStep(OwnAnswer own) {
        this.own = own;
    }

    @Override
    public String name() {
        return "check";
    }

    @Override
    public String summary() {
        return "Check, hop by hop, whether servers can be reached";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of(
                        "urls",
                        Schema.listOf(Schema.TEXT),
                        "https://…, http://… or tcp://HOST:PORT; by default OpenAI's and"
                                + " Anthropic's API"),
                Param.of("through", Schema.TEXT, "A proxy, as `culvert check --through` takes it"),
                Param.of(
                        "tunnel",
                        Schema.TEXT,
                        "The name of a dynamic or local SSH tunnel of the host to go through, instead of"
                                + " `through`; none if it is empty"),
                Param.of("timeout", Schema.TEXT, "How long one check may take, such as `10s`"),
                Param.of(
                        "must",
                        Schema.BOOLEAN,
                        "Whether the step fails if one cannot be reached, which is so by default"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("ok", Schema.BOOLEAN, "Whether all can be reached"),
                Param.of(
                        "failed",
                        Schema.listOf(Schema.TEXT),
                        "Those that cannot, each with the hop that fails"),
                Param.of(
                        "checks",
                        Schema.listOf(Schema.OBJECT),
                        "What was found, as the operation `check` has it"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        String tunnel = input.text("tunnel", "");
        if (!tunnel.isEmpty() && !input.text("through", "").isEmpty()) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "check takes either 'through' or 'tunnel': give one of the two",
                            false));
            return () -> {};
        }
        boolean must = Params.isTrue(input.params(), "must", true);
        StepEnd judged =
                new StepEnd() {
                    @Override
                    public void done(Node output) {
                        if (must && !Params.isTrue(output, "ok", false)) {
                            end.failed(unreachable(Params.items(output, "failed")));
                        } else {
                            end.done(output);
                        }
                    }

                    @Override
                    public void failed(StepFailure why) {
                        end.failed(why);
                    }
                };
        return own.ask(
                input,
                new OwnAnswer.Question(
                        HttpMethod.POST, "/api/v1/checks", body(input.params(), tunnel), true),
                judged,
                CheckStep::output);
    }

    private static String body(Node.Members params, String tunnel) {
        Map<String, Node> body =
                new LinkedHashMap<>(Params.only(params, "urls", "through", "timeout").nodes());
        if (!tunnel.isEmpty()) {
            body.put("through", Values.text("tunnel:" + tunnel));
        }
        return Values.members(body).json();
    }

    private static StepFailure unreachable(List<Node> failed) {
        return new StepFailure(
                "unreachable",
                String.join("; ", failed.stream().map(Params::text).toList())
                        + ". 'culvert check' shows each hop, and \"must\": false lets the flow go on",
                true);
    }

    private static Node output(Node answer) {
        List<Node> checks = Params.items(answer, "checks");
        List<Node> failed =
                checks.stream()
                        .filter(it -> !Params.text(it, "verdict").equals("reachable"))
                        .map(CheckStep::line)
                        .map(Values::text)
                        .toList();
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("ok", Values.bool(failed.isEmpty()));
        output.put("failed", Values.items(failed));
        output.put("checks", Values.items(checks));
        return Values.members(output);
    }

    private static String line(Node check) {
        return Params.text(check, "url") + ": " + Params.text(check, "sentence");
    }
}
