package dev.culvert.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many exchanges on one link, in any order and with any end. */
class LinkLoadTest {
    private static final int EXCHANGES = 1_000;
    private static final int CHUNKS = 3;
    private static final int KILLS = 500;
    private static final int REQUESTS = 40;

    private final Host host = new Host();

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void aThousandExchangesAnsweredInRandomOrderEachGetTheirOwnReplies() throws IOException {
        try (BasePeer peer = BasePeer.listenOnTcp(LinkLoadTest::answerAllInRandomOrder)) {
            AgentLink link = host.dial(peer.address());
            List<ScriptedListener> listeners =
                    IntStream.range(0, EXCHANGES).mapToObj(_ -> new ScriptedListener()).toList();

            host.run(() -> {
                for (int i = 0; i < EXCHANGES; i++) {
                    link.open(Host.message("m" + i, "hello"), listeners.get(i), Host.PATIENCE);
                }
            });
            Eventually.await(() ->
                    assertThat(listeners).allSatisfy(each -> assertThat(each.ends()).hasSize(1)));

            for (int i = 0; i < EXCHANGES; i++) {
                assertThat(listeners.get(i).ends()).containsExactly("done");
                assertThat(listeners.get(i).replies()).containsExactlyElementsOf(chunks("m" + i));
            }
            assertThat(host.call(link::inFlight)).isZero();
            assertThat(host.observer().count("ended done")).isEqualTo(EXCHANGES);
            assertThat(host.observer().count("heartbeat running"))
                    .isEqualTo(EXCHANGES * CHUNKS / 10);
        }
    }

    private static void answerAllInRandomOrder(BasePeer.Connection connection) throws IOException {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < EXCHANGES; i++) {
            String id = BasePeer.text(String.valueOf(connection.read()), "id");
            order.addAll(Collections.nCopies(CHUNKS, id));
        }
        Collections.shuffle(order, new Random(1));
        int sent = 0;
        Map<String, Integer> numbers = new HashMap<>();
        for (String id : order) {
            int number = numbers.merge(id, 1, Integer::sum);
            connection.chunk(id, id + "/" + number, number == CHUNKS);
            sent++;
            if (sent % 10 == 0) {
                connection.heartbeat("running");
            }
        }
        connection.read();
    }

    private static List<String> chunks(String id) {
        return IntStream.rangeClosed(1, CHUNKS)
                .mapToObj(number ->
                        "{\"content\":\"%s/%d\",\"done\":%s}"
                                .formatted(id, number, number == CHUNKS))
                .toList();
    }

    @Test
    void aLinkThatDiesAtAnyPointEndsEachExchangeExactlyOnce() throws IOException {
        AtomicInteger seed = new AtomicInteger();
        List<Caller> callers = new ArrayList<>();
        try (BasePeer peer =
                BasePeer.listenOnTcp(connection ->
                        new DoomedGuest(connection, new Random(seed.incrementAndGet())).run())) {
            for (int i = 0; i < KILLS; i++) {
                Caller caller = new Caller(host.dial(peer.address()), new Random(-i));
                callers.add(caller);
                host.run(caller::openAll);
                Eventually.await(() -> assertThat(host.call(caller::isOver)).isTrue());
            }
            Eventually.await(() ->
                    assertThat(
                                    host.observer().lines().stream()
                                            .filter(line -> line.startsWith("link closed")))
                            .hasSize(KILLS));
        }
        long opened = callers.stream().mapToLong(caller -> caller.opened.size()).sum();

        assertThat(callers.stream().flatMap(caller -> caller.opened.stream()))
                .allSatisfy(each -> assertThat(each.history()).matches("r*[dfc]"));
        assertThat(host.observer().count("started")).isEqualTo(opened);
        assertThat(host.observer().lines().stream().filter(line -> line.startsWith("ended ")))
                .hasSize((int) opened)
                .contains("ended done", "ended link_lost", "ended cancelled")
                .contains("ended agent_error", "ended tool_blocked");
    }

    /** Answers at random and dies at a random point, in one of the ways in which guests do. */
    private record DoomedGuest(
            BasePeer.Connection connection, Random random, List<String> openIds) {
        DoomedGuest(BasePeer.Connection connection, Random random) {
            this(connection, random, new ArrayList<>());
        }

        void run() throws IOException {
            readRequest(); // until then the host may be dialling still
            int unread = REQUESTS - 1;
            for (int frames = random.nextInt(2 * REQUESTS); frames > 0; ) {
                if (unread > 0 && random.nextBoolean()) {
                    readRequest();
                    unread--;
                } else {
                    sayAnything();
                    frames--;
                }
            }
            die();
        }

        private void readRequest() throws IOException {
            openIds.add(BasePeer.text(String.valueOf(connection.read()), "id"));
        }

        private void sayAnything() throws IOException {
            if (openIds.isEmpty() || random.nextInt(8) == 0) {
                connection.heartbeat("running");
                return;
            }
            int which = random.nextInt(openIds.size());
            String id = openIds.get(which);
            switch (random.nextInt(6)) {
                case 0 -> connection.chunk(id, "end", true);
                case 1 -> connection.send("error", id, "{\"code\":\"internal\"}");
                case 2 -> connection.send("tool_blocked", id, "{\"tool_name\":\"rm\"}");
                default -> {
                    connection.chunk(id, "more", false);
                    return;
                }
            }
            openIds.remove(which);
        }

        private void die() throws IOException {
            byte[] frame = BasePeer.frame("chunk", "k0", "{\"content\":\"\",\"done\":true}");
            byte[] torn = Arrays.copyOf(frame, 1 + random.nextInt(frame.length - 1));
            switch (random.nextInt(6)) {
                case 0 -> connection.close();
                case 1 -> connection.reset();
                case 2 -> {
                    connection.write(torn);
                    connection.close();
                }
                case 3 -> {
                    connection.write(torn);
                    connection.reset();
                }
                case 4 -> {
                    connection.write(torn);
                    connection.shutdownOutput();
                    connection.in().transferTo(OutputStream.nullOutputStream());
                }
                default -> {
                    connection.write(new byte[] {0, 0, 0, 2, '[', ']'});
                    connection.in().transferTo(OutputStream.nullOutputStream());
                }
            }
        }
    }

    /** Opens exchanges, and more as they are answered, cancels some, may close the link itself. */
    private static final class Caller {
        private final AgentLink link;
        private final Random random;
        private final List<Exchanged> opened = new ArrayList<>();

        Caller(AgentLink link, Random random) {
            this.link = link;
            this.random = random;
        }

        void openAll() {
            for (int i = 0; i < REQUESTS; i++) {
                open();
                if (random.nextInt(10) == 0) {
                    cancelOne();
                }
            }
        }

        private void open() {
            Exchanged exchanged = new Exchanged(this);
            opened.add(exchanged);
            Frame request = Host.message("k" + opened.size(), "hello");
            exchanged.exchange = link.open(request, exchanged, Host.PATIENCE);
        }

        private void cancelOne() {
            opened.get(random.nextInt(opened.size())).cancel();
        }

        /** What callers do from within the words that they are told. */
        private void react() {
            switch (random.nextInt(100)) {
                case 0 -> link.close("closed by this side");
                case 1, 2, 3, 4, 5 -> cancelOne();
                case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> open();
                default -> {
                    // Most do nothing.
                }
            }
        }

        boolean isOver() {
            return opened.stream().allMatch(Exchanged::isOver);
        }
    }

    /** One exchange's history: a letter for each thing told, and for its cancellation. */
    private static final class Exchanged implements ReplyListener {
        private final Caller caller;
        private final StringBuilder history = new StringBuilder();
        private @Nullable Exchange exchange;

        Exchanged(Caller caller) {
            this.caller = caller;
        }

        String history() {
            return history.toString();
        }

        boolean isOver() {
            return exchange != null && !exchange.isOpen();
        }

        /** Not while it is being opened: who is refused is told before there is an exchange. */
        void cancel() {
            if (exchange != null && exchange.isOpen()) {
                history.append('c');
                exchange.cancel();
            }
        }

        @Override
        public void onReply(Frame reply) {
            history.append('r');
            caller.react();
        }

        @Override
        public void onDone() {
            history.append('d');
            caller.react();
        }

        @Override
        public void onFailure(Failure failure) {
            history.append('f');
            caller.react();
        }
    }
}
