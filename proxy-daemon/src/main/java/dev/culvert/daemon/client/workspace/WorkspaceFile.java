package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.Defaults;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import dev.culvert.value.Value;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What {@code infra/workspace.json} says.
 *
 * @param name of the workspace, which {@code culvert destroy} asks for
 * @param server of guests whose file names none; empty for none
 * @param node the same
 * @param publishes whether the daemon keeps the state that was applied, too
 */
public record WorkspaceFile(String name, String server, String node, boolean publishes) {
    /** The name of the file. */
    public static final String FILE = "workspace.json";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public WorkspaceFile {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name is \"%s\": it must have letters, digits, '.', '_' and '-' alone"
                            .formatted(name));
        }
    }

    static WorkspaceFile read(Path file) throws UsageException {
        try {
            return Settings.read(List.of(Layer.file(file)), WorkspaceFile::read).value();
        } catch (BadSettingsException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static WorkspaceFile read(Section section) {
        return new WorkspaceFile(
                section.get("name", Kind.TEXT, ""),
                section.get("server", Kind.TEXT, ""),
                section.get("node", Kind.TEXT, ""),
                section.get("publish", Kind.BOOLEAN, true));
    }

    /** What guests get that do not say it. */
    Defaults defaults() {
        return new Defaults(server, node);
    }

    Value value() {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("name", Value.of(name));
        if (!server.isEmpty()) {
            members.put("server", Value.of(server));
        }
        if (!node.isEmpty()) {
            members.put("node", Value.of(node));
        }
        if (!publishes) {
            members.put("publish", Value.of(false));
        }
        return new Value.Members(members);
    }
}
