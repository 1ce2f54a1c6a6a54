package dev.culvert.daemon.client.host;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The daemon's settings as its file and the environment say them, unchecked: they are read even
 * where the daemon would refuse to start.
 *
 * @param path where the file is, or would be
 * @param exists whether it is there
 * @param problem why it cannot be read; empty if it can
 * @param tree what it says
 * @param layer the same, with lines and columns
 */
public record DaemonFile(
        Host host, String path, boolean exists, String problem, Value tree, Layer layer) {
    public static final String DEFAULT_PATH = "/etc/culvert/culvertd.jsonc";

    private static final String PREFIX = "CULVERT_";
    private static final Layer NOTHING = _ -> null;

    /** The file that {@code named} says, else {@code CULVERT_CONFIG}, else the usual one. */
    public static DaemonFile find(Host host, Optional<String> named) {
        String path = named.or(() -> host.variable(PREFIX + "CONFIG")).orElse(DEFAULT_PATH);
        if (!Files.exists(host.path(path))) {
            return new DaemonFile(host, path, false, "", Value.nothing(), NOTHING);
        }
        try {
            Layer layer = Layer.file(host.path(path));
            Value tree = Value.parseCommented(Files.readString(host.path(path)));
            return new DaemonFile(host, path, true, "", tree, layer);
        } catch (BadSettingsException | BadValueException e) {
            String why = String.valueOf(e.getMessage());
            return new DaemonFile(host, path, true, why, Value.nothing(), NOTHING);
        } catch (IOException e) {
            return new DaemonFile(host, path, true, e.toString(), Value.nothing(), NOTHING);
        }
    }

    /** A value and what set it. */
    public record Setting(String value, String setBy) {}

    /** The value of a key that is set, by the environment or else by the file. */
    public Optional<Setting> find(String key) {
        String variable = variable(key);
        Optional<String> ofEnvironment = host.variable(variable);
        if (ofEnvironment.isPresent()) {
            return Optional.of(new Setting(ofEnvironment.get(), "environment " + variable));
        }
        Value value = tree.at(key.split("\\."));
        Node node = layer.at(key);
        return node == null || value.isNothing()
                ? Optional.empty()
                : Optional.of(new Setting(value.text(), position(node)));
    }

    private String position(Node node) {
        return node.position().toString().replace(host.path(path).toString(), path);
    }

    /** The variable that sets a key. */
    public static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    public Optional<String> text(String key) {
        return find(key).map(Setting::value);
    }

    public long number(String key, long otherwise) {
        return text(key)
                .filter(it -> it.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .orElse(otherwise);
    }

    /** Where clients reach the daemon. */
    public List<String> listeners() {
        Optional<String> variable = host.variable(variable("http.listen"));
        if (variable.isPresent() && !variable.get().strip().startsWith("[")) {
            return Stream.of(variable.get().split(",")).map(String::strip).toList();
        }
        List<String> listed = tree.at("http", "listen").list().stream().map(Value::text).toList();
        return listed.isEmpty() ? List.of("tcp://127.0.0.1:8470") : listed;
    }

    /**
     * An agent of the file.
     *
     * @param address as it is reached, such as {@code vsock://3:1024}
     */
    public record AgentPlace(String id, String address) {
        public boolean isVsock() {
            return address.startsWith("vsock://");
        }

        /** The socket that it is reached by, if it is a Unix socket. */
        public Optional<String> socket() {
            return address.startsWith("unix://")
                    ? Optional.of(address.substring("unix://".length()).split("\\?", 2)[0])
                    : Optional.empty();
        }
    }

    public List<AgentPlace> agents() {
        boolean byTcp = text("transport.default").filter("tcp"::equals).isPresent();
        long port = number("transport.vsock_port", 1024);
        long base = number("transport.tcp_base_port", 9100);
        return tree.at("agents").list().stream()
                .map(agent -> {
                    long cid = agent.number(0, "cid");
                    String byCid =
                            byTcp
                                    ? "tcp://127.0.0.1:" + (base + cid)
                                    : "vsock://" + cid + ":" + port;
                    String address = agent.text("address");
                    return new AgentPlace(agent.text("id"), address.isEmpty() ? byCid : address);
                })
                .toList();
    }
}
