package dev.culvert.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An address of IPv6, or of IPv4 as the IPv6 address that maps it ({@code ::ffff:192.0.2.1}): the
 * two are the same address here.
 *
 * @param high its first 64 bits
 * @param low the others
 */
public record IpAddress(long high, long low) {
    static final int BITS = 128;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final long MAPPED = 0xffffL << Integer.SIZE;
    private static final long IPV4 = 0xffff_ffffL;

    /** Reads a literal without brackets and without a scope; null for anything else. */
    public static @Nullable IpAddress parse(String text) {
        if (text.indexOf('[') >= 0 || text.indexOf('%') >= 0) {
            return null;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes == null ? null : of(bytes);
    }

    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    private static IpAddress of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return bytes.length == IPV4_BYTES
                ? new IpAddress(0, MAPPED | (in.getInt() & IPV4))
                : new IpAddress(in.getLong(), in.getLong());
    }

    boolean isIpv4() {
        return high == 0 && (low & ~IPV4) == MAPPED;
    }

    /** This address with all but its first {@code bits} cleared. */
    IpAddress masked(int bits) {
        return new IpAddress(
                high & mask(Math.min(bits, Long.SIZE)), low & mask(Math.max(0, bits - Long.SIZE)));
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    }

    /** The shortest form (RFC 5952); an IPv4 address in its own. */
    @Override
    public String toString() {
        ByteBuffer bytes =
                isIpv4()
                        ? ByteBuffer.allocate(IPV4_BYTES).putInt((int) low)
                        : ByteBuffer.allocate(IPV6_BYTES).putLong(high).putLong(low);
        return NetUtil.bytesToIpAddress(bytes.array());
    }
}
