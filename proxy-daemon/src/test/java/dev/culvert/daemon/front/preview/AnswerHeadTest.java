package dev.culvert.daemon.front.preview;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerHeadTest {
    private static AnswerHead read(String head) {
        return AnswerHead.read(head.getBytes(ISO_8859_1));
    }

    /** With a domain they would be sent to the previews of others, and fill their requests. */
    @Test
    void cookiesOfAnAppAreForItsOwnHost() {
        AnswerHead head =
                read(
                        "HTTP/1.1 200 OK\r\nSet-Cookie: a=domain=b; Path=/; Domain=preview.localhost; Secure\r\nset-cookie: c=d;domain=.preview.localhost\r\nX: ; domain=x\r\n\r\n");

        assertThat(new String(head.closing(), ISO_8859_1))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nSet-Cookie: a=domain=b; Path=/; Secure\r\nset-cookie: c=d\r\nX: ; domain=x\r\nConnection: close\r\n\r\n");
    }

    @Test
    void anAnswerThatSwitchesPassesAsItCameButForThese() {
        assertThat(
                        new String(
                                read("HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nSet-Cookie: a=b; Domain=x; HttpOnly\r\n\r\n")
                                        .unchanged(),
                                ISO_8859_1))
                .isEqualTo(
                        "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nSet-Cookie: a=b; HttpOnly\r\n\r\n");
    }
}
