package dev.culvert.guest.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.SigningKey;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file with the identity, which only the agent's user may read. Replaced as a whole. Blocks.
 */
/* The lock is the kernel's, so it ends with the process, even after a crash. The file stays. */
final class IdentityFile implements AutoCloseable {
    static final String NAME = "agent-identity.json";
    private static final JsonFactory JSON = new JsonFactory();

    private final Path directory;
    private final FileChannel lock;

    private IdentityFile(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Holds the directory until {@link #close}.
     *
     * @throws IOException one sentence, when it cannot be used or another agent uses it
     */
    static IdentityFile in(Path directory) throws IOException {
        try {
            OwnerOnly.createDirectories(directory);
            FileChannel lock = OwnerOnly.open(directory.resolve("agent-identity.lock"));
            if (isLocked(lock)) {
                return new IdentityFile(directory, lock);
            }
            lock.close();
        } catch (IOException e) {
            throw new IOException(
                    "state_dir is "
                            + directory
                            + ": "
                            + FileTrouble.of(e)
                            + "; give a directory that the agent's user may write to with"
                            + " --state-dir",
                    e);
        }
        throw new IOException(
                "state_dir is "
                        + directory
                        + ": another culvert-agent uses it, and two agents cannot have one"
                        + " identity; give each a --state-dir of its own");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // by this process
        }
    }

    /** Null if there is none yet. */
    @Nullable Identity load() throws IOException {
        Path file = directory.resolve(NAME);
        try {
            String text = Files.readString(file);
            return Settings.read(List.of(Layer.text(file.toString(), text)), IdentityFile::identity)
                    .value();
        } catch (NoSuchFileException _) {
            return null;
        } catch (BadSettingsException e) {
            throw new IOException(
                    "%s is damaged: %s; restore it, or delete it and give the agent another join token"
                            .formatted(file, e.mistakes().getFirst()),
                    e);
        } catch (IOException e) {
            throw new IOException(FileTrouble.of(e), e);
        }
    }

    private static Identity identity(Section in) {
        SigningKey key = key(in, "");
        String next = in.get("next_agent_id", Kind.TEXT, "");
        return new Identity(
                key,
                in.get("agent_id", Kind.TEXT, ""),
                in.get("counter", Kind.LONG, 0L),
                next.isEmpty() ? null : new Identity.Next(key(in, "next_"), next));
    }

    private static SigningKey key(Section in, String prefix) {
        String secret = in.get(prefix + "private_key", Kind.TEXT.secret(), "");
        String open = in.get(prefix + "public_key", Kind.TEXT, "");
        try {
            return SigningKey.of(secret, new AgentKey(open));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    prefix
                            + "private_key and "
                            + prefix
                            + "public_key do not fit: "
                            + e.getMessage(),
                    e);
        }
    }

    void save(Identity identity) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("agent_id", identity.agentId());
            json.writeNumberField("counter", identity.counter());
            write(json, "", identity.key());
            Identity.Next next = identity.next();
            if (next != null) {
                json.writeStringField("next_agent_id", next.agentId());
                write(json, "next_", next.key());
            }
            json.writeEndObject();
        }
        OwnerOnly.write(directory.resolve(NAME), UTF_8.encode(text.append('\n').toString()));
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        }
    }

    private static void write(JsonGenerator json, String prefix, SigningKey key)
            throws IOException {
        json.writeStringField(prefix + "public_key", key.open().text());
        json.writeStringField(prefix + "private_key", key.secretText());
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException _) {
            return; // the kernel releases it when the process ends
        }
    }

    @Override
    public String toString() {
        return directory.resolve(NAME).toString();
    }
}
