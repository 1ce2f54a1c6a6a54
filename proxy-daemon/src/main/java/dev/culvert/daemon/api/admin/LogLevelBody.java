package dev.culvert.daemon.api.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.about.Spelling;
import dev.culvert.about.Units;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.LogLevels;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * What {@code PUT /api/v1/admin/log-level} asks for.
 *
 * @param time after which the level is as before; zero for good
 */
record LogLevelBody(String area, Level level, Duration time) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * Reads the body of a request.
     *
     * @throws ProblemException when it asks for what there is not
     */
    static LogLevelBody of(Request request, SortedSet<String> areas) {
        String area = LogLevels.ALL;
        String level = null;
        String time = null;
        try (JsonParser json = JsonText.parser(JsonRequest.body(request))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                String value = json.nextToken() == JsonToken.VALUE_STRING ? json.getText() : null;
                switch (name) {
                    case "area" -> area = text(name, value);
                    case "level" -> level = text(name, value);
                    case "for" -> time = text(name, value);
                    default ->
                            throw bad(
                                    "The member '%s' is not known: the body takes 'area', 'level' and 'for'."
                                            .formatted(Quoted.word(name)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return new LogLevelBody(area(area, areas), level(level), time(time));
    }

    private static String text(String name, @Nullable String value) {
        if (value == null) {
            throw bad("'" + name + "' must be a text.");
        }
        return value;
    }

    private static String area(String area, SortedSet<String> areas) {
        if (area.equals(LogLevels.ALL) || areas.contains(area)) {
            return area;
        }
        throw bad(
                "There is no area '%s' of the log%s: the areas are all, %s."
                        .formatted(
                                Quoted.word(area),
                                Spelling.nearest(area, areas)
                                        .map(near -> " (did you mean " + near + "?)")
                                        .orElse(""),
                                String.join(", ", areas)));
    }

    private static Level level(@Nullable String level) {
        return switch (level) {
            case "error", "warn", "info", "debug", "trace" ->
                    Level.valueOf(level.toUpperCase(Locale.ROOT));
            case null -> throw bad("'level' is missing: it is error, warn, info, debug or trace.");
            default ->
                    throw bad(
                            "The level '%s' is not known: it is error, warn, info, debug or trace."
                                    .formatted(Quoted.word(level)));
        };
    }

    private static Duration time(@Nullable String text) {
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            Duration time = Units.duration(text);
            if (time.isPositive() && time.compareTo(LONGEST) <= 0) {
                return time;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw bad(
                "'for' is '%s': it takes a time such as 10m or 2h, up to 24h."
                        .formatted(Quoted.word(text)));
    }

    private static ProblemException bad(String sentence) {
        return ProblemException.badRequest(sentence);
    }
}
