package dev.culvert.daemon.client.workspace;

import dev.culvert.about.Spelling;
import dev.culvert.io.FileTrouble;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The guests that a workspace wants, in the order of their files. */
public record DesiredState(List<Written> guests) {
    /** The most files. */
    static final int MOST = 10_000;

    /**
     * A guest and where it is written.
     *
     * @param file relative to the workspace
     */
    public record Written(String file, Guest guest, Node node) {
        /** Where a key is; the beginning of the file if it is not there. */
        String at(String key) {
            Node member = node instanceof Node.Members members ? members.nodes().get(key) : null;
            return (member == null ? node : member).position().toString();
        }
    }

    public DesiredState {
        guests = List.copyOf(guests);
    }

    static DesiredState read(Workspace workspace) throws IOException {
        List<Written> guests = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        for (Path path : files(workspace)) {
            String name = workspace.shown(path);
            try {
                String text = Files.readString(path);
                Guest guest = GuestReader.read(name, text, workspace.file());
                guests.add(new Written(name, guest, Jsonc.read(name, text, new ArrayList<>())));
            } catch (BadStateException e) {
                mistakes.addAll(e.mistakes());
            } catch (BadSettingsException e) {
                mistakes.addAll(e.mistakes());
            } catch (IOException e) {
                mistakes.add(name + ": it cannot be read: " + FileTrouble.why(e));
            }
        }
        DesiredState state = new DesiredState(guests);
        mistakes.addAll(state.mistakes(mistakes.isEmpty()));
        if (!mistakes.isEmpty()) {
            throw new BadStateException(mistakes);
        }
        return state;
    }

    /**
     * The same with a guest whose file is not written yet.
     *
     * @throws BadStateException if it is wrong, or does not fit the others
     */
    public DesiredState with(Workspace workspace, Guest guest) throws BadStateException {
        String name = workspace.shown(workspace.fileOf(guest));
        String text = text(guest);
        List<Written> all = new ArrayList<>(guests);
        try {
            Guest read = GuestReader.read(name, text, workspace.file());
            all.add(new Written(name, read, Jsonc.read(name, text, new ArrayList<>())));
        } catch (BadSettingsException e) {
            throw new IllegalStateException(e); // we wrote it
        }
        DesiredState state = new DesiredState(all);
        List<String> mistakes = state.mistakes(true);
        if (!mistakes.isEmpty()) {
            throw new BadStateException(mistakes);
        }
        return state;
    }

    /** As its file has it. */
    public static String text(Guest guest) {
        return GuestWriter.value(guest).prettyJson() + "\n";
    }

    private static List<Path> files(Workspace workspace) throws IOException {
        if (!Files.isDirectory(workspace.guests())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(workspace.guests())) {
            List<Path> all =
                    files.filter(it -> it.getFileName().toString().endsWith(".json"))
                            .sorted()
                            .toList();
            if (all.size() > MOST) {
                throw new BadStateException(
                        List.of(
                                "%s has %d files: a workspace has at most %d guests, so make several"
                                        .formatted(
                                                workspace.shown(workspace.guests()),
                                                all.size(),
                                                MOST)));
            }
            return all;
        }
    }

    Optional<Written> of(GuestId id) {
        return guests.stream().filter(it -> it.guest().id().equals(id)).findFirst();
    }

    /**
     * What does not fit together.
     *
     * @param isWhole whether all files were read, so that a name that is missing is wrong
     */
    private List<String> mistakes(boolean isWhole) {
        List<String> mistakes = new ArrayList<>();
        unique("name", it -> Optional.of(it.name()), mistakes);
        unique("vmid", it -> Optional.of(it.id()), mistakes);
        unique(
                "agent",
                it -> it.wishes().cid().map(cid -> "CID " + cid + " of " + it.id().server()),
                mistakes);
        if (!isWhole) {
            return mistakes;
        }
        List<String> names = guests.stream().map(it -> it.guest().name()).toList();
        for (Written each : guests) {
            for (String needed : each.guest().wishes().needs()) {
                if (!names.contains(needed)) {
                    mistakes.add(
                            "%s: needs has \"%s\", and no guest here has that name%s"
                                    .formatted(
                                            each.at("needs"),
                                            needed,
                                            Spelling.question(needed, names)));
                }
            }
        }
        if (mistakes.isEmpty()) {
            Order.of(this).cycle().ifPresent(mistakes::add);
        }
        return mistakes;
    }

    private <T> void unique(String key, Function<Guest, Optional<T>> value, List<String> mistakes) {
        Map<T, Written> seen = new HashMap<>();
        for (Written each : guests) {
            value.apply(each.guest())
                    .ifPresent(it -> {
                        Written before = seen.putIfAbsent(it, each);
                        if (before != null) {
                            mistakes.add(
                                    "%s: %s is \"%s\", as in %s: each guest needs its own"
                                            .formatted(each.at(key), key, it, before.at(key)));
                        }
                    });
        }
    }
}
