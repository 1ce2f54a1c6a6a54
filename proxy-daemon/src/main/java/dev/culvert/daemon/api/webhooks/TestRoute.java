package dev.culvert.daemon.api.webhooks;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.webhooks.Attempt;
import dev.culvert.daemon.webhooks.Webhooks;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /webhooks/{webhook}/test}: sends a message now, and tells how that went. */
public final class TestRoute implements Route {
    private final Webhooks webhooks;

    public TestRoute(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/webhooks/{webhook}/test");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("webhook");
        boolean isThere =
                webhooks.test(
                        name,
                        attempt ->
                                request.eventLoop().execute(() -> answer(name, attempt, answer)));
        if (!isThere) {
            throw DeliveriesRoute.unknown(name);
        }
    }

    private static void answer(String name, Attempt attempt, Answer answer) {
        if (!answer.isOpen()) {
            return; // the client has left
        }
        if (attempt instanceof Attempt.Taken(int status)) {
            answer.json(
                    OK,
                    Json.object(json -> {
                        json.writeStringField("webhook", name);
                        json.writeStringField("result", "delivered");
                        json.writeNumberField("status", status);
                    }));
        } else {
            answer.problem(
                    Problem.of(
                                    BAD_GATEWAY,
                                    "The webhook '%s' did not take the message: %s. Correct its entry in 'webhooks', or its receiver."
                                            .formatted(name, attempt.sentence()))
                            .member("code", "not_delivered"));
        }
    }
}
