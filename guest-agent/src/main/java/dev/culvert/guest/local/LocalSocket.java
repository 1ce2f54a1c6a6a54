package dev.culvert.guest.local;

import dev.culvert.guest.subjects.Subjects;
import dev.culvert.io.Account;
import dev.culvert.io.FlushHandler;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Share;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Unix socket for programs in the VM. Reading order is wire order. */
@Sharable
public final class LocalSocket extends ChannelInitializer<Channel> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSocket.class);

    /** What a line has besides its data. */
    private static final int LINE_BYTES = 2_048;

    private final Subjects subjects;
    private final Account held;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    private LocalSocket(Subjects subjects, Account held) {
        this.subjects = subjects;
        this.held = held;
    }

    /**
     * Listens. Whoever may reach the file may speak for this agent: the folder decides who that is.
     *
     * @param held counts what all connections hold
     */
    public static LocalSocket listen(Path file, Subjects subjects, Account held, EventLoops loops)
            throws IOException {
        LocalSocket socket = new LocalSocket(subjects, held);
        Future<Channel> bound =
                loops.transport()
                        .listen(loops.group(), new AgentAddress.Unix(file.toString()), socket);
        if (!bound.awaitUninterruptibly().isSuccess()) {
            throw new IOException("--local-socket: " + bound.cause().getMessage(), bound.cause());
        }
        socket.open.add(bound.getNow());
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "--local-socket: the permissions of " + file + " cannot be set: " + e, e);
        }
        return socket;
    }

    @Override
    protected void initChannel(Channel channel) {
        int most = subjects.settings().connections();
        if (open.size() > most) { // one of them is the listener
            LOG.warn(
                    "refused a connection of a program in the VM: there are {} already"
                            + " (--local-connections)",
                    most);
            channel.close();
            return;
        }
        LineDecoder lines = new LineDecoder(subjects.settings().maxDataBytes() + LINE_BYTES);
        channel.pipeline()
                .addLast(
                        "held",
                        new HeldBytesHandler(
                                channel,
                                held.whole(),
                                HeldKind.FRAMES_IN,
                                HeldKind.FRAMES_OUT,
                                new Bytes(channel, lines)))
                .addLast("lines", lines)
                .addLast("flusher", new FlushHandler())
                .addLast("program", new LocalHandler(channel, subjects));
        open.add(channel);
    }

    /** What one connection holds. */
    private record Bytes(Channel channel, LineDecoder lines) implements HeldBytesHandler.Owner {
        @Override
        public long unreadBytes() {
            return lines.heldBytes();
        }

        @Override
        public void onExcess(HeldKind kind, Share share) {
            LOG.warn(
                    "closed the connection of a program in the VM: it held the most of more than {}",
                    share.limitText());
            channel.close();
        }
    }

    @Override
    public void close() {
        open.close().awaitUninterruptibly();
    }
}
