package dev.culvert.daemon.client.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A machine whose files are below a temporary folder, and whose programs say what a test wants. */
public final class ScriptedHost implements Host {
    private final Path root;
    private final Map<String, Supplier<Outcome>> programs = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();
    private final List<String> ran = new ArrayList<>();

    public ScriptedHost(Path root) {
        this.root = root;
    }

    public ScriptedHost file(String absolute, String text) throws IOException {
        Path file = path(absolute);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    public ScriptedHost directory(String absolute) throws IOException {
        Files.createDirectories(path(absolute));
        return this;
    }

    public ScriptedHost mode(String absolute, String mode) throws IOException {
        Files.setPosixFilePermissions(path(absolute), PosixFilePermissions.fromString(mode));
        return this;
    }

    /** What a program does whose command line begins so. */
    public ScriptedHost program(String begin, Supplier<Outcome> outcome) {
        programs.put(begin, outcome);
        return this;
    }

    public ScriptedHost program(String begin, String out) {
        return program(begin, () -> Outcome.of(out));
    }

    public ScriptedHost variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** The command lines that were run. */
    public List<String> ran() {
        return ran;
    }

    @Override
    public Path path(String absolute) {
        return root.resolve(absolute.replaceFirst("^/", ""));
    }

    @Override
    public Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    @Override
    public Outcome run(List<String> command) {
        String line = String.join(" ", command);
        ran.add(line);
        return programs.entrySet().stream()
                .filter(it -> line.startsWith(it.getKey()))
                .max(Map.Entry.comparingByKey(Comparator.comparingInt(String::length)))
                .map(it -> it.getValue().get())
                .orElse(Outcome.notThere("no such program"));
    }
}
