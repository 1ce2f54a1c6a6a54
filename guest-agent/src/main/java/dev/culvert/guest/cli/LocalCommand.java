package dev.culvert.guest.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a program in the VM has the agent do: publish, request, answer, subscribe. */
/* Without picocli, which takes longer to load than the rest of such a command takes. */
final class LocalCommand {
    static final Set<String> VERBS = Set.of("publish", "request", "answer", "subscribe");

    private static final String SOCKET = "--socket";
    private static final String SOCKET_VARIABLE = "CULVERT_AGENT_LOCAL_SOCKET";
    private static final String USUAL_SOCKET = "/run/culvert-agent/agent.sock";
    private static final int FAILED = 1;

    private static final String HELP =
            """
            Usage: culvert-agent publish [--socket=FILE] SUBJECT [DATA]
                   culvert-agent request [--socket=FILE] SUBJECT [DATA]
                   culvert-agent answer [--socket=FILE] MATCH COMMAND [ARG...]
                   culvert-agent subscribe [--socket=FILE] MATCH
            Talks on subjects through the agent of this VM, which runs with --local-socket.

            publish   Says something on a subject, and prints how many receivers there were.
            request   Asks the clients of the host on a subject, and prints the reply.
                      test.echo is answered by the host itself.
            answer    Runs COMMAND for each request of the host on a subject that matches,
                      one after the other: the request's data is its standard input, the
                      subject is in CULVERT_SUBJECT, and what it prints is the reply. An
                      exit code other than 0 is an error for whoever asked.
            subscribe Prints what is published on subjects that match, a line of JSON each,
                      until it is stopped. Messages that are missing are told on standard
                      error: how many, where the program was too slow; since when, where
                      the link to the host was lost.

            MATCH     A subject in which * stands for one part, and > at the end for all
                      that follow.

            SUBJECT   Letters, digits, _ and -, in parts separated by dots: build.done
            DATA      JSON; anything else is sent as a text. - reads it from standard
                      input. Without it, null is sent.
            --socket  The agent's socket. Default: CULVERT_AGENT_LOCAL_SOCKET, or else
                      /run/culvert-agent/agent.sock

            Exit codes:
              0   done
              1   failed; the reason is on standard error
              2   wrong arguments

            Examples:
              culvert-agent publish build.done '{"ok": true}'
              culvert-agent request deploy.allowed web-1
              culvert-agent subscribe 'build.*'
              culvert-agent answer 'disk.*' sh -c 'df --output=pcent / | tail -1'
            """;

    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    LocalCommand(
            Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /**
     * Returns the exit code.
     *
     * @throws IllegalArgumentException when the arguments are wrong; the message says how
     */
    int run(String... arguments) throws IOException {
        String verb = arguments[0];
        List<String> rest = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        Optional<String> socket = Optional.ofNullable(environment.get(SOCKET_VARIABLE));
        while (!rest.isEmpty() && rest.getFirst().startsWith("-") && !rest.getFirst().equals("-")) {
            String flag = rest.removeFirst();
            if (flag.equals("--help") || flag.equals("-h")) {
                out.print(HELP);
                return 0;
            } else if (flag.startsWith(SOCKET + "=")) {
                socket = Optional.of(flag.substring(SOCKET.length() + 1));
            } else if (flag.equals(SOCKET) && !rest.isEmpty()) {
                socket = Optional.of(rest.removeFirst());
            } else {
                throw wrong(verb, "there is no flag " + flag);
            }
        }
        Path path = Path.of(socket.orElse(USUAL_SOCKET));
        return switch (verb) {
            case "answer" -> answer(path, rest);
            case "subscribe" -> follow(path, rest);
            default -> say(path, verb, rest);
        };
    }

    private int say(Path socket, String verb, List<String> rest) throws IOException {
        if (rest.isEmpty() || rest.size() > 2) {
            throw wrong(verb, "give SUBJECT, and DATA if there is some");
        }
        String data = rest.size() == 1 ? "null" : data(rest.get(1));
        try (LocalClient agent = LocalClient.connect(socket)) {
            agent.send(LocalClient.line(verb, "", "subject", rest.getFirst(), data));
            LocalClient.Line said = agent.read();
            if (said.isError()) {
                err.println("culvert-agent: " + said.trouble());
                return FAILED;
            }
            out.println(said.data());
            return 0;
        }
    }

    private String data(String argument) throws IOException {
        return LocalClient.json(
                argument.equals("-") ? new String(in.readAllBytes(), UTF_8) : argument);
    }

    private int answer(Path socket, List<String> rest) throws IOException {
        if (rest.size() < 2) {
            throw wrong("answer", "give MATCH and COMMAND");
        }
        String match = rest.getFirst();
        AnswerCommand command = new AnswerCommand(rest.subList(1, rest.size()));
        try (LocalClient agent = LocalClient.connect(socket)) {
            agent.send(LocalClient.line("answer", "", "match", match, null));
            LocalClient.Line said = agent.read();
            if (said.isError()) {
                err.println("culvert-agent: " + said.trouble());
                return FAILED;
            }
            out.println("answering " + match);
            out.flush();
            while (true) {
                LocalClient.Line asked = agent.read();
                if (asked.isRequest()) {
                    agent.send(command.answer(asked));
                } else {
                    err.println("culvert-agent: " + asked.trouble());
                }
            }
        }
    }

    private int follow(Path socket, List<String> rest) throws IOException {
        if (rest.size() != 1) {
            throw wrong("subscribe", "give MATCH");
        }
        try (LocalClient agent = LocalClient.connect(socket)) {
            agent.send(LocalClient.line("subscribe", "", "match", rest.getFirst(), null));
            while (!out.checkError()) {
                LocalClient.Line said = agent.read();
                switch (said.type()) {
                    case "message" -> out.println(said.message());
                    case "missed" ->
                            err.println(
                                    "culvert-agent: %s messages are missing here: this program, or what reads it, was too slow"
                                            .formatted(said.missed()));
                    case "gap" -> err.println("culvert-agent: " + said.trouble());
                    case "error" -> {
                        err.println("culvert-agent: " + said.trouble());
                        return FAILED;
                    }
                    default -> {
                        // it is in force
                    }
                }
            }
            return 0; // nobody reads what is printed
        }
    }

    private static IllegalArgumentException wrong(String verb, String what) {
        return new IllegalArgumentException(
                "culvert-agent %s: %s (see culvert-agent %s --help)".formatted(verb, what, verb));
    }
}
