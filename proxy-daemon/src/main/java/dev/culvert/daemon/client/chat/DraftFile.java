package dev.culvert.daemon.client.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A draft on the disk: a line for each piece, which is in the file when it is shown. What a crash
 * of the machine may lose is what came in the last second; not the turn, and not which tools have
 * run. While a chat works with it, no other can.
 */
final class DraftFile implements Draft {
    /** Beyond it nothing more is kept here: the turn itself still has it. */
    static final long MOST_BYTES = 32 << 20;

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Those without which an answer can be read again; the turn tells the others once more. */
    private static final Set<String> KEPT =
            Set.of(
                    "chunk",
                    "tool_call",
                    "tool_result",
                    "approval",
                    "done",
                    "error",
                    "tool_blocked");

    private static final Set<String> FORCED = Set.of("done", "error", "tool_blocked", "approval");

    private final Path file;
    private final FileChannel channel;
    private final Consumer<String> trouble;
    private long length;
    private long forcedNanos;
    private boolean isFirst;
    private boolean over;

    private DraftFile(Path file, FileChannel channel, Consumer<String> trouble) {
        this.file = file;
        this.channel = channel;
        this.trouble = trouble;
    }

    /**
     * An empty one, whatever was there.
     *
     * @param trouble is told once that it cannot be written; the chat goes on all the same
     */
    static DraftFile begin(Path file, Consumer<String> trouble) throws IOException {
        DraftFile draft = locked(file, trouble);
        try {
            draft.channel.truncate(0);
            return draft;
        } catch (IOException e) {
            draft.close();
            throw e;
        }
    }

    /**
     * One that an earlier process has left, to go on with it.
     *
     * @throws UsageException if that process still works with it
     */
    static DraftFile open(Path file, Consumer<String> trouble) throws IOException {
        return locked(file, trouble);
    }

    private static DraftFile locked(Path file, Consumer<String> trouble) throws IOException {
        OwnerOnly.createDirectories(file.resolveSibling(""));
        FileChannel channel = OwnerOnly.open(file);
        try {
            if (channel.tryLock() != null) {
                return new DraftFile(file, channel, trouble);
            }
        } catch (OverlappingFileLockException _) {
            // by this process
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new UsageException(
                "another culvert chat waits for an answer in this session: let it end, or begin a"
                        + " new session without --continue and --resume");
    }

    /**
     * What it contains. A line that was not written to its end is removed: its piece comes again.
     */
    List<Value> entries() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), 2 * MOST_BYTES));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        String text = new String(bytes.array(), 0, bytes.position(), UTF_8);
        List<Value> entries = new ArrayList<>();
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            try {
                entries.add(Value.parse(text.substring(from, end)));
            } catch (BadValueException _) {
                break; // so the pieces after it come again, too
            }
            from = end + 1;
        }
        length = text.substring(0, from).getBytes(UTF_8).length;
        channel.truncate(length).position(length);
        return entries;
    }

    @Override
    public void request(boolean isWhole, String key) {
        isFirst = true;
        add(Value.members("request", key, "whole", isWhole), true);
    }

    @Override
    public void event(Event event) {
        if (KEPT.contains(event.type())) {
            add(
                    Value.members("event", event.type(), "id", event.id(), "data", event.data()),
                    isFirst || FORCED.contains(event.type()));
            isFirst = false;
        }
    }

    @Override
    public void begin(ToolCall call) {
        add(Value.members("begin", call.id()), true);
    }

    @Override
    public void result(ToolAnswer answer) {
        add(Value.members("result", answer.id(), "ok", answer.ok(), "text", answer.text()), true);
    }

    private void add(Value entry, boolean isForced) {
        byte[] line = (entry.json() + "\n").getBytes(UTF_8);
        over |= length + line.length > MOST_BYTES;
        if (over) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            length += line.length;
            long now = System.nanoTime();
            if (isForced || now - forcedNanos > PAUSE_NANOS) {
                channel.force(false);
                forcedNanos = now;
            }
        } catch (IOException e) {
            over = true;
            trouble.accept("this answer is lost if the chat is killed: " + FileTrouble.of(e));
        }
    }

    @Override
    public void done() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            trouble.accept("a file that is not needed any more stays: " + FileTrouble.of(e));
        }
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            trouble.accept(FileTrouble.of(e));
        }
    }
}
