package dev.culvert.daemon.http.h2;

import static dev.culvert.daemon.http.h2.FrameClient.CONTINUATION;
import static dev.culvert.daemon.http.h2.FrameClient.END_STREAM;
import static dev.culvert.daemon.http.h2.FrameClient.GOAWAY;
import static dev.culvert.daemon.http.h2.FrameClient.HEADERS;
import static dev.culvert.daemon.http.h2.FrameClient.PING;
import static dev.culvert.daemon.http.h2.FrameClient.RST_STREAM;
import static dev.culvert.daemon.http.h2.FrameClient.SETTINGS;
import static dev.culvert.daemon.http.h2.FrameClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.daemon.http.h2.FrameClient.Frame;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client may do too much of, and how that ends. */
class Http2LimitsTest {
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private final List<Answer> waiting = new ArrayList<>();
    private final FrameClient client =
            new FrameClient(
                    settings(),
                    new TestRoute(HttpMethod.POST, "/later", (_, answer) -> waiting.add(answer)),
                    new TestRoute(HttpMethod.GET, "/later", (_, answer) -> waiting.add(answer)));

    private static HttpSettings settings() {
        String text =
                """
                {"http": {"h2": {
                  "max_streams": 2, "max_resets_per_second": 3, "max_pings_per_second": 3,
                  "max_settings_per_second": 3, "max_continuations": 3, "max_empty_data": 3
                }}}
                """;
        try {
            return Settings.read(List.of(Layer.text("test", text)), DaemonSettings::read)
                    .value()
                    .http();
        } catch (BadSettingsException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        client.close();
    }

    private void endsWith(String debug, String flood) {
        Frame last =
                client.frames().stream().filter(it -> it.type() == GOAWAY).findAny().orElseThrow();
        assertThat(last.text()).contains(debug);
        assertThat(client.channel.isOpen()).isFalse();
        assertThat(client.observer.events()).contains("flood " + flood);
    }

    @Test
    void oneStreamTooManyIsRefusedAndTheOthersGoOn() {
        client.greet();
        client.get(1, "/later");
        client.get(3, "/later");
        client.get(5, "/later");
        assertThat(client.frames())
                .singleElement()
                .matches(it ->
                        it.type() == RST_STREAM
                                && it.stream() == 5
                                && it.first() == REFUSED_STREAM);
        assertThat(client.observer.events()).contains("flood STREAMS");
        assertThat(waiting).hasSize(2);
        client.later(() -> waiting.getFirst().noContent());
        client.get(7, "/later");
        assertThat(waiting).hasSize(3);
    }

    @Test
    void streamsThatAreResetAtOnceEndTheConnection() {
        client.greet();
        for (int stream = 1; stream <= 7; stream += 2) {
            client.get(stream, "/later");
            client.number(RST_STREAM, stream, CANCEL);
        }
        endsWith(
                "more than 3 resets of streams came within a second"
                        + " (http.h2.max_resets_per_second)",
                "RESETS");
    }

    @Test
    void resetsNowAndThenAreFine() {
        client.greet();
        for (int stream = 1; stream <= 41; stream += 2) {
            client.get(stream, "/later");
            client.number(RST_STREAM, stream, CANCEL);
            client.pass(Duration.ofMillis(500));
        }
        assertThat(client.channel.isOpen()).isTrue();
        assertThat(client.frames()).isEmpty();
    }

    @Test
    void pingsEndTheConnection() {
        client.greet();
        for (int i = 0; i < 4; i++) {
            client.send(PING, 0, 0, Unpooled.buffer().writeLong(i));
        }
        endsWith("http.h2.max_pings_per_second", "PINGS");
    }

    @Test
    void settingsEndTheConnection() {
        client.greet();
        for (int i = 0; i < 3; i++) {
            client.send(SETTINGS, 0, 0, Unpooled.EMPTY_BUFFER);
        }
        endsWith("http.h2.max_settings_per_second", "SETTINGS");
    }

    @Test
    void smallContinuationsEndTheConnection() {
        client.greet();
        client.send(HEADERS, END_STREAM, 1, client.block(1, request("GET", "/later")));
        for (int i = 0; i < 5; i++) {
            client.send(CONTINUATION, 0, 1, Unpooled.buffer().writeByte(0x80 | 2));
        }
        endsWith("continuations", "CONTINUATIONS");
        assertThat(waiting).isEmpty();
    }

    @Test
    void emptyDataEndsTheConnection() {
        client.greet();
        client.headers(1, request("POST", "/later"), false);
        for (int i = 0; i < 5; i++) {
            client.data(1, "", false);
        }
        endsWith("empty data frames", "EMPTY_DATA");
    }

    @Test
    void largeHeadersAreAnsweredAsInHttp1() {
        client.greet();
        Http2Headers large = request("GET", "/later");
        large.set("x-large", "x".repeat(settings().maxHeaderBytes()));
        client.headersInParts(1, large);
        assertThat(client.frames().getFirst().text()).contains(":status: 431");
        assertThat(client.observer.events()).contains("refused 431");
        Http2Headers many = request("GET", "/later");
        for (int i = 0; i <= settings().maxHeaderLines(); i++) {
            many.add("x-" + i, "");
        }
        client.headersInParts(3, many);
        assertThat(client.frames().getFirst().text()).contains(":status: 431");
        client.headersInParts(5, request("GET", "/" + "x".repeat(settings().maxUriBytes())));
        assertThat(client.frames().getFirst().text()).contains(":status: 414");
    }

    @Test
    void headersFarBeyondAllLimitsAreNotEvenRead() {
        client.greet();
        Http2Headers huge = request("GET", "/later");
        huge.set("x-huge", "\u007f".repeat(300_000));
        client.headersInParts(1, huge);
        endsWith("Header size exceeded", "HEADERS");
    }
}
