package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.flows.RunRecord;
import dev.culvert.daemon.flows.RunView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells when runs of flows end, without their inputs and outputs. */
public final class FlowEvents implements Consumer<RunView> {
    private final Webhooks webhooks;

    public FlowEvents(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public void accept(RunView ended) {
        RunRecord run = ended.run();
        if (webhooks.wants(WebhookEvent.FLOW_ENDED, run.tenant())) {
            Instant at = Objects.requireNonNullElse(run.ended(), run.started());
            webhooks.tell(new Event(WebhookEvent.FLOW_ENDED, run.tenant(), at, data(run)));
        }
    }

    private static String data(RunRecord run) {
        return JsonLine.object(json -> {
            json.writeStringField("run", run.id());
            json.writeStringField("flow", run.flow());
            json.writeStringField("tenant", run.tenant());
            json.writeStringField("caller", run.caller().label());
            json.writeStringField("state", run.state().label());
            json.writeStringField("started", text(run.started()));
            json.writeStringField("ended", text(run.ended()));
            json.writeStringField("error", run.error().isEmpty() ? null : run.error());
        });
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
