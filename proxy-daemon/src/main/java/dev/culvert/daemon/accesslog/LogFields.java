package dev.culvert.daemon.accesslog;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.io.Quoted;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a line, in order. The page log-fields.md describes each; a test compares the two.
 */
final class LogFields {
    /** Takes one field after the other. Texts are quoted already. */
    interface Line {
        void text(String name, String value);

        void number(String name, long value);

        /** A time in milliseconds. */
        void millis(String name, long micros);
    }

    /** Writes itself to a line, unless it has no value. */
    sealed interface Field {
        String name();

        void write(RequestRecord request, Line line);
    }

    private record Text(String name, Function<RequestRecord, @Nullable String> value)
            implements Field {
        @Override
        public void write(RequestRecord request, Line line) {
            String text = value.apply(request);
            if (text != null && !text.isEmpty()) {
                line.text(name, text);
            }
        }
    }

    /** Not written if it is negative, or 0 where that says nothing. */
    private record Count(String name, ToLongFunction<RequestRecord> value, boolean zeroSays)
            implements Field {
        @Override
        public void write(RequestRecord request, Line line) {
            long number = value.applyAsLong(request);
            if (number > 0 || (number == 0 && zeroSays)) {
                line.number(name, number);
            }
        }
    }

    private record Time(String name, ToLongFunction<RequestRecord> nanos) implements Field {
        @Override
        public void write(RequestRecord request, Line line) {
            long took = nanos.applyAsLong(request);
            if (took >= 0) {
                line.millis(name, TimeUnit.NANOSECONDS.toMicros(took));
            }
        }
    }

    static final List<Field> ALL =
            List.of(
                    new Text("state", RequestRecord::state),
                    new Text("method", it -> it.method().name()),
                    new Text("route", RequestRecord::route),
                    new Count("status", RequestRecord::status, true),
                    new Text("request", RequestRecord::requestId),
                    new Text("trace", RequestRecord::traceId),
                    new Text("caller", LogFields::caller),
                    new Text("tenant", LogFields::tenant),
                    new Text("client", it -> word(it.client())),
                    new Text("agent", it -> word(it.agent())),
                    new Text("turn", it -> word(it.turn())),
                    new Text("op", RequestRecord::op),
                    new Text("code", it -> it.trouble() == null ? null : word(it.trouble().code())),
                    new Count(
                            "runtime_status",
                            it -> it.trouble() == null ? 0 : it.trouble().runtimeStatus(),
                            false),
                    new Time("head_ms", it -> it.times().headNanos()),
                    new Time("body_ms", it -> it.times().bodyNanos()),
                    new Time("dial_ms", it -> it.times().dialNanos()),
                    new Time("first_ms", it -> it.times().firstNanos()),
                    new Time("whole_ms", it -> it.times().wholeNanos()),
                    new Count("bytes_in", RequestRecord::bytesIn, false),
                    new Count("bytes_out", RequestRecord::bytesOut, false),
                    new Count(
                            "input_tokens",
                            it -> it.tokens() == null ? 0 : it.tokens().input(),
                            false),
                    new Count(
                            "output_tokens",
                            it -> it.tokens() == null ? 0 : it.tokens().output(),
                            false),
                    new Text("protocol", RequestRecord::protocol),
                    new Text("error", LogFields::error));

    private LogFields() {}

    /** Absent where there are no credentials, because everybody is the same caller then. */
    private static @Nullable String caller(RequestRecord request) {
        Caller caller = request.caller();
        return caller == null || !caller.canEnd()
                ? null
                : Quoted.word(caller.kind().label() + ":" + caller.name());
    }

    private static @Nullable String tenant(RequestRecord request) {
        return request.caller() == null ? null : word(request.caller().tenant());
    }

    private static @Nullable String word(@Nullable String outside) {
        return outside == null ? null : Quoted.word(outside);
    }

    private static @Nullable String error(RequestRecord request) {
        return request.trouble() == null ? null : Quoted.sentence(request.trouble().sentence());
    }
}
