package dev.culvert.faults;

import dev.culvert.faults.Answer.Ending;
import java.time.Duration;

/**
 * What one turn asks for and how its client behaves. A pure function of the seed and the number.
 *
 * @param keyed whether it is sent with an Idempotency-Key
 * @param events how many of them a client takes that does not stay
 */
record TurnPlan(
        long number,
        Road road,
        Way way,
        boolean keyed,
        Conduct conduct,
        int events,
        Return comesBack,
        Answer answer) {

    /** How it is asked for. */
    enum Way {
        STREAM_BY_POST,
        STREAM_BY_GET,
        MESSAGE
    }

    /** What the client does. */
    enum Conduct {
        /** Keeps trying until it has all of it. */
        STAYS,
        /** The same, and reads slowly. */
        READS_SLOWLY,
        /** Closes its connection in the midst and never comes back. */
        LEAVES,
        /** Has the turn cancelled in the midst. */
        CANCELS
    }

    /** How a client comes back to a stream that it has begun to read. */
    enum Return {
        /** The same request, with Last-Event-ID, as EventSource does. */
        LAST_EVENT_ID,
        /** The turn's own address. */
        TURN,
        /** The same request with its key, and from the start. */
        REPEAT
    }

    /** Tells these choices from those of the faults. */
    private static final int TURNS = -1;

    /** Many enough that nobody waits for the end of it. */
    private static final int ENDLESS = 100_000;

    static TurnPlan of(long seed, long number) {
        Draw draw = Draw.of(seed, TURNS, number);
        Way way = draw.oneOf(Way.values(), 45, 25, 30);
        boolean keyed = way != Way.STREAM_BY_GET && draw.chance(60);
        Conduct conduct = draw.oneOf(Conduct.values(), 74, 8, 12, way == Way.MESSAGE ? 0 : 6);
        Return comesBack = draw.oneOf(Return.values(), 5, 4, keyed ? 2 : 0);
        int events = draw.logBetween(0, 20);
        Road road = draw.oneOf(Road.values(), 1, 1, 1, 1);
        Answer answer =
                switch (conduct) {
                    case STAYS -> finite(draw);
                    case READS_SLOWLY -> large(draw);
                    case LEAVES, CANCELS -> endless(draw);
                };
        return new TurnPlan(number, road, way, keyed, conduct, events, comesBack, answer);
    }

    /** From a word to some hundred KB, at once or word by word. */
    private static Answer finite(Draw draw) {
        boolean words = draw.chance(50);
        int chars = draw.logBetween(1, words ? 6_000 : 300_000);
        int largest = words ? draw.between(20, 60) : draw.logBetween(50, 8_000);
        Ending ending = draw.oneOf(Ending.values(), 80, 6, 6, 6, 2);
        int pieces = ending == Ending.REFUSED ? 0 : 1 + 2 * chars / largest;
        return new Answer(
                nonce(draw),
                pieces,
                largest,
                draw.chance(50),
                Duration.ofMillis(draw.chance(15) ? draw.between(500, 2_500) : 0),
                Duration.ofMillis(words ? draw.between(1, 15) : 0),
                ending);
    }

    /** More than what may wait anywhere on the way. */
    private static Answer large(Draw draw) {
        int pieces = draw.between(200, 400);
        return new Answer(
                nonce(draw), pieces, 4_000, false, Duration.ZERO, Duration.ZERO, Ending.WHOLE);
    }

    private static Answer endless(Draw draw) {
        Duration pace = Duration.ofMillis(draw.between(2, 50));
        return new Answer(nonce(draw), ENDLESS, 60, true, Duration.ZERO, pace, Ending.WHOLE);
    }

    /** Positive, for it stands in the message as digits. */
    private static long nonce(Draw draw) {
        return draw.number() >>> 1;
    }

    /** The message's body. */
    String body() {
        return body(answer);
    }

    /** The body of a message that is answered so. */
    static String body(Answer answer) {
        return "{\"role\":\"user\",\"content\":\"%s%d.\"}"
                .formatted(ScriptedRuntime.ASK, answer.nonce());
    }

    String path() {
        return "/api/v1/agents/" + road.agent() + (way == Way.MESSAGE ? "/message" : "/stream");
    }

    /** Whether the client does all it can to get the whole answer. */
    boolean keepsTrying() {
        return conduct == Conduct.STAYS || conduct == Conduct.READS_SLOWLY;
    }
}
