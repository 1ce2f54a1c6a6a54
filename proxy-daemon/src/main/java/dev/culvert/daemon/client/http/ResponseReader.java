package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.io.Quoted;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the head of an answer. What the daemon never sends is refused. */
final class ResponseReader {
    static final int SWITCHING_PROTOCOLS = 101;

    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_HEADERS = 200;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");
    private static final Pattern HEADER = Pattern.compile("([!#-'*+.^-z|~0-9A-Z-]+):[ \t]*(.*)");

    private final InputStream in;

    /** Lends it {@code in}; the body follows there. */
    ResponseReader(InputStream in) {
        this.in = in;
    }

    /** A head; headers by their names in small letters, several of one name joined by commas. */
    record Head(int status, Map<String, String> headers) {
        boolean isInterim() {
            return status < 200 && status != SWITCHING_PROTOCOLS;
        }
    }

    /** The head of the final answer. */
    Head head() throws IOException {
        Head head = oneHead();
        while (head.isInterim()) {
            head = oneHead();
        }
        return head;
    }

    private Head oneHead() throws IOException {
        String first = line(in);
        Matcher status = STATUS.matcher(first);
        if (!status.matches()) {
            throw new IOException(
                    "this is no HTTP/1.1: the answer begins with '" + Quoted.word(first) + "'");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            Matcher header = HEADER.matcher(line);
            if (!header.matches() || headers.size() == MAX_HEADERS) {
                throw new IOException("the answer has a bad header: '" + Quoted.word(line) + "'");
            }
            headers.merge(
                    header.group(1).toLowerCase(Locale.ROOT),
                    header.group(2).strip(),
                    (one, other) -> one + ", " + other);
        }
        return new Head(Integer.parseInt(status.group(1)), headers);
    }

    /** One line without its end. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the daemon closed the connection before its answer ended");
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("the answer has a line of over " + MAX_LINE_BYTES + " bytes");
            }
            line.write(c);
        }
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
