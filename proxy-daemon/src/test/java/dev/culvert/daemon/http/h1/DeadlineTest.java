package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.TestRoute;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The settings' defaults: 10 s for a head, 60 s idle, 1024 bytes a second for a body. */
class DeadlineTest {
    private static final String GET = "GET /agents/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String POST =
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n";

    private final List<Answer> waiting = new ArrayList<>();
    private final EmbeddedServer server =
            new EmbeddedServer(
                    HttpSettings.DEFAULTS,
                    new TestRoute(HttpMethod.GET, "/later", (_, it) -> waiting.add(it)));

    @AfterEach
    void stop() {
        server.close();
    }

    private void pass(long seconds) {
        server.pass(Duration.ofSeconds(seconds));
    }

    @Test
    void closesAConnectionThatNeverBeginsInSilence() {
        pass(9);
        assertThat(server.isOpen()).isTrue();
        pass(1);
        assertThat(server.isOpen()).isFalse();
        assertThat(server.received()).isEmpty();
    }

    @Test
    void givesTheWholeHeadOneDeadlineHoweverItTrickles() {
        for (int second = 0; second < 10; second++) {
            server.send(GET.substring(second, second + 1));
            assertThat(server.isOpen()).isTrue();
            pass(1);
        }
        assertThat(server.received()).startsWith("HTTP/1.1 408 Request Timeout");
        assertThat(server.isOpen()).isFalse();
        assertThat(server.observer.events()).contains("refused 408", "closed");
    }

    @Test
    void countsALaterHeadFromItsFirstByte() {
        server.send(GET);
        pass(50);
        server.send("GET /ag");
        pass(9);
        server.send("ents");
        assertThat(server.isOpen()).isTrue();
        pass(1);
        assertThat(server.received()).contains("HTTP/1.1 408 ");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void closesAnIdleConnectionInSilence() {
        server.send(GET);
        pass(59);
        server.send(GET);
        pass(59);
        server.received();
        assertThat(server.isOpen()).isTrue();
        pass(1);
        assertThat(server.isOpen()).isFalse();
        assertThat(server.received()).isEmpty();
    }

    @Test
    void cutsABodyThatNeverComes() {
        server.send(POST);
        pass(9);
        assertThat(server.isOpen()).isTrue();
        pass(1);
        assertThat(server.received()).startsWith("HTTP/1.1 408 ");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void cutsABodyThatComesTooSlowly() {
        server.send(POST);
        int seconds = 0;
        while (server.isOpen()) {
            server.send("x".repeat(512));
            pass(1);
            seconds++;
        }
        assertThat(server.received()).startsWith("HTTP/1.1 408 ");
        assertThat(seconds).isBetween(19, 21); // half the pace uses up the grace of 10 s in 20 s
    }

    @Test
    void waitsForABodyThatKeepsThePace() {
        server.send(POST);
        for (int i = 0; i < 20; i++) {
            server.send("x".repeat(1000));
            pass(1);
        }
        assertThat(server.received()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void givesARouteAllTheTimeItTakes() {
        server.send(GET.replace("/agents/a", "/later"));
        pass(3600);
        assertThat(server.isOpen()).isTrue();
        waiting.getFirst().noContent();
        pass(0);
        assertThat(server.received()).startsWith("HTTP/1.1 204 ");
        pass(60);
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void countsTheHeadThatWaitedBehindAnAnswerFromThatAnswer() {
        server.send(GET.replace("/agents/a", "/later") + "GET /half");
        pass(30);
        waiting.getFirst().noContent();
        pass(9);
        assertThat(server.isOpen()).isTrue();
        pass(1);
        assertThat(server.received()).startsWith("HTTP/1.1 204 ").contains("HTTP/1.1 408 ");
    }

    @Test
    void hearsOutWhoConnectedAndHasNotAskedYetWhenItDrains() {
        server.drain();
        server.send(GET);

        assertThat(server.received()).startsWith("HTTP/1.1 200 OK").contains("connection: close");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void waitsOnlyASecondForWhoConnectedAndDoesNotAskWhenItDrains() {
        server.drain();
        server.pass(Duration.ofMillis(999));
        assertThat(server.isOpen()).isTrue();
        server.pass(Duration.ofMillis(1));
        assertThat(server.isOpen()).isFalse();
        assertThat(server.received()).isEmpty();
    }

    @Test
    void waitsNotForWhoWasAnsweredWhenItDrains() {
        server.send(GET);
        server.drain();
        assertThat(server.isOpen()).isFalse();
    }
}
