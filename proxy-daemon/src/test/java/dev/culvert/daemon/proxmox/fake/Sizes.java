package dev.culvert.daemon.proxmox.fake;

import java.math.BigDecimal;

/** Sizes as Proxmox writes them: {@code 32G}, {@code 512M}. */
final class Sizes {
    private static final String UNITS = "KMGT";

    private Sizes() {}

    static long bytes(String size) {
        int unit = UNITS.indexOf(size.charAt(size.length() - 1));
        if (unit < 0) {
            return new BigDecimal(size).longValue();
        }
        return new BigDecimal(size.substring(0, size.length() - 1))
                .multiply(BigDecimal.valueOf(1L << (10 * (unit + 1))))
                .longValue();
    }

    static String text(long bytes) {
        for (int unit = UNITS.length() - 1; unit >= 0; unit--) {
            long one = 1L << (10 * (unit + 1));
            if (bytes >= one && bytes % one == 0) {
                return bytes / one + UNITS.substring(unit, unit + 1);
            }
        }
        return Long.toString(bytes);
    }

    /** The size that the text of a disk names; 0 if it names none. */
    static long ofDisk(String disk) {
        for (String part : Parts.of(disk)) {
            if (part.startsWith("size=")) {
                return bytes(part.substring("size=".length()));
            }
        }
        return 0;
    }
}
