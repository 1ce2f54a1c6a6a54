package dev.culvert.daemon.client.command;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.UnreachableException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to add to an error message: the word that someone may have meant, and other places. */
final class Hints {
    private static final Pattern NO_AGENT = Pattern.compile("There is no agent '([^']+)'");

    private Hints() {}

    /**
     * For a wrong command line; empty if no verb, flag or value is near.
     *
     * @param arguments the whole of it
     */
    static String of(ParameterException mistake, List<String> arguments) {
        CommandSpec spec = mistake.getCommandLine().getCommandSpec();
        return switch (mistake) {
            case UnmatchedArgumentException unmatched when !unmatched.getUnmatched().isEmpty() -> {
                String wrong = nameOf(unmatched.getUnmatched().getFirst());
                yield Spelling.question(wrong, candidates(wrong, spec));
            }
            case MissingParameterException _ ->
                    arguments.stream()
                            .map(Hints::nameOf)
                            .filter(it -> it.startsWith("--") && !spec.optionsMap().containsKey(it))
                            .map(it -> Spelling.question(it, spec.optionsMap().keySet()))
                            .findFirst()
                            .orElse("");
            default -> ofValue(mistake);
        };
    }

    /** {@code --output=json} without its value. */
    private static String nameOf(String argument) {
        return argument.split("=", 2)[0];
    }

    private static Collection<String> candidates(String wrong, CommandSpec spec) {
        return wrong.startsWith("-") ? spec.optionsMap().keySet() : spec.subcommands().keySet();
    }

    private static String ofValue(ParameterException mistake) {
        ArgSpec argument = mistake.getArgSpec();
        String wrong = mistake.getValue();
        return argument == null || wrong == null
                ? ""
                : Spelling.question(wrong, Completions.words(argument));
    }

    /** For a verb that failed. */
    static String of(Exception failure, Session session) {
        try {
            return switch (failure) {
                case UnreachableException _ -> ofNobody(session.target());
                case ProblemException problem when problem.code().equals("admin_only") ->
                        session.target().alsoTried();
                case ProblemException problem -> ofAgent(problem, session);
                default -> "";
            };
        } catch (IOException _) {
            return "";
        }
    }

    /** Where nobody said which daemon it is, something is wrong with the one of this host. */
    private static String ofNobody(Target target) {
        String tried = target.alsoTried();
        return tried.isEmpty() ? "" : tried + " culvert doctor finds out why.";
    }

    private static String ofAgent(ProblemException problem, Session session) throws IOException {
        Matcher agent = NO_AGENT.matcher(String.valueOf(problem.getMessage()));
        if (ExitCode.of(problem) != ExitCode.NOT_FOUND || !agent.find()) {
            return "";
        }
        Stream<String> agents =
                Session.pages(session.api(), AgentsCommand.PATH, "", "agents").stream()
                        .map(it -> it.text("id"));
        return Spelling.question(agent.group(1), agents.toList());
    }
}
