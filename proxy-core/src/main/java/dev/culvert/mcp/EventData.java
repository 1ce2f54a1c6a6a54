package dev.culvert.mcp;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The data of server-sent events, wherever the bytes are split. Types, ids and comments are
 * dropped.
 */
final class EventData {
    private static final byte[] DATA = {'d', 'a', 't', 'a'};

    private final int most;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean hasData;
    private boolean afterCarriageReturn;

    /**
     * @param most bytes of an event
     */
    EventData(int most) {
        this.most = most;
    }

    /** Tells the data of each event that ends in the next bytes. */
    void feed(byte[] bytes, Consumer<byte[]> told) throws BadMessageException {
        for (byte next : bytes) {
            boolean isSecond = next == '\n' && afterCarriageReturn;
            afterCarriageReturn = next == '\r';
            if (isSecond) {
                continue;
            }
            if (next == '\n' || next == '\r') {
                end(told);
            } else if (line.size() + data.size() >= most) {
                throw new BadMessageException("it has more than " + most + " bytes");
            } else {
                line.write(next);
            }
        }
    }

    private void end(Consumer<byte[]> told) {
        byte[] whole = line.toByteArray();
        line.reset();
        if (whole.length == 0) {
            byte[] event = data.toByteArray();
            boolean isOne = hasData && event.length > 0;
            data.reset();
            hasData = false;
            if (isOne) {
                told.accept(event);
            }
        } else if (isData(whole)) {
            int from = DATA.length + (whole.length > DATA.length ? 1 : 0);
            from += from < whole.length && whole[from] == ' ' ? 1 : 0;
            if (hasData) {
                data.write('\n');
            }
            data.write(whole, from, whole.length - from);
            hasData = true;
        }
    }

    private static boolean isData(byte[] line) {
        return line.length >= DATA.length
                && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length)
                && (line.length == DATA.length || line[DATA.length] == ':');
    }
}
