package dev.culvert.daemon.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names a folder for what belongs to one project. */
public final class ProjectName {
    private static final int DIGITS = 16;

    private ProjectName() {}

    /** The last name of its path, for people, and a digest of the whole. */
    public static String of(Path root) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(UTF_8));
            String last = root.getFileName() == null ? "root" : root.getFileName().toString();
            return last.replaceAll("[^A-Za-z0-9._-]", "_")
                    + "-"
                    + HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
