package dev.culvert.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the proxies reach.
 *
 * @param frames the ports of its agents
 * @param http the same agents over HTTP
 * @param runtime the port of the runtime that a real guest asks
 */
record Backend(Child process, List<String> frames, List<String> http, String runtime) {
    static Backend start(Tools tools, int agents) throws IOException {
        Child process =
                Child.start(
                        tools.log("backend"), Map.of(), List.of(tools.program("backend"), agents));
        List<String> ports =
                List.of(process.lineWith("frames ").replaceAll("http |runtime ", "").split(" "));
        return new Backend(
                process,
                ports.subList(0, agents),
                ports.subList(agents, 2 * agents),
                ports.getLast());
    }

    /**
     * Starts the shipped guest in front of the runtime. Its process comes with its only agent.
     *
     * @param turns how many it takes at once
     */
    Backend behindGuest(Tools tools, int turns) throws IOException {
        Path program = tools.guest();
        if (!Files.isExecutable(program)) {
            throw new IOException(program + " is missing: run mvn package first");
        }
        Child guest =
                Child.start(
                        tools.log("culvert-agent"),
                        Map.of(),
                        List.of(
                                program,
                                "--listen=tcp://127.0.0.1:0",
                                "--runtime=http://127.0.0.1:" + runtime + "/v1",
                                "--max-turns=" + turns,
                                "--log-level=warn"));
        String address = guest.lineWith("listening on ");
        String port = address.substring(address.lastIndexOf(':') + 1);
        return new Backend(guest, List.of(port), List.of(runtime), runtime);
    }
}
