package dev.culvert.guest.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What the runtime said and the host has not taken yet, in order; texts in a row are joined. */
final class Unsent {
    private sealed interface Piece {
        record Text(StringBuilder text) implements Piece {}

        record ToolCalls(String rawJson) implements Piece {}
    }

    private final Deque<Piece> pieces = new ArrayDeque<>();

    void addText(String text) {
        if (pieces.peekLast() instanceof Piece.Text last) {
            last.text.append(text);
        } else {
            pieces.add(new Piece.Text(new StringBuilder(text)));
        }
    }

    void addToolCalls(String rawJson) {
        pieces.add(new Piece.ToolCalls(rawJson));
    }

    void clear() {
        pieces.clear();
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** The payload of the next chunk, which belongs to the caller; null when there is nothing. */
    @Nullable ByteBuf next(Payloads payloads, int maxChars) {
        return switch (pieces.peek()) {
            case null -> null;
            case Piece.ToolCalls(String rawJson) -> {
                pieces.remove();
                yield payloads.toolCalls(rawJson);
            }
            case Piece.Text(StringBuilder text) -> {
                int length = Math.min(maxChars, text.length());
                if (length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
                    length--;
                }
                String chunk = text.substring(0, length);
                if (length == text.length()) {
                    pieces.remove();
                } else {
                    text.delete(0, length);
                }
                yield payloads.text(chunk);
            }
        };
    }
}
