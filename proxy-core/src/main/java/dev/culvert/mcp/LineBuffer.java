package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Cuts bytes into lines, wherever they are split. */
final class LineBuffer {
    private final int most;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /**
     * @param most bytes of a line
     */
    LineBuffer(int most) {
        this.most = most;
    }

    /** Tells each line that ends in the next bytes, without its end; empty ones are left out. */
    void feed(byte[] bytes, int count, Consumer<byte[]> told) throws BadMessageException {
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                append(bytes, from, i);
                from = i + 1;
                byte[] whole = line.toByteArray();
                line.reset();
                if (!new String(whole, ISO_8859_1).isBlank()) {
                    told.accept(whole);
                }
            }
        }
        append(bytes, from, count);
    }

    private void append(byte[] bytes, int from, int to) throws BadMessageException {
        if (line.size() + (to - from) > most) {
            throw new BadMessageException("it has more than " + most + " bytes");
        }
        line.write(bytes, from, to - from);
    }
}
