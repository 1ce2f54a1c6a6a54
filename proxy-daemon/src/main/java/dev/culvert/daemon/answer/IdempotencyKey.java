package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The header by which a client can send a message again without running it twice. */
final class IdempotencyKey {
    private static final int MAX_CHARS = 255;

    private IdempotencyKey() {}

    /**
     * The key of the request; null where it has none.
     *
     * @throws ProblemException when it is not a key
     */
    static @Nullable String of(Request request) {
        String key = request.header(Header.IDEMPOTENCY_KEY);
        if (key != null
                && (key.isEmpty()
                        || key.length() > MAX_CHARS
                        || key.chars().anyMatch(c -> c < ' ' || c > '~'))) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The header 'idempotency-key' takes 1 to %d visible characters of ASCII."
                                    .formatted(MAX_CHARS)));
        }
        return key;
    }

    /**
     * A number that tells the message from another one that was sent by mistake with the same key;
     * never 0. It does not tell it from one that was made to look alike.
     */
    static long fingerprint(ByteBuf message) {
        CRC32C sum = new CRC32C();
        for (ByteBuffer piece : message.nioBuffers()) { // of several, one would be a copy
            sum.update(piece);
        }
        return (long) message.readableBytes() << Integer.SIZE | sum.getValue();
    }
}
