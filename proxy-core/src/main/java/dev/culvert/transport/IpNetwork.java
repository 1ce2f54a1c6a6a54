package dev.culvert.transport;

import org.jspecify.annotations.Nullable;

/**
 * All addresses that begin with the same bits.
 *
 * @param first its lowest address
 * @param bits how many of its 128 bits all of them share; an IPv4 network has 96 more than it is
 *     written with
 */
public record IpNetwork(IpAddress first, int bits) {
    private static final int IPV4_OFFSET = IpAddress.BITS - Integer.SIZE;
    private static final int MAX_DIGITS = 3;

    public IpNetwork {
        IpAddress lowest = first.masked(bits);
        if (!lowest.equals(first)) {
            throw new IllegalArgumentException(
                    "%s has bits after the first %s: write %s"
                            .formatted(text(first, bits), length(first, bits), text(lowest, bits)));
        }
    }

    /**
     * Reads ADDRESS or ADDRESS/BITS.
     *
     * @throws IllegalArgumentException one sentence, for anything else
     */
    public static IpNetwork parse(String text) {
        int slash = text.indexOf('/');
        IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        int bits = address == null || slash < 0 ? IpAddress.BITS : bits(address, text, slash + 1);
        if (address == null || bits < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no network: it takes ADDRESS or ADDRESS/BITS");
        }
        return new IpNetwork(address, bits);
    }

    /** -1 if there are too many, or it is no number. */
    private static int bits(IpAddress address, String text, int from) {
        int value = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || i - from == MAX_DIGITS) {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        int all = address.isIpv4() ? value + IPV4_OFFSET : value;
        return from == text.length() || all > IpAddress.BITS ? -1 : all;
    }

    public boolean contains(@Nullable IpAddress address) {
        return address != null && address.masked(bits).equals(first);
    }

    @Override
    public String toString() {
        return bits == IpAddress.BITS ? first.toString() : text(first, bits);
    }

    private static String text(IpAddress first, int bits) {
        return first + "/" + length(first, bits);
    }

    private static int length(IpAddress first, int bits) {
        return first.isIpv4() ? bits - IPV4_OFFSET : bits;
    }
}
