package dev.culvert.faults;

import dev.culvert.faults.Answer.Ending;
import java.time.Duration;

/**
 * What one turn asks for, and how its client behaves. A pure function of the seed and the number.
 *
 * @param keyed whether it is sent with an Idempotency-Key
 * @param events how many events the client reads before it leaves, cancels or is taken over
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

    /** How the client asks for the turn. */
    enum Way {
        STREAM_BY_POST,
        STREAM_BY_GET,
        MESSAGE
    }

    /** What the client does. */
    enum Conduct {
        /** Keeps trying until it has the whole turn. */
        STAYS,
        /** The same, and reads slowly. */
        READS_SLOWLY,
        /** Closes its connection in the middle and never comes back. */
        LEAVES,
        /** Cancels the turn in the middle. */
        CANCELS,
        /** Reads on while another client takes the turn over, and leaves the rest to it. */
        IS_TAKEN_OVER
    }

    /** How a client comes back to a stream that it has started to read. */
    enum Return {
        /** The same request, with Last-Event-ID, as EventSource does. */
        LAST_EVENT_ID,
        /** A request to the turn's own address. */
        TURN,
        /** The same request with its key. The turn is read from its start again. */
        REPEAT
    }

    /** Separates these draws from those of the faults. */
    private static final int TURNS = -1;

    /** So many pieces that no client waits for the end. */
    private static final int ENDLESS = 100_000;

    static TurnPlan of(long seed, long number) {
        Draw draw = Draw.of(seed, TURNS, number);
        Way way = draw.oneOf(Way.values(), 45, 25, 30);
        boolean keyed = way != Way.STREAM_BY_GET && draw.chance(60);
        Conduct conduct =
                way == Way.MESSAGE
                        ? draw.oneOf(Conduct.values(), 74, 8, 12, 0, 0)
                        : draw.oneOf(Conduct.values(), 62, 8, 12, 6, 12);
        Return comesBack = draw.oneOf(Return.values(), 5, 4, keyed ? 2 : 0);
        int events = draw.logBetween(0, 20);
        Road road = draw.anyOf(Road.values());
        Answer answer =
                switch (conduct) {
                    case STAYS -> finite(draw);
                    case READS_SLOWLY -> large(draw);
                    case LEAVES, CANCELS -> endless(draw);
                    case IS_TAKEN_OVER -> spoken(draw);
                };
        return new TurnPlan(number, road, way, keyed, conduct, events, comesBack, answer);
    }

    /** From one word to some hundred KB, all at once or word by word. */
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

    /** More than all buffers between the runtime and the client hold. */
    private static Answer large(Draw draw) {
        int pieces = draw.between(200, 400);
        return new Answer(
                nonce(draw), pieces, 4_000, false, Duration.ZERO, Duration.ZERO, Ending.WHOLE);
    }

    private static Answer endless(Draw draw) {
        Duration pace = Duration.ofMillis(draw.between(2, 50));
        return new Answer(nonce(draw), ENDLESS, 60, true, Duration.ZERO, pace, Ending.WHOLE);
    }

    /** Word by word, slowly enough for others to come for the turn while it runs. */
    private static Answer spoken(Draw draw) {
        Ending ending = draw.oneOf(Ending.values(), 80, 7, 7, 6, 0);
        Duration pace = Duration.ofMillis(draw.between(5, 25));
        return new Answer(
                nonce(draw),
                draw.between(60, 200),
                60,
                draw.chance(50),
                Duration.ZERO,
                pace,
                ending);
    }

    /** Positive, because the message contains it as digits. */
    private static long nonce(Draw draw) {
        return draw.number() >>> 1;
    }

    /** The body of the message. */
    String body() {
        return body(answer);
    }

    /** The body of a message with this answer. */
    static String body(Answer answer) {
        return "{\"role\":\"user\",\"content\":\"%s%d.\"}"
                .formatted(ScriptedRuntime.ASK, answer.nonce());
    }

    String path() {
        return "/api/v1/agents/" + road.agent() + (way == Way.MESSAGE ? "/message" : "/stream");
    }

    /** How many further clients take the turn over, each from the one before. */
    int rivals() {
        return conduct == Conduct.IS_TAKEN_OVER ? 1 + events % 3 : 0;
    }

    /** Whether some client does all it can to get the whole answer. */
    boolean keepsTrying() {
        return switch (conduct) {
            case STAYS, READS_SLOWLY, IS_TAKEN_OVER -> true;
            case LEAVES, CANCELS -> false;
        };
    }
}
