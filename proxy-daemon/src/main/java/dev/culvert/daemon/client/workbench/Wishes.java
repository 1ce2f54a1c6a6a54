package dev.culvert.daemon.client.workbench;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Changes the desired state of a workspace: all of what was asked for, or nothing where the state
 * would have a mistake.
 */
final class Wishes {
    private static final String END = ".json";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,62}");

    private final Place place;
    private final Function<Step, VerbRunner.Ran> verbs;

    Wishes(Place place, Function<Step, VerbRunner.Ran> verbs) {
        this.place = place;
        this.verbs = verbs;
    }

    /** The file of a guest that is wanted, whether it is there or not. */
    static Path file(Place place, String name) throws UsageException {
        if (!NAME.matcher(name).matches()) {
            throw new UsageException(
                    "'%s' is no name of a guest: it has letters, digits, hyphens and dots"
                            .formatted(Quoted.word(name)));
        }
        return place.guests().resolve(name + END);
    }

    /** The guests that are wanted, as their files have them. */
    static Map<String, Value> all(Place place) throws IOException {
        Map<String, Value> guests = new LinkedHashMap<>();
        for (Map.Entry<Path, String> each : texts(place).entrySet()) {
            String name = each.getKey().getFileName().toString();
            guests.put(
                    name.substring(0, name.length() - END.length()),
                    Value.parseCommented(each.getValue()));
        }
        return guests;
    }

    private static Map<Path, String> texts(Place place) throws IOException {
        Map<Path, String> texts = new LinkedHashMap<>();
        if (!Files.isDirectory(place.guests())) {
            return texts;
        }
        try (Stream<Path> files = Files.list(place.guests())) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().endsWith(END)) {
                    texts.put(file, Files.readString(file));
                }
            }
        } catch (IOException e) {
            throw new IOException("the desired state cannot be read: " + FileTrouble.of(e), e);
        }
        return texts;
    }

    /**
     * Writes and removes files.
     *
     * @param given with create, change and forget
     * @throws IOException if nothing was changed, because something was wrong
     */
    void take(Value given) throws IOException {
        Map<Path, String> before = texts(place);
        try {
            for (Value guest : given.at("change").list()) {
                change(guest);
            }
            for (Value name : given.at("forget").list()) {
                forget(name.text());
            }
            if (!given.at("change").list().isEmpty() || !given.at("forget").list().isEmpty()) {
                must(Step.read("", "validate", "--offline", place.flag()));
            }
            for (Value guest : given.at("create").list()) {
                must(Steps.create(guest, place));
            }
        } catch (IOException | RuntimeException e) {
            restore(before);
            throw e;
        }
    }

    private void must(Step step) throws UsageException {
        VerbRunner.Ran ran = verbs.apply(step);
        if (ran.code() != ExitCode.OK) {
            String mistakes = ran.result().at("mistakes").list().isEmpty() ? ran.said() : "";
            for (Value mistake : ran.result().at("mistakes").list()) {
                mistakes += mistake.text() + "\n";
            }
            throw new UsageException("nothing was written: " + mistakes.strip());
        }
    }

    private void change(Value guest) throws IOException {
        Path file = file(place, guest.text("name"));
        if (!Files.exists(file)) {
            throw new UsageException(
                    "the workspace wants no guest '%s': 'create' makes a new one"
                            .formatted(guest.text("name")));
        }
        write(file, guest.prettyJson() + "\n");
    }

    private void forget(String name) throws IOException {
        try {
            Files.delete(file(place, name));
        } catch (NoSuchFileException _) {
            throw new UsageException("the workspace wants no guest '%s'".formatted(name));
        }
    }

    private void restore(Map<Path, String> before) throws IOException {
        Map<Path, String> gone = new HashMap<>(texts(place));
        for (Map.Entry<Path, String> each : before.entrySet()) {
            if (!each.getValue().equals(gone.remove(each.getKey()))) {
                write(each.getKey(), each.getValue());
            }
        }
        for (Path fresh : gone.keySet()) {
            Files.delete(fresh);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + OwnerOnly.UNFINISHED);
        Files.writeString(fresh, text);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The file of a plan whose digest begins so; empty if there is none, or several. */
    static Optional<Path> plan(Place place, String digest) throws IOException {
        if (!digest.matches("[0-9a-f]{6,64}")) {
            throw new UsageException(
                    "'%s' is no digest of a plan: it has 6 to 64 hexadecimal digits"
                            .formatted(Quoted.word(digest)));
        }
        Path folder = place.plan(digest).resolveSibling("");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            Path[] found =
                    files.filter(it -> it.getFileName().toString().startsWith(digest))
                            .filter(it -> it.getFileName().toString().endsWith(END))
                            .toArray(Path[]::new);
            return found.length == 1 ? Optional.of(found[0]) : Optional.empty();
        }
    }
}
