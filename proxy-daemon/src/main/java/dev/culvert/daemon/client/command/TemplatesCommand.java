package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestChoice;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code culvert vm templates}. */
@Command(
        name = "templates",
        description =
                "Lists the templates from which VMs are cloned. Those of containers are in storages:"
                        + " culvert inventory content STORAGE --kind vztmpl.",
        mixinStandardHelpOptions = true)
final class TemplatesCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "id",
                    Column.of("TEMPLATE", "id"),
                    Column.of("NAME", "name"),
                    Column.of("NODE", "node"),
                    Column.number("CPUS", "cpus"),
                    Column.number("MEMORY", "memory"),
                    Column.number("DISK", "disk"));

    private final Session session;

    TemplatesCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        session.output()
                .items(
                        GuestChoice.of(session.api(), "vm", Optional.empty()).known().stream()
                                .filter(Guest::isTemplate)
                                .map(Guest::value)
                                .toList(),
                        VIEW);
        return ExitCode.OK;
    }
}
