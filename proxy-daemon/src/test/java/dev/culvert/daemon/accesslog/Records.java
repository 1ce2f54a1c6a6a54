package dev.culvert.daemon.accesslog;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Blame;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.RequestTimes;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.http.Trouble;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests that never were. */
final class Records {
    private Records() {}

    static RequestRecord done(String id) {
        return of(id, 200, RequestRecord.DONE, null, Duration.ofMillis(12));
    }

    static RequestRecord slow(String id) {
        return of(id, 200, RequestRecord.DONE, null, Duration.ofSeconds(3));
    }

    static RequestRecord failed(String id) {
        return of(
                id,
                502,
                "agent/waiting",
                new Trouble(502, "runtime_error", 429, "It said \"no\" = \\.", Blame.AGENT),
                Duration.ofMillis(12));
    }

    static RequestRecord mistaken(String id) {
        return of(
                id,
                404,
                "client/handling",
                new Trouble(404, "", 0, "There is no agent.", Blame.CLIENT),
                Duration.ofMillis(1));
    }

    private static RequestRecord of(
            String id, int status, String state, @Nullable Trouble trouble, Duration whole) {
        return new RequestRecord(
                1_764_425_166_526L,
                HttpMethod.POST,
                "/api/v1/agents/{id}/stream",
                "HTTP/1.1",
                id,
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "192.0.2.7",
                new Caller("ci", Caller.Kind.TOKEN, "acme", Set.of(), null),
                "web",
                "web.QObZ-p…",
                "7f3a09c1",
                status,
                state,
                trouble,
                new RequestTimes(0, 1_000_000, 20_000, 250_000, 3_040_000, whole.toNanos()),
                42,
                1_000,
                new TokenUsage(11, 22),
                null);
    }
}
