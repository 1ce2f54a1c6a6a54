package dev.culvert.daemon.api.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Checks and backs up the daemon's database. Blocks. */
public interface DatabaseCare {
    Path file();

    /** Reads the whole, and returns what is wrong with it; nothing if it is sound. */
    List<String> check() throws IOException;

    /** Returns what is wrong with it at the first look: whether it answers. */
    List<String> look() throws IOException;

    /**
     * Writes a copy, and returns where it is.
     *
     * @throws java.nio.file.FileAlreadyExistsException when there is a copy of that name
     */
    Path backUp(String name) throws IOException;
}
