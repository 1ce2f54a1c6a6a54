package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert approvals …}; without a verb of its own it lists those that wait. */
@Command(
        name = "approvals",
        description =
                "Lists the calls of tools that wait for a decision; shows, allows and denies one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "When the policy of an agent says 'ask' about a call, the call waits until somebody decides.",
            "If nobody does in time, that counts as a denial. A decision is final, and lets the call run once.",
            "",
            "Examples:",
            "  culvert approvals",
            "  culvert approvals show ap_Jm2kX0Qb7rT4vYc1sLwE9g",
            "  culvert approvals allow ap_Jm2kX0Qb7rT4vYc1sLwE9g",
            "  culvert approvals deny ap_Jm2kX0Qb7rT4vYc1sLwE9g --reason 'not on a Friday'"
        })
final class ApprovalsCommand implements Verb {
    static final String PATH = "/api/v1/approvals";

    /** Longer arguments are cut in the list; {@code show} has all of them. */
    private static final int MOST_ARGUMENTS = 60;

    static final View LIST =
            View.of(
                    "id",
                    Column.of("APPROVAL", "id"),
                    Column.of("AGENT", "agent"),
                    Column.of("STATE", "state").in(ApprovalsCommand::tone),
                    Column.number("WAITED", ApprovalsCommand::waited),
                    Column.number("LEFT", ApprovalsCommand::left),
                    Column.of("TOOL", "tool_name"),
                    Column.of("ARGUMENTS", ApprovalsCommand::arguments));

    static final View ONE =
            View.of(
                    "id",
                    Column.of("approval", "id"),
                    Column.of("state", "state").in(ApprovalsCommand::tone),
                    Column.of("agent", "agent"),
                    Column.of("tenant", "tenant"),
                    Column.of("tool", "tool_name"),
                    Column.of("arguments", it -> it.at("arguments").json()),
                    Column.of("why it asks", "why"),
                    Column.of("rule", "rule"),
                    Column.of("policy", "policy"),
                    Column.of("turn", "turn"),
                    Column.of("call", "call_id"),
                    Column.of("digest", "digest"),
                    Column.of("asked", "asked"),
                    Column.of("expires", "expires"),
                    Column.of("decided", "decided"),
                    Column.of("decided by", "decided_by"),
                    Column.of("reason", "reason"),
                    Column.of("used", "used"));

    private final Session session;

    private ApprovalsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new ApprovalsCommand(session))
                .addSubcommand(new ListApprovals(session))
                .addSubcommand(new ShowApproval(session))
                .addSubcommand(new Allow(session))
                .addSubcommand(new Deny(session))
                .addSubcommand(new WatchApprovalsCommand(session));
    }

    static String path(String approval) {
        return PATH + "/" + Request.segment(approval);
    }

    @Override
    public int run() throws IOException {
        return list(session, "state=pending");
    }

    private static int list(Session session, String query) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, query, "approvals"), LIST);
        return ExitCode.OK;
    }

    private static Tone tone(Value approval) {
        return switch (approval.text("state")) {
            case "pending" -> Tone.CAUTION;
            case "allowed", "used" -> Tone.GOOD;
            case "denied" -> Tone.BAD;
            default -> Tone.FAINT;
        };
    }

    private static boolean isPending(Value approval) {
        return approval.text("state").equals("pending");
    }

    /** Until now, or until somebody decided. */
    private static String waited(Value approval) {
        String decided = approval.text("decided");
        if (decided.isEmpty()) {
            return isPending(approval) ? Ages.since(approval.text("asked")) : "";
        }
        return between(approval.text("asked"), decided);
    }

    private static String left(Value approval) {
        return isPending(approval)
                ? between(Instant.now().toString(), approval.text("expires"))
                : "";
    }

    private static String between(String from, String to) {
        try {
            return Ages.of(Duration.between(Instant.parse(from), Instant.parse(to)));
        } catch (DateTimeParseException _) {
            return "";
        }
    }

    private static String arguments(Value approval) {
        String json = approval.at("arguments").json();
        return json.length() <= MOST_ARGUMENTS
                ? json
                : json.substring(
                                0,
                                json.offsetByCodePoints(0, json.codePointCount(0, MOST_ARGUMENTS)))
                        + "…";
    }

    enum State {
        PENDING,
        ALLOWED,
        DENIED,
        USED,
        EXPIRED,
        WITHDRAWN
    }

    @Command(
            name = "list",
            description = {
                "Lists the calls that wait for a decision, and those that were decided lately: the oldest first.",
            },
            mixinStandardHelpOptions = true)
    private static final class ListApprovals implements Verb {
        private final Session session;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only those in this state: pending, allowed, denied, used, expired or"
                                + " withdrawn.")
        private @Nullable State state;

        @Option(names = "--agent", paramLabel = "AGENT", description = "Only those of this agent.")
        private @Nullable String agent;

        private ListApprovals(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            AgentsCommand.require(session.api(), agent);
            List<String> query = new ArrayList<>();
            if (state != null) {
                query.add("state=" + CompletionCommand.word(state));
            }
            if (agent != null) {
                query.add("agent=" + Request.segment(agent));
            }
            return list(session, String.join("&", query));
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows one call that waits for a decision, or waited, with all of its arguments.",
            mixinStandardHelpOptions = true)
    private static final class ShowApproval implements Verb {
        private final Session session;

        @Parameters(paramLabel = "APPROVAL", description = "Its id.")
        private String approval = "";

        private ShowApproval(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.output().item(session.api().get(path(approval)), ONE);
            return ExitCode.OK;
        }
    }

    /** Decides, and says so. */
    private static int decide(
            Session session, String approval, String decision, @Nullable String reason)
            throws IOException {
        Value body =
                reason == null
                        ? Value.members("decision", decision)
                        : Value.members("decision", decision, "reason", reason);
        Value decided = session.api().ask(Request.post(path(approval), body));
        session.output()
                .done(
                        "%s of agent '%s' is %s"
                                .formatted(
                                        decided.text("tool_name"),
                                        decided.text("agent"),
                                        decided.text("state")),
                        decided,
                        ONE);
        return ExitCode.OK;
    }

    @Command(
            name = "allow",
            description =
                    "Allows a call that waits for a decision. It runs once, with the arguments that"
                            + " 'show' prints and no others.",
            mixinStandardHelpOptions = true)
    private static final class Allow implements Verb {
        private final Session session;

        @Parameters(paramLabel = "APPROVAL", description = "Its id.")
        private String approval = "";

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "Why, for whoever looks at it later.")
        private @Nullable String reason;

        private Allow(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return decide(session, approval, "allow", reason);
        }
    }

    @Command(
            name = "deny",
            description =
                    "Denies a call that waits for a decision. The agent's model is told so, with the"
                            + " reason, and goes on without it.",
            mixinStandardHelpOptions = true)
    private static final class Deny implements Verb {
        private final Session session;

        @Parameters(paramLabel = "APPROVAL", description = "Its id.")
        private String approval = "";

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "Why, for the agent's model and for whoever looks at it later.")
        private @Nullable String reason;

        private Deny(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return decide(session, approval, "deny", reason);
        }
    }
}
