package dev.culvert.daemon.client.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What OpenSSH's client needs to reach agents by their names: a file of our own with the hosts, and
 * lines in the user's file that include it.
 */
/* The lines come first in the user's file. At its end they would belong to its last Host, and the
 * first value that ssh finds for an option counts. An included file is over where it ends, so what
 * follows the lines means what it meant before. */
public final class SshConfig {
    private static final String BEGIN =
            "# culvert config-ssh: from here to its end, changes are lost; --remove takes it away";
    private static final String END = "# culvert config-ssh: end";

    /** Of files that are new. */
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    /**
     * A file, as it is and as it is to be.
     *
     * @param after empty for a file that is to be deleted, or is not there
     */
    public record Change(Path file, String before, String after) {
        public boolean isNone() {
            return before.equals(after);
        }
    }

    private final Path main;
    private final Path own;

    /**
     * Of a user.
     *
     * @param home the user's home folder
     */
    public SshConfig(Path home) {
        main = home.resolve(".ssh/config");
        own = home.resolve(".ssh/culvert.config");
    }

    /**
     * What is to be changed so that ssh has these hosts.
     *
     * @param hosts in ssh's own words
     * @throws IOException if a file cannot be read, or its lines of ours have no end
     */
    public List<Change> adding(String hosts) throws IOException {
        String before = read(main);
        String include = BEGIN + "\nInclude \"" + own + "\"\n" + END + "\n";
        if (before.startsWith(include)) {
            return changes(before, before, hosts);
        }
        String others = without(before);
        return changes(before, include + (others.isEmpty() ? "" : "\n") + others, hosts);
    }

    /** What is to be changed so that nothing of this is left. */
    public List<Change> removing() throws IOException {
        String before = read(main);
        return changes(before, without(before), "");
    }

    private List<Change> changes(String before, String after, String hosts) throws IOException {
        List<Change> changes = new ArrayList<>();
        for (Change each :
                List.of(new Change(own, read(own), hosts), new Change(main, before, after))) {
            if (!each.isNone()) {
                changes.add(each);
            }
        }
        return changes;
    }

    /** The user's file without our lines, and without the empty line that follows them. */
    private String without(String text) throws IOException {
        int from = text.startsWith(BEGIN) ? 0 : text.indexOf("\n" + BEGIN) + 1;
        if (from == 0 && !text.startsWith(BEGIN)) {
            return text;
        }
        int end = text.indexOf(END + "\n", from);
        if (end < 0) {
            throw new IOException(
                    "%s has the line '%s' without '%s' after it: delete these lines of it"
                            .formatted(main, BEGIN, END));
        }
        String rest = text.substring(end + END.length() + 1);
        return text.substring(0, from) + (rest.startsWith("\n") ? rest.substring(1) : rest);
    }

    /** Makes the changes, each file as a whole or not at all. */
    public static void make(List<Change> changes) throws IOException {
        for (Change change : changes) {
            Path file = Files.exists(change.file()) ? change.file().toRealPath() : change.file();
            if (change.after().isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                Set<PosixFilePermission> permissions =
                        Files.exists(file) ? Files.getPosixFilePermissions(file) : OWNER;
                OwnerOnly.write(file, ByteBuffer.wrap(change.after().getBytes(UTF_8)));
                Files.setPosixFilePermissions(file, permissions);
            }
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException _) {
            return "";
        }
    }
}
