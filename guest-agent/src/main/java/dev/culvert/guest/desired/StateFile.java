package dev.culvert.guest.desired;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The file in which configuration and context survive a restart. Replaced as a whole. Blocks. */
final class StateFile {
    private static final String NAME = "agent-state.json";

    /* A configuration as large as a frame, and context whose bytes may each be escaped. */
    private static final int MOST_BYTES = 16 << 20;

    /** Without the limits of a frame, because the file contains the payloads of several. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(MOST_BYTES)
                                    .maxNameLength(MOST_BYTES)
                                    .maxNumberLength(MOST_BYTES)
                                    .build())
                    .build();

    /**
     * What the file contains.
     *
     * @param configUpdate the payload of the last {@code config_update}, as it came; null before
     *     the first
     */
    record Content(@Nullable String configUpdate, List<String> contexts) {
        static final Content NONE = new Content(null, List.of());
    }

    private final Path directory;

    StateFile(Path directory) {
        this.directory = directory;
    }

    /** Creates the directory, so that an unusable one stops the start and not a later update. */
    void prepare() throws IOException {
        try {
            OwnerOnly.createDirectories(directory);
        } catch (IOException e) {
            throw unusable("it cannot be created: " + FileTrouble.of(e), e);
        }
        if (!Files.isWritable(directory)) {
            throw unusable("the agent's user may not write to it", null);
        }
    }

    private IOException unusable(String why, @Nullable IOException cause) {
        return new IOException(
                "state_dir is "
                        + directory
                        + ": "
                        + why
                        + "; make it a directory that the agent's user may write to, or give"
                        + " another one with --state-dir",
                cause);
    }

    Content load() throws IOException {
        Path file = directory.resolve(NAME);
        byte[] bytes;
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw wrong("it has " + size + " bytes; at most " + MOST_BYTES + " are allowed");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return Content.NONE;
        } catch (FileSystemException e) {
            throw unusable(NAME + " in it cannot be read: " + FileTrouble.why(e), e);
        }
        try {
            return read(Unpooled.wrappedBuffer(bytes));
        } catch (InvalidPayloadException e) {
            throw wrong(e.getMessage());
        } catch (IOException e) {
            throw wrong(JsonObject.why(e));
        }
    }

    /**
     * For a file that the agent did not write like this. The agent does not start without it,
     * because that could allow tools that the host forbade.
     */
    IOException wrong(String why) {
        return new IOException(
                this
                        + " is damaged: "
                        + why
                        + "; repair it, or delete it: then the agent starts without configuration"
                        + " and context, until the host sends them");
    }

    private static Content read(ByteBuf text) throws IOException, InvalidPayloadException {
        JsonObject file = JsonObject.read("the file", text, parser(text));
        JsonObject.Value config = file.get("config_update");
        JsonObject.Value list = file.get("contexts");
        List<String> contexts = new ArrayList<>();
        if (list != null) {
            try (JsonParser parser = JSON.createParser(list.text())) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    contexts.add(parser.getText());
                }
            }
        }
        return new Content(config == null || config.isNull() ? null : config.text(), contexts);
    }

    private static JsonParser parser(ByteBuf text) throws IOException {
        return JSON.createParser((InputStream) new ByteBufInputStream(text.duplicate()));
    }

    void save(Content state) throws IOException {
        ByteBuf text = Unpooled.buffer();
        try (JsonGenerator json = JsonText.generator(text)) {
            json.writeStartObject();
            json.writeFieldName("config_update");
            json.writeRawValue(state.configUpdate() == null ? "null" : state.configUpdate());
            json.writeArrayFieldStart("contexts");
            for (String context : state.contexts()) {
                json.writeString(context);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        OwnerOnly.write(directory.resolve(NAME), text.nioBuffer());
    }

    @Override
    public String toString() {
        return directory.resolve(NAME).toString();
    }
}
