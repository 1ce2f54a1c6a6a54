package dev.culvert.guest;

import dev.culvert.guest.approvals.Approvals;
import dev.culvert.guest.approvals.PendingDisk;
import dev.culvert.guest.approvals.PendingFiles;
import dev.culvert.guest.approvals.PendingFiles.Kept;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.identity.Generation;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.session.KeptTurns;
import dev.culvert.guest.tools.BlockedLines;
import dev.culvert.guest.tools.Decisions;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.FileTrouble;
import dev.culvert.mcp.Loopback;
import dev.culvert.policy.Policy;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The agent's tools, who approves their calls, and what waits since before a restart. */
final class ToolsAtWork implements AutoCloseable {
    private final EventLoop loop;
    private final Decisions decisions;
    private final BlockedLines blocked;
    private final @Nullable Workshop workshop;
    private final List<Kept> kept;
    private final List<String> instances;

    private ToolsAtWork(
            EventLoop loop,
            Decisions decisions,
            @Nullable Workshop workshop,
            List<Kept> kept,
            List<String> instances) {
        this.loop = loop;
        this.decisions = decisions;
        this.workshop = workshop;
        this.kept = kept;
        this.instances = instances;
        blocked = new BlockedLines(decisions, loop);
    }

    /**
     * Opens the directory of the tools, if the settings have one. Blocks.
     *
     * @param instance of this process
     * @param loopback how MCP servers on this machine are reached
     */
    static ToolsAtWork open(
            GuestSettings settings,
            String instance,
            DesiredState desired,
            EventLoop loop,
            Loopback loopback)
            throws IOException {
        Decisions decisions = Decisions.in(settings.stateDir());
        try {
            return open(settings, instance, desired, loop, loopback, decisions);
        } catch (IOException | RuntimeException e) {
            decisions.close();
            throw e;
        }
    }

    private static ToolsAtWork open(
            GuestSettings settings,
            String instance,
            DesiredState desired,
            EventLoop loop,
            Loopback loopback,
            Decisions decisions)
            throws IOException {
        PendingDisk disk = PendingDisk.in(settings.stateDir());
        PendingFiles files = disk.files();
        Path generation = settings.identity().generationFile().orElse(null);
        Approvals approvals =
                new Approvals(
                        loop,
                        settings.tools().approvals(),
                        disk,
                        () -> Generation.read(generation),
                        Clock.systemUTC());
        Workshop workshop =
                Workshop.open(
                        settings.tools(),
                        decisions,
                        new Workshop.Around(approvals, () -> desired.config().tools(), loopback));
        if (workshop == null) {
            return new ToolsAtWork(loop, decisions, null, List.of(), List.of());
        }
        desired.tellServers(workshop.servers());
        try {
            List<Kept> kept = kept(files, settings);
            return new ToolsAtWork(
                    loop, decisions, workshop, kept, files.instances(instance, !kept.isEmpty()));
        } catch (IOException e) {
            workshop.close();
            throw new IOException(
                    "the calls that wait for an approval cannot be kept in state_dir: "
                            + FileTrouble.of(e),
                    e);
        }
    }

    /** Without those whose hosts have forgotten them long ago. */
    private static List<Kept> kept(PendingFiles files, GuestSettings settings) throws IOException {
        Instant oldest = Instant.now().minus(settings.tools().approvals().timeout());
        List<Kept> kept = new ArrayList<>();
        for (Kept it : files.load()) {
            if (it.approval().expires().isBefore(oldest)) {
                files.remove(it.approval().id());
            } else {
                kept.add(it);
            }
        }
        return kept;
    }

    /** Null if there are none. */
    @Nullable Workshop workshop() {
        return workshop;
    }

    /** Where calls are written down that end their turns. */
    BlockedCalls blocked() {
        return blocked;
    }

    /** What hosts are told of what confines them; empty if there are none. */
    String facts() {
        return workshop == null ? "" : workshop.facts();
    }

    /** The policies that decide about calls, the highest first, for heartbeats; may be empty. */
    String policies(DesiredState desired) {
        Policy inForce =
                workshop == null ? desired.config().tools().policy() : workshop.policyInForce();
        if (inForce.files().isEmpty()) {
            return "";
        }
        return inForce.files().stream()
                .map(file ->
                        "{\"level\":\"%s\",\"version\":\"%s\"}"
                                .formatted(file.level().word(), file.version()))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** The instances of earlier processes of which there are still turns. */
    List<String> instances() {
        return instances;
    }

    /** Goes on with what waits since before a restart. Blocks until the loop has done so. */
    void goOn(Turns turns, DesiredState desired) {
        if (workshop != null && !kept.isEmpty()) {
            KeptTurns all = new KeptTurns(turns, desired, workshop);
            loop.submit(() -> all.goOn(kept)).syncUninterruptibly();
        }
    }

    /** On the loop: no approved call begins, because a snapshot is about to be taken. */
    void hold() {
        if (workshop != null) {
            workshop.approvals().hold();
        }
    }

    /** On the loop: as {@link Approvals#goOn}. */
    void letGo(boolean restored) {
        if (workshop != null) {
            workshop.approvals().goOn(restored);
        }
    }

    /** On the loop: what waits is kept for the next process. */
    void stop() {
        if (workshop != null) {
            workshop.approvals().stop();
        }
    }

    @Override
    public void close() {
        if (workshop != null) {
            workshop.close();
        }
        blocked.close();
        decisions.close();
    }

    /** For the log; empty if there are none. */
    @Override
    public String toString() {
        return workshop == null ? "" : ", " + workshop;
    }
}
