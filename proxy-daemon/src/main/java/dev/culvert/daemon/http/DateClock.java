package dev.culvert.daemon.http;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Makes the text of the {@code Date} header once a second, for all loops. */
final class DateClock {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private record Stamp(long second, AsciiString text) {}

    private volatile Stamp stamp = new Stamp(-1, AsciiString.EMPTY_STRING);

    AsciiString text() {
        long second = System.currentTimeMillis() / 1000;
        Stamp current = stamp;
        if (current.second() != second) {
            String text = FORMAT.format(Instant.ofEpochSecond(second));
            current = new Stamp(second, new AsciiString(text));
            stamp = current;
        }
        return current.text();
    }
}
