package dev.culvert.daemon.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** So many things in a time, such as {@code 50/s}. */
public record Rate(int count, Duration per) {
    /** What such a value takes, for messages. */
    public static final String TAKES = "a rate such as 50/s, 600/m or 10000/h";

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,8})/([smh])");

    /**
     * Reads the text of one, as it prints it.
     *
     * @throws IllegalArgumentException one sentence without an end, for anything else
     */
    public static Rate parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it takes " + TAKES);
        }
        Duration per =
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(1);
                    case "m" -> Duration.ofMinutes(1);
                    default -> Duration.ofHours(1);
                };
        return new Rate(Integer.parseInt(matcher.group(1)), per);
    }

    @Override
    public String toString() {
        long seconds = per.toSeconds();
        return count + (seconds == 1 ? "/s" : seconds == 60 ? "/m" : "/h");
    }
}
