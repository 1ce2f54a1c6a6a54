package dev.culvert.daemon.previews;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Where previews are kept. Its methods block, and may be called on any thread. */
public interface PreviewStore {
    /** All of them, by id. */
    List<Preview> read() throws IOException;

    /** Adds it, or replaces the one of the same id. */
    void save(Preview preview) throws IOException;

    void delete(Collection<String> ids) throws IOException;
}
