package dev.culvert.daemon.client.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.infra.GuestId;
import dev.culvert.infra.Plan;
import dev.culvert.io.OwnerOnly;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What was done of a plan: a line of JSON before and after each step, on the disk before the next
 * begins. With it, a run that was killed goes on where it was.
 */
final class Journal implements Closeable {
    /** Far more than a plan of the most guests writes. */
    private static final long MOST_BYTES = 256L << 20;

    private final FileChannel file;
    private final Set<String> done = new HashSet<>();
    private final Set<String> begun = new HashSet<>();
    private final Set<GuestId> touched = new HashSet<>();
    private Optional<Value> task = Optional.empty();
    private boolean isOver;

    private Journal(FileChannel file) {
        this.file = file;
    }

    /** That of a plan; with what is in it already. Whoever opens it has the {@link RunLock}. */
    static Journal open(Workspace workspace, Plan plan) throws IOException {
        Path path = path(workspace, plan);
        OwnerOnly.createDirectories(folder(workspace));
        FileChannel file = OwnerOnly.open(path);
        try {
            Journal journal = new Journal(file);
            journal.read(text(file));
            return journal;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MOST_BYTES));
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
            // until all is there
        }
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    static Path path(Workspace workspace, Plan plan) {
        return folder(workspace).resolve(plan.digest() + ".jsonl");
    }

    private static Path folder(Workspace workspace) {
        return workspace.state().resolve("runs");
    }

    /* The last line may be half of one: what it says did not happen. */
    private void read(String text) throws IOException {
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).lines().toList()) {
            try {
                note(Value.parse(line));
            } catch (BadValueException | IllegalArgumentException e) {
                throw new IOException(
                        "the journal of the plan is damaged (%s): make a new plan"
                                .formatted(e.getMessage()),
                        e);
            }
        }
        long size = text.substring(0, whole).getBytes(UTF_8).length;
        file.truncate(size);
        file.position(size);
    }

    private void note(Value line) {
        String step = line.text("step");
        switch (line.text("what")) {
            case "begin" -> {
                begun.add(step);
                touched.add(GuestId.parse(line.text("guest")));
                task = Optional.empty();
            }
            case "task" -> task = Optional.of(line.at("task"));
            case "done" -> {
                done.add(step);
                task = Optional.empty();
            }
            case "failed" -> {
                begun.remove(step);
                task = Optional.empty();
            }
            case "over" -> isOver = true;
            default -> {}
        }
    }

    private void write(Value line) throws IOException {
        note(line);
        ByteBuffer bytes = ByteBuffer.wrap((line.json() + "\n").getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        file.force(false);
    }

    void begin(String step, GuestId guest) throws IOException {
        write(line("begin", step, "guest", guest.toString()));
    }

    void task(String step, Value at) throws IOException {
        write(Value.members("what", "task", "step", step, "task", at));
    }

    void done(String step) throws IOException {
        write(line("done", step, "time", Instant.now().toString()));
    }

    void failed(String step, String why) throws IOException {
        write(line("failed", step, "why", why));
    }

    void over() throws IOException {
        write(line("over", "", "time", Instant.now().toString()));
    }

    private static Value line(String what, String step, String more, String value) {
        return Value.members("what", what, "step", step, more, value);
    }

    boolean isDone(String step) {
        return done.contains(step);
    }

    /** Whether nobody knows what became of a step that had begun. */
    boolean isOpen(String step) {
        return begun.contains(step);
    }

    /** Whether a step of this guest has begun, so that it need not be as the plan saw it. */
    boolean hasTouched(GuestId guest) {
        return touched.contains(guest);
    }

    /** The task of the step that had begun last, if it may still run. */
    Optional<Value> task() {
        return task;
    }

    boolean isNew() {
        return touched.isEmpty();
    }

    /** Whether the whole plan was applied. */
    boolean isOver() {
        return isOver;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
