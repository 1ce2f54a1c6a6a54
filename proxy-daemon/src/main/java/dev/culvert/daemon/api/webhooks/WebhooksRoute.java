package dev.culvert.daemon.api.webhooks;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.webhooks.WebhookReport;
import dev.culvert.daemon.webhooks.Webhooks;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /webhooks}: who is told what happens, and whether they take it. */
public final class WebhooksRoute implements Route {
    private final Webhooks webhooks;

    public WebhooksRoute(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/webhooks");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        List<WebhookReport> reports = webhooks.reports();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("webhooks");
                    for (WebhookReport report : reports) {
                        report.write(json);
                    }
                    json.writeEndArray();
                }));
    }
}
