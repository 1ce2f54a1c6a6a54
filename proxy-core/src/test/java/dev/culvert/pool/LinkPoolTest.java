package dev.culvert.pool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.link.AgentLink;
import dev.culvert.link.BasePeer;
import dev.culvert.link.CountingObserver;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.link.LinkDialer;
import dev.culvert.link.LinkLimits;
import dev.culvert.link.LinkObserver;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkPoolTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration BRIEF = Duration.ofMillis(30);

    @TempDir Path directory;
    private final EventLoops loops = EventLoops.start(2, "pool");
    private final EventLoop loop = loops.next();
    private final CountingObserver observer = new CountingObserver();
    private final Shares<AgentAddress> shares =
            new Shares<>(
                    new Account(new AccountLimits("max_held_bytes", 100 << 20, 75)),
                    "agent_share",
                    () -> 100);
    private final CountDownLatch answering = new CountDownLatch(1);
    private final List<BasePeer> peers = new ArrayList<>();
    private LinkPool pool = pool(new PoolLimits(8, LONG, LONG));

    private LinkPool pool(PoolLimits limits) {
        return new LinkPool(
                loops.group(),
                it ->
                        new LinkDialer(
                                it, loops.transport(), () -> LinkLimits.DEFAULTS, observer, shares),
                () -> limits,
                observer,
                shares);
    }

    @AfterEach
    void close() throws IOException {
        answering.countDown();
        pool.close();
        for (BasePeer peer : peers) {
            peer.close();
        }
        loops.close();
        assertThat(observer.waiting()).isZero();
        assertThat(observer.count("started"))
                .isEqualTo(observer.lines().stream().filter(l -> l.startsWith("ended")).count());
    }

    @Test
    void dialsWhenALinkIsFirstWantedAndThenGivesTheSameLink() throws IOException {
        BasePeer agent = agent();
        assertThat(agent.connections()).isZero();

        AgentLink first = acquire(loop, agent.address()).link();
        AgentLink second = acquire(loop, agent.address()).link();

        assertThat(second).isSameAs(first);
        assertThat(observer.count("dial ok")).isEqualTo(1);
        Eventually.await(() -> assertThat(agent.connections()).isEqualTo(1));
    }

    @Test
    void eachEventLoopHasALinkOfItsOwn() throws IOException {
        BasePeer agent = agent();
        EventLoop other = loops.next();

        AgentLink first = acquire(loop, agent.address()).link();
        AgentLink second = acquire(other, agent.address()).link();

        assertThat(first.eventLoop()).isSameAs(loop);
        assertThat(second.eventLoop()).isSameAs(other).isNotSameAs(loop);
        assertThat(observer.count("dial ok")).isEqualTo(2);
    }

    @Test
    void theSecondLaneHasALinkOfItsOwnWhichIsDialledOnlyWhenItIsWanted() throws IOException {
        BasePeer agent = agent();
        AgentLink first = acquire(loop, agent.address()).link();
        assertThat(observer.count("dial ok")).isEqualTo(1);

        Waiter waiter = new Waiter();
        loop.execute(() -> pool.acquire(loop, agent.address(), Lane.SECOND, waiter));

        assertThat(waiter.link()).isNotSameAs(first);
        assertThat(waiter.link().eventLoop()).isSameAs(loop);
        assertThat(acquire(loop, agent.address()).link()).isSameAs(first);
        assertThat(observer.count("dial ok")).isEqualTo(2);
        pool.remove(agent.address(), "the agent was removed");
        Eventually.await(() -> assertThat(first.isOpen() || waiter.link().isOpen()).isFalse());
    }

    @Test
    void theSecondLaneIsClosedWhenItIsIdleAndTheFirstStaysWhileItIsUsed() throws IOException {
        pool = pool(new PoolLimits(8, LONG, BRIEF));
        BasePeer agent =
                add(BasePeer.listenOnTcp(connection -> connection.in().skipNBytes(1 << 20)));
        AgentLink first = acquire(loop, agent.address()).link();
        onLoop(() -> open(first, new End()));
        Waiter waiter = new Waiter();
        loop.execute(() -> pool.acquire(loop, agent.address(), Lane.SECOND, waiter));
        AgentLink second = waiter.link();

        Eventually.await(() -> assertThat(second.isOpen()).isFalse());
        assertThat(first.isOpen()).isTrue();
    }

    @Test
    void eachAgentHasALinkOfItsOwn() throws IOException {
        BasePeer one = agent();
        BasePeer two = agent();

        acquire(loop, one.address()).link();
        acquire(loop, two.address()).link();

        Eventually.await(() -> assertThat(one.connections()).isEqualTo(1));
        Eventually.await(() -> assertThat(two.connections()).isEqualTo(1));
    }

    @Test
    void whoComesWhileADialIsUnderWayWaitsForItAndOneTooManyIsOverloaded() throws IOException {
        AgentAddress address = agentThatTakesItsTime().address();
        List<Waiter> waiters = acquire(loop, address, 8);

        Waiter ninth = acquire(loop, address);

        assertThat(ninth.failure()).isInstanceOf(Failure.Overloaded.class);
        assertThat(ninth.failure().message()).contains(address.toString(), "max_waiting");
        assertThat(observer.waiting()).isEqualTo(8);
        answering.countDown();
        AgentLink link = waiters.getFirst().link();
        assertThat(waiters).allSatisfy(each -> assertThat(each.link()).isSameAs(link));
        assertThat(observer.count("dial ok")).isEqualTo(1);
        assertThat(observer.waiting()).isZero();
    }

    @Test
    void aDeadAgentCostsOneDialAndNotOneForEachRequest() throws IOException {
        AgentAddress nobody = nobody();

        List<Waiter> waiters = acquire(loop, nobody, 8);
        waiters.forEach(Waiter::failure);
        List<Waiter> later = acquire(loop, nobody, 1_000);

        assertThat(waiters.getFirst().failure()).isInstanceOf(Failure.Unreachable.class);
        assertThat(later)
                .allSatisfy(
                        each -> assertThat(each.failure()).isEqualTo(waiters.getFirst().failure()));
        assertThat(observer.count("dial failed")).isEqualTo(1);
    }

    @Test
    void aDeadAgentIsDialledAgainAfterThePause() throws IOException {
        pool = pool(new PoolLimits(8, BRIEF, LONG));
        AgentAddress nobody = nobody();
        acquire(loop, nobody).failure();

        Eventually.await(() -> {
            acquire(loop, nobody).failure();
            assertThat(observer.count("dial failed")).isGreaterThan(2);
        });

        assertThat(observer.count("dial ok")).isZero();
    }

    @Test
    void aWaiterThatTriesAgainAtOnceIsToldTheSameWithoutADial() throws IOException {
        AgentAddress nobody = nobody();
        Waiter again = new Waiter();
        Waiter first = new Waiter(_ -> pool.acquire(loop, nobody, Lane.FIRST, again));

        onLoop(() -> pool.acquire(loop, nobody, Lane.FIRST, first));

        assertThat(again.failure()).isEqualTo(first.failure());
        assertThat(observer.count("dial failed")).isEqualTo(1);
    }

    @Test
    void whatAWaiterThrowsKeepsNoOtherFromBeingTold() throws IOException {
        AgentAddress address = agentThatTakesItsTime().address();
        Waiter broken =
                new Waiter(_ -> {
                    throw new OutOfMemoryError("thrown on purpose");
                });
        onLoop(() -> pool.acquire(loop, address, Lane.FIRST, broken));
        Waiter other = acquire(loop, address);

        answering.countDown();

        assertThat(other.link()).isSameAs(broken.link());
    }

    @Test
    void aLinkThatIsLostIsDialledAnewForTheNextRequest() throws IOException {
        BasePeer agent =
                add(
                        BasePeer.listenOnTcp(connection -> {
                            connection.heartbeat("ready");
                            connection.read();
                        }));
        AgentLink first = acquire(loop, agent.address()).link();
        End end = new End();
        onLoop(() -> open(first, end));
        Eventually.await(() -> assertThat(end.told).containsExactly("failed"));

        AgentLink second = acquire(loop, agent.address()).link();

        assertThat(second).isNotSameAs(first);
        assertThat(call(second::isOpen)).isTrue();
        assertThat(observer.count("dial ok")).isEqualTo(2);
    }

    @Test
    void whoLosesItsLinkMayAskForAnotherFromWithinItsFailure() throws IOException {
        BasePeer agent =
                add(
                        BasePeer.listenOnTcp(connection -> {
                            connection.heartbeat("ready");
                            connection.read();
                        }));
        AgentLink first = acquire(loop, agent.address()).link();
        Waiter again = new Waiter();
        End end = new End(() -> pool.acquire(loop, agent.address(), Lane.FIRST, again));

        onLoop(() -> open(first, end));

        assertThat(again.link()).isNotSameAs(first);
        assertThat(end.told).containsExactly("failed");
    }

    @Test
    void anIdleLinkIsClosedAndOneThatCarriesAnExchangeIsNot() throws IOException {
        pool = pool(new PoolLimits(8, LONG, BRIEF));
        BasePeer busy =
                add(BasePeer.listenOnTcp(connection -> connection.in().skipNBytes(1 << 20)));
        BasePeer idle = agent();
        AgentLink working = acquire(loop, busy.address()).link();
        onLoop(() -> open(working, new End()));

        for (int i = 1; i <= 3; i++) {
            acquire(loop, idle.address()).link();
            long closed = i;
            Eventually.await(
                    () -> assertThat(observer.count("link closed: idle")).isEqualTo(closed));
        }

        assertThat(call(working::isOpen)).isTrue();
        assertThat(observer.count("dial ok")).isEqualTo(4);
    }

    @Test
    void aLinkThatWasLongInComingIsNotIdleYet() {
        AgentAddress address = AgentAddress.parse("tcp://127.0.0.1:1");
        List<DialListener> dials = new ArrayList<>();
        try (EmbeddedLink dialled = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE)) {
            AgentLink link = dialled.link();
            EventLoop still = dialled.channel().eventLoop();
            LinkPool idling =
                    new LinkPool(
                            still,
                            _ -> (_, listener) -> dials.add(listener),
                            () -> new PoolLimits(8, LONG, Duration.ofSeconds(1)),
                            LinkObserver.NONE,
                            shares);
            idling.acquire(still, address, Lane.FIRST, new Waiter());
            dialled.advance(Duration.ofMillis(900));
            dials.getFirst().onLink(link);

            dialled.advance(Duration.ofSeconds(1));
            assertThat(link.isOpen()).isTrue();
            assertThat(idling.openTo(address)).isEqualTo(1);
            dialled.advance(Duration.ofMillis(100));

            assertThat(link.isOpen()).isFalse();
            assertThat(idling.openTo(address)).isZero();
        }
    }

    @Test
    void aLinkOfTheCallersOwnIsCountedAndOtherwiseLeftAlone() throws IOException {
        BasePeer agent = agent();
        Waiter own = new Waiter();
        onLoop(() -> pool.dial(loop, agent.address(), own));
        AgentLink shared = acquire(loop, agent.address()).link();

        assertThat(own.link()).isNotSameAs(shared);
        assertThat(pool.openTo(agent.address())).isEqualTo(2);
        pool.remove(agent.address(), "the agent was removed");

        Eventually.await(() -> assertThat(pool.openTo(agent.address())).isEqualTo(1));
        assertThat(call(own.link()::isOpen)).isTrue();
        own.link().close("done");
        Eventually.await(() -> assertThat(pool.openTo(agent.address())).isZero());
    }

    /* Port 0 cannot be dialled, which is found out before there is a socket. */
    @Test
    void vsockAgentsAreToldApartByCidAndPort() {
        AgentAddress agent = new AgentAddress.Vsock(3, 0);
        AgentAddress otherCid = new AgentAddress.Vsock(4, 0);
        AgentAddress otherPort = new AgentAddress.Vsock(AgentAddress.Vsock.ANY_CID, 1);

        for (AgentAddress address : List.of(agent, agent, otherCid, otherPort, otherPort)) {
            assertThat(acquire(loop, address).failure().message()).startsWith(address.toString());
        }

        assertThat(observer.count("dial failed")).isEqualTo(3);
    }

    @Test
    void removeClosesTheLinksOfEveryLoopAndTheNextRequestDialsAnew() throws IOException {
        BasePeer agent = agent();
        BasePeer neighbour = agent();
        AgentLink kept = acquire(loop, neighbour.address()).link();
        acquire(loop, agent.address()).link();
        acquire(loops.next(), agent.address()).link();

        pool.remove(agent.address(), "the agent was deleted");

        Eventually.await(() ->
                assertThat(observer.count("link closed: the agent was deleted")).isEqualTo(2));
        assertThat(call(kept::isOpen)).isTrue();
        AgentLink anew = acquire(loop, agent.address()).link();
        assertThat(call(anew::isOpen)).isTrue();
    }

    @Test
    void removeFailsWhoWaitsAndClosesTheLinkThatStillComes() throws IOException {
        BasePeer agent = agentThatTakesItsTime();
        Waiter waiter = acquire(loop, agent.address());

        pool.remove(agent.address(), "the agent was deleted");

        assertThat(waiter.failure()).isEqualTo(new Failure.Unreachable("the agent was deleted"));
        answering.countDown();
        Eventually.await(() ->
                assertThat(observer.count("link closed: the agent was deleted")).isEqualTo(1));
        assertThat(waiter.told()).hasSize(1);
    }

    @Test
    void whoIsFailedByARemovalMayAskAgainAndGetsALinkThatStays() throws IOException {
        BasePeer agent = agentThatTakesItsTime();
        Waiter again = new Waiter();
        Waiter first = new Waiter(_ -> pool.acquire(loop, agent.address(), Lane.FIRST, again));
        onLoop(() -> pool.acquire(loop, agent.address(), Lane.FIRST, first));

        pool.remove(agent.address(), "moved");
        first.failure();
        answering.countDown();

        AgentLink link = again.link();
        Eventually.await(() -> assertThat(observer.count("link closed: moved")).isEqualTo(1));
        assertThat(call(link::isOpen)).isTrue();
    }

    @Test
    void closeClosesEveryLinkFailsWhoWaitsAndRefusesWhoComesLater() throws IOException {
        BasePeer agent = agent();
        AgentAddress slow = agentThatTakesItsTime().address();
        AgentLink link = acquire(loop, agent.address()).link();
        End end = new End();
        onLoop(() -> open(link, end));
        Waiter waiter = acquire(loop, slow);

        pool.close();

        assertThat(call(link::isOpen)).isFalse();
        Eventually.await(() -> assertThat(end.told).hasSize(1));
        assertThat(waiter.failure().message()).contains("shutting down");
        assertThat(acquire(loop, agent.address()).failure().message()).contains("shutting down");
        answering.countDown();
        Eventually.await(() ->
                assertThat(observer.count("link closed: this side is shutting down")).isEqualTo(2));
    }

    @Test
    void aLoopOfSomebodyElseIsRefused() {
        try (EventLoops strangers = EventLoops.start(1, "stranger")) {
            assertThatThrownBy(() ->
                            pool.acquire(strangers.next(), nobody(), Lane.FIRST, new Waiter()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private BasePeer agent() throws IOException {
        return add(BasePeer.listenOnTcp(BasePeer.GUEST));
    }

    /** A VM's monitor with a guest behind it, whose handshake waits until the test allows it. */
    private BasePeer agentThatTakesItsTime() throws IOException {
        String path = directory.resolve("vm").toString();
        AgentAddress address = AgentAddress.parse("unix://" + path + "?port=5000");
        return add(
                BasePeer.listenOnUnix(
                        path,
                        address,
                        connection -> {
                            while (connection.in().readByte() != '\n') {
                                // "CONNECT 5000"
                            }
                            await(answering);
                            connection.write("OK 1\n".getBytes(US_ASCII));
                            BasePeer.GUEST.run(connection);
                        }));
    }

    private BasePeer add(BasePeer peer) {
        peers.add(peer);
        return peer;
    }

    private static AgentAddress nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return AgentAddress.parse("tcp://127.0.0.1:" + socket.getLocalPort());
        }
    }

    private Waiter acquire(EventLoop on, AgentAddress address) {
        Waiter waiter = new Waiter();
        on.submit(() -> pool.acquire(on, address, Lane.FIRST, waiter)).syncUninterruptibly();
        return waiter;
    }

    private List<Waiter> acquire(EventLoop on, AgentAddress address, int times) {
        return IntStream.range(0, times).mapToObj(_ -> acquire(on, address)).toList();
    }

    private static void open(AgentLink link, End end) {
        Frame ping = new Frame(FrameType.CONTEXT_UPDATE, "c1", Unpooled.copiedBuffer("{}", UTF_8));
        link.open(ping, end, Patience.ofSilence(LONG));
    }

    private void onLoop(Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    private <T> T call(Callable<T> action) {
        return loop.submit(action).syncUninterruptibly().getNow();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Keeps how an exchange ended, and then does what the test wants done. */
    private static final class End implements ReplyListener {
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final Runnable then;

        End(Runnable then) {
            this.then = then;
        }

        End() {
            this(() -> {});
        }

        @Override
        public void onReply(Frame reply) {}

        @Override
        public void onDone() {
            told.add("done");
            then.run();
        }

        @Override
        public void onFailure(Failure failure) {
            told.add("failed");
            then.run();
        }
    }
}
