package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.io.Quoted;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells when agents come and go. */
public final class FleetEvents implements FleetListener {
    private static final String ONLINE = "online";
    private static final String OFFLINE = "offline";

    private final Webhooks webhooks;

    /** What was last told of each agent, by its id. */
    private final Map<String, String> told = new ConcurrentHashMap<>();

    public FleetEvents(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public void onChanged(Agent agent) {
        if (!webhooks.isUsed()) {
            return;
        }
        Presence presence = agent.presence();
        String now = presence.state().presence();
        if ((now.equals(ONLINE) || now.equals(OFFLINE)) && !now.equals(told.put(agent.id(), now))) {
            WebhookEvent kind =
                    now.equals(ONLINE) ? WebhookEvent.AGENT_ONLINE : WebhookEvent.AGENT_OFFLINE;
            if (webhooks.wants(kind, agent.tenant())) {
                webhooks.tell(
                        new Event(kind, agent.tenant(), presence.since(), data(agent, presence)));
            }
        }
    }

    private static String data(Agent agent, Presence presence) {
        String why = presence.lastError();
        return JsonLine.object(json -> {
            json.writeStringField("agent", agent.id());
            json.writeStringField("tenant", agent.tenant());
            json.writeStringField("state", presence.state().label());
            json.writeStringField(
                    "since", presence.since().truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeStringField(
                    "error",
                    why == null || presence.state().presence().equals(ONLINE)
                            ? null
                            : Quoted.sentence(why));
        });
    }

    @Override
    public void onRemoved(Agent agent) {
        told.remove(agent.id());
    }
}
