package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import picocli.CommandLine;

/** What changes guests, for the verbs {@code vm} and {@code ct}. */
final class GuestCommand {
    private GuestCommand() {}

    /**
     * Adds the verbs to their parent.
     *
     * @param kind {@code vm} or {@code ct}
     */
    static CommandLine add(CommandLine parent, Session session, String kind) {
        PowerCommands.add(parent, session, kind);
        parent.addSubcommand(new CreateGuestCommand(session, kind));
        GuestChangeCommands.add(parent, session, kind);
        SnapshotCommands.add(parent, session, kind);
        if (kind.equals("vm")) {
            parent.addSubcommand(new AdoptCommand(session))
                    .addSubcommand(new TemplatesCommand(session));
        }
        return parent;
    }
}
