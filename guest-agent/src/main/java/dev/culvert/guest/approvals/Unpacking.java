package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Packing} wrote. Whatever the bytes are, it only ever throws IOException. */
public final class Unpacking {
    private final ByteBuf in;

    private Unpacking(ByteBuf in) {
        this.in = in;
    }

    /** Of {@link Packing#packed}; borrowed. */
    public static Unpacking of(ByteBuf packed) {
        return new Unpacking(packed.duplicate());
    }

    /** Of a file. */
    static Unpacking sealed(byte[] file) throws IOException {
        int head = Packing.MAGIC.length + Packing.DIGEST_BYTES;
        if (file.length < head
                || !Arrays.equals(
                        file, 0, Packing.MAGIC.length, Packing.MAGIC, 0, Packing.MAGIC.length)) {
            throw new IOException("it is no file of a call that waits for an approval");
        }
        byte[] digest = Packing.digest(file, head, file.length - head);
        if (!Arrays.equals(digest, Arrays.copyOfRange(file, Packing.MAGIC.length, head))) {
            throw new IOException("it is damaged");
        }
        return new Unpacking(Unpooled.wrappedBuffer(file, head, file.length - head));
    }

    /** What one element of a list is. */
    public interface Element<T> {
        T read() throws IOException;
    }

    public String text() throws IOException {
        return new String(bytes(), UTF_8);
    }

    /** A text that may be missing. */
    public @Nullable String maybe() throws IOException {
        return flag() ? text() : null;
    }

    public byte[] bytes() throws IOException {
        need(Integer.BYTES);
        int length = in.readInt();
        need(length);
        byte[] value = new byte[length];
        in.readBytes(value);
        return value;
    }

    /** The same as a buffer, which need not be released. */
    public ByteBuf buffer() throws IOException {
        return Unpooled.wrappedBuffer(bytes());
    }

    public long number() throws IOException {
        need(Long.BYTES);
        return in.readLong();
    }

    public boolean flag() throws IOException {
        need(1);
        return in.readByte() != 0;
    }

    public <T> List<T> list(Element<T> element) throws IOException {
        need(Integer.BYTES);
        int count = in.readInt();
        need(count); // each takes at least one byte
        List<T> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(element.read());
        }
        return values;
    }

    private void need(int bytes) throws IOException {
        if (bytes < 0 || in.readableBytes() < bytes) {
            throw new IOException("it ends too early");
        }
    }
}
