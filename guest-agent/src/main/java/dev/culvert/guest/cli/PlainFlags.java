package dev.culvert.guest.cli;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the flags of an ordinary start: known ones, once each, each with its value. */
/*
 * Loading picocli takes longer than the rest of a start: with it a start took 680 ms of CPU, without it 130 ms. So
 * picocli reads the flags only if help is asked for or a flag may be wrong. CulvertAgentTest holds both to the same
 * result; dist/measure.sh measures a start.
 */
final class PlainFlags {
    private PlainFlags() {}

    /** The values by flag, as picocli reads them; empty if picocli must say what is meant. */
    static Optional<Map<String, String>> read(String... arguments) {
        Set<String> known = Flag.ALL.stream().map(Flag::name).collect(Collectors.toSet());
        known.add(Flag.CONFIG);
        Map<String, String> values = new HashMap<>();
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value =
                    equals >= 0
                            ? argument.substring(equals + 1)
                            : rest.hasNext() ? rest.next() : "";
            boolean plain =
                    known.contains(name)
                            && !value.isEmpty()
                            && !value.startsWith("-")
                            && !value.startsWith("@");
            if (!plain || values.put(name, value) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
