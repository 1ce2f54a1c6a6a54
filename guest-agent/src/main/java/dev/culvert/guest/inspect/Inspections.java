package dev.culvert.guest.inspect;

import dev.culvert.checks.AddressRule;
import dev.culvert.checks.Authorities;
import dev.culvert.checks.BadCheckException;
import dev.culvert.checks.Checker;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.turn.Replies;
import dev.culvert.io.Workers;
import dev.culvert.machine.MachineReader;
import dev.culvert.machine.ReportJson;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the pings that ask for a check or for what the machine is like (checks.md). Confined to
 * the event loop, but for the work.
 */
public final class Inspections implements AutoCloseable {
    public static final String FEATURE = "checks";

    private static final Logger LOG = LoggerFactory.getLogger(Inspections.class);

    /** Few, because the agent has few threads and little memory. */
    private static final int AT_ONCE = 2;

    private static final int WAITING = 16;

    private final EventLoop loop;
    private final Checker checker = new Checker(Authorities.USUAL);
    private final MachineReader machine;
    private final Workers workers = new Workers("culvert-agent-checks", AT_ONCE, WAITING);

    /**
     * @param places directories whose disks are looked at
     */
    public Inspections(EventLoop loop, List<Path> places) {
        this.loop = loop;
        machine = MachineReader.here(places);
    }

    /** Borrows {@code ping}. False if it asks for neither. */
    public boolean take(Frame ping, Replies replies) {
        if (ping.id().isEmpty() || !ping.payload().isReadable()) {
            return false;
        }
        if (ping.isTrue("machine")) {
            long received = System.currentTimeMillis();
            answer(ping.id(), replies, () -> described(received));
            return true;
        }
        try {
            @Nullable CheckOrder order = CheckOrder.of(ping);
            if (order == null) {
                return false;
            }
            answer(ping.id(), replies, () -> checked(order));
        } catch (BadCheckException e) {
            replies.sendError(ping.id(), ErrorCode.INVALID_PAYLOAD, e.getMessage());
        }
        return true;
    }

    private String described(long received) {
        String report = ReportJson.of(machine.read());
        return "{\"machine\":%s,\"received_ms\":%d,\"sent_ms\":%d}"
                .formatted(report, received, System.currentTimeMillis());
    }

    private String checked(CheckOrder order) {
        return "{\"check\":%s}"
                .formatted(
                        checker.run(
                                        order.target(),
                                        order.through(),
                                        AddressRule.ANY,
                                        order.timeout())
                                .json());
    }

    private void answer(String id, Replies replies, Supplier<String> work) {
        try {
            workers.execute(new Object(), () -> run(id, replies, work));
        } catch (RejectedExecutionException _) {
            replies.sendError(
                    id,
                    ErrorCode.OVERLOADED,
                    "the agent has %d checks to do already: try again later"
                            .formatted(AT_ONCE + WAITING));
        }
    }

    private void run(String id, Replies replies, Supplier<String> work) {
        String payload;
        try {
            payload = work.get();
        } catch (RuntimeException e) {
            LOG.error("a check failed because of a bug in the agent", e);
            loop.execute(() ->
                    replies.sendErrorNow(
                            id, ErrorCode.INTERNAL, "the check failed: see the agent's log"));
            return;
        }
        loop.execute(() ->
                replies.sendNow(
                        new Frame(
                                FrameType.PONG,
                                id,
                                ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, payload))));
    }

    @Override
    public void close() {
        workers.close();
    }
}
