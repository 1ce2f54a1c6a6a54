package dev.culvert.infra;

import dev.culvert.about.Spelling;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The guests that a workspace wants, in the order of their files. */
public record DesiredState(List<Written> guests) {
    /** The most files. */
    public static final int MOST = 10_000;

    /**
     * A guest and where it is written.
     *
     * @param file relative to the workspace
     */
    public record Written(String file, Guest guest, Node node) {
        /**
         * The guest of a file.
         *
         * @throws BadStateException with all mistakes, each with its line and column
         */
        public static Written read(String file, String text, Defaults defaults)
                throws BadStateException {
            Guest guest = GuestReader.read(file, text, defaults);
            try {
                return new Written(file, guest, Jsonc.read(file, text, new ArrayList<>()));
            } catch (BadSettingsException e) {
                throw new BadStateException(e.mistakes());
            }
        }

        /** Where a key is; the beginning of the file if it is not there. */
        public String at(String key) {
            Node member = node instanceof Node.Members members ? members.nodes().get(key) : null;
            return (member == null ? node : member).position().toString();
        }
    }

    public DesiredState {
        guests = List.copyOf(guests);
    }

    /**
     * The state of these guests, which fit each other.
     *
     * @param guests as they were read
     * @param mistakes that were found when others were read
     * @throws BadStateException if there are any, or guests do not fit
     */
    public static DesiredState of(List<Written> guests, List<String> mistakes)
            throws BadStateException {
        DesiredState state = new DesiredState(guests);
        List<String> all = new ArrayList<>(mistakes);
        all.addAll(state.mistakes(mistakes.isEmpty()));
        if (!all.isEmpty()) {
            throw new BadStateException(all);
        }
        return state;
    }

    /**
     * The same with a guest whose file is not written yet.
     *
     * @throws BadStateException if it is wrong, or does not fit the others
     */
    public DesiredState with(Written guest) throws BadStateException {
        List<Written> all = new ArrayList<>(guests);
        all.add(guest);
        return of(all, List.of());
    }

    /** As its file has it. */
    public static String text(Guest guest) {
        return GuestWriter.value(guest).prettyJson() + "\n";
    }

    public Optional<Written> of(GuestId id) {
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
