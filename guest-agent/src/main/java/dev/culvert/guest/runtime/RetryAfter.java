package dev.culvert.guest.runtime;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how long to wait before asking a runtime again that has refused. */
final class RetryAfter {
    /** Some runtimes send this header, which is more exact than the one of HTTP. */
    private static final String MILLISECONDS = "retry-after-ms";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");
    private static final long LONGEST_SECONDS = Duration.ofDays(1).toSeconds();

    private RetryAfter() {}

    /** In seconds, rounded up, at most a day; 0 if the response does not say. */
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
