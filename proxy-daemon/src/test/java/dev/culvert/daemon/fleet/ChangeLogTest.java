package dev.culvert.daemon.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader that was away can catch up with. */
class ChangeLogTest {
    private final ChangeLog log = new ChangeLog();

    private List<String> after(long number) {
        List<String> agents = new ArrayList<>();
        for (Change it = log.after(number); it != null; it = log.after(it.number())) {
            agents.add(it.number() + " " + it.agent());
        }
        return agents;
    }

    private ChangePoint at(long number) {
        return new ChangePoint(log.point().epoch(), number);
    }

    @Test
    void eachAgentIsThereOnceInTheOrderOfItsLastChange() {
        log.add("a");
        log.add("b");
        log.add("a");
        log.addRemoval("c");

        assertThat(after(0)).containsExactly("2 b", "3 a", "4 c");
        assertThat(after(3)).containsExactly("4 c");
        assertThat(log.point().number()).isEqualTo(4);
    }

    @Test
    void numbersOfAnotherLogAndOfTheFutureMeanNothing() {
        log.add("a");

        assertThat(log.reaches(at(0))).isTrue();
        assertThat(log.reaches(at(1))).isTrue();
        assertThat(log.reaches(at(2))).isFalse();
        assertThat(new ChangeLog().reaches(at(0))).isFalse();
    }

    @Test
    void theOldestRemovedAgentsAreForgottenAndThatIsKnown() {
        log.add("stays");
        log.addRemoval("back");
        log.addRemoval("first");
        log.add("back");
        for (int i = 0; i < ChangeLog.MOST_REMOVED; i++) {
            log.addRemoval("gone-" + i);
        }

        assertThat(log.reaches(at(2))).as("'first' was removed after that").isFalse();
        assertThat(log.reaches(at(3))).isTrue();
        assertThat(after(0)).hasSize(ChangeLog.MOST_REMOVED + 2).startsWith("1 stays", "4 back");
    }
}
