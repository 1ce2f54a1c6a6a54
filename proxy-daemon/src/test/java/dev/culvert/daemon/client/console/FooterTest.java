package dev.culvert.daemon.client.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FooterTest {
    private static final String ERASED = "\r\u001B[J";

    private final StringWriter shown = new StringWriter();
    private final Footer footer = of(true);
    private final PrintWriter out = new PrintWriter(footer);

    private Footer of(boolean isUsed) {
        return new Footer(new PrintWriter(shown), _ -> "it runs", isUsed);
    }

    @AfterEach
    void end() {
        footer.end();
    }

    private String shown() {
        return shown.toString();
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }

    @Test
    void whatRunsForAWhileIsSaidBelowItsOutput() {
        footer.begin();
        print("one\n");

        Eventually.await(() -> assertThat(shown()).startsWith("one\nit runs\r"));
    }

    @Test
    void outputTakesItsPlaceAndItComesBackBelow() {
        footer.begin();
        Eventually.await(() -> assertThat(shown()).contains("it runs\r"));
        print("two\n");

        assertThat(shown()).endsWith(ERASED + "two\nit runs\r");
    }

    @Test
    void theRestOfALineComesFirst() {
        footer.begin();
        Eventually.await(() -> assertThat(shown()).contains("it runs\r"));
        print("half a ");
        print("line\n");

        assertThat(shown()).endsWith(ERASED + "half a line\nit runs\r");
    }

    @Test
    void itIsGoneWhenWhatRunsHasEnded() {
        footer.begin();
        Eventually.await(() -> assertThat(shown()).contains("it runs\r"));
        footer.end();
        print("the next\n");

        assertThat(shown()).endsWith(ERASED + "the next\n");
    }

    @Test
    void aCommandThatMovesTheCursorHasTheScreen() {
        footer.begin();
        Eventually.await(() -> assertThat(shown()).contains("it runs\r"));
        print("\u001B[Hall of it\n");

        assertThat(shown()).endsWith(ERASED + "\u001B[Hall of it\n");
    }

    @Test
    void coloursDoNotCount() {
        footer.begin();
        Eventually.await(() -> assertThat(shown()).contains("it runs\r"));
        print("\u001B[32mgood\u001B[0m\n");

        assertThat(shown()).endsWith("\u001B[0m\nit runs\r");
    }
}
