package dev.culvert.guest.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallOutputTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void close() {
        channel.close();
    }

    private CallOutput output(int most) {
        channel.freezeTime();
        return new CallOutput(channel.eventLoop(), most, told::add);
    }

    private void pass(int millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whatComesWithinAWhileIsToldAtOnce() {
        CallOutput output = output(100);
        output.add("a");
        output.add("b");
        pass(199);
        assertThat(told).isEmpty();
        pass(1);
        output.add("c");
        pass(200);
        pass(1_000);
        assertThat(told).containsExactly("ab", "c");
    }

    @Test
    void noMoreIsToldThanACallMayPutOut() {
        CallOutput output = output(5);
        output.add("abc");
        pass(200);
        output.add("defgh");
        output.add("ijk");
        pass(200);
        assertThat(told).containsExactly("abc", "de");
    }

    @Test
    void noCharacterIsCutInTwo() {
        CallOutput output = output(2);
        output.add("a\ud83d\ude00b");
        pass(200);
        assertThat(told).containsExactly("a");
    }

    @Test
    void whileNobodyReadsNothingIsTold() {
        CallOutput output = output(100);
        output.pause();
        output.add("a");
        pass(5_000);
        assertThat(told).isEmpty();
        output.add("b");
        output.resume();
        assertThat(told).containsExactly("ab");
        output.add("c");
        pass(200);
        assertThat(told).containsExactly("ab", "c");
    }

    @Test
    void aCallThatIsOverTellsNothing() {
        CallOutput output = output(100);
        output.add("a");
        output.close();
        output.add("b");
        pass(1_000);
        assertThat(told).isEmpty();
    }
}
