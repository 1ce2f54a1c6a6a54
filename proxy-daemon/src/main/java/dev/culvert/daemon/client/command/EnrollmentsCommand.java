package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert enrollments …}; without a verb of its own it lists them. */
@Command(
        name = "enrollments",
        description = "Lists the join tokens and what became of them; deletes one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class EnrollmentsCommand implements Verb {
    static final String PATH = "/api/v1/enrollments";

    static final View LIST =
            View.of(
                    "id",
                    Column.of("ENROLMENT", "id"),
                    Column.of("NAME", "name"),
                    Column.of("TENANT", "tenant"),
                    Column.of("STATE", "state").in(EnrollmentsCommand::tone),
                    Column.of("AGENT", "agent_id"),
                    Column.of("BY", "by"),
                    Column.of("EXPIRES", "expires"));

    private final Session session;

    private EnrollmentsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new EnrollmentsCommand(session))
                .addSubcommand(new ListEnrollments(session))
                .addSubcommand(new DeleteEnrollment(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, "", "enrollments"), LIST);
        return ExitCode.OK;
    }

    private static Tone tone(Value enrolment) {
        return switch (enrolment.text("state")) {
            case "open", "claimed" -> Tone.GOOD;
            default -> Tone.FAINT;
        };
    }

    @Command(
            name = "list",
            description = "Lists the join tokens, without their secrets.",
            mixinStandardHelpOptions = true)
    private static final class ListEnrollments implements Verb {
        private final Session session;

        private ListEnrollments(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "delete",
            description =
                    "Makes a join token invalid. An agent that has used it stays what it is:"
                            + " culvert agents revoke ends its identity.",
            mixinStandardHelpOptions = true)
    private static final class DeleteEnrollment implements Verb {
        private final Session session;

        @Parameters(paramLabel = "ENROLMENT", description = "Its id.")
        private String enrolment = "";

        private DeleteEnrollment(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(PATH + "/" + Request.segment(enrolment)));
            session.output()
                    .done(
                            "the enrolment " + enrolment + " is deleted",
                            Value.members("id", enrolment, "deleted", true),
                            LIST);
            return ExitCode.OK;
        }
    }
}
