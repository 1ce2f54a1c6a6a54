package dev.culvert.daemon.client.workbench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.console.Mode;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is kept of a workspace between sessions, in {@code .culvert/mcp.json}: the mode, and the
 * plan that was shown last. Read anew each time: another process may have changed it.
 */
/* A repository can bring such a file along, and would choose the mode of whoever clones it. Git makes no file that others may not read, so one that they may read is not believed. */
public final class Memory {
    private static final String MODE = "mode";
    private static final String PLAN = "plan";

    private final Place place;

    public Memory(Place place) {
        this.place = place;
    }

    /** What tools of this workspace may do; {@code plan} if nobody has said it. */
    public Mode mode() {
        try {
            return Mode.named(read().text(MODE));
        } catch (UsageException _) {
            return Mode.PLAN;
        }
    }

    /** The digest of the plan that was shown last; empty if there is none. */
    public String plan() {
        return read().text(PLAN);
    }

    public void mode(Mode mode) throws IOException {
        keep(MODE, mode.label());
    }

    void plan(String digest) throws IOException {
        keep(PLAN, digest);
    }

    private synchronized void keep(String name, String value) throws IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("workspace", Value.of(place.name()));
        members.put(MODE, Value.of(mode().label()));
        members.put(PLAN, Value.of(plan()));
        members.put(name, Value.of(value));
        String text = new Value.Members(members).prettyJson() + "\n";
        try {
            OwnerOnly.write(place.memory(), ByteBuffer.wrap(text.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new IOException(
                    "%s cannot be written: %s".formatted(place.memory(), FileTrouble.why(e)), e);
        }
    }

    private Value read() {
        Path file = place.memory();
        try {
            return OwnerOnly.isShared(file) ? Value.nothing() : Value.parse(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Value.nothing();
        } catch (IOException _) { // the same as if nobody had said anything
            return Value.nothing();
        }
    }
}
