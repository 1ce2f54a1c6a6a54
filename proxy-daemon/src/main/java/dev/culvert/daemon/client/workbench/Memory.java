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
import java.nio.file.Path;

/**
 * What is kept of a workspace between sessions, in {@code .culvert/mcp/}: the mode, and the plan
 * that was shown last. Each has its own file, so that who keeps one does not undo the other; they
 * are read anew each time, because another process may have changed them.
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
            return Mode.named(read(MODE));
        } catch (UsageException _) {
            return Mode.PLAN;
        }
    }

    /** The digest of the plan that was shown last; empty if there is none. */
    public String plan() {
        return read(PLAN);
    }

    public void mode(Mode mode) throws IOException {
        keep(MODE, mode.label());
    }

    void plan(String digest) throws IOException {
        keep(PLAN, digest);
    }

    private void keep(String name, String value) throws IOException {
        String text = Value.members("workspace", place.name(), name, value).prettyJson() + "\n";
        Path file = file(name);
        try {
            OwnerOnly.write(file, ByteBuffer.wrap(text.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new IOException(
                    "%s cannot be written: %s".formatted(file, FileTrouble.why(e)), e);
        }
    }

    private String read(String name) {
        Path file = file(name);
        try {
            return OwnerOnly.isShared(file) ? "" : Value.parse(Files.readString(file)).text(name);
        } catch (IOException _) { // the same as if nobody had said anything
            return "";
        }
    }

    private Path file(String name) {
        return place.memory().resolve(name + ".json");
    }
}
