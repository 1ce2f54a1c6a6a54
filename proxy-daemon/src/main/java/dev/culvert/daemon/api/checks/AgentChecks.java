package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.checks.Target;
import dev.culvert.daemon.api.agents.AgentCalls;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has agents check what they reach: a ping for each address (checks.md). */
public final class AgentChecks {
    /** What the agent may take besides: other checks may be before it. */
    static final Duration SLACK = Duration.ofSeconds(5);

    private final AgentCalls calls = new AgentCalls();

    /** Called on the event loop of the request. */
    void run(Request request, Agent agent, CheckBody asked, Answer answer) {
        Round round = new Round(asked.targets().size(), agent, answer);
        List<Target> targets = asked.targets();
        // The agent does two at once.
        Duration all = asked.timeout().multipliedBy((targets.size() + 1) / 2).plus(SLACK);
        for (int i = 0; i < targets.size(); i++) {
            int place = i;
            calls.call(
                    request,
                    agent,
                    FrameType.PING,
                    order(targets.get(i), asked.timeout()),
                    Patience.ofSilence(all),
                    new PongMember("check", answer, it -> round.add(place, it), round::fail));
        }
    }

    private static ByteBuf order(Target target, Duration timeout) {
        return Json.object(json -> {
            json.writeObjectFieldStart("check");
            json.writeStringField("url", target.url());
            json.writeNumberField("within_ms", timeout.toMillis());
            json.writeEndObject();
        });
    }

    /** The results that have come, as the agent wrote them. Confined to its event loop. */
    private static final class Round {
        private final @Nullable String[] results;
        private final Agent agent;
        private final Answer answer;
        private int missing;
        private boolean over;

        Round(int count, Agent agent, Answer answer) {
            results = new String[count];
            missing = count;
            this.agent = agent;
            this.answer = answer;
        }

        void add(int place, PongMember.Said said) {
            if (over) {
                return;
            }
            if (said.object().isEmpty()) {
                over = true;
                answer.problem(PongMember.notOffered(agent.id()));
                return;
            }
            results[place] = said.object();
            if (--missing == 0) {
                over = true;
                send();
            }
        }

        void fail(Failure failure) {
            if (!over) {
                over = true;
                answer.failure(failure);
            }
        }

        private void send() {
            answer.json(
                    OK,
                    Json.object(json -> {
                        json.writeStringField("agent", agent.id());
                        json.writeArrayFieldStart("checks");
                        for (String each : Arrays.asList(results)) {
                            json.writeRawValue(String.valueOf(each));
                        }
                        json.writeEndArray();
                    }));
        }
    }
}
