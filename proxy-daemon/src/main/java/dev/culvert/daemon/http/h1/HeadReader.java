package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.OtherHosts;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the heads of one connection, after a {@link HeadGuard} has let their bytes pass. */
/* A client often sends the very bytes of the head before. These passed the guard once and are neither
 * checked nor parsed again: together with the short way of bodies in ConnectionHandler, a request takes
 * 930 ns instead of 1,710, from its bytes to those of its answer (RequestBenchmark with one path).
 * A head that differs still repeats most of its headers. A text that is equal to the one in the head
 * before is that same String, and what was parsed from it is kept: 504 bytes and 130 ns less. */
final class HeadReader {
    private static final List<HttpMethod> METHODS =
            List.of(
                    HttpMethod.POST,
                    HttpMethod.GET,
                    HttpMethod.PUT,
                    HttpMethod.DELETE,
                    HttpMethod.OPTIONS,
                    HttpMethod.HEAD,
                    HttpMethod.PATCH);
    private static final byte[] CLOSE = "close".getBytes(ISO_8859_1);
    private static final byte[] VERSION = "HTTP/1.1\r\n".getBytes(ISO_8859_1);
    private static final int HEADERS = Header.values().length;
    private static final int USUAL_BYTES = 4 * 1024;

    /** A longer head is read each time, so that an idle connection does not keep much. */
    private static final int MAX_KEPT_BYTES = 512;

    /**
     * Of a head that is wrong no more is read: the beginning of a path tells what it belongs to.
     */
    private static final int MOST_BEGUN_BYTES = 512;

    private static final FastThreadLocal<byte[]> COPY =
            new FastThreadLocal<>() {
                @Override
                protected byte[] initialValue() {
                    return new byte[USUAL_BYTES];
                }
            };

    private final @Nullable String[] values = new @Nullable String[HEADERS];
    private final OtherHosts otherHosts;
    private Head before = Head.unreadable();
    private byte[] kept = {};

    /** How many bytes the head before has; 0 if they were not kept. */
    private int keptBytes;

    /**
     * For one connection.
     *
     * @param otherHosts whose heads are kept whole
     */
    HeadReader(OtherHosts otherHosts) {
        this.otherHosts = otherHosts;
    }

    /**
     * If {@code in} begins with the bytes of the head before, takes them from it and returns that
     * head as a new one. Otherwise returns null.
     */
    @Nullable Head again(ByteBuf in) {
        if (keptBytes == 0 || in.readableBytes() < keptBytes) {
            return null;
        }
        byte[] copy = COPY.get();
        in.getBytes(in.readerIndex(), copy, 0, keptBytes);
        if (!Arrays.equals(copy, 0, keptBytes, kept, 0, keptBytes)) {
            return null;
        }
        in.skipBytes(keptBytes);
        before = before.again();
        return before;
    }

    /**
     * What is known of a head that is wrong, or not there yet: its method and its path, if the
     * bytes up to the end of the path have come. They stay in {@code in}.
     *
     * @param from where the head begins
     */
    static Head begun(ByteBuf in, int from) {
        int end = Math.min(in.writerIndex(), from + MOST_BEGUN_BYTES);
        int start = from + 1 < end && in.getByte(from) == '\r' ? from + 2 : from;
        int blank = in.indexOf(start, end, (byte) ' ');
        int pathEnd = blank + 1;
        while (pathEnd < end && isOfPath(in.getByte(pathEnd))) {
            pathEnd++;
        }
        if (blank < 0 || pathEnd == in.writerIndex() || in.getByte(blank + 1) != '/') {
            return Head.unreadable();
        }
        byte[] line = new byte[pathEnd - start];
        in.getBytes(start, line);
        return Head.unreadable(
                method(line, 0, blank - start), text(null, line, blank + 1 - start, line.length));
    }

    private static boolean isOfPath(byte b) {
        return b > ' ' && b != 0x7f && b != '?' && b != '#';
    }

    /** Takes the {@code length} bytes of a head from {@code in}. */
    Head read(ByteBuf in, int length) {
        byte[] copy = length <= USUAL_BYTES ? COPY.get() : new byte[length];
        in.readBytes(copy, 0, length);
        keep(copy, length);
        Head head = read(copy);
        if (otherHosts.contain(values[Header.HOST.index()])) {
            head.ofOtherHost(Arrays.copyOf(copy, length));
        }
        return head;
    }

    private void keep(byte[] bytes, int length) {
        keptBytes = length <= MAX_KEPT_BYTES ? length : 0;
        if (kept.length < keptBytes) {
            kept = new byte[keptBytes];
        }
        System.arraycopy(bytes, 0, kept, 0, keptBytes);
    }

    private Head read(byte[] bytes) {
        int start = bytes[0] == '\r' ? 2 : 0;
        int blank = indexOf(bytes, start, (byte) ' ');
        int end = indexOf(bytes, blank + 1, (byte) ' ');
        int lines = end + 1 + VERSION.length;
        Arrays.fill(values, null);
        boolean closes = false;
        long repeated = 0;
        for (int at = lines; bytes[at] != '\r'; ) {
            int colon = indexOf(bytes, at, (byte) ':');
            int lineEnd = indexOf(bytes, colon + 1, (byte) '\r');
            Header header = Header.of(bytes, at, colon);
            if (header != null) {
                int from = skipBlanks(bytes, colon + 1, lineEnd);
                int to = dropBlanks(bytes, from, lineEnd);
                closes |= header == Header.CONNECTION && namesClose(bytes, from, to);
                String earlier = values[header.index()];
                if (earlier == null) {
                    values[header.index()] = text(before.first(header), bytes, from, to);
                } else if (header.isList()) {
                    values[header.index()] = earlier + ", " + text(null, bytes, from, to);
                } else {
                    repeated |= 1L << header.index();
                }
            }
            at = lineEnd + 2;
        }
        Head head =
                new Head(
                        method(bytes, start, blank),
                        text(before.uri(), bytes, blank + 1, end),
                        bytes[lines - 3] == '0',
                        closes,
                        before.shared(values),
                        repeated);
        head.reuse(before);
        before = head;
        return head;
    }

    private static HttpMethod method(byte[] bytes, int from, int to) {
        for (HttpMethod known : METHODS) {
            if (isText(known.name(), bytes, from, to)) {
                return known;
            }
        }
        return Head.UNKNOWN_METHOD;
    }

    private static int skipBlanks(byte[] bytes, int from, int to) {
        int start = from;
        while (start < to && isBlank(bytes[start])) {
            start++;
        }
        return start;
    }

    private static int dropBlanks(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && isBlank(bytes[end - 1])) {
            end--;
        }
        return end;
    }

    private static boolean namesClose(byte[] bytes, int from, int to) {
        int matched = 0; // bytes of the option being read; -1 if it is another
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == ',') {
                if (matched == CLOSE.length) {
                    return true;
                }
                matched = 0;
            } else if (!isBlank(b)) {
                boolean fits =
                        matched >= 0 && matched < CLOSE.length && (b | 0x20) == CLOSE[matched];
                matched = fits ? matched + 1 : -1;
            }
        }
        return matched == CLOSE.length;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static int indexOf(byte[] bytes, int from, byte wanted) {
        int at = from;
        while (bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    private static String text(@Nullable String before, byte[] bytes, int from, int to) {
        return before != null && isText(before, bytes, from, to)
                ? before
                : new String(bytes, from, to - from, ISO_8859_1);
    }

    private static boolean isText(String text, byte[] bytes, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i - from) != (bytes[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }
}
