package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one version of Proxmox says of its own API, reduced by {@code src/test/proxmox/reduce.py}.
 *
 * @param version such as 8.4.5
 */
record Facts(String version, List<Operation> operations) {
    private static final Map<Integer, Facts> READ = new ConcurrentHashMap<>();

    /**
     * @param major 8 or 9
     */
    static Facts of(int major) {
        return READ.computeIfAbsent(major, Facts::read);
    }

    private static Facts read(int major) {
        try (InputStream in =
                Objects.requireNonNull(
                        Facts.class.getResourceAsStream("facts-" + major + ".json"),
                        "there are no facts of this version of Proxmox")) {
            Value told = Value.parse(new String(in.readAllBytes(), UTF_8));
            List<Definition> definitions = new ArrayList<>();
            told.at("definitions").list().forEach(one -> definitions.add(Definition.read(one)));
            List<Operation> operations = new ArrayList<>();
            for (Value call : told.at("calls").list()) {
                operations.add(operation(call, definitions));
            }
            return new Facts(told.text("version"), List.copyOf(operations));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Operation operation(Value call, List<Definition> definitions) {
        Map<String, Definition> parameters = new TreeMap<>();
        for (String name : call.at("parameters").map().keySet()) {
            parameters.put(name, definitions.get((int) call.number(-1, "parameters", name)));
        }
        return new Operation(
                call.text("verb"),
                call.text("path"),
                parameters,
                call.text("user"),
                call.at("check"),
                !"false".equals(call.text("allow_token")),
                "true".equals(call.text("root")),
                "node".equals(call.text("proxyto")));
    }

    int major() {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }
}
