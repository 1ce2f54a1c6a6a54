package dev.culvert.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of rules, checked, and its own tests have passed.
 *
 * @param name as messages have it
 * @param rules in their order, each followed by its exceptions
 * @param byDefault for what no rule is about
 * @param settings what it says besides rules
 * @param written those rules that are no exceptions of others
 * @param tests how many examples its rules have
 * @param version a digest; comments and blanks do not change it
 */
public record PolicyFile(
        Level level,
        String name,
        List<Rule> rules,
        Verdict byDefault,
        ProjectSettings settings,
        List<Rule> written,
        int tests,
        String version) {
    /** The largest file. */
    public static final int MAX_BYTES = 256 << 10;

    /** The most rules of a file. */
    public static final int MAX_RULES = 1_000;

    public PolicyFile {
        rules = List.copyOf(rules);
        written = List.copyOf(written);
    }

    /** Of rules that can match nothing, each with its place. */
    public List<String> warnings() {
        return Warnings.of(written, rules);
    }

    /**
     * Reads JSON with comments.
     *
     * @param name of the text, for messages
     * @throws BadPolicyException with all mistakes
     */
    public static PolicyFile read(Level level, String name, String text) throws BadPolicyException {
        return PolicyReader.read(level, name, text);
    }

    /**
     * Reads a file of that kind.
     *
     * @throws IOException as {@link #text} does
     */
    public static PolicyFile read(Level level, Path file) throws BadPolicyException, IOException {
        return read(level, file.toString(), text(file));
    }

    /**
     * The text of a file.
     *
     * @throws IOException if it cannot be read, is not UTF-8, or is no regular file: who may write
     *     in its directory could make a link of it, to a file that allows more
     */
    public static String text(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw refused(file, "it is a symbolic link: name the file that it leads to");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw refused(file, "it is no regular file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static IOException refused(Path file, String why) {
        return new FileSystemException(file.toString(), null, why);
    }

    /**
     * The same as strict JSON, in which it can be sent.
     *
     * @param text that {@link #read(Level, String, String)} takes
     */
    public static String strict(String text) {
        return PolicyReader.strict(text);
    }
}
