package dev.culvert.io;

import io.netty.buffer.ByteBuf;

/** Writes numbers as digits without making a string. */
public final class Decimal {
    private static final int MOST_DIGITS = 19;

    private Decimal() {}

    /** How many digits a number takes that is not negative. */
    public static int digits(long number) {
        int digits = 1;
        long bound = 10;
        while (digits < MOST_DIGITS && number >= bound) {
            digits++;
            bound *= 10;
        }
        return digits;
    }

    /** Writes a number that is not negative to {@code out}, which stays the caller's. */
    public static void write(ByteBuf out, long number) {
        int digits = digits(number);
        int end = out.ensureWritable(digits).writerIndex() + digits;
        long left = number;
        for (int i = end - 1; i >= end - digits; i--) {
            out.setByte(i, (int) ('0' + left % 10));
            left /= 10;
        }
        out.writerIndex(end);
    }
}
