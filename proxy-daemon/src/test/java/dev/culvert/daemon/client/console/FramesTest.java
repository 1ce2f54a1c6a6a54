package dev.culvert.daemon.client.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FramesTest {
    private final StringWriter shown = new StringWriter();

    @SuppressWarnings("NullAway.Init") // before each test
    private LineDisciplineTerminal terminal;

    @SuppressWarnings("NullAway.Init") // likewise
    private Frames frames;

    @BeforeEach
    void open() throws IOException {
        terminal = new LineDisciplineTerminal("test", "xterm", new ByteArrayOutputStream(), UTF_8);
        terminal.setSize(Size.of(20, 6));
        frames = new Frames(new PrintWriter(shown), terminal);
    }

    @AfterEach
    void close() throws IOException {
        terminal.close();
    }

    @Test
    void aFrameIsDrawnOverTheOneBeforeWithoutClearingTheScreen() {
        frames.draw("a long line\nb", "status");
        shown.getBuffer().setLength(0);
        frames.draw("c\nd", "status");

        assertThat(shown.toString())
                .isEqualTo("\u001B[Hc\u001B[K\nd\u001B[K\nstatus\u001B[K\u001B[J");
    }

    @Test
    void whatWasOnTheScreenBeforeMovesUp() {
        frames.draw("a", "status");

        assertThat(shown.toString()).startsWith("\n".repeat(6) + "\u001B[Ha");
    }

    @Test
    void whatDoesNotFitIsCutAndSaid() {
        frames.draw("1\n2\n3\n4\n5\n6\n7", "a status that is too long for it");

        assertThat(shown.toString())
                .contains("3\u001B[K\n… 4 more lines\u001B[K\na status that is to\u001B[K")
                .doesNotContain("4\u001B[K\n5");
    }
}
