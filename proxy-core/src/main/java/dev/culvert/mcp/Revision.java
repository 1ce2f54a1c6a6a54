package dev.culvert.mcp;

import java.util.List;

/** The revisions of the protocol that we speak. */
final class Revision {
    /** Each request stands for itself. */
    static final String MODERN = "2026-07-28";

    /** They begin with {@code initialize}; the latest first. */
    static final List<String> LEGACY = List.of("2025-11-25", "2025-06-18", "2025-03-26");

    /** The first in which HTTP has a header for it. */
    private static final String WITH_HEADER = "2025-06-18";

    private Revision() {}

    static boolean hasHeader(String revision) {
        return revision.compareTo(WITH_HEADER) >= 0;
    }
}
