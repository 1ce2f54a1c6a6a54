package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Problem;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A response as a {@link ResponseStore} has it.
 *
 * @param said what was said, which others may follow
 * @param own the rest; null for a response that was deleted or forgotten while others follow it
 */
record StoredResponse(Said said, @Nullable Own own) {
    private static final String MARK = "culvert response 1\n";
    private static final String DAMAGED = "its bytes are not those that were written";
    private static final int SUM_BYTES = Long.BYTES;

    /**
     * The part of a conversation.
     *
     * @param previous the response that it follows; null for none
     * @param input JSON objects with commas between
     * @param output the same
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record Said(@Nullable String previous, byte[] input, byte[] output) {}

    /**
     * What is a response's own.
     *
     * @param beganMillis since 1970
     * @param asked the fingerprint of its message, if it can be repeated with its key, else 0
     * @param log the chunks that came, of one that goes on without its client; else null
     */
    record Own(
            String turn,
            Caller owner,
            long createdSeconds,
            long beganMillis,
            long asked,
            Echo echo,
            Outcome outcome,
            @Nullable Log log) {}

    /**
     * What came of a turn.
     *
     * @param chunks as {@link BackgroundTurn} keeps them
     * @param failure why it has ended early; null if it has not
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record Log(byte[] chunks, @Nullable Problem failure) {}

    /**
     * What others that follow a response need of it.
     *
     * @param output of the response
     */
    static StoredResponse ofSaid(Conversation output) {
        Conversation input = requireNonNull(output.before());
        return new StoredResponse(
                new Said(input.previous(), input.itemsToStore(), output.itemsToStore()), null);
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MARK.getBytes(UTF_8));
            out.writeLong(0); // the sum, once it is known
            writeText(out, said.previous);
            writeBytes(out, said.input);
            writeBytes(out, said.output);
            out.writeBoolean(own != null);
            if (own != null) {
                write(out, own);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        byte[] all = bytes.toByteArray();
        long sum = sum(all);
        for (int i = 0; i < SUM_BYTES; i++) {
            all[MARK.length() + i] = (byte) (sum >>> (8 * (SUM_BYTES - 1 - i)));
        }
        return all;
    }

    private static long sum(byte[] all) {
        CRC32C sum = new CRC32C();
        int start = MARK.length() + SUM_BYTES;
        sum.update(all, start, all.length - start);
        return sum.getValue();
    }

    private static void write(DataOutputStream out, Own own) throws IOException {
        writeText(out, own.turn);
        writeText(out, own.owner.kind().name());
        writeText(out, own.owner.name());
        writeText(out, own.owner.tenant());
        out.writeLong(own.createdSeconds);
        out.writeLong(own.beganMillis);
        out.writeLong(own.asked);
        writeBytes(out, own.echo.json());
        List<String> names = own.echo.namespaces().names();
        out.writeInt(names.size());
        for (String name : names) {
            writeText(out, name);
        }
        writeText(out, own.outcome.status());
        writeText(out, own.outcome.error());
        writeText(out, own.outcome.incompleteDetails());
        Usage usage = own.outcome.usage();
        out.writeInt(usage.input());
        out.writeInt(usage.cached());
        out.writeInt(usage.output());
        out.writeInt(usage.reasoning());
        out.writeInt(usage.total());
        out.writeBoolean(own.log != null);
        if (own.log != null) {
            writeBytes(out, own.log.chunks);
            Problem failure = own.log.failure;
            writeText(out, failure == null ? null : failure.error());
            if (failure != null) {
                out.writeInt(failure.status().code());
                writeText(out, failure.members().get("code") instanceof String it ? it : null);
            }
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
        } else {
            writeBytes(out, text.getBytes(UTF_8));
        }
    }

    /**
     * Reads what {@link #bytes} gave.
     *
     * @throws IOException a clause that says why it cannot
     */
    static StoredResponse read(byte[] bytes) throws IOException {
        byte[] mark = MARK.getBytes(UTF_8);
        if (bytes.length < mark.length + SUM_BYTES
                || !Arrays.equals(bytes, 0, mark.length, mark, 0, mark.length)) {
            throw new IOException("it does not begin with '" + MARK.strip() + "'");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            in.skipNBytes(mark.length);
            if (in.readLong() != sum(bytes)) {
                throw new IOException(DAMAGED);
            }
            Said said = new Said(text(in), bytes(in), bytes(in));
            StoredResponse read = new StoredResponse(said, in.readBoolean() ? own(in) : null);
            if (in.available() > 0) {
                throw new IOException(DAMAGED);
            }
            return read;
        } catch (EOFException | IllegalArgumentException e) {
            throw new IOException(DAMAGED, e);
        }
    }

    private static Own own(DataInputStream in) throws IOException {
        String turn = needed(in);
        Caller.Kind kind = Caller.Kind.valueOf(needed(in));
        Caller owner = new Caller(needed(in), kind, text(in), Set.of(), null);
        return new Own(
                turn,
                owner,
                in.readLong(),
                in.readLong(),
                in.readLong(),
                echo(in),
                new Outcome(needed(in), needed(in), needed(in), usage(in)),
                in.readBoolean() ? log(in) : null);
    }

    private static Echo echo(DataInputStream in) throws IOException {
        byte[] json = bytes(in);
        int count = in.readInt();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(needed(in));
        }
        return new Echo(json, new Namespaces(names));
    }

    private static Usage usage(DataInputStream in) throws IOException {
        return new Usage(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
    }

    private static Log log(DataInputStream in) throws IOException {
        byte[] chunks = bytes(in);
        String error = text(in);
        if (error == null) {
            return new Log(chunks, null);
        }
        Problem failure = Problem.of(HttpResponseStatus.valueOf(in.readInt()), error);
        String code = text(in);
        return new Log(chunks, code == null ? failure : failure.member("code", code));
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new EOFException();
        }
        return in.readNBytes(length);
    }

    private static @Nullable String text(DataInputStream in) throws IOException {
        in.mark(Integer.BYTES);
        if (in.readInt() == -1) {
            return null;
        }
        in.reset();
        return new String(bytes(in), UTF_8);
    }

    private static String needed(DataInputStream in) throws IOException {
        String text = text(in);
        if (text == null) {
            throw new EOFException();
        }
        return text;
    }
}
