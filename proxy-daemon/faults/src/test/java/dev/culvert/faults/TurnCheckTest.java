package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.faults.Answer.Ending;
import dev.culvert.faults.EventStream.Event;
import dev.culvert.faults.TurnCheck.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the harness would notice mistakes. */
class TurnCheckTest {
    interface Mistake {
        void make(List<Event> events);
    }

    @Test
    void aWholeTurnIsWhole() {
        assertThat(steps(Ending.WHOLE, events(Ending.WHOLE))).last().isEqualTo(new Step.Over());
    }

    @Test
    void aTurnThatContinuesAfterAnInterruptionIsWhole() {
        List<Event> events = events(Ending.WHOLE);
        events.add(3, new Event("error", "t:2", "{\"code\":\"draining\"}"));
        events.add(4, new Event("", "t:2", ""));

        assertThat(steps(Ending.WHOLE, events))
                .contains(new Step.Interrupted("draining"))
                .last()
                .isEqualTo(new Step.Over());
    }

    @Test
    void aTurnThatAnotherClientReadsOnIsWholeThere() {
        List<Event> events = events(Ending.WHOLE);
        TurnCheck first = new TurnCheck(answer(Ending.WHOLE), false);
        events.subList(0, 3).forEach(first::onEvent);

        TurnCheck second = first.copy();

        assertThat(events.subList(3, events.size()).stream().map(second::onEvent))
                .last()
                .isEqualTo(new Step.Over());
        assertThat(first.seq()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource
    void everyMistakeIsNoticed(String what, Mistake mistake) {
        List<Event> events = events(Ending.WHOLE);
        mistake.make(events);

        assertThatThrownBy(
                        () -> {
                            if (steps(Ending.WHOLE, events).contains(new Step.Unknown())) {
                                throw new AssertionError("as the client has it");
                            }
                        })
                .as(what)
                .isInstanceOf(AssertionError.class);
    }

    static Stream<Arguments> everyMistakeIsNoticed() {
        return Stream.of(
                mistake("a chunk is lost", events -> events.remove(2)),
                mistake("a chunk comes twice", events -> events.add(3, events.get(2))),
                mistake("two chunks change places", events -> events.add(2, events.remove(3))),
                mistake(
                        "a chunk is lost and the numbers hide it",
                        events -> {
                            events.remove(3);
                            events.set(3, chunk(3, "", true));
                            events.set(4, new Event("done", "t:4", "{}"));
                        }),
                mistake(
                        "a byte is another",
                        events ->
                                events.set(
                                        2, chunk(2, answer(Ending.WHOLE).piece(1) + "?", false))),
                mistake(
                        "it is done too early",
                        events -> events.set(2, new Event("done", "t:2", "{}"))),
                mistake(
                        "it is done without a last chunk",
                        events -> {
                            events.remove(4);
                            events.set(4, new Event("done", "t:4", "{}"));
                        }),
                mistake(
                        "it ends in another way",
                        events -> events.set(5, new Event("tool_blocked", "t:5", "{}"))),
                mistake("it is unknown", events -> events.set(2, error("t:1", "unknown_turn"))),
                mistake(
                        "it is cancelled and nobody wanted it",
                        events -> events.set(2, error("t:2", "cancelled"))),
                mistake(
                        "an event is of another turn",
                        events -> events.set(2, new Event("chunk", "u:2", events.get(2).data()))),
                mistake(
                        "an interruption takes a number",
                        events -> events.set(2, error("t:2", "draining"))),
                mistake(
                        "an id alone skips one",
                        events -> events.add(2, new Event("", "t:2", ""))));
    }

    @Test
    void everyEndingIsTakenForItselfOnly() {
        for (Ending ending : List.of(Ending.ERROR, Ending.BROKEN, Ending.TOOL)) {
            assertThat(steps(ending, events(ending))).last().isEqualTo(new Step.Over());
            assertThatThrownBy(() -> steps(Ending.WHOLE, events(ending)))
                    .isInstanceOf(AssertionError.class);
        }
    }

    private static Arguments mistake(String what, Mistake mistake) {
        return Arguments.of(what, mistake);
    }

    private static List<Step> steps(Ending ending, List<Event> events) {
        TurnCheck check = new TurnCheck(answer(ending), false);
        return events.stream().map(check::onEvent).toList();
    }

    private static Answer answer(Ending ending) {
        return new Answer(7, 3, 50, false, Duration.ZERO, Duration.ZERO, ending);
    }

    /** The events of a daemon without mistakes. */
    private static List<Event> events(Ending ending) {
        Answer answer = answer(ending);
        List<Event> events = new ArrayList<>(List.of(new Event("", "t:0", "")));
        for (int i = 0; i < answer.pieces(); i++) {
            events.add(chunk(i + 1, answer.piece(i), false));
        }
        switch (ending) {
            case WHOLE -> {
                events.add(chunk(4, "", true));
                events.add(new Event("done", "t:5", "{}"));
            }
            case TOOL -> events.add(new Event("tool_blocked", "t:4", "{}"));
            case ERROR, BROKEN, REFUSED -> events.add(error("t:4", ending.word()));
        }
        return events;
    }

    private static Event chunk(int number, String text, boolean done) {
        return new Event(
                "chunk",
                "t:" + number,
                "{\"content\":\"%s\",\"done\":%s}".formatted(ScriptedRuntime.quoted(text), done));
    }

    private static Event error(String id, String code) {
        return new Event("error", id, "{\"code\":\"" + code + "\"}");
    }
}
