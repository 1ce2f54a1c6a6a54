package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Incoming.Answer;
import dev.culvert.mcp.Incoming.Notice;
import dev.culvert.mcp.Incoming.Question;
import dev.culvert.mcp.Incoming.Refusal;
import dev.culvert.mcp.McpException.Unanswered;
import dev.culvert.tools.ServerProgram;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program, spoken to over its stdin and stdout: a message a line. A thread reads what it says.
 */
final class StdioWire implements Wire {
    private static final Logger LOG = LoggerFactory.getLogger(StdioWire.class);

    /** Programs print things that are no messages: so many are passed over. */
    private static final int MOST_STRANGE = 100;

    private static final int PIECE_BYTES = 16 << 10;

    private final String name;
    private final ServerProgram program;
    private final McpLimits limits;
    private final Map<Long, Arrivals> waiting = new ConcurrentHashMap<>();
    private final Arrivals unasked;
    private final LineBuffer lines;
    private int strange;
    private volatile boolean ended;

    StdioWire(String name, ServerProgram program, McpLimits limits) {
        this.name = name;
        this.program = program;
        this.limits = limits;
        unasked = new Arrivals(limits.waitingBytes());
        lines = new LineBuffer(limits.messageBytes());
        Thread.ofPlatform().daemon().name("mcp-read-" + name).start(this::read);
    }

    private void read() {
        String why;
        try {
            byte[] piece = new byte[PIECE_BYTES];
            int count = program.read(piece);
            while (count > 0 && strange <= MOST_STRANGE) {
                lines.feed(piece, count, this::line);
                count = program.read(piece);
            }
            why =
                    strange > MOST_STRANGE
                            ? "says more and more that is no message"
                            : program.ending();
        } catch (BadMessageException e) {
            why = "sent a message that cannot be used: " + e.why();
        } catch (IOException e) {
            why = "cannot be read: " + Quoted.message(e);
        }
        ended = true;
        unasked.end(why, true);
        for (Arrivals each : waiting.values()) {
            each.end(why, true);
        }
    }

    private void line(byte[] line) {
        try {
            Incoming.read(line).forEach(this::sort);
        } catch (BadMessageException e) {
            if (strange++ == 0) {
                LOG.info(
                        "the MCP server '{}' says something that is no message ({}): {}",
                        name,
                        e.why(),
                        Quoted.word(new String(line, UTF_8)));
            }
        }
    }

    private void sort(Incoming message) {
        Arrivals to =
                switch (message) {
                    case Answer answer -> waiting.get(answer.id());
                    case Refusal refusal -> waiting.get(refusal.id());
                    case Notice notice -> {
                        long token = notice.params().integer("progressToken", Incoming.NO_ID);
                        yield notice.method().equals("notifications/progress")
                                ? waiting.get(token)
                                : unasked;
                    }
                    case Question _ -> unasked;
                };
        if (to != null) {
            to.offer(message);
        }
    }

    @Override
    public Arrivals send(Outgoing message) throws McpException {
        Arrivals arrivals = new Arrivals(limits.waitingBytes());
        if (message.id() != 0) {
            waiting.put(message.id(), arrivals);
        }
        if (ended) {
            forget(message.id());
            throw new Unanswered("has ended", true);
        }
        try {
            program.write((message.json() + "\n").getBytes(UTF_8));
        } catch (IOException e) {
            forget(message.id());
            throw new Unanswered("cannot be written to: " + Quoted.message(e), true);
        }
        return arrivals;
    }

    @Override
    public void forget(long id) {
        waiting.remove(id);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public Arrivals unasked(String revision) {
        return unasked;
    }

    @Override
    public void close() {
        program.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
