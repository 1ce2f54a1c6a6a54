package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;

/** Reads the text of the last user message from the body of a chat completion. */
/* The text may be large and the heap is small, so it is never in the heap as a whole. */
final class UserWordsReader implements AutoCloseable {
    private ByteBuf words;
    private ByteBuf next;

    private UserWordsReader(ByteBuf words, ByteBuf next) {
        this.words = words;
        this.next = next;
    }

    /**
     * Borrows {@code body}. The text, in UTF-8, belongs to the caller. It is empty if there is no
     * such message or the body is not JSON.
     */
    static ByteBuf read(ByteBuf body) {
        try (UserWordsReader reader =
                        new UserWordsReader(body.alloc().ioBuffer(), body.alloc().ioBuffer());
                JsonParser json =
                        JsonReaders.JSON.createParser(
                                (InputStream) new ByteBufInputStream(body.duplicate()))) {
            try {
                reader.read(json);
            } catch (IOException _) {
                reader.words.clear();
            }
            return reader.words.retain();
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
    }

    private void read(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean isMessages = json.currentName().equals("messages");
            if (json.nextToken() == JsonToken.START_ARRAY && isMessages) {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    message(json);
                }
            } else {
                json.skipChildren();
            }
        }
    }

    private void message(JsonParser json) throws IOException {
        boolean byUser = false;
        next.clear();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "role" -> byUser = "user".equals(JsonReaders.text(json));
                case "content" -> content(json);
                default -> json.skipChildren();
            }
        }
        if (byUser) {
            ByteBuf before = words;
            words = next;
            next = before;
        }
    }

    private void content(JsonParser json) throws IOException {
        try (Writer out = new OutputStreamWriter(new ByteBufOutputStream(next), UTF_8)) {
            if (json.currentToken() == JsonToken.VALUE_STRING) {
                json.getText(out);
            } else {
                StringBuilder parts = new StringBuilder();
                JsonReaders.appendContent(json, parts);
                out.append(parts);
            }
        }
    }

    @Override
    public void close() {
        words.release();
        next.release();
    }
}
