package dev.culvert.guest.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.config.JoinSettings;
import dev.culvert.guest.config.JoinTarget;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.testing.WebSocketContract;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/** The guest against the vectors of WebSockets, on a connection that it has opened. */
class WebSocketVectorsTest implements WebSocketContract {
    private static final EventLoops LOOPS = EventLoops.start(1, "test");
    private static final Account HELD = new Account(new AccountLimits("x", 64 << 20, 100));
    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: (\\S+)");

    /** RFC 6455, 1.3. */
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final EmbeddedAgent agent = new EmbeddedAgent(new ScriptedLlm());

    @AfterEach
    void close() {
        agent.close();
    }

    @AfterAll
    static void stop() {
        LOOPS.close();
    }

    @Override
    public EmbeddedChannel open(Seen seen) throws Exception {
        JoinTarget target =
                new JoinTarget(new AgentAddress.Tcp("127.0.0.1", 8470), false, JoinTarget.PATH);
        Vitals vitals =
                new Vitals("1.2.3", "i-1", List.of(), System.nanoTime(), EmbeddedHost.REPORTS);
        DialInPipeline pipeline =
                new DialInPipeline(
                        target,
                        JoinSettings.DEFAULTS,
                        new GuestPipeline(agent::session, vitals, HELD, NoTunnels.tunnels(), false),
                        () -> seen);
        DialIn dialIn =
                new DialIn(
                        target, LOOPS.transport(), LOOPS.next(), pipeline, new SplittableRandom(1));
        EmbeddedChannel channel = new EmbeddedChannel(pipeline.of(dialIn.new Attempt()));
        answer(channel);
        return channel;
    }

    /** Plays the host, which makes the connection a WebSocket. */
    private static void answer(EmbeddedChannel channel) throws Exception {
        ByteBuf request = channel.readOutbound();
        Matcher key = KEY.matcher(request.toString(US_ASCII));
        request.release();
        assertThat(key.find()).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-1")
                        .digest((key.group(1) + ACCEPT_SUFFIX).getBytes(US_ASCII));
        String head =
                """
                HTTP/1.1 101 Switching Protocols
                upgrade: websocket
                connection: upgrade
                sec-websocket-accept: %s

                """
                        .formatted(Base64.getEncoder().encodeToString(digest))
                        .replace("\n", "\r\n");
        channel.writeInbound(Unpooled.copiedBuffer(head, UTF_8));
    }

    @Override
    public boolean isHost() {
        return false;
    }
}
