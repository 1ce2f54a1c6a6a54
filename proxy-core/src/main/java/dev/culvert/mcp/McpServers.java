package dev.culvert.mcp;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.McpServer.Address;
import dev.culvert.mcp.McpServer.Place;
import dev.culvert.mcp.McpServer.Program;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Text;
import dev.culvert.mcp.Tree.Truth;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads which MCP servers there are: {@code {NAME: {"command": […]} | {"url": "…"}}}. */
public final class McpServers {
    private static final int MOST = 16;
    private static final int MOST_WORDS = 100;
    private static final int MOST_WORD_CHARS = 4_096;

    /** With a name of a tool, it must fit the 64 characters that runtimes take. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]|_(?!_)){0,23}");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final Set<String> MEMBERS = Set.of("command", "environment", "network", "url");

    private final String where;

    private McpServers(String where) {
        this.where = where;
    }

    /**
     * Reads a JSON text.
     *
     * @param where it stands, for messages
     */
    public static List<McpServer> read(String where, String json) throws BadServersException {
        Tree tree;
        try {
            tree = Tree.read(json);
        } catch (BadMessageException e) {
            throw new BadServersException("'" + where + "' cannot be read: " + e.why());
        }
        return new McpServers(where).servers(tree);
    }

    private List<McpServer> servers(Tree tree) throws BadServersException {
        if (tree instanceof Tree.Nothing) {
            return List.of();
        }
        if (!(tree instanceof Members all)) {
            throw wrong("", "must be an object of MCP servers by name");
        }
        if (all.all().size() > MOST) {
            throw wrong(
                    "",
                    "has %d servers; an agent has at most %d".formatted(all.all().size(), MOST));
        }
        List<McpServer> servers = new ArrayList<>();
        for (Map.Entry<String, Tree> server : all.all().entrySet()) {
            servers.add(server(server.getKey(), server.getValue()));
        }
        return List.copyOf(servers);
    }

    private McpServer server(String name, Tree tree) throws BadServersException {
        if (!NAME.matcher(name).matches()) {
            throw wrong(
                    "",
                    "names a server '%s': a name has up to 24 lower-case letters, digits, '-' and single '_'"
                            .formatted(Quoted.word(name)));
        }
        if (!(tree instanceof Members server)) {
            throw wrong(name, "must be an object with 'command' or 'url'");
        }
        for (String member : server.all().keySet()) {
            if (!MEMBERS.contains(member)) {
                throw wrong(
                        name,
                        "has a member '%s'; there are command, environment, network and url"
                                .formatted(Quoted.word(member)));
            }
        }
        boolean hasCommand = server.get("command") != null;
        if (hasCommand == (server.get("url") != null)) {
            throw wrong(name, "must have one of 'command' and 'url'");
        }
        return new McpServer(name, hasCommand ? program(name, server) : address(name, server));
    }

    private Place program(String name, Members server) throws BadServersException {
        List<String> argv = new ArrayList<>();
        if (server.get("command") instanceof Tree.Items words) {
            for (Tree word : words.all()) {
                argv.add(word(name + ".command", word));
            }
        }
        if (argv.isEmpty() || argv.getFirst().isBlank() || argv.size() > MOST_WORDS) {
            throw wrong(
                    name + ".command",
                    "must be a list of up to %d strings: the program and its arguments"
                            .formatted(MOST_WORDS));
        }
        Tree network = server.get("network");
        if (network != null && !(network instanceof Truth)) {
            throw wrong(name + ".network", "must be true or false");
        }
        return new Program(argv, environment(name, server), server.isTrue("network"));
    }

    private Map<String, String> environment(String name, Members server)
            throws BadServersException {
        Tree given = server.get("environment");
        if (given == null) {
            return Map.of();
        }
        String place = name + ".environment";
        if (!(given instanceof Members variables) || variables.all().size() > MOST_WORDS) {
            throw wrong(place, "must be an object of up to %d strings".formatted(MOST_WORDS));
        }
        Map<String, String> environment = new HashMap<>();
        for (Map.Entry<String, Tree> variable : variables.all().entrySet()) {
            if (!VARIABLE.matcher(variable.getKey()).matches()) {
                throw wrong(
                        place,
                        "has '%s', which is no name of a variable"
                                .formatted(Quoted.word(variable.getKey())));
            }
            environment.put(
                    variable.getKey(), word(place + "." + variable.getKey(), variable.getValue()));
        }
        return environment;
    }

    private String word(String place, Tree word) throws BadServersException {
        if (word instanceof Text text
                && text.value().length() <= MOST_WORD_CHARS
                && text.value().indexOf('\0') < 0) {
            return text.value();
        }
        throw wrong(
                place,
                "must have strings of up to %d characters, without NUL".formatted(MOST_WORD_CHARS));
    }

    private Address address(String name, Members server) throws BadServersException {
        if (server.get("network") != null || server.get("environment") != null) {
            throw wrong(name, "has a 'url', so 'environment' and 'network' mean nothing");
        }
        String given = server.text("url");
        URI url = given == null ? null : url(given);
        if (url == null) {
            throw wrong(
                    name + ".url",
                    "must be an address on this machine such as http://127.0.0.1:3001/mcp, with the host 127.0.0.1, [::1] or localhost");
        }
        return new Address(url);
    }

    private static @Nullable URI url(String given) {
        try {
            URI url = new URI(given);
            boolean good =
                    "http".equals(url.getScheme())
                            && url.getHost() != null
                            && HOSTS.contains(url.getHost())
                            && url.getPort() <= 65_535
                            && url.getPort() != 0
                            && url.getRawUserInfo() == null
                            && url.getRawFragment() == null
                            && url.toASCIIString().equals(given)
                            && given.length() <= MOST_WORD_CHARS;
            return good ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private BadServersException wrong(String place, String what) {
        return new BadServersException(
                "'" + where + (place.isEmpty() ? "" : "." + place) + "' " + what);
    }
}
