package dev.culvert.daemon.client.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.policy.PolicyFile;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which projects the user trusts, in {@code trusted.jsonc}: each with the digest of its policy and
 * its tools at that time, so that a change of them ends the trust.
 *
 * @param folder of the user's settings
 */
public record Trust(Path folder) {
    private static final String FILE = "trusted.jsonc";
    private static final int MAX_BYTES = 1 << 20;

    /** Whether the user trusts the project as it is now. */
    public boolean isTrusted(Project project, Plugins plugins) throws UsageException {
        return digest(project, plugins).equals(read().get(project.root().toString()));
    }

    /** From now on it is trusted, until it changes. */
    public void trust(Project project, Plugins plugins) throws IOException {
        Map<String, String> all = read();
        all.put(project.root().toString(), digest(project, plugins));
        write(all);
    }

    /** From now on it is not. Returns whether it was trusted, changed or not. */
    public boolean forget(Project project) throws IOException {
        Map<String, String> all = read();
        boolean was = all.remove(project.root().toString()) != null;
        if (was) {
            write(all);
        }
        return was;
    }

    /**
     * Of what decides, with the settings that count only with trust; comments and other settings do
     * not change it.
     */
    private static String digest(Project project, Plugins plugins) {
        StringBuilder all = new StringBuilder();
        all.append(project.file().map(PolicyFile::version).orElse("")).append('\n');
        project.trusted()
                .forEach((key, value) -> all.append(key).append(' ').append(value).append('\n'));
        plugins.all()
                .forEach(plugin ->
                        all.append(plugin.program().path())
                                .append(' ')
                                .append(plugin.digest())
                                .append(' ')
                                .append(plugin.descriptionDigest())
                                .append('\n'));
        return "sha256:" + sha256(all.toString().getBytes(UTF_8));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Map<String, String> read() throws UsageException {
        Path file = folder.resolve(FILE);
        Map<String, String> all = new LinkedHashMap<>();
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return all;
        }
        try {
            Value.parseCommented(GuardedFile.read(file, MAX_BYTES))
                    .at("projects")
                    .map()
                    .forEach((root, digest) -> all.put(root, digest.text()));
            return all;
        } catch (BadValueException e) {
            throw new UsageException(
                    "%s cannot be read: %s. Correct it, or delete it and trust the projects again."
                            .formatted(file, e.getMessage()));
        }
    }

    private void write(Map<String, String> all) throws IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        all.forEach((root, digest) -> members.put(root, Value.of(digest)));
        Value value = Value.members("projects", new Value.Members(members));
        try {
            OwnerOnly.write(folder.resolve(FILE), UTF_8.encode(value.prettyJson() + "\n"));
        } catch (IOException e) {
            throw new IOException("the trust was not kept: " + FileTrouble.of(e), e);
        }
    }
}
