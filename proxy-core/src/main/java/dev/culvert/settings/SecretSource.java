package dev.culvert.settings;

import dev.culvert.about.Units;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where a secret comes from. Neither its text nor its JSON shows the secret. */
public sealed interface SecretSource {
    String FILE = "file";
    String CREDENTIAL = "credential";
    String ENV = "env";
    String EXEC = "exec";
    String TTL = "ttl";

    /** What such a key takes, for messages. */
    String TAKES =
            "{\"file\": PATH}, {\"credential\": NAME}, {\"env\": NAME} or {\"exec\": [PROGRAM,"
                    + " ARGUMENT, …], \"ttl\": TIME}";

    /** As in the settings; null for a secret that is there itself. */
    String json();

    /** A file, which other users must not be able to read. */
    record FromFile(Path path) implements SecretSource {
        @Override
        public String json() {
            return object(FILE, Node.quote(path.toString()));
        }

        @Override
        public String toString() {
            return "the file " + path;
        }
    }

    /** A credential that systemd gives to the service ({@code LoadCredential=}). */
    record FromCredential(String name) implements SecretSource {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}");

        public FromCredential {
            that(
                    NAME.matcher(name).matches(),
                    "a credential has the name that LoadCredential= gives it, of letters, digits,"
                            + " '.', '_' and '-'");
        }

        @Override
        public String json() {
            return object(CREDENTIAL, Node.quote(name));
        }

        @Override
        public String toString() {
            return "the credential " + name;
        }
    }

    /** An environment variable of the daemon. */
    record FromVariable(String name) implements SecretSource {
        private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");

        public FromVariable {
            that(
                    NAME.matcher(name).matches(),
                    "an environment variable has a name of letters, digits and '_'");
        }

        @Override
        public String json() {
            return object(ENV, Node.quote(name));
        }

        @Override
        public String toString() {
            return "the environment variable " + name;
        }
    }

    /**
     * What a program prints, which runs without a shell.
     *
     * @param ttl how long its output counts
     */
    record FromCommand(List<String> command, Duration ttl) implements SecretSource {
        public static final Duration TTL = Duration.ofMinutes(5);

        public FromCommand {
            command = List.copyOf(command);
            that(
                    !command.isEmpty() && command.getFirst().startsWith("/"),
                    "a command begins with the absolute path of a program");
            that(ttl.isPositive(), "the ttl of a command must be more than nothing");
        }

        @Override
        public String json() {
            return "{%s: %s, %s: %s}"
                    .formatted(
                            Node.quote(EXEC),
                            command.stream()
                                    .map(Node::quote)
                                    .collect(Collectors.joining(", ", "[", "]")),
                            Node.quote(SecretSource.TTL),
                            Node.quote(Units.text(ttl)));
        }

        /** Without the arguments. */
        @Override
        public String toString() {
            return "the command " + command.getFirst();
        }
    }

    /** The settings themselves: a file that others cannot read, or the environment. */
    record Plain(SecretText text) implements SecretSource {
        @Override
        public String json() {
            return "null";
        }

        @Override
        public String toString() {
            return "the settings";
        }
    }

    /** Throws a sentence that shows no value: somebody may have put the secret there. */
    private static void that(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }

    private static String object(String name, String value) {
        return "{" + Node.quote(name) + ": " + value + "}";
    }
}
