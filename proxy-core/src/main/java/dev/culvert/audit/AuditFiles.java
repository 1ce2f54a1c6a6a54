package dev.culvert.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one log: {@code FILE} is written now, {@code FILE.1} was before it, and so on.
 *
 * @param file the path of the newest
 */
record AuditFiles(Path file) {
    /** The directory of all of them. */
    Path folder() {
        return file.toAbsolutePath().resolveSibling("");
    }

    /** Those that exist, the oldest first. A crash during a rotation may leave out a number. */
    List<Path> all() throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(folder())) {
            return found;
        }
        try (Stream<Path> neighbours = Files.list(folder())) {
            neighbours.filter(it -> age(it) > 0).forEach(found::add);
        }
        found.sort(Comparator.comparingInt(this::age).reversed());
        if (Files.exists(file)) {
            found.add(file);
        }
        return found;
    }

    /** What tells each of them from another one that gets its name. */
    List<Object> keys() throws IOException {
        List<Object> keys = new ArrayList<>();
        for (Path old : all()) {
            keys.add(Files.readAttributes(old, BasicFileAttributes.class).fileKey());
        }
        return keys;
    }

    /** Makes room for a new file, and removes those that are too old. */
    void rotate(int most) throws IOException {
        for (Path old : all()) {
            int age = age(old);
            if (age + 1 >= most) {
                Files.delete(old);
            } else {
                Files.move(old, aged(age + 1), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private Path aged(int age) {
        return file.resolveSibling(file.getFileName() + "." + age);
    }

    /** The number at the end of its name; 0 where it is no older file of this log. */
    private int age(Path neighbour) {
        String name = neighbour.getFileName().toString();
        String prefix = file.getFileName() + ".";
        if (!name.startsWith(prefix)) {
            return 0;
        }
        String number = name.substring(prefix.length());
        return number.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(number) : 0;
    }
}
