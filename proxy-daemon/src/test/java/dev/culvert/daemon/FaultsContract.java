package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every dialect owes its clients when a turn fails: they are never told that an answer is
 * whole which is not. A dialect says how it asks, and how an error and an end look.
 */
interface FaultsContract {
    int eventLoops();

    String path();

    /** A request that says "hi" to agent {@code a}. */
    String request(boolean streams);

    /** Names and values by turns, for a request that streams or not. */
    default String[] headers(boolean streams) {
        return new String[0];
    }

    /** A part of the error that tells of this failure. */
    String told(Fault fault);

    /** An answer that failed before it began, after which the agent may have begun to work. */
    default void assertFailed(HttpResponse<String> answer, Fault fault) {
        assertThat(answer.statusCode()).isEqualTo(status(fault));
        assertThat(answer.body())
                .contains(fault == Fault.RESTART_OF_THE_DAEMON ? "shutting down" : told(fault))
                .doesNotContain("half");
        if (answer.statusCode() == 429 || answer.statusCode() >= 500) {
            assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        }
    }

    /**
     * What an agent says instead of an answer has a status, whether the client streams or not.
     *
     * @param error the members of the agent's error, with single quotes
     * @param told a part of the answer
     * @param should what {@code x-should-retry} says, or a hyphen
     */
    default void assertRefused(String error, int status, String told, String should)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume");
                TestDaemon daemon = daemon("", guest)) {
            String payload = "{" + error.replace('\'', '"') + ",\"message\":\"it is so\"}";
            guest.on("message", message -> message.numbered(1, "error", payload));

            for (boolean streams : new boolean[] {false, true}) {
                HttpResponse<String> answer = begin(daemon, streams).join();

                assertThat(answer.statusCode()).as(request(streams)).isEqualTo(status);
                assertThat(answer.body()).contains("it is so", told);
                HttpHeaders headers = answer.headers();
                assertThat(headers.firstValue("x-should-retry").orElse("-")).isEqualTo(should);
                assertThat(headers.firstValue("x-culvert-turn")).isPresent();
                assertThat(headers.firstValue("retry-after").isPresent())
                        .isEqualTo(error.contains("retry_after") || error.contains("draining"));
            }
        }
    }

    /** The status of an answer that failed before it began. */
    default int status(Fault fault) {
        return fault.status();
    }

    /** The events with which a stream fails, after its text. */
    default void assertFailed(List<String> events, Fault fault) {
        assertThat(events).hasSize(1);
        assertThat(events.getFirst()).contains(told(fault));
    }

    /** Waits until the daemon knows that nobody reads the turn at this path any more. */
    default void awaitUnread(TestDaemon daemon, String turn) {
        daemon.awaitBody(turn, "\"read_by\":[]");
    }

    /** Whether the head of a stream is sent before the agent has said anything. */
    default boolean beginsAtOnce() {
        return false;
    }

    /** Whether a stream breaks off because of this failure. */
    default boolean breaksOff(Fault fault) {
        return true;
    }

    /** Whether a line of a stream only says that the daemon is there. */
    default boolean isKeepalive(String line) {
        return line.equals(":");
    }

    /** Whether this event, its type, a blank and its data, says that the answer is whole. */
    boolean isEnd(String event);

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops() + "," + settings, guests);
    }

    private RawEvents stream(TestDaemon daemon) throws Exception {
        return new RawEvents(daemon, path(), request(true), headers(true));
    }

    /** Begins to ask; {@code more} are headers. */
    private CompletableFuture<HttpResponse<String>> begin(
            TestDaemon daemon, boolean streams, String... more) {
        String[] own = headers(streams);
        String[] all = new String[own.length + more.length];
        System.arraycopy(own, 0, all, 0, own.length);
        System.arraycopy(more, 0, all, own.length, more.length);
        return daemon.begin("POST", path(), request(streams), all);
    }

    /** The message, of whose answer the client has read a part. */
    private static Request half(ScriptedGuest guest, RawEvents events) throws Exception {
        Request message = guest.take();
        message.chunk("half");
        awaitEvent(events, "half");
        return message;
    }

    private static void awaitEvent(RawEvents events, String text) throws Exception {
        while (!events.next().contains(text)) {
            // those before it
        }
    }

    @ParameterizedTest
    @EnumSource
    default void whatFailsInTheMiddleIsAnErrorAndTheStreamBreaksOff(Fault fault) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(fault.settings(), guest);
                RawEvents events = stream(daemon)) {
            Request message = half(guest, events);
            CompletableFuture<Void> happened = fault.happen(message, daemon);

            List<String> rest = events.rest();

            assertFailed(rest, fault);
            assertThat(rest).noneMatch(this::isEnd);
            assertThat(events.isBroken()).isEqualTo(breaksOff(fault));
            happened.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void whatFailsInTheMiddleIsNoWholeAnswer(Fault fault) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(fault.settings(), guest)) {
            CompletableFuture<HttpResponse<String>> answer = begin(daemon, false);
            Request message = guest.take();
            message.chunk("half");
            CompletableFuture<Void> happened = fault.happen(message, daemon);

            assertFailed(answer.join(), fault);
            happened.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void aLinkThatIsLostBeforeTheFirstTokenIsTold(boolean streams) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            guest.on("message", message -> message.link().reset());
            if (streams && beginsAtOnce()) {
                try (RawEvents events = stream(daemon)) {
                    assertFailed(events.rest(), Fault.LOST_LINK);
                    assertThat(events.isBroken()).isTrue();
                }
            } else {
                assertFailed(begin(daemon, streams).join(), Fault.LOST_LINK);
            }
        }
    }

    @Test
    default void aTurnThatIsDoneEndsTheStreamInOrder() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest);
                RawEvents events = stream(daemon)) {
            half(guest, events).done("and all");
            List<String> rest = events.rest();
            assertThat(rest.getLast()).matches(this::isEnd);
            assertThat(events.isBroken()).isFalse();
        }
    }

    /** The agent has said nothing at all. */
    @Test
    default void aStreamIsKeptAliveFromTheMomentItIsAccepted() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"sse\": {\"keepalive\": \"20ms\"},", guest);
                EventReader events = daemon.stream("POST", path(), request(true), headers(true))) {
            for (int seen = 0; seen < 2; ) {
                seen += isKeepalive(String.valueOf(events.line())) ? 1 : 0;
            }
            assertThat(events.status()).isEqualTo(200);
            assertThat(guest.take().type()).isEqualTo("message");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void aClientThatLeavesBeforeTheFirstTokenStopsTheRuntimeAtOnce(boolean streams)
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> answer = begin(daemon, streams);
            Request message = guest.take();

            answer.cancel(true);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
            message.numbered(1, "error", "{\"code\":\"cancelled\",\"message\":\"yes\"}");
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);
        }
    }

    @Test
    default void aClientThatLeavesInTheMiddleDoesToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon("", guest)) {
            String id;
            try (RawEvents events = stream(daemon)) {
                Request message = guest.take();
                message.chunk(1, "half");
                awaitEvent(events, "half");
                id = message.id();
            }
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(id);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void aTurnThatIsToGoOnDoes(boolean streams) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    begin(daemon, streams, "x-culvert-on-disconnect", "continue");
            Request message = guest.take();
            answer.cancel(true);
            String turn = "/api/v1/turns/" + message.id();
            awaitUnread(daemon, turn);

            message.done(1, "yes");

            daemon.awaitBody(turn, "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void aRequestThatIsRepeatedWithItsKeyIsOneTurn(boolean streams) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon("", guest)) {
            guest.on("message", message -> message.done(1, "once"));
            guest.on("resume", message -> message.done(1, "once"));
            String[] key = {"idempotency-key", "order 4711"};

            HttpResponse<String> first = begin(daemon, streams, key).join();
            HttpResponse<String> second = begin(daemon, streams, key).join();

            assertThat(first.body()).contains("once");
            assertThat(second.body()).contains("once");
            String turn = first.headers().firstValue("x-culvert-turn").orElseThrow();
            assertThat(second.headers().firstValue("x-culvert-turn")).hasValue(turn);
        }
    }

    /** In Culvert's own events. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void theTurnThatAnAnswerNamesCanBeReadAgain(boolean streams) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon("", guest)) {
            guest.on("message", message -> message.done(1, "again"));
            guest.on("resume", message -> message.done(1, "again"));

            HttpResponse<String> answer = begin(daemon, streams).join();

            String turn = answer.headers().firstValue("x-culvert-turn").orElseThrow();
            assertThat(daemon.get("/api/v1/turns/" + turn + "/stream").body())
                    .contains("event: chunk", "again", "event: done");
        }
    }
}
