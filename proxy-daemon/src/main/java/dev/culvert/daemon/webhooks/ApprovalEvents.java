package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.ApprovalListener;
import dev.culvert.daemon.approvals.Decision;
import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.io.Quoted;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Tells of approvals, without the arguments of their calls, which may contain secrets. */
public final class ApprovalEvents implements ApprovalListener {
    private final Webhooks webhooks;
    private final InstantSource clock;

    public ApprovalEvents(Webhooks webhooks, InstantSource clock) {
        this.webhooks = webhooks;
        this.clock = clock;
    }

    @Override
    public void onChanged(Approval approval) {
        Instant now = clock.instant();
        WebhookEvent kind = kind(approval.state(now));
        if (kind != null && webhooks.wants(kind, approval.tenant())) {
            webhooks.tell(new Event(kind, approval.tenant(), now, data(approval, now)));
        }
    }

    private static @Nullable WebhookEvent kind(Approval.State state) {
        return switch (state) {
            case PENDING -> WebhookEvent.APPROVAL_ASKED;
            case ALLOWED, DENIED -> WebhookEvent.APPROVAL_DECIDED;
            case EXPIRED -> WebhookEvent.APPROVAL_EXPIRED;
            case WITHDRAWN -> WebhookEvent.APPROVAL_WITHDRAWN;
            case USED -> null; // it was told when it was decided
        };
    }

    private static String data(Approval approval, Instant now) {
        Decision decision = approval.decision();
        return JsonLine.object(json -> {
            json.writeStringField("approval", approval.id());
            json.writeStringField("agent", approval.agent());
            json.writeStringField("tenant", approval.tenant());
            json.writeStringField("tool_name", Quoted.word(approval.call().tool()));
            json.writeStringField("why", Quoted.sentence(approval.call().why()));
            json.writeStringField("state", approval.state(now).label());
            json.writeStringField("asked", text(approval.asked()));
            json.writeStringField("expires", text(approval.expires()));
            json.writeStringField("decided_by", decision == null ? null : decision.by());
            json.writeStringField("reason", decision == null ? null : decision.reason());
        });
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
