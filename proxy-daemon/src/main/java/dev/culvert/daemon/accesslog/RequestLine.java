package dev.culvert.daemon.accesslog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.RequestRecord;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A request as one line of logfmt or JSON, with the fields of log-fields.md. */
final class RequestLine {
    private static final JsonFactory JSON = new JsonFactory();

    private RequestLine() {}

    /** {@code WARN} if somebody who runs the daemon should look at it, else {@code INFO}. */
    static String level(RequestRecord request) {
        return request.concernsTheOperator() ? "WARN" : "INFO";
    }

    /** Without the time and the level, for a log that adds them. */
    static String logfmt(RequestRecord request) {
        Logfmt line = new Logfmt();
        LogFields.ALL.forEach(field -> field.write(request, line));
        return line.toString();
    }

    static String dated(RequestRecord request) {
        return "time=%s level=%s %s".formatted(time(request), word(request), logfmt(request));
    }

    private static String word(RequestRecord request) {
        return request.concernsTheOperator() ? "warn" : "info";
    }

    static String json(RequestRecord request) {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("time", time(request));
            json.writeStringField("level", word(request));
            Json line = new Json(json);
            LogFields.ALL.forEach(field -> field.write(request, line));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** When it ended, in UTC. */
    private static String time(RequestRecord request) {
        return Instant.ofEpochMilli(request.endedMillis())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }

    /** A pair of logfmt is {@code name=value}, with quotes where the value needs them. */
    private static final class Logfmt implements LogFields.Line {
        private final StringBuilder line = new StringBuilder(256);

        @Override
        public void text(String name, String value) {
            begin(name);
            if (isBare(value)) {
                line.append(value);
                return;
            }
            line.append('"');
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"' || c == '\\') {
                    line.append('\\');
                }
                line.append(c);
            }
            line.append('"');
        }

        @Override
        public void number(String name, long value) {
            begin(name);
            line.append(value);
        }

        @Override
        public void millis(String name, long micros) {
            begin(name);
            line.append(micros / 1_000);
            long rest = micros % 1_000;
            if (rest > 0) {
                String digits = Long.toString(1_000 + rest).substring(1);
                line.append('.').append(digits.replaceFirst("0+$", ""));
            }
        }

        private void begin(String name) {
            if (!line.isEmpty()) {
                line.append(' ');
            }
            line.append(name).append('=');
        }

        private static boolean isBare(String value) {
            return !value.isEmpty()
                    && value.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '=' || c == '\\');
        }

        @Override
        public String toString() {
            return line.toString();
        }
    }

    private record Json(JsonGenerator out) implements LogFields.Line {
        @Override
        public void text(String name, String value) {
            run(() -> out.writeStringField(name, value));
        }

        @Override
        public void number(String name, long value) {
            run(() -> out.writeNumberField(name, value));
        }

        @Override
        public void millis(String name, long micros) {
            run(() -> out.writeNumberField(name, micros / 1_000.0));
        }

        private interface Writing {
            void run() throws IOException;
        }

        private static void run(Writing writing) {
            try {
                writing.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
