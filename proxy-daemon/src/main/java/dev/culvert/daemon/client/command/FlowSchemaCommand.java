package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine.Command;

/** {@code culvert flow schema}. */
@Command(
        name = "schema",
        description =
                "Prints the JSON Schema of flow files, with which editors complete and check them.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A flow names it by \"$schema\": \"./flow.schema.json\". It needs no running daemon.",
            "",
            "Examples:",
            "  culvert flow schema > flow.schema.json"
        })
final class FlowSchemaCommand implements Verb {
    private static final String FILE = "flow.schema.json";

    private final Session session;

    FlowSchemaCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        try (InputStream file = FlowSchemaCommand.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " was not packed with this class");
            }
            session.output().piece(new String(file.readAllBytes(), UTF_8));
        }
        return ExitCode.OK;
    }
}
