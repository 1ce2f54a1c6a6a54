package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.json.EscapedText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest's side of parts.md; the dialogues of the specification are its base. */
class PartsTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/guest/connection/parts");
    private static final int ROUNDS = 1_500;
    private static final long SEED = 20261129;
    private static final String SMALL = "{\"role\":\"user\",\"content\":\"hi\"}";

    private final ScriptedLlm llm = new ScriptedLlm();
    private final EmbeddedAgent agent = new EmbeddedAgent(llm);
    private final EmbeddedHost host = agent.connect();

    @AfterEach
    void close() {
        host.close();
        agent.close();
    }

    private static String conversation(int bytes) {
        String before = "{\"messages\":[{\"role\":\"user\",\"content\":\"é \\\"漢\\\"\\n";
        return before + "x".repeat(bytes) + "\"}],\"temperature\":0.5}";
    }

    private static int size(String text) {
        return text.getBytes(UTF_8).length;
    }

    private void begin(String id, String message) {
        host.sendRaw(
                "{\"type\":\"parts\",\"id\":\"%s\",\"credit\":100000,\"payload\":{\"bytes\":%d}}"
                        .formatted(id, size(message)));
    }

    private void part(String id, String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
        ByteBuf json = Unpooled.buffer();
        EscapedText.write(bytes, bytes.readableBytes(), json);
        host.send("part", id, "{\"text\":\"" + json.toString(UTF_8) + "\"}");
    }

    /** Sends what the guest gives credit for, until the whole is sent; returns the credits. */
    private List<Integer> send(String id, String message) {
        begin(id, message);
        List<Integer> credits = new ArrayList<>();
        byte[] bytes = message.getBytes(UTF_8);
        int sent = 0;
        int allowed = 0;
        while (sent < bytes.length) {
            allowed += credit(id, credits);
            assertThat(allowed).as("credit after %d of %d", sent, bytes.length).isGreaterThan(sent);
            int next = Math.min(Math.min(60_000, bytes.length - sent), allowed - sent);
            part(id, new String(bytes, sent, next, UTF_8));
            sent += next;
        }
        return credits;
    }

    private int credit(String id, List<Integer> credits) {
        int sum = 0;
        for (String frame : host.all()) {
            if (frame.contains("\"type\":\"credit\"")) {
                assertThat(frame).startsWith("{\"type\":\"credit\",\"id\":\"" + id + "\"");
                int bytes = Integer.parseInt(frame.replaceAll(".*\"bytes\":(\\d+).*", "$1"));
                credits.add(bytes);
                sum += bytes;
            }
        }
        return sum;
    }

    @Test
    void aConversationOfManyPartsReachesTheRuntimeAsItWas() {
        String message = conversation(5_000_000);

        List<Integer> credits = send("t", message);

        assertThat(credits.stream().mapToInt(it -> it).sum()).isEqualTo(size(message));
        assertThat(credits).allMatch(it -> it <= 256 << 10);
        String body = llm.last().body();
        assertThat(body.length()).isGreaterThan(5_000_000);
        assertThat(body)
                .contains("\"temperature\":0.5")
                .contains("[{\"role\":\"user\",\"content\":\"é \\\"漢\\\"\\nxxx")
                .endsWith("xxx\"}]}");
        llm.last().says().onText("seen");
        assertThat(host.all()).hasSize(1).first().asString().contains("\"seen\"", "\"seq\":1");
    }

    @Test
    void theSameMessageInOneFrameAndInPartsIsOneTurn() {
        host.send("message", "t", SMALL);
        llm.last().says().onText("one");
        host.all();

        send("t", SMALL);

        assertThat(llm.count()).isEqualTo(1);
        assertThat(host.all()).hasSize(1).first().asString().contains("\"one\"", "\"seq\":1");
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedBeforeAnyOfItIsSent() {
        host.all();

        host.send("parts", "t", "{\"bytes\":33554433}");

        assertThat(host.all())
                .singleElement()
                .asString()
                .contains(
                        "\"message_too_large\"",
                        "33554433 bytes, and the agent takes at most 33554432 (--max-message-bytes)");
    }

    @Test
    void whatArrivesCountsAsARequestAndAsATurn() {
        host.send("parts", "a", "{\"bytes\":33554432}");
        host.send("parts", "b", "{\"bytes\":16777216}");
        host.send("parts", "c", "{\"bytes\":1}");
        assertThat(host.all().getLast()).contains("\"overloaded\"", "--max-requests-bytes");

        host.sendRaw("{\"type\":\"cancel\",\"id\":\"a\"}");
        assertThat(host.all()).singleElement().asString().contains("\"cancelled\"");
        for (int i = 0; i < 63; i++) {
            host.send("parts", "s" + i, "{\"bytes\":1}");
        }
        assertThat(host.all()).noneMatch(it -> it.contains("\"error\""));
        host.send("parts", "last", "{\"bytes\":1}");

        assertThat(host.all().getLast()).contains("\"overloaded\"", "--max-turns");
    }

    @Test
    void aLostLinkTakesWhatHadCome() {
        host.send("parts", "a", "{\"bytes\":33554432}");
        part("a", "{\"role\":");
        host.close();
        EmbeddedHost next = agent.connect();

        next.send("parts", "a", "{\"bytes\":33554432}");

        assertThat(next.all().getLast()).contains("\"credit\"");
        assertThat(llm.count()).isZero();
        next.close();
    }

    @Test
    void aHostThatSendsNoMoreIsNotWaitedForForever() {
        host.send("parts", "a", "{\"bytes\":1000}");
        host.advance(59);
        part("a", "{");
        host.advance(59);
        assertThat(host.all()).noneMatch(it -> it.contains("\"error\""));

        host.advance(2);

        assertThat(host.all())
                .filteredOn(it -> it.contains("\"error\""))
                .singleElement()
                .asString()
                .contains("\"cancelled\"", "sent no part of the message for 60 s");
        assertThat(agent.turns().requests().bytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            delimiter = '|',
            value = {
                "{} | a part needs a 'text'",
                "{\"text\":1} | a part needs a 'text'",
                "[\"x\"] | a part needs a 'text'",
                "{\"text\":\"a\",\"text\":\"b\"} | a part has 'text' twice",
                "{\"text\":\"\\ud800\"} | has a surrogate escape without its partner",
                "{\"text\":\"more than was announced\"} | more bytes than the agent gave credit for"
            })
    void aPartThatCannotBeEndsItsMessage(String payload, String why) {
        host.send("parts", "a", "{\"bytes\":10}");
        host.all();

        host.send("part", "a", payload);
        host.send("part", "a", "{\"text\":\"1234567890\"}");

        assertThat(host.all()).singleElement().asString().contains("\"invalid_payload\"", why);
        assertThat(agent.turns().requests().bytes()).isZero();
        assertThat(host.isConnected()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"role\":\"user\"", "[1,2,3]", "{\"a\":1}}", "{\"a\":\"\u0001\"}"})
    void partsThatTogetherAreNoPayloadAreRefused(String text) {
        send("a", text);

        assertThat(host.all())
                .singleElement()
                .asString()
                .contains("\"invalid_payload\"", "are not one JSON object");
        assertThat(llm.count()).isZero();
    }

    @Test
    void anotherAnnouncementOfTheSameIdEndsBoth() {
        begin("a", SMALL);
        begin("a", SMALL);
        part("a", SMALL);

        assertThat(host.all().getLast()).contains("\"invalid_message\"");
        assertThat(llm.count()).isZero();
        assertThat(agent.turns().requests().bytes()).isZero();
    }

    @Test
    void aPartOfNothingIsIgnored() {
        part("nothing", SMALL);

        assertThat(host.all()).hasSize(1).first().asString().contains("heartbeat");
        assertThat(host.isConnected()).isTrue();
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Streams of frames, one a line, with bytes changed, and lines left out and doubled. */
    @ParameterizedTest
    @MethodSource("corpus")
    void whateverComesNothingIsLeftBehind(Path file) throws IOException {
        List<String> good = Files.readAllLines(file);
        Random random = new Random(SEED);
        int begun = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int before = llm.count();
            EmbeddedHost other = agent.connect();
            for (String frame : mutated(good, random)) {
                if (other.isConnected()) {
                    other.sendRaw(frame);
                }
            }
            other.close();
            agent.pass(agent.settings().turns().orphanGrace());
            agent.pass(agent.settings().turns().logTtl());
            assertThat(agent.turns().requests().bytes()).as("round %d", round).isZero();
            begun += llm.count() > before ? 1 : 0;
        }

        assertThat(begun).isPositive().isLessThan(ROUNDS);
    }

    private static List<String> mutated(List<String> good, Random random) {
        List<String> frames = new ArrayList<>(good);
        for (int i = random.nextInt(3); i > 0 && !frames.isEmpty(); i--) {
            int at = random.nextInt(frames.size());
            switch (random.nextInt(5)) {
                case 0 -> frames.remove(at);
                case 1 -> frames.add(random.nextInt(frames.size()), frames.get(at));
                case 2 -> frames.add(frames.remove(at));
                default -> {
                    StringBuilder frame = new StringBuilder(frames.get(at));
                    int place = random.nextInt(frame.length());
                    frame.setCharAt(place, "\"\\{}[],:0159ap \u0001é".charAt(random.nextInt(17)));
                    frames.set(at, frame.toString());
                }
            }
        }
        return frames;
    }
}
