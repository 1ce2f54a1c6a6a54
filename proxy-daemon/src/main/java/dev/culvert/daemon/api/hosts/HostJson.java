package dev.culvert.daemon.api.hosts;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.cluster.ClusterHost;
import dev.culvert.daemon.cluster.HostView;
import dev.culvert.daemon.cluster.Membership;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A host, as it is shown. */
final class HostJson {
    private HostJson() {}

    static void write(JsonGenerator json, HostView view) throws IOException {
        json.writeStartObject();
        members(json, view);
        json.writeEndObject();
    }

    static void members(JsonGenerator json, HostView view) throws IOException {
        ClusterHost host = view.host();
        json.writeStringField("name", host.name());
        json.writeBooleanField("self", view.isSelf());
        json.writeStringField("state", view.state().label());
        json.writeStringField("url", host.url());
        json.writeStringField("version", host.version());
        json.writeStringField("started", host.started().toString());
        json.writeNumberField("agents", host.agents());
        json.writeNumberField("turns", host.turns());
        json.writeNumberField("age_seconds", view.age().toSeconds());
    }

    /** How this host is in its cluster. */
    static void cluster(JsonGenerator json, @Nullable Membership membership) throws IOException {
        json.writeObjectFieldStart("cluster");
        if (membership == null) {
            json.writeStringField("state", "off");
        } else {
            Membership.Now now = membership.now();
            json.writeStringField("state", now.state().label());
            json.writeBooleanField("ready", membership.isReady());
            if (!now.server().isEmpty()) {
                json.writeStringField("registry", now.server());
            }
            if (!now.problem().isEmpty()) {
                json.writeStringField("error", now.problem());
            }
        }
        json.writeEndObject();
    }
}
