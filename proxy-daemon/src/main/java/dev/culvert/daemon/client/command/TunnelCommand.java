package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert tunnel …}; without a verb of its own it lists them. */
@Command(
        name = "tunnel",
        description = "Adds, starts, stops, tests and removes SSH tunnels of the daemon's host.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class TunnelCommand implements Verb {
    static final String PATH = "/api/v1/tunnels";

    /** The daemon answers after 15 s at the latest, and may have to stop a process before. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static final View LIST =
            View.of(
                    "name",
                    Column.of("TUNNEL", "name"),
                    Column.of("KIND", "kind"),
                    Column.of("STATE", "state").in(TunnelCommand::tone),
                    Column.of("LISTEN", "listen"),
                    Column.of("TO", value -> orCallers(value.text("to"))),
                    Column.of("SERVER", "server"),
                    Column.of("FAILS AT", "hop"),
                    Column.number("CALLERS", "connections"));

    private static final View DETAILS =
            View.of(
                    "name",
                    Column.of("tunnel", "name"),
                    Column.of("kind", "kind"),
                    Column.of("server", "server"),
                    Column.of("listen", "listen"),
                    Column.of("to", value -> orCallers(value.text("to"))),
                    Column.of(
                            "wanted", value -> value.text("wanted").equals("true") ? "yes" : "no"),
                    Column.of("state", "state").in(TunnelCommand::tone),
                    Column.of("since", "since"),
                    Column.of("process", TunnelCommand::process),
                    Column.of("control socket", value -> look(value.at("control"))),
                    Column.of("keepalive", value -> keepalive(value.at("keepalive"))),
                    Column.of("probe", value -> look(value.at("probe"))),
                    Column.of("fails at", "hop"),
                    Column.of("because", "trouble"),
                    Column.of("next attempt", "next"),
                    Column.number("callers", "connections"),
                    Column.number("opened", "opened"),
                    Column.number("refused", "refused"),
                    Column.number("bytes sent", "sent_bytes"),
                    Column.number("bytes received", "received_bytes"),
                    Column.number("reconnects", "reconnects"));

    private final Session session;

    private TunnelCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new TunnelCommand(session))
                .addSubcommand(new AddTunnelCommand(session))
                .addSubcommand(new ListTunnels(session))
                .addSubcommand(new Status(session))
                .addSubcommand(new Start(session))
                .addSubcommand(new Stop(session))
                .addSubcommand(new Restart(session))
                .addSubcommand(new Test(session))
                .addSubcommand(new TrustTunnelCommand(session))
                .addSubcommand(new Remove(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, "", "tunnels"), LIST);
        return ExitCode.OK;
    }

    static String path(String tunnel) {
        return PATH + "/" + Request.segment(tunnel);
    }

    private static String orCallers(String to) {
        return to.isEmpty() ? "where callers want" : to;
    }

    private static Tone tone(Value tunnel) {
        return switch (tunnel.text("state")) {
            case "up" -> Tone.GOOD;
            case "down" -> Tone.FAINT;
            default -> Tone.BAD;
        };
    }

    private static String process(Value tunnel) {
        String pid = tunnel.at("process").text("pid");
        return pid.isEmpty()
                ? "none"
                : "%s since %s".formatted(pid, tunnel.at("process").text("since"));
    }

    private static String keepalive(Value keepalive) {
        String ok = keepalive.text("ok");
        String heard = keepalive.text("heard");
        return "%s%s (every %s s, %s may be lost%s)"
                .formatted(
                        ok.isEmpty() ? "" : ok.equals("true") ? "ok: " : "fails: ",
                        keepalive.text("says"),
                        keepalive.text("every_seconds"),
                        keepalive.text("may_be_lost"),
                        heard.isEmpty() ? "" : ", last answer known of " + heard);
    }

    private static String look(Value look) {
        return look.text("at").isEmpty()
                ? "not looked at"
                : "%s: %s (%s ms, %s)"
                        .formatted(
                                look.text("ok").equals("true") ? "ok" : "fails",
                                look.text("says"),
                                look.text("millis"),
                                look.text("at"));
    }

    /** What a start has come to: 0 only if bytes get through. */
    static int started(Value tunnel, Session session) {
        String name = tunnel.text("name");
        boolean isUp = tunnel.text("state").equals("up");
        boolean wasUp = tunnel.text("already").equals("true");
        String sentence =
                isUp
                        ? "%s is %s since %s: %s"
                                .formatted(
                                        name,
                                        wasUp ? "already up" : "up",
                                        tunnel.text("since"),
                                        tunnel.text("listen"))
                        : "%s is not up, and is tried again (%s): %s"
                                .formatted(
                                        name,
                                        tunnel.text("state"),
                                        tunnel.text("trouble").isEmpty()
                                                ? "culvert tunnel status %s says more"
                                                        .formatted(name)
                                                : tunnel.text("trouble"));
        session.output().done(sentence, tunnel, LIST);
        return isUp ? ExitCode.OK : ExitCode.FAILED;
    }

    private abstract static class OfOne implements Verb {
        final Session session;

        @Parameters(paramLabel = "NAME", description = "The tunnel.")
        String name = "";

        private OfOne(Session session) {
            this.session = session;
        }

        final Value act(String verb) throws IOException {
            return session.api().ask(Request.post(path(name) + "/" + verb).patient(PATIENCE));
        }
    }

    @Command(
            name = "list",
            description = "Lists the SSH tunnels, and how each is.",
            mixinStandardHelpOptions = true)
    private static final class ListTunnels implements Verb {
        private final Session session;

        private ListTunnels(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "status",
            description =
                    "Shows how an SSH tunnel is, and what it fails at: the process, its control socket,"
                            + " the keepalive and the probe, each by itself.",
            mixinStandardHelpOptions = true)
    private static final class Status extends OfOne {
        private Status(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            session.output().item(session.api().get(path(name)), DETAILS);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "start",
            description =
                    "Starts an SSH tunnel, and waits until it is up, which means that a probe has gone"
                            + " through it.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Exits with 1 if it is not up within 15 s; the daemon goes on trying. To start it twice"
                        + " changes",
                "nothing, and exits with 0 if it is up."
            })
    private static final class Start extends OfOne {
        private Start(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            return started(act("start"), session);
        }
    }

    @Command(
            name = "stop",
            description =
                    "Stops an SSH tunnel, and ends its connections. It stays stopped when the daemon"
                            + " restarts.",
            mixinStandardHelpOptions = true)
    private static final class Stop extends OfOne {
        private Stop(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            session.output().done(name + " is stopped", act("stop"), LIST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "restart",
            description = "Stops an SSH tunnel, and starts it again, as start does.",
            mixinStandardHelpOptions = true)
    private static final class Restart extends OfOne {
        private Restart(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            return started(act("restart"), session);
        }
    }

    @Command(
            name = "test",
            description =
                    "Sends something through an SSH tunnel now. Exits with 1 if it does not get through.",
            mixinStandardHelpOptions = true)
    private static final class Test extends OfOne {
        private static final View SEEN =
                View.of(
                        "name",
                        Column.of("tunnel", "name"),
                        Column.of("state", "state").in(TunnelCommand::tone),
                        Column.of("probe", value -> look(value.at("probe"))),
                        Column.of("fails at", "hop"),
                        Column.of("because", "trouble"));

        private Test(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            Value seen = act("test");
            session.output().item(seen, SEEN);
            return seen.text("ok").equals("true") ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "rm",
            description =
                    "Removes an SSH tunnel that a client has added. One of the settings is removed there.",
            mixinStandardHelpOptions = true)
    private static final class Remove extends OfOne {
        private Remove(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(name)).patient(PATIENCE));
            session.output()
                    .done(name + " is removed", Value.members("name", name, "removed", true), LIST);
            return ExitCode.OK;
        }
    }
}
