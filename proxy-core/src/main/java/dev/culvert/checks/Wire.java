package dev.culvert.checks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads from a connection no more than is asked for, because TLS may follow. */
final class Wire {
    /** Of a head of HTTP, all lines together. */
    private static final int MOST_HEAD_BYTES = 16 * 1_024;

    private final InputStream in;
    private int headBytes;

    Wire(InputStream in) {
        this.in = in;
    }

    /** The next byte. */
    int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the connection was closed");
        }
        return octet;
    }

    byte[] octets(int count) throws IOException {
        byte[] octets = in.readNBytes(count);
        if (octets.length < count) {
            throw new EOFException("the connection was closed");
        }
        return octets;
    }

    /** The next line of a head, without its end. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            if (++headBytes > MOST_HEAD_BYTES) {
                throw new IOException("the head of the answer is too large");
            }
            line.append((char) octet);
        }
        return line.toString().stripTrailing();
    }

    /**
     * Reads the status line of the next answer that is not an interim one (1xx); what follows is
     * not read.
     *
     * @throws NotHttpException if it is no HTTP
     */
    int status() throws IOException {
        int status = statusLine();
        while (status < 200 && status != 101) {
            skipHead();
            status = statusLine();
        }
        return status;
    }

    private int statusLine() throws IOException {
        byte[] start = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
        for (byte expected : start) {
            if (octet() != expected) {
                throw new NotHttpException();
            }
        }
        String rest = line();
        int digits = rest.indexOf(' ') + 1;
        if (digits != 2 || rest.length() < digits + 3) {
            throw new NotHttpException();
        }
        int status = 0;
        for (int i = digits; i < digits + 3; i++) {
            int digit = rest.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new NotHttpException();
            }
            status = status * 10 + digit;
        }
        if (status < 100 || (rest.length() > digits + 3 && rest.charAt(digits + 3) != ' ')) {
            throw new NotHttpException();
        }
        return status;
    }

    /** Reads the lines up to the empty one. */
    void skipHead() throws IOException {
        while (!line().isEmpty()) {
            // its size is limited
        }
    }

    /** What answers speaks something else. */
    static final class NotHttpException extends IOException {
        private static final long serialVersionUID = 1L;

        NotHttpException() {
            super("what it sent is not an answer in HTTP/1");
        }
    }
}
