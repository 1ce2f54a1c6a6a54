package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.sshtunnels.FrontHandler.Wish;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What callers of a dynamic tunnel send first, with bytes changed, cut out and doubled. */
@Timeout(60)
class FrontFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/sshtunnels/heads.txt");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    /** A line each, with escapes as Java has them. */
    static List<String> heads() throws IOException {
        return Files.readAllLines(CORPUS).stream().map(String::translateEscapes).toList();
    }

    /** Each is passed on as it is, refused with an answer, or still read; nothing else is sent. */
    @ParameterizedTest
    @MethodSource("heads")
    void whatComesIsPassedOnRefusedOrReadOn(String good) {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String head = round == 0 ? good : mutated(good, random);
            List<Wish> wishes = new ArrayList<>();
            EmbeddedChannel channel = new EmbeddedChannel(new FrontHandler(wishes::add));
            int from = 0;
            while (from < head.length() && channel.isOpen()) {
                int to = Math.min(head.length(), from + 1 + random.nextInt(head.length()));
                channel.writeInbound(Unpooled.copiedBuffer(head.substring(from, to), ISO_8859_1));
                from = to;
            }
            String passed = all(channel, true);
            String answered = all(channel, false);
            if (wishes.isEmpty()) {
                assertThat(passed).as(head).isEmpty();
                assertThat(answered).matches("(?s)|HTTP/1\\.1 4[0-9]{2} .+");
                assertThat(channel.isOpen()).isEqualTo(answered.isEmpty());
            } else {
                assertThat(wishes).hasSize(1);
                assertThat(answered).isEmpty();
                assertThat(head).endsWith(passed);
                AgentAddress.Tcp target = wishes.getFirst().target();
                assertThat(target == null ? "CONNECT" : head.substring(0, 7)).isEqualTo("CONNECT");
            }
            channel.finishAndReleaseAll();
        }
    }

    private static String all(EmbeddedChannel channel, boolean inbound) {
        StringBuilder all = new StringBuilder();
        ByteBuf next = inbound ? channel.readInbound() : channel.readOutbound();
        while (next != null) {
            all.append(next.toString(ISO_8859_1));
            next.release();
            next = inbound ? channel.readInbound() : channel.readOutbound();
        }
        return all.toString();
    }

    @Test
    void aHeadThatDoesNotEndIsRefused() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrontHandler(_ -> {}));

        channel.writeInbound(Unpooled.copiedBuffer("C".repeat(9_000), US_ASCII));

        assertThat(all(channel, false)).startsWith("HTTP/1.1 431 ");
        channel.finishAndReleaseAll();
    }

    @Test
    void aCallerThatSaysNothingIsClosed() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrontHandler(_ -> {}));

        channel.advanceTimeBy(11, java.util.concurrent.TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
    }

    /** ssh answers; whatever comes, the end is told once, and what follows is passed on. */
    @Test
    void anAnswerOfSshIsUnderstoodOrFails() {
        Random random = new Random(SEED);
        byte[] good = {5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80, 'h', 'i'};
        int connected = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] said = good.clone();
            for (int i = 0; round > 0 && i <= random.nextInt(3); i++) {
                said[random.nextInt(said.length)] = (byte) random.nextInt(256);
            }
            List<Integer> codes = new ArrayList<>();
            SocksClient client = new SocksClient(new AgentAddress.Tcp("db", 1));
            EmbeddedChannel channel = new EmbeddedChannel(client);
            client.begin(channel, codes::add);
            int cut = 1 + random.nextInt(said.length - 1);
            channel.writeInbound(Unpooled.copiedBuffer(said, 0, cut));
            channel.writeInbound(Unpooled.copiedBuffer(said, cut, said.length - cut));
            channel.close();
            assertThat(codes).hasSize(1);
            if (round == 0) {
                assertThat(all(channel, true)).isEqualTo("hi");
            }
            connected += codes.getFirst() == 0 ? 1 : 0;
            channel.finishAndReleaseAll();
        }
        assertThat(connected).isBetween(1, ROUNDS - 1);
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 ->
                        text.setCharAt(
                                at, "\r\n :[]0\u0005\u0004C/\u00ff".charAt(random.nextInt(12)));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                default -> text.insert(at, "\r\n\r\n:[]9 ".charAt(random.nextInt(9)));
            }
        }
        return text.isEmpty() ? "C" : text.toString();
    }
}
