package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a restart of the agent must find: values one after the other, behind their digest.
 */
public final class Packing {
    static final byte[] MAGIC = "culvert-pending-1\n".getBytes(US_ASCII);
    static final int DIGEST_BYTES = 32;

    private final ByteBuf out = Unpooled.buffer();

    public Packing text(String value) {
        return bytes(value.getBytes(UTF_8));
    }

    /** A text that may be missing. */
    public Packing maybe(@Nullable String value) {
        out.writeBoolean(value != null);
        return value == null ? this : text(value);
    }

    public Packing bytes(byte[] value) {
        out.writeInt(value.length).writeBytes(value);
        return this;
    }

    /** Borrows {@code value}. */
    public Packing bytes(ByteBuf value) {
        return bytes(ByteBufUtil.getBytes(value));
    }

    public Packing number(long value) {
        out.writeLong(value);
        return this;
    }

    public Packing flag(boolean value) {
        out.writeBoolean(value);
        return this;
    }

    /** All of them; {@code each} writes one. */
    public <T> Packing list(Collection<T> values, Consumer<T> each) {
        out.writeInt(values.size());
        values.forEach(each);
        return this;
    }

    /** What was written so far. */
    public byte[] packed() {
        return ByteBufUtil.getBytes(out);
    }

    /** The same as a file: a damaged one is recognized. */
    byte[] sealed() {
        byte[] content = packed();
        return ByteBufUtil.getBytes(
                Unpooled.wrappedBuffer(MAGIC, digest(content, 0, content.length), content));
    }

    static byte[] digest(byte[] bytes, int from, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
