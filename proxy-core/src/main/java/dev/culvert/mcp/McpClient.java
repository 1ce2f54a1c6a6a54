package dev.culvert.mcp;

import dev.culvert.io.Backoff;
import dev.culvert.io.Quoted;
import dev.culvert.mcp.McpException.Unanswered;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server: reaches it, keeps the list of its tools, and reaches it again when it is lost. While
 * it cannot be reached, it has no tools. Its thread does all that; calls come from others.
 */
final class McpClient implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(McpClient.class);

    /** A server that works for so long is reached again at once when it is lost. */
    private static final long PROVEN_NANOS = Duration.ofSeconds(60).toNanos();

    /** It may say any number of times that its tools have changed. */
    private static final Duration LEAST_BETWEEN_LISTS = Duration.ofSeconds(1);

    /** Opens a wire to the server. */
    interface Dialer {
        /** Starts it, or only remembers where it is. */
        Wire dial() throws McpException;
    }

    private final McpServer server;
    private final Dialer dialer;
    private final McpLimits limits;
    private final Backoff waits;
    private final Thread thread;
    private volatile List<BuiltinTool> tools = List.of();
    private volatile @Nullable McpConnection connection;
    private volatile boolean closed;

    /* Of the client's own thread: */

    /**
     * Whether it begins with initialize: it did before, or it ended when it was asked otherwise.
     */
    private boolean beginsAtOnce;

    /** What the log said last, so that it does not say it again and again. */
    private String said = "";

    McpClient(McpServer server, Dialer dialer, McpLimits limits) {
        this.server = server;
        this.dialer = dialer;
        this.limits = limits;
        waits = new Backoff(limits::least, limits::most, new SplittableRandom());
        thread = Thread.ofPlatform().daemon().name("mcp-" + server.name()).unstarted(this);
    }

    void start() {
        thread.start();
    }

    McpServer server() {
        return server;
    }

    /** How messages call it. */
    String title() {
        return "the MCP server '" + server.name() + "'";
    }

    /** Those that it has now. */
    List<BuiltinTool> tools() {
        return tools;
    }

    @Override
    public void run() {
        while (!closed) {
            try {
                Thread.sleep(waits.next());
                keep();
            } catch (InterruptedException _) {
                // closed, or else it is reached again
            } catch (McpException e) {
                lost(e.why());
            } catch (RuntimeException e) {
                LOG.error("{} cannot be used", title(), e);
            } finally {
                tools = List.of();
                connection = null;
            }
        }
    }

    private void lost(String why) {
        if (!closed && !why.equals(said)) {
            said = why;
            LOG.warn("{} {}; its tools are not offered until it is reached again", title(), why);
        }
    }

    /** Reaches the server, and returns by an exception when it is lost. */
    private void keep() throws McpException, InterruptedException {
        Wire wire = dialer.dial();
        try {
            keep(wire);
        } finally {
            tools = List.of();
            connection = null;
            hangUp(wire);
        }
    }

    private void keep(Wire wire) throws McpException, InterruptedException {
        McpConnection opened = open(wire);
        long since = System.nanoTime();
        connection = opened;
        list(opened);
        while (!closed) {
            boolean changed = awaitChange(opened, wire);
            if (System.nanoTime() - since > PROVEN_NANOS) {
                waits.reset();
            }
            if (changed || !wire.isShared()) {
                Thread.sleep(LEAST_BETWEEN_LISTS);
                list(opened);
            }
        }
    }

    /* Ending a program takes a while, in which this thread must be able to wait. */
    private static void hangUp(Wire wire) {
        boolean interrupted = Thread.interrupted();
        wire.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private McpConnection open(Wire wire) throws McpException {
        boolean before = beginsAtOnce;
        beginsAtOnce = false;
        try {
            McpConnection opened = McpConnection.open(wire, limits, before);
            beginsAtOnce = !opened.isModern();
            return opened;
        } catch (Unanswered e) {
            beginsAtOnce = wire.isShared() && e.isGone() && !before;
            throw e;
        }
    }

    /* A stream over HTTP may end without the server: then its tools are listed to see whether it is there. */
    private boolean awaitChange(McpConnection opened, Wire wire) throws McpException {
        try {
            return opened.awaitChange(limits.look());
        } catch (Unanswered e) {
            if (wire.isShared()) {
                throw e;
            }
            opened.stopListening();
            return true;
        }
    }

    private void list(McpConnection opened) throws McpException {
        ToolList list = opened.tools();
        List<BuiltinTool> fresh = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ToolList.Listed listed : list.tools()) {
            String name = ToolNames.of(server.name(), listed.name());
            if (names.add(name)) {
                fresh.add(new McpTool(this, listed, name));
            }
        }
        tools = List.copyOf(fresh);
        String now =
                "has %d tools (revision %s)".formatted(fresh.size(), opened.revision())
                        + (list.leftOut().isEmpty() ? "" : ", without " + list.leftOut());
        if (!now.equals(said)) {
            said = now;
            LOG.info("{} {}", title(), now);
        }
    }

    /** Calls a tool; blocks until it is done. */
    Members call(ToolList.Listed tool, Members arguments, Grant grant) throws ToolException {
        McpConnection reached = connection;
        if (reached == null) {
            throw new ToolException(title() + " does not run now; try again later");
        }
        try {
            return reached.call(tool, arguments, grant.limits().timeout(), watcher(grant));
        } catch (Unanswered e) {
            if (e.isGone()) {
                reached.suspect();
            }
            throw new ToolException(
                    title() + " " + e.why() + "; whether it did its work is not known", e);
        } catch (McpException e) {
            throw new ToolException(title() + " " + e.why(), e);
        }
    }

    private static McpConnection.Watcher watcher(Grant grant) {
        return new McpConnection.Watcher() {
            @Override
            public boolean isCancelled() {
                return grant.isCancelled() || Thread.currentThread().isInterrupted();
            }

            @Override
            public void onProgress(String text) {
                grant.output().accept(Quoted.page(text) + "\n");
            }
        };
    }

    /** Does not wait for the server to end. */
    void close() {
        closed = true;
        thread.interrupt();
    }

    /** Waits until the server has ended, or for so long. */
    void awaitEnd(Duration most) {
        try {
            thread.join(most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
