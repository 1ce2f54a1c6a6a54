package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.path;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import java.util.List;

/** What can be done with webhooks; the settings add and remove them. */
final class WebhookOperations {
    private static final Parameter WEBHOOK = path("webhook", "The name of the webhook");

    static final List<Operation> ALL =
            List.of(
                    op("webhooks.list", "List who is told what happens", READ)
                            .verb("webhooks list")
                            .at(GET, "/webhooks"),
                    op(
                                    "webhooks.deliveries",
                                    "List the messages of a webhook that wait, and the latest that"
                                            + " have ended",
                                    READ)
                            .verb("webhooks deliveries")
                            .takes(WEBHOOK, AFTER, LIMIT)
                            .at(GET, "/webhooks/{webhook}/deliveries"),
                    op(
                                    "webhooks.test",
                                    "Send a message to a webhook, and tell how that went",
                                    CHANGE)
                            .verb("webhooks test")
                            .takes(WEBHOOK)
                            .at(POST, "/webhooks/{webhook}/test"));

    private WebhookOperations() {}
}
