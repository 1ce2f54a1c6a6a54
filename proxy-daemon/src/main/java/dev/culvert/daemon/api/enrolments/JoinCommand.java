package dev.culvert.daemon.api.enrolments;

import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one command to run in a guest.
 *
 * @param listeners where clients reach the daemon
 */
public record JoinCommand(
        Supplier<FleetSettings> settings, Supplier<List<AgentAddress>> listeners) {
    private static final String HERE = "HOST";

    String text(String token) {
        return "CULVERT_AGENT_JOIN_TOKEN=%s culvert-agent --join %s --state-dir /var/lib/culvert-agent"
                .formatted(token, url());
    }

    /** Where the settings say, or the first TCP listener. */
    private String url() {
        return settings.get()
                .enrol()
                .joinUrl()
                .orElseGet(() ->
                        listeners.get().stream()
                                .filter(Tcp.class::isInstance)
                                .map(Tcp.class::cast)
                                .findFirst()
                                .map(JoinCommand::url)
                                .orElse("wss://" + HERE + ":8443"));
    }

    private static String url(Tcp listener) {
        boolean isOfAll = listener.host().equals("0.0.0.0") || listener.host().equals("::");
        Tcp shown = new Tcp(isOfAll ? HERE : listener.host(), listener.port());
        String address = shown.toString().substring("tcp://".length());
        return (listener.tls() ? "wss://" : "ws://") + address;
    }
}
