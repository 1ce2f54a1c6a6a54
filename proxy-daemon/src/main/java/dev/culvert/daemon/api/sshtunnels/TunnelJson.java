package dev.culvert.daemon.api.sshtunnels;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.sshtunnels.Counts;
import dev.culvert.daemon.sshtunnels.Hop;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.Trouble;
import dev.culvert.daemon.sshtunnels.TunnelStatus;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Look;
import dev.culvert.daemon.sshtunnels.TunnelStatus.SshProcess;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes what clients are told of a tunnel. */
final class TunnelJson {
    private TunnelJson() {}

    static void write(JsonGenerator json, View view) throws IOException {
        json.writeStartObject();
        writeMembers(json, view);
        json.writeEndObject();
    }

    static void writeMembers(JsonGenerator json, View view) throws IOException {
        SshTunnelSettings settings = view.settings();
        SshTunnelSettings.Server server = settings.server();
        TunnelStatus status = view.status();
        json.writeStringField("name", settings.name());
        json.writeStringField("kind", word(settings.kind()));
        json.writeStringField(
                "server",
                server.user().map(user -> user + "@").orElse("")
                        + server.host()
                        + ":"
                        + server.port());
        json.writeStringField("key", server.key().orElse(null));
        json.writeStringField("listen", view.listen().toString());
        json.writeStringField("to", settings.to().map(Object::toString).orElse(null));
        json.writeStringField("source", view.isOfClient() ? "client" : "settings");
        json.writeBooleanField("wanted", view.isWanted());
        json.writeStringField("state", status.phase().label());
        writeTime(json, "since", status.since());
        writeProcess(json, status.process());
        writeLook(json, "control", status.control());
        writeKeepalive(json, server.keepalive().toSeconds(), status);
        json.writeStringField("probing", word(settings.probe()));
        writeLook(json, "probe", status.probe());
        Trouble trouble = status.trouble();
        json.writeStringField("hop", trouble == null ? null : trouble.hop().label());
        json.writeStringField("trouble", trouble == null ? null : trouble.sentence());
        writeTime(json, "next", status.next());
        writeCounts(json, view.counts());
    }

    private static void writeCounts(JsonGenerator json, Counts counts) throws IOException {
        json.writeNumberField("connections", counts.open());
        json.writeNumberField("opened", counts.opened());
        json.writeNumberField("refused", counts.refused());
        json.writeNumberField("sent_bytes", counts.toServer());
        json.writeNumberField("received_bytes", counts.fromServer());
        json.writeNumberField("reconnects", counts.reconnects());
    }

    /** ssh does not tell what its messages find; it ends when they find nothing. */
    private static void writeKeepalive(JsonGenerator json, long seconds, TunnelStatus status)
            throws IOException {
        long most = seconds * (SshTunnelSettings.MOST_SILENT + 1);
        Trouble trouble = status.trouble();
        json.writeObjectFieldStart("keepalive");
        json.writeNumberField("every_seconds", seconds);
        json.writeNumberField("may_be_lost", SshTunnelSettings.MOST_SILENT);
        switch (status.phase()) {
            case PROBING, UP -> {
                json.writeBooleanField("ok", true);
                json.writeStringField(
                        "says", "ssh is connected, and ends after %d s of silence".formatted(most));
            }
            case DOWN, CONNECTING, WAITING -> {
                if (trouble != null && trouble.hop() == Hop.KEEPALIVE) {
                    json.writeBooleanField("ok", false);
                    json.writeStringField(
                            "says", "ssh ended, because the server was silent for too long");
                } else {
                    json.writeNullField("ok");
                    json.writeStringField("says", "there is no connection");
                }
            }
        }
        writeTime(json, "heard", status.heard());
        json.writeEndObject();
    }

    private static void writeProcess(JsonGenerator json, @Nullable SshProcess process)
            throws IOException {
        if (process == null) {
            json.writeNullField("process");
            return;
        }
        json.writeObjectFieldStart("process");
        json.writeNumberField("pid", process.pid());
        writeTime(json, "since", process.since());
        json.writeEndObject();
    }

    static void writeLook(JsonGenerator json, String name, @Nullable Look look) throws IOException {
        if (look == null) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        json.writeBooleanField("ok", look.isGood());
        json.writeStringField("says", dev.culvert.io.Quoted.sentence(look.says()));
        json.writeNumberField("millis", look.millis());
        writeTime(json, "at", look.at());
        json.writeEndObject();
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable Instant time)
            throws IOException {
        json.writeStringField(
                name, time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
