package dev.culvert.daemon.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of this machine's users. Event loops ask for them, so the file is read beforehand:
 * {@link #load} blocks, and {@link #of} never does. A user of a directory service has no name here.
 */
public final class UserNames {
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final int FIELDS = 4;
    private static final int UID = 2;

    private final Path file;
    private volatile Map<Long, String> names = Map.of();

    /** Of this machine; nobody has a name until they are loaded. */
    public UserNames() {
        this(PASSWD);
    }

    UserNames(Path file) {
        this.file = file;
    }

    /** Reads the names again; keeps those from before if the file cannot be read. */
    public void load() {
        Map<Long, String> read = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", FIELDS);
                if (fields.length == FIELDS && fields[UID].matches("[0-9]{1,10}")) {
                    read.putIfAbsent(Long.valueOf(fields[UID]), fields[0]);
                }
            }
        } catch (IOException _) {
            return;
        }
        names = Map.copyOf(read);
    }

    /** Who that is, for logs: {@code alice (uid 1000, gid 100)}, or without the name. */
    public String of(long uid, long gid) {
        String ids = "uid " + uid + ", gid " + gid;
        String name = names.get(uid);
        return name == null ? ids : name + " (" + ids + ")";
    }
}
