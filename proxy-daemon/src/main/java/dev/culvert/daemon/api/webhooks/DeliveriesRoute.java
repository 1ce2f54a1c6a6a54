package dev.culvert.daemon.api.webhooks;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.webhooks.WebhookReport;
import dev.culvert.daemon.webhooks.Webhooks;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /webhooks/{webhook}/deliveries}: the messages that wait, and those of late. */
public final class DeliveriesRoute implements Route {
    private final Webhooks webhooks;

    public DeliveriesRoute(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/webhooks/{webhook}/deliveries");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("webhook");
        WebhookReport report = webhooks.report(name);
        if (report == null) {
            throw unknown(name);
        }
        Page page = Page.of(request);
        answer.json(
                OK,
                Json.object(json ->
                        page.write(
                                json,
                                "deliveries",
                                report.lines().stream(),
                                WebhookReport.Line::id,
                                (to, line) -> line.write(to))));
    }

    static ProblemException unknown(String name) {
        return new ProblemException(
                Problem.of(
                        NOT_FOUND,
                        "There is no webhook '%s': GET /api/v1/webhooks lists those there are, and the setting 'webhooks' adds one."
                                .formatted(Quoted.word(name))));
    }
}
