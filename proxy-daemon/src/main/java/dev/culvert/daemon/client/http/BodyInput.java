package dev.culvert.daemon.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The bytes of a body, without its chunks' sizes. Ends early with an {@link EOFException}. */
final class BodyInput extends InputStream {
    private static final long UNTIL_CLOSE = Long.MAX_VALUE;

    private final InputStream in;
    private final boolean chunked;

    /** How many bytes are left: of the chunk, or of the whole body. */
    private long left;

    private boolean begun;
    private boolean over;

    private BodyInput(InputStream in, boolean chunked, long left) {
        this.in = in;
        this.chunked = chunked;
        this.left = left;
        over = !chunked && left == 0;
    }

    static InputStream of(int status, Map<String, String> headers, InputStream in)
            throws IOException {
        String coding = headers.getOrDefault("transfer-encoding", "");
        if (status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (coding.equalsIgnoreCase("chunked")) {
            return new BodyInput(in, true, 0);
        }
        String length = headers.get("content-length");
        if (!coding.isEmpty() || (length != null && !length.matches("[0-9]{1,18}"))) {
            throw new IOException("the answer does not say how long its body is");
        }
        return new BodyInput(in, false, length == null ? UNTIL_CLOSE : Long.parseLong(length));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (chunked && left == 0 && !over) {
            nextChunk();
        }
        if (over) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count < 0) {
            over = true;
            if (left != UNTIL_CLOSE) {
                throw new EOFException("the daemon closed the connection before its answer ended");
            }
            return -1;
        }
        if (left != UNTIL_CLOSE) {
            left -= count;
            over = !chunked && left == 0;
        }
        return count;
    }

    private void nextChunk() throws IOException {
        if (begun && !ResponseReader.line(in).isEmpty()) {
            throw new IOException("a chunk of the answer is longer than its size says");
        }
        begun = true;
        String size = ResponseReader.line(in).split(";", 2)[0].strip();
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new IOException("a chunk of the answer has no size");
        }
        left = Long.parseLong(size, 16);
        if (left == 0) {
            over = true;
            while (!ResponseReader.line(in).isEmpty()) {
                // trailers, which the daemon does not send, say nothing that is needed
            }
        }
    }
}
