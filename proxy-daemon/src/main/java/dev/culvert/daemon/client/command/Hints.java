package dev.culvert.daemon.client.command;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.ProblemException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the verb, flag or agent that someone may have meant. */
final class Hints {
    private static final Pattern NO_AGENT = Pattern.compile("There is no agent '([^']+)'");

    private Hints() {}

    /** What to add to the message about a wrong command line; empty if there is nothing near. */
    static String of(ParameterException mistake) {
        if (!(mistake instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        String wrong = unmatched.getUnmatched().getFirst().split("=", 2)[0];
        return asQuestion(
                near(wrong, candidates(wrong, mistake.getCommandLine().getCommandSpec())));
    }

    private static Collection<String> candidates(String wrong, CommandSpec spec) {
        return wrong.startsWith("-")
                ? spec.options().stream().flatMap(it -> Stream.of(it.names())).toList()
                : spec.subcommands().keySet();
    }

    /** What to add to the message about an agent that there is not. */
    static String of(ProblemException problem, Session session) {
        Matcher agent = NO_AGENT.matcher(String.valueOf(problem.getMessage()));
        if (problem.status() != 404 || !agent.find()) {
            return "";
        }
        try {
            List<String> agents =
                    Session.pages(session.api(), AgentsCommand.PATH, "", "agents").stream()
                            .map(it -> it.text("id"))
                            .toList();
            return asQuestion(near(agent.group(1), agents));
        } catch (IOException _) {
            return "";
        }
    }

    /** Two letters of a short word are most of it. */
    private static Optional<String> near(String wrong, Collection<String> words) {
        return Spelling.nearest(wrong, words, wrong.length() < 5 ? 1 : wrong.length() / 3);
    }

    private static String asQuestion(Optional<String> near) {
        return near.map(it -> "; did you mean " + it + "?").orElse("");
    }
}
