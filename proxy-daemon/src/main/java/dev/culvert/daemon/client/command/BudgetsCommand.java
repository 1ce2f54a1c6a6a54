package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code culvert budgets}: what was used of LLM services, and what is left. */
@Command(
        name = "budgets",
        description =
                "Shows what agents and tenants have used of the providers, and may use, in this hour and day.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "What requests that run have reserved, and not used yet, is RESERVED. Hours and days are those of UTC.",
            "The section budgets of the daemon's settings has the limits."
        })
final class BudgetsCommand implements Verb {
    private static final String PATH = "/api/v1/budgets";

    private static final View LIST =
            View.of(
                    "name",
                    Column.of("OF", "of"),
                    Column.of("NAME", "name"),
                    Column.of("SPAN", "span"),
                    Column.number("TOKENS", "tokens"),
                    Column.number("RESERVED", "reserved_tokens"),
                    Column.number("LIMIT", it -> limit(it, "token_limit")),
                    Column.number("REQUESTS", "requests"),
                    Column.number("LIMIT", it -> limit(it, "request_limit")),
                    Column.of("ENDS", "ends"));

    private final Session session;

    BudgetsCommand(Session session) {
        this.session = session;
    }

    private static String limit(Value budget, String member) {
        return budget.at(member).equals(Value.nothing()) ? "-" : budget.text(member);
    }

    @Override
    public int run() throws IOException {
        session.output().items(Session.pages(session.api(), PATH, "", "budgets"), LIST);
        return ExitCode.OK;
    }
}
