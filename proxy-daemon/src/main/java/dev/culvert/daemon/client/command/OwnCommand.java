package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.TargetOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How another program starts this one, for the same daemon. */
final class OwnCommand {
    private static final String NAME = "culvert";

    private OwnCommand() {}

    /** The program, and the flags that name the daemon now. */
    static List<String> of(Session session) {
        List<String> words = new ArrayList<>();
        String home = System.getProperty("culvert.home", "");
        Optional<Path> own =
                home.isEmpty() ? find(NAME, session) : Optional.of(Path.of(home, "bin", NAME));
        words.add(own.map(Path::toString).orElse(NAME));
        TargetOptions target = session.options();
        target.url().ifPresent(url -> words.addAll(List.of("--url", url)));
        target.tokenFile().ifPresent(file -> words.addAll(List.of("--token-file", absolute(file))));
        target.context().ifPresent(name -> words.addAll(List.of("--context", name)));
        target.caFile().ifPresent(file -> words.addAll(List.of("--ca-file", absolute(file))));
        return words;
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().toString();
    }

    /** The program of that name that the user's shell would start. */
    static Optional<Path> find(String program, Session session) {
        String path = session.around().environment().getOrDefault("PATH", "");
        return Stream.of(path.split(":", -1))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** As a shell takes it. */
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=@%+,-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
