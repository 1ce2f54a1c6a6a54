package dev.culvert.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TailTest {
    private final Tail tail = new Tail(8);

    private void add(String text) {
        tail.add(text.getBytes(US_ASCII), text.length());
    }

    @Test
    void tellsWhatCameAfterACount() {
        add("one");
        long count = tail.total();

        assertThat(tail.since(count)).isEmpty();
        add("two");
        assertThat(tail.since(count)).isEqualTo("two");
        assertThat(tail.since(0)).isEqualTo("onetwo");
    }

    @Test
    void tellsOfThatWhatIsStillKept() {
        add("one");
        long count = tail.total();
        add("0123456789");

        assertThat(tail.text()).isEqualTo("23456789");
        assertThat(tail.since(count)).isEqualTo("23456789");
        assertThat(tail.since(tail.total() - 2)).isEqualTo("89");
        assertThat(tail.since(tail.total() + 5)).isEmpty();
    }
}
