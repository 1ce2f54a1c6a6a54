package dev.culvert.guest.session;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.PayloadJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the agent's configuration and context outlive the process. Written whole or not at all. */
final class StateFile {
    private static final String NAME = "agent-state.json";

    /**
     * What is kept.
     *
     * @param configUpdate the payload of the last one, as it came; null before the first
     */
    record State(@Nullable String configUpdate, List<String> contexts) {
        static final State NONE = new State(null, List.of());
    }

    private final Path directory;

    StateFile(Path directory) {
        this.directory = directory;
    }

    State load() throws IOException {
        Path file = directory.resolve(NAME);
        try {
            return read(Unpooled.wrappedBuffer(Files.readAllBytes(file)));
        } catch (NoSuchFileException _) {
            return State.NONE;
        } catch (IOException | InvalidPayloadException e) {
            throw new IOException(
                    file + " cannot be read: " + e.getMessage() + "; mend it, or remove it", e);
        }
    }

    private static State read(ByteBuf text) throws IOException, InvalidPayloadException {
        JsonObject file = JsonObject.read("the file", text);
        JsonObject.Value config = file.get("config_update");
        JsonObject.Value list = file.get("contexts");
        List<String> contexts = new ArrayList<>();
        if (list != null) {
            ByteBuf array = Unpooled.copiedBuffer(list.text(), StandardCharsets.UTF_8);
            try (JsonParser parser = PayloadJson.parser(array)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    contexts.add(parser.getText());
                }
            }
        }
        return new State(config == null || config.isNull() ? null : config.text(), contexts);
    }

    void save(State state) throws IOException {
        ByteBuf text = Unpooled.buffer();
        try (JsonGenerator json = PayloadJson.generator(text)) {
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
        Files.createDirectories(directory);
        Path fresh = directory.resolve(NAME + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            text.readBytes(channel, 0, text.readableBytes());
            channel.force(true);
        }
        Files.move(fresh, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public String toString() {
        return directory.resolve(NAME).toString();
    }
}
