package dev.culvert.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The environment variables of Culvert: those that the sources or the shipped example name as a
 * whole, one for each key of the settings, and one for each flag of the agent.
 */
final class KnownVariables {
    private static final Pattern NAMED = Pattern.compile("\"(CULVERT_[A-Z0-9_]*[A-Z0-9])\"");
    private static final Pattern OF_LAUNCHER = Pattern.compile("\\$\\{?(CULVERT_[A-Z0-9_]+)");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^#(CULVERT_[A-Z0-9_]+)=");
    private static final Pattern KEY = Pattern.compile("(?m)^\\| `([a-z0-9_.]+)` \\|");
    private static final Pattern FLAG = Pattern.compile("(?m)^ +--([a-z][a-z-]+)");
    private static final String AGENT = "## culvert-agent\n";

    /** Examples, and placeholders of the pages that the commands print. */
    private static final Set<String> EXAMPLES =
            Set.of("CULVERT_KEY", "CULVERT_AGENT_KEY", "CULVERT_TEAM_TOKEN");

    private static final Set<String> ALL = all();

    private KnownVariables() {}

    static boolean has(String name) {
        return ALL.contains(name) || EXAMPLES.contains(name);
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>();
        try {
            for (String module : new String[] {"proxy-core", "guest-agent", "proxy-daemon"}) {
                try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
                    for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                        add(all, NAMED, Files.readString(file), "");
                    }
                }
            }
            add(all, EXAMPLE, Files.readString(Path.of("dist/culvert.env.example")), "");
            add(all, OF_LAUNCHER, Files.readString(Path.of("../proxy-core/dist/launcher.sh")), "");
            add(all, KEY, Files.readString(Path.of("docs/keys.md")), "CULVERT_");
            String commands = Files.readString(Path.of("docs/cli.md"));
            String agent = commands.substring(commands.indexOf(AGENT) + AGENT.length());
            add(all, FLAG, agent.split("\n## ", 2)[0], "CULVERT_AGENT_");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static void add(Set<String> all, Pattern pattern, String text, String prefix) {
        pattern.matcher(text)
                .results()
                .map(name ->
                        prefix
                                + name.group(1)
                                        .toUpperCase(Locale.ROOT)
                                        .replace('.', '_')
                                        .replace('-', '_'))
                .forEach(all::add);
    }
}
