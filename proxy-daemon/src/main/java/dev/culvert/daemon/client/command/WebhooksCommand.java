package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert webhooks …}; without a verb of its own it lists them. */
@Command(
        name = "webhooks",
        description =
                "Lists the webhooks, sends a message to one, and shows what became of messages.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "The daemon tells each webhook what happens: agents come and go, calls wait for a decision, flows"
                    + " end. The setting 'webhooks' adds one.",
            "",
            "Examples:",
            "  culvert webhooks",
            "  culvert webhooks test pager",
            "  culvert webhooks deliveries pager"
        })
final class WebhooksCommand implements Verb {
    private static final String PATH = "/api/v1/webhooks";

    private static final View LIST =
            View.of(
                    "name",
                    Column.of("WEBHOOK", "name"),
                    Column.of("RECEIVER", "receiver"),
                    Column.of("STATE", "state").in(WebhooksCommand::tone),
                    Column.number("WAITING", "waiting"),
                    Column.of("DELIVERED", "delivered"),
                    Column.of(
                            "TENANT",
                            it -> it.text("tenant").isEmpty() ? "all" : it.text("tenant")),
                    Column.of("EVENTS", WebhooksCommand::events),
                    Column.of("ERROR", "error"));

    private static final View DELIVERIES =
            View.of(
                    "id",
                    Column.of("MESSAGE", "id"),
                    Column.of("EVENT", "event"),
                    Column.of("STATE", "state").in(WebhooksCommand::tone),
                    Column.number("ATTEMPTS", "attempts"),
                    Column.of("CREATED", "created"),
                    Column.of("NEXT", "due"),
                    Column.of("RESULT", "result"));

    private static final View TEST =
            View.of("webhook", Column.of("webhook", "webhook"), Column.number("status", "status"));

    private final Session session;

    private WebhooksCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new WebhooksCommand(session))
                .addSubcommand(new ListWebhooks(session))
                .addSubcommand(new TestWebhook(session))
                .addSubcommand(new Deliveries(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(session.api().ask(Request.get(PATH)).at("webhooks").list(), LIST);
        return ExitCode.OK;
    }

    private static Tone tone(Value value) {
        return switch (value.text("state")) {
            case "ok", "delivered" -> Tone.GOOD;
            case "waiting" -> Tone.FAINT;
            default -> Tone.BAD;
        };
    }

    private static String events(Value webhook) {
        return webhook.at("events").list().stream()
                .map(Value::text)
                .collect(Collectors.joining(","));
    }

    @Command(
            name = "list",
            description = "Lists who is told what happens.",
            mixinStandardHelpOptions = true)
    private static final class ListWebhooks implements Verb {
        private final Session session;

        private ListWebhooks(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "test",
            description = "Sends a message to a webhook, and tells how that went.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The message has the type webhook.test. It is sent once, now, and not before what waits."
            })
    private static final class TestWebhook implements Verb {
        private final Session session;

        @Parameters(paramLabel = "WEBHOOK", description = "Its name.")
        private String webhook = "";

        private TestWebhook(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value sent =
                    session.api()
                            .ask(
                                    Request.post(
                                            PATH + "/" + Request.segment(webhook) + "/test",
                                            Value.members()));
            session.output()
                    .done(
                            "the webhook %s took the message: it answered %s"
                                    .formatted(webhook, sent.text("status")),
                            sent,
                            TEST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "deliveries",
            description =
                    "Lists the messages of a webhook that wait, and the latest that have ended.",
            mixinStandardHelpOptions = true)
    private static final class Deliveries implements Verb {
        private final Session session;

        @Parameters(paramLabel = "WEBHOOK", description = "Its name.")
        private String webhook = "";

        private Deliveries(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            String path = PATH + "/" + Request.segment(webhook) + "/deliveries";
            session.output()
                    .items(Session.pages(session.api(), path, "", "deliveries"), DELIVERIES);
            return ExitCode.OK;
        }
    }
}
