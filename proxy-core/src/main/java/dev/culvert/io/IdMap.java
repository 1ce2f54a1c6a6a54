package dev.culvert.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The users, or groups, whom the kernel can name to this process. In a user namespace, such as one
 * of {@code PrivateUsers=} or of a container, these may be few: it shows all others as {@value
 * #NOBODY}.
 */
public final class IdMap {
    /** What the kernel shows in place of an id that it cannot name: its default overflow id. */
    public static final long NOBODY = 65_534;

    private record Range(long first, long count) {}

    private final List<Range> ranges;

    private IdMap(List<Range> ranges) {
        this.ranges = ranges;
    }

    /** Those of this process; all of them where there is no such file. */
    public static IdMap ofUsers() {
        return read(Path.of("/proc/self/uid_map"));
    }

    /** As {@link #ofUsers}. */
    public static IdMap ofGroups() {
        return read(Path.of("/proc/self/gid_map"));
    }

    private static IdMap read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException _) {
            return new IdMap(List.of(new Range(0, Long.MAX_VALUE)));
        }
    }

    /** Reads lines of {@code FIRST OUTSIDE COUNT}, as user_namespaces(7) describes them. */
    static IdMap parse(String text) {
        return new IdMap(
                text.lines()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(parts -> Stream.of(parts).allMatch(it -> it.matches("\\d{1,10}")))
                        .filter(parts -> parts.length == 3)
                        .map(parts -> new Range(Long.parseLong(parts[0]), Long.parseLong(parts[2])))
                        .toList());
    }

    /** Whether a process with this id is shown under it. */
    public boolean has(long id) {
        return ranges.stream()
                .anyMatch(range -> id >= range.first && id - range.first < range.count);
    }
}
