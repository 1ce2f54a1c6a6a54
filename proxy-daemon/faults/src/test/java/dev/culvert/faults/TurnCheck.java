package dev.culvert.faults;

import dev.culvert.faults.Answer.Ending;
import dev.culvert.faults.EventStream.Event;
import java.util.Map;
import java.util.Set;

/**
 * The invariant: over all its connections a client gets each byte of a turn exactly once and in
 * order, with event numbers without gaps, and the end only at the end. Anything else throws an
 * {@link AssertionError}.
 */
final class TurnCheck {
    /** What an event means to the client. */
    sealed interface Step {
        /** More events follow. */
        record Onwards() implements Step {}

        /** The turn has ended in the way of its answer. */
        record Over() implements Step {}

        /** The daemon stops this stream; the turn may continue. */
        record Interrupted(String code) implements Step {}

        /** The turn is unknown. */
        record Unknown() implements Step {}
    }

    /** Codes that concern the connection and not the turn. */
    private static final Set<String> OF_THE_WAY =
            Set.of(
                    "link_lost",
                    "timed_out",
                    "slow_consumer",
                    "draining",
                    "unreachable",
                    "taken_over",
                    "overloaded");

    static final String UNKNOWN = "unknown_turn";

    private final Answer answer;
    private final boolean cancelled;
    private final StringBuilder expected = new StringBuilder();
    private int pieces;
    private long receivedChars;
    private String turn = "";
    private long seq;
    private boolean last;

    /**
     * @param cancelled whether the client cancels the turn, so that it may also end as cancelled
     */
    TurnCheck(Answer answer, boolean cancelled) {
        this.answer = answer;
        this.cancelled = cancelled;
    }

    /** A check for another client, which continues after the last event of this one. */
    TurnCheck copy() {
        TurnCheck copy = new TurnCheck(answer, cancelled);
        copy.expected.append(expected);
        copy.pieces = pieces;
        copy.receivedChars = receivedChars;
        copy.turn = turn;
        copy.seq = seq;
        copy.last = last;
        return copy;
    }

    /** The id of the turn; empty until the daemon has sent it. */
    String turn() {
        return turn;
    }

    /** The number of the last event. */
    long seq() {
        return seq;
    }

    long receivedChars() {
        return receivedChars;
    }

    /**
     * Checks an event after the end: the daemon may only repeat how the turn ended. Returns true if
     * it says that it cannot tell now.
     */
    boolean isInterruptedAfterTheEnd(Event event) {
        expect(number(event.id()) == seq, "after the end came " + event);
        String word = event.type();
        if (word.equals("error")) {
            word = Json.members(event.data()).getOrDefault("code", "");
        }
        boolean isEnd = word.isEmpty() || word.equals(answer.ending().word());
        expect(isEnd || OF_THE_WAY.contains(word), "after the end came " + event);
        return !isEnd;
    }

    /** Forgets the turn, as if it had not been asked for. */
    void forget() {
        restart();
        turn = "";
    }

    /** Expects the turn from its start again. */
    void restart() {
        expected.setLength(0);
        pieces = 0;
        receivedChars = 0;
        seq = 0;
        last = false;
    }

    Step onEvent(Event event) {
        long number = number(event.id());
        return switch (event.type()) {
            case "" -> {
                expect(number == seq, "an id alone is " + number + " after event " + seq);
                yield new Step.Onwards();
            }
            case "chunk" -> {
                next(number);
                onChunk(Json.members(event.data()));
                yield new Step.Onwards();
            }
            case "done" -> {
                next(number);
                expect(last, "'done' came before the last chunk");
                yield over(Ending.WHOLE.word());
            }
            case "tool_blocked" -> {
                next(number);
                yield over(Ending.TOOL.word());
            }
            case "error" -> onError(number, Json.members(event.data()));
            default -> throw new AssertionError("unknown event " + event);
        };
    }

    /** The whole text in one answer. */
    void onWhole(String text) {
        onText(text);
        over(Ending.WHOLE.word());
    }

    /** The turn ended with this word and without a text. */
    void onOther(String word) {
        pieces = answer.pieces();
        over(word);
    }

    private Step onError(long number, Map<String, String> error) {
        String code = error.getOrDefault("code", "");
        if (cancelled && code.equals("cancelled")) {
            return new Step.Over();
        }
        if (code.equals(UNKNOWN)) {
            return new Step.Unknown();
        }
        if (OF_THE_WAY.contains(code)) {
            expect(number == seq, code + " has the id " + number + " after event " + seq);
            return new Step.Interrupted(code);
        }
        expect(
                code.equals(answer.ending().word()),
                "ended with " + code + ": " + error.getOrDefault("message", ""));
        next(number);
        return over(code);
    }

    private Step over(String word) {
        expect(word.equals(answer.ending().word()), "ended with " + word);
        expect(
                expected.isEmpty() && pieces == answer.pieces(),
                "ended with " + word + " after " + pieces + " of " + answer.pieces() + " pieces");
        return new Step.Over();
    }

    private void onChunk(Map<String, String> chunk) {
        expect(!last, "a chunk came after the last one");
        onText(chunk.getOrDefault("content", ""));
        last = Boolean.parseBoolean(chunk.get("done"));
    }

    private void onText(String text) {
        while (expected.length() < text.length() && pieces < answer.pieces()) {
            expected.append(answer.piece(pieces++));
        }
        if (expected.length() < text.length()
                || !expected.substring(0, text.length()).equals(text)) {
            throw new AssertionError(
                    "at character %d came %s instead of %s"
                            .formatted(receivedChars, quote(text), quote(expected)));
        }
        expected.delete(0, text.length());
        receivedChars += text.length();
    }

    private void next(long number) {
        expect(number == seq + 1, "event " + number + " came after event " + seq);
        seq = number;
    }

    private long number(String id) {
        int colon = id.lastIndexOf(':');
        expect(colon > 0, "an event has the id '" + id + "'");
        String of = id.substring(0, colon);
        expect(turn.isEmpty() || of.equals(turn), "an event is of turn " + of);
        turn = of;
        return Long.parseLong(id.substring(colon + 1));
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static String quote(CharSequence text) {
        return "'" + text.subSequence(0, Math.min(text.length(), 60)) + "'";
    }
}
