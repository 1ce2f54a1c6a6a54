package dev.culvert.guest.approvals;

import dev.culvert.guest.config.ApprovalSettings;
import dev.culvert.io.FileTrouble;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls that wait for an approval, and the hosts that are asked. Confined to the loop. */
public final class Approvals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Approvals.class);

    private final EventLoop loop;
    private final ApprovalSettings settings;
    private final PendingDisk disk;
    private final Supplier<String> generation;
    private final InstantSource clock;
    private final RandomWords words = new RandomWords();

    /** Those that take approvals, the newest last. */
    private final List<HostApprovals> hosts = new ArrayList<>();

    private final Set<PendingCall> calls = new LinkedHashSet<>();
    private long bytes;
    private boolean taken;

    /** Whether nothing may be claimed or begun: for a snapshot, or because the agent stops. */
    private volatile boolean held;

    /** How often there may have been a copy of this machine. */
    private final AtomicInteger copies = new AtomicInteger();

    private boolean stopping;

    /**
     * @param generation reads the id of the virtual machine's generation; empty if it cannot
     */
    public Approvals(
            EventLoop loop,
            ApprovalSettings settings,
            PendingDisk disk,
            Supplier<String> generation,
            InstantSource clock) {
        this.loop = loop;
        this.settings = settings;
        this.disk = disk;
        this.generation = generation;
        this.clock = clock;
    }

    /** For the link of that channel. */
    public HostApprovals over(Channel channel) {
        return new HostApprovals(this, channel);
    }

    /** A fresh id of an approval. */
    public String freshId() {
        return "ap_" + words.next();
    }

    public ApprovalSettings settings() {
        return settings;
    }

    public InstantSource clock() {
        return clock;
    }

    /** Why no other call may wait now; null if one may. */
    public @Nullable String refusal(long turnBytes) {
        if (calls.size() >= settings.maxWaiting()) {
            return "%d calls wait for an approval already, the most that may (--max-approvals of the agent)"
                    .formatted(calls.size());
        }
        return bytes + turnBytes > settings.bytes()
                ? "the turns that wait for an approval would take more than %d bytes (--approval-bytes of the agent)"
                        .formatted(settings.bytes())
                : null;
    }

    /**
     * Has somebody asked about a call.
     *
     * @param turn what a restart needs to go on with it
     */
    public PendingCall open(Approval approval, byte[] turn, PendingCall.Owner owner) {
        PendingCall call = new PendingCall(this, approval, turn.length, owner);
        add(call);
        call.keep(turn);
        return call;
    }

    /** The same for one that waited when an earlier process of the agent ended. */
    public PendingCall goOn(PendingFiles.Kept kept, PendingCall.Owner owner) {
        PendingCall call =
                new PendingCall(this, kept.approval(), kept.turn().readableBytes(), owner);
        add(call);
        call.goOnFrom(kept.step());
        return call;
    }

    void add(PendingCall call) {
        calls.add(call);
        bytes += call.turnBytes();
    }

    /** The call is over, or begins. */
    void removed(PendingCall call) {
        if (calls.remove(call)) {
            bytes -= call.turnBytes();
        }
    }

    void withdraw(PendingCall call) {
        if (!stopping) {
            hosts.forEach(host -> host.withdraw(call));
        }
    }

    /** Whether a host takes approvals: calls of turns that begin from now on may wait for one. */
    public boolean isTaken() {
        return taken;
    }

    void offered(HostApprovals host) {
        taken = true;
        if (!hosts.contains(host)) {
            hosts.add(host);
            List.copyOf(calls).forEach(call -> call.onHost(host));
        }
    }

    void lost(HostApprovals host) {
        hosts.remove(host);
    }

    List<HostApprovals> hosts() {
        return List.copyOf(hosts);
    }

    /** Nothing is claimed or begun from now on: the virtual machine is about to be paused. */
    public void hold() {
        held = true;
    }

    /**
     * The virtual machine was not paused, or goes on after that.
     *
     * @param restored whether there may be a copy of it, which has the same claims
     */
    public void goOn(boolean restored) {
        if (stopping) {
            return;
        }
        if (restored) {
            copies.incrementAndGet();
        }
        held = false;
        words.renew();
        List.copyOf(calls).forEach(call -> call.goOn(restored));
    }

    /** Nothing is claimed or begun, and nothing that is kept is removed: the agent stops. */
    public void stop() {
        held = true;
        stopping = true;
    }

    /** On any thread. */
    int copies() {
        return copies.get();
    }

    /** On any thread. */
    boolean isHeld() {
        return held;
    }

    boolean isStopping() {
        return stopping;
    }

    String freshClaim() {
        return words.next();
    }

    String generation() {
        return generation.get();
    }

    PendingFiles files() {
        return disk.files();
    }

    /** What blocks, for one call after the other. */
    PendingDisk.Jobs disk() {
        return disk.jobs();
    }

    /** Something that blocks. */
    interface Write {
        void run() throws IOException;
    }

    /**
     * Does it off the loop, after what the same call has written before.
     *
     * @param next is told on the loop why it failed, as a clause; null if it did not
     */
    void write(PendingCall call, Write write, Consumer<@Nullable String> next) {
        try {
            disk().execute(
                            call,
                            () -> {
                                String trouble = trouble(write);
                                execute(() -> next.accept(trouble));
                            });
        } catch (RejectedExecutionException _) {
            execute(() -> next.accept("too much waits for the disk"));
        }
    }

    private static @Nullable String trouble(Write write) {
        try {
            write.run();
            return null;
        } catch (IOException e) {
            LOG.error("a call cannot wait for an approval: {}", FileTrouble.of(e));
            return "the agent cannot write to its --state-dir; its log says why";
        }
    }

    void execute(Runnable task) {
        loop.execute(task);
    }

    Future<?> after(Duration time, Runnable task) {
        return loop.schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        disk.jobs().close();
    }

    /** For the log. */
    @Override
    public String toString() {
        return calls.size() + " calls that wait for an approval";
    }
}
