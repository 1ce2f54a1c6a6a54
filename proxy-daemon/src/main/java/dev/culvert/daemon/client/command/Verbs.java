package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import picocli.CommandLine;

/** Every verb, in the order in which the help lists them. */
final class Verbs {
    private Verbs() {}

    static void add(CommandLine culvert, Session session) {
        culvert.addSubcommand(AgentsCommand.with(session))
                .addSubcommand(new PingCommand(session))
                .addSubcommand(new MessageCommand(session))
                .addSubcommand(new StreamCommand(session))
                .addSubcommand(TurnsCommand.with(session))
                .addSubcommand(new TopCommand(session))
                .addSubcommand(new LogsCommand(session))
                .addSubcommand(new ExplainCommand(session))
                .addSubcommand(new DoctorCommand(session))
                .addSubcommand(new BugreportCommand(session))
                .addSubcommand(ContextCommand.with(session))
                .addSubcommand(new CompletionCommand(session));
    }
}
