package dev.culvert.daemon.api.agents;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.sse.PiecePace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends a page of agents to one client, piece by piece at its pace. Confined to its event loop. */
final class AgentList {
    /** Makes the pieces. */
    interface Source {
        /** The agents after {@code id}, {@code most} at most; null for none. */
        AgentPieces.@Nullable Piece after(String id, int most);

        boolean hasMoreAfter(String id);
    }

    private static final byte[] BEGIN = "{\"agents\":[".getBytes(US_ASCII);
    private static final byte[] COMMA = ",".getBytes(US_ASCII);
    private static final byte[] NOTHING = {};
    private static final byte[] END = "],".getBytes(US_ASCII);
    private static final int BATCH_BYTES = 32 * 1024;

    private final Source source;
    private final BodyStream response;
    private final PiecePace pace;
    private boolean begun;
    private String upTo;
    private int left;

    private AgentList(Source source, Page page, Answer answer, Duration stallTimeout) {
        this.source = source;
        upTo = page.start();
        left = page.limit();
        response = answer.stream(HttpHeaderValues.APPLICATION_JSON);
        pace =
                new PiecePace(
                        answer.eventLoop(),
                        stallTimeout,
                        response::unsentBytes,
                        response::whenSent,
                        response::abort);
        answer.onGone(pace::cancel);
    }

    /** Answers with the page. A client that reads nothing for {@code stallTimeout} is cut off. */
    static void send(Source source, Page page, Answer answer, Duration stallTimeout) {
        new AgentList(source, page, answer, stallTimeout).writeMore();
    }

    /** A page that is only this piece; it belongs to the caller. */
    static ByteBuf whole(AgentPieces.@Nullable Piece piece, @Nullable String next) {
        ByteBuf end = end(next);
        ByteBuf json = piece == null ? Unpooled.EMPTY_BUFFER : piece.json();
        return Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(BEGIN), json, end);
    }

    private static ByteBuf end(@Nullable String next) {
        ByteBuf members = Json.object(json -> json.writeStringField("next", next));
        return Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(END), members.skipBytes(1));
    }

    private void writeMore() {
        int written = 0;
        while (response.isOpen() && written < BATCH_BYTES) {
            written += writePiece();
        }
        if (response.isOpen()) {
            pace.await(this::writeMore);
        }
    }

    private int writePiece() {
        AgentPieces.Piece piece = left == 0 ? null : source.after(upTo, left);
        if (piece == null) {
            writeEnd();
            return 0;
        }
        write(begun ? COMMA : BEGIN, piece.json());
        begun = true;
        left -= piece.ids().size();
        upTo = piece.last();
        return piece.json().readableBytes();
    }

    private void writeEnd() {
        ByteBuf end = end(left == 0 && source.hasMoreAfter(upTo) ? upTo : null);
        write(begun ? NOTHING : BEGIN, end);
        end.release();
        pace.cancel();
        response.end();
    }

    /** Borrows {@code part}. */
    private void write(byte[] before, ByteBuf part) {
        response.begin(before.length, part.readableBytes()).writeBytes(before);
        response.add(part);
        response.finish(AsciiString.EMPTY_STRING);
    }
}
