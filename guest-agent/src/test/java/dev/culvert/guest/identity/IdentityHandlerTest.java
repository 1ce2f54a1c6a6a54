package dev.culvert.guest.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Register;
import dev.culvert.identity.Registered;
import dev.culvert.testing.Eventually;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guest's side of joining.md. */
class IdentityHandlerTest {
    private static final Challenge ASKED = new Challenge("n1", "web", false);
    private static final Registered KNOWN = new Registered("web", "acme", "");

    @TempDir private Path folder;

    private @Nullable Host host;
    private @Nullable IdentityKeeper keeper;

    @AfterEach
    void stop() {
        if (host != null) {
            host.close();
        }
        if (keeper != null) {
            keeper.close();
        }
    }

    /** A new process of the guest opens a link. */
    private Host started(@Nullable String token) throws Exception {
        stop();
        IdentityKeeper opened = IdentityKeeper.open(folder);
        keeper = opened;
        Introduction introduction =
                new Introduction(token, "", "i1", "1.0", List.of("credit"), Map.of("os", "Linux"));
        Host next = new Host(new IdentityHandler(opened, introduction, folder.resolve("gen")));
        host = next;
        return next;
    }

    private Path file() {
        return folder.resolve(IdentityFile.NAME);
    }

    private String text() {
        try {
            return Files.readString(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AgentKey registers(Host host) throws Exception {
        return Register.read(host.takes(FrameType.REGISTER)).key();
    }

    private void registered() throws Exception {
        Host first = started("cvj_a");
        registers(first);
        first.sends(ASKED.frame());
        first.takes(FrameType.PROVE);
        first.sends(KNOWN.frame());
        first.awaitLink();
    }

    @Test
    void registersWithItsTokenAndProvesItsKey() throws Exception {
        Host host = started("cvj_a");
        Register register = Register.read(host.takes(FrameType.REGISTER));

        host.sends(ASKED.frame());
        Proof proof = Proof.read(host.takes(FrameType.PROVE));

        assertThat(register.token()).isEqualTo("cvj_a");
        assertThat(register.instance()).isEqualTo("i1");
        assertThat(proof.isBy(register.key(), ASKED)).isTrue();
        assertThat(proof.counter()).isEqualTo(1);
    }

    @Test
    void onlyItsUserMayReadTheFileThatIsThereBeforeItAnswers() throws Exception {
        Host host = started("cvj_a");
        registers(host);
        assertThat(text()).contains("private_key");

        host.sends(ASKED.frame());
        host.takes(FrameType.PROVE);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(text()).contains("\"agent_id\" : \"web\"", "\"counter\" : 1");
    }

    @Test
    void isALinkOnlyWhenTheHostKnowsIt() throws Exception {
        Host host = started("cvj_a");
        registers(host);
        host.sends(ASKED.frame());
        host.takes(FrameType.PROVE);
        host.sends(Frame.bare(FrameType.PING, "1"));
        assertThat(host.isLinked()).isFalse();

        host.sends(KNOWN.frame());
        host.awaitLink();
        host.sends(Frame.bare(FrameType.PING, "2"));

        Eventually.await(() -> assertThat(host.passed()).containsExactly("2"));
    }

    @Test
    void afterThatItSaysWhoItIsAndCounts() throws Exception {
        registered();

        Host host = started(null);
        assertThat(Hello.read(host.takes(FrameType.HELLO)).agentId()).isEqualTo("web");
        host.sends(ASKED.frame());

        assertThat(Proof.read(host.takes(FrameType.PROVE)).counter()).isEqualTo(2);
    }

    @Test
    void aQuestionOnALiveLinkDoesNotCount() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        host.sends(ASKED.frame());
        host.takes(FrameType.PROVE);
        host.sends(KNOWN.frame());
        host.awaitLink();

        Challenge again = new Challenge("n2", "web", false);
        host.sends(again.frame());
        Proof proof = Proof.read(host.takes(FrameType.PROVE));

        assertThat(proof.counter()).isEqualTo(2);
    }

    @Test
    void saysTheGenerationOfItsMachine() throws Exception {
        Files.writeString(folder.resolve("gen"), "g-1\n");
        Host host = started("cvj_a");
        registers(host);

        host.sends(ASKED.frame());

        assertThat(Proof.read(host.takes(FrameType.PROVE)).generation()).isEqualTo("g-1");
    }

    @Test
    void repeatsARegisterWithTheSameKey() throws Exception {
        AgentKey first = registers(started("cvj_a"));

        AgentKey second = registers(started("cvj_a"));

        assertThat(second).isEqualTo(first);
    }

    @Test
    void aGuestThatCrashedAfterItWroteItsIdentityDoesNotNeedTheToken() throws Exception {
        Host first = started("cvj_a");
        AgentKey key = registers(first);
        first.sends(ASKED.frame());
        first.takes(FrameType.PROVE); // and then it is gone

        Host second = started(null);
        second.takes(FrameType.HELLO);
        second.sends(ASKED.frame());

        Proof proof = Proof.read(second.takes(FrameType.PROVE));
        assertThat(proof.isBy(key, ASKED)).isTrue();
        assertThat(proof.counter()).isEqualTo(2);
    }

    @Test
    void makesAnotherKeyAndForgetsTheFormer() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        Challenge renew = new Challenge("n2", "web", true);
        host.sends(renew.frame());
        Proof proof = Proof.read(host.takes(FrameType.PROVE));
        assertThat(proof.next()).isNotNull();

        host.sends(KNOWN.frame());
        Eventually.await(() -> assertThat(text()).doesNotContain("next_"));

        Host later = started(null);
        later.takes(FrameType.HELLO);
        later.sends(ASKED.frame());
        Proof next = Proof.read(later.takes(FrameType.PROVE));
        assertThat(next.next()).isNull();
        assertThat(next.isBy(newKey(proof), ASKED)).isTrue();
    }

    private static AgentKey newKey(Proof proof) {
        return Objects.requireNonNull(proof.next()).key();
    }

    @Test
    void offersTheNewKeyAgainUntilTheHostHasIt() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        host.sends(new Challenge("n2", "web", true).frame());
        Proof first = Proof.read(host.takes(FrameType.PROVE)); // and then it is gone

        Host later = started(null);
        later.takes(FrameType.HELLO);
        later.sends(ASKED.frame());
        Proof second = Proof.read(later.takes(FrameType.PROVE));

        assertThat(second.next()).isNotNull();
        assertThat(newKey(second)).isEqualTo(newKey(first));
    }

    @Test
    void becomesAnotherAgentWhereTheHostSaysSo() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        host.sends(ASKED.frame());
        host.takes(FrameType.PROVE);
        Challenge fork = new Challenge("n2", "web-1", true);
        host.sends(fork.frame());
        Proof proof = Proof.read(host.takes(FrameType.PROVE));
        host.sends(new Registered("web-1", "acme", "web").frame());
        host.sends(Frame.bare(FrameType.PING, "1"));
        Eventually.await(() -> assertThat(host.passed()).containsExactly("1"));
        Eventually.await(() -> assertThat(text()).doesNotContain("next_"));

        Host later = started(null);
        assertThat(Hello.read(later.takes(FrameType.HELLO)).agentId()).isEqualTo("web-1");
        Challenge asked = new Challenge("n3", "web-1", false);
        later.sends(asked.frame());
        assertThat(Proof.read(later.takes(FrameType.PROVE)).isBy(newKey(proof), asked)).isTrue();
    }

    @Test
    void aCopyThatCrashedAsksForItsOwnIdFirstAndThenForThatOfItsParent() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        host.sends(new Challenge("n2", "web-1", true).frame());
        host.takes(FrameType.PROVE); // and then it is gone

        Host second = started(null);
        assertThat(Hello.read(second.takes(FrameType.HELLO)).agentId()).isEqualTo("web-1");
        second.sends(Refusal.UNKNOWN_AGENT.because("Nobody.").frame());
        Eventually.await(() -> assertThat(text()).doesNotContain("web-1"));

        Host third = started(null);
        assertThat(Hello.read(third.takes(FrameType.HELLO)).agentId()).isEqualTo("web");
    }

    @Test
    void registersAgainWhereTheHostHasForgottenIt() throws Exception {
        registered();
        Host host = started("cvj_b");
        host.takes(FrameType.HELLO);
        host.sends(Refusal.UNKNOWN_AGENT.because("Nobody.").frame());
        Eventually.await(() -> assertThat(text()).contains("\"agent_id\" : \"\""));

        Host again = started("cvj_b");

        assertThat(Register.read(again.takes(FrameType.REGISTER)).token()).isEqualTo("cvj_b");
    }

    @Test
    void withoutATokenItKeepsWhatItHas() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);
        host.sends(Refusal.REVOKED.because("Revoked.").frame());

        Host again = started(null);

        again.takes(FrameType.HELLO);
    }

    @Test
    void isNobodyElseBecauseAHostSaysSo() throws Exception {
        registered();
        Host host = started(null);
        host.takes(FrameType.HELLO);

        host.sends(new Challenge("n2", "db", false).frame());

        host.awaitClosed();
        assertThat(text()).doesNotContain("db");
    }

    @Test
    void closesOverAFrameThatBreaksItsSchema() throws Exception {
        Host host = started("cvj_a");
        registers(host);

        host.sends(new Frame(FrameType.CHALLENGE, "", Unpooled.copiedBuffer("{}", UTF_8)));

        host.awaitClosed();
    }

    @Test
    void doesNotAnswerWhatItCouldNotWriteDown() throws Exception {
        Host host = started("cvj_a");
        registers(host);
        Files.createDirectory(folder.resolve(IdentityFile.NAME + ".new"));
        Files.writeString(folder.resolve(IdentityFile.NAME + ".new").resolve("x"), "");

        host.sends(ASKED.frame());

        host.awaitClosed();
        assertThat(host.next()).isNull();
    }

    /** A host, and the link over which the guest talks to it. */
    private static final class Host {
        private final EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        private final BlockingQueue<Frame> came = new LinkedBlockingQueue<>();
        private final List<String> passed = new CopyOnWriteArrayList<>();
        private volatile boolean linked;
        private final LocalChannel guest = new LocalChannel();
        private volatile @Nullable Channel end;

        Host(IdentityHandler handler) throws Exception {
            LocalAddress address = new LocalAddress(getClass());
            new ServerBootstrap()
                    .group(loops)
                    .channel(LocalServerChannel.class)
                    .childHandler(
                            new ChannelInboundHandlerAdapter() {
                                @Override
                                public void channelActive(ChannelHandlerContext context) {
                                    end = context.channel();
                                }

                                @Override
                                public void channelRead(
                                        ChannelHandlerContext context, Object message) {
                                    came.add((Frame) message);
                                }
                            })
                    .bind(address)
                    .sync();
            new Bootstrap()
                    .group(loops)
                    .channelFactory(() -> guest)
                    .handler(
                            new ChannelInitializer<LocalChannel>() {
                                @Override
                                protected void initChannel(LocalChannel channel) {
                                    channel.pipeline().addLast(handler).addLast(session());
                                }
                            })
                    .connect(address)
                    .sync();
        }

        private ChannelInboundHandlerAdapter session() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    linked = true;
                }

                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    passed.add(((Frame) message).id());
                    ((Frame) message).release();
                }
            };
        }

        Frame takes(FrameType type) throws Exception {
            Frame frame = came.poll(10, TimeUnit.SECONDS);
            assertThat(frame).isNotNull();
            assertThat(frame.type()).isEqualTo(type);
            return frame;
        }

        @Nullable Frame next() {
            return came.poll();
        }

        void sends(Frame frame) throws Exception {
            Eventually.await(() -> assertThat(end).isNotNull());
            Objects.requireNonNull(end).writeAndFlush(frame).sync();
        }

        boolean isLinked() {
            return linked;
        }

        void awaitLink() {
            Eventually.await(() -> assertThat(linked).isTrue());
        }

        void awaitClosed() {
            Eventually.await(() -> assertThat(guest.isOpen()).isFalse());
        }

        List<String> passed() {
            return passed;
        }

        void close() {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
