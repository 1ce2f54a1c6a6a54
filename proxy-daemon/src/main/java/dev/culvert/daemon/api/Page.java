package dev.culvert.daemon.api;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of a list, ordered by id, that a request asks for.
 *
 * @param after the id before the first one; null to begin with the first of all
 */
public record Page(@Nullable String after, int limit) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    public static Page of(Request request) {
        return new Page(request.query("after"), limit(request.query("limit")));
    }

    /** The id before the first one; empty to begin with the first of all. */
    public String start() {
        return after == null ? "" : after;
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The query parameter 'limit' is '%s': it takes 1 to %d."
                                    .formatted(Quoted.word(text), MAX_LIMIT)));
        }
        return limit;
    }

    public interface Writer<T> {
        void write(JsonGenerator json, T item) throws IOException;
    }

    /** Writes two members: {@code name} with the items, and {@code next}. */
    public <T> void write(
            JsonGenerator json,
            String name,
            Stream<T> all,
            Function<T, String> id,
            Writer<T> writer)
            throws IOException {
        List<T> found =
                all.filter(item -> after == null || id.apply(item).compareTo(after) > 0)
                        .limit(limit + 1L)
                        .toList();
        List<T> page = found.subList(0, Math.min(limit, found.size()));
        json.writeArrayFieldStart(name);
        for (T item : page) {
            writer.write(json, item);
        }
        json.writeEndArray();
        if (page.size() < found.size()) {
            json.writeStringField("next", id.apply(page.getLast()));
        } else {
            json.writeNullField("next");
        }
    }
}
