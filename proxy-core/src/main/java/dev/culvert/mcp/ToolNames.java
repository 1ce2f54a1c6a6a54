package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** How a runtime, a policy and an audit log call the tool of a server. */
final class ToolNames {
    /** By which the names of all tools of servers begin. */
    static final String PREFIX = "mcp__";

    /** What runtimes take. */
    private static final int MOST_CHARS = 64;

    private static final int HASH_CHARS = 8;

    private ToolNames() {}

    /** The same name gives the same name; two names may give one, which the caller leaves out. */
    static String of(String server, String tool) {
        String name = PREFIX + server + "__" + tool.replaceAll("[^A-Za-z0-9_-]", "_");
        return name.length() <= MOST_CHARS
                ? name
                : name.substring(0, MOST_CHARS - HASH_CHARS - 1) + "_" + hash(tool);
    }

    private static String hash(String tool) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(tool.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_CHARS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // each Java has it
        }
    }
}
