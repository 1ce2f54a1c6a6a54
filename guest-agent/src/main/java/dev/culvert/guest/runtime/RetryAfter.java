package dev.culvert.guest.runtime;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how long a runtime that refused wants to be left alone. */
final class RetryAfter {
    /** Some runtimes are more exact than HTTP allows, in a header of their own. */
    private static final String MILLISECONDS = "retry-after-ms";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");
    private static final long LONGEST_SECONDS = Duration.ofDays(1).toSeconds();

    private RetryAfter() {}

    /** Whole seconds, rounded up, a day at the most; 0 where the response does not say. */
    static int seconds(HttpHeaders headers, Instant now) {
        long millis = number(headers.get(MILLISECONDS));
        long seconds =
                millis >= 0
                        ? (millis + 999) / 1000
                        : seconds(headers.get(HttpHeaderNames.RETRY_AFTER), now);
        return (int) Math.clamp(seconds, 0, LONGEST_SECONDS);
    }

    private static long seconds(@Nullable String value, Instant now) {
        long number = number(value);
        if (number >= 0 || value == null) {
            return number;
        }
        Date date = DateFormatter.parseHttpDate(value);
        return date == null
                ? 0
                : Duration.between(now, date.toInstant()).plusMillis(999).toSeconds();
    }

    private static long number(@Nullable String value) {
        return value != null && NUMBER.matcher(value).matches() ? Long.parseLong(value) : -1;
    }
}
