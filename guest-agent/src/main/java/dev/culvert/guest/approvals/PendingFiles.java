package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files in which calls that wait for an approval survive a restart: one with the turn, and one
 * with how far the call has come. Only their owner may read them. Blocks; for any thread.
 */
public final class PendingFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PendingFiles.class);
    private static final Path FOLDER = Path.of("approvals");
    private static final String TURN = ".turn";
    private static final String STEP = ".step";
    private static final String DAMAGED = "damaged";
    private static final String INSTANCES = "instances";
    private static final int MOST_INSTANCES = 16;
    private static final Pattern NAME = Pattern.compile("(ap_[A-Za-z0-9_-]{22})\\.turn");
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Null to keep nothing. */
    private final @Nullable Path folder;

    /**
     * A call that waited when an earlier process of the agent ended.
     *
     * @param turn as {@link Approvals#open} got it
     */
    public record Kept(Approval approval, ByteBuf turn, Step step) {}

    /**
     * @param stateDir which contains them; null to keep nothing
     */
    public PendingFiles(@Nullable Path stateDir) {
        folder = stateDir == null ? null : stateDir.resolve(FOLDER);
    }

    /** Whether anything survives a restart. */
    boolean keep() {
        return folder != null;
    }

    private static @Nullable Path file(@Nullable Path folder, String id, String kind) {
        return folder == null ? null : folder.resolve(id + kind);
    }

    /** Replaces what is kept of the call. */
    void save(Approval approval, byte[] turn) throws IOException {
        Path file = file(folder, approval.id(), TURN);
        if (file == null) {
            return;
        }
        Packing packing =
                new Packing()
                        .text(approval.id())
                        .text(approval.turn())
                        .text(approval.call())
                        .text(approval.tool())
                        .text(approval.arguments())
                        .text(approval.digest())
                        .text(approval.policy())
                        .maybe(approval.rule())
                        .text(approval.why())
                        .number(approval.asked().toEpochMilli())
                        .number(approval.expires().toEpochMilli())
                        .bytes(turn);
        OwnerOnly.write(file, ByteBuffer.wrap(packing.sealed()));
    }

    /** Says how far it has come. */
    void step(String id, Step step) throws IOException {
        Path file = file(folder, id, STEP);
        if (file == null) {
            return;
        }
        Packing packing = new Packing();
        switch (step) {
            case Step.Asking _ -> packing.text("asking");
            case Step.Claiming claiming ->
                    packing.text("claiming")
                            .text(claiming.claim())
                            .text(claiming.generation())
                            .text(claiming.by());
            case Step.Begun begun -> packing.text("begun").text(begun.by());
        }
        OwnerOnly.write(file, ByteBuffer.wrap(packing.sealed()));
    }

    /** It waits no longer. Without its turn, the other file means nothing. */
    public void remove(String id) {
        for (String kind : List.of(TURN, STEP)) {
            Path file = file(folder, id, kind);
            try {
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                LOG.warn(
                        "a call that waits for an approval no longer is still kept: {}; delete"
                                + " the file",
                        FileTrouble.of(e));
            }
        }
    }

    /** Those that earlier processes left. A file that cannot be read is set aside. */
    public List<Kept> load() throws IOException {
        List<Kept> kept = new ArrayList<>();
        if (folder == null || !Files.isDirectory(folder)) {
            return kept;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (NAME.matcher(name).matches()) {
                load(file, name.substring(0, name.length() - TURN.length()), kept);
            } else if (name.endsWith(OwnerOnly.UNFINISHED)
                    || (name.endsWith(STEP) && !Files.exists(turnOf(file)))) {
                Files.deleteIfExists(file);
            }
        }
        return kept;
    }

    private static Path turnOf(Path step) {
        String name = step.getFileName().toString();
        return step.resolveSibling(name.substring(0, name.length() - STEP.length()) + TURN);
    }

    private void load(Path file, String id, List<Kept> to) throws IOException {
        try {
            Kept kept = read(Files.readAllBytes(file), step(file.resolveSibling(id + STEP)));
            if (!kept.approval().id().equals(id)) {
                throw new IOException("it belongs to another approval");
            }
            to.add(kept);
        } catch (IOException e) {
            LOG.error(
                    "a turn that waited for an approval is lost, because {} cannot be used: {}",
                    file,
                    FileTrouble.why(e));
            Files.move(file, file.resolveSibling(DAMAGED), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static Kept read(byte[] file, Step step) throws IOException {
        Unpacking in = Unpacking.sealed(file);
        Approval approval =
                new Approval(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.maybe(),
                        in.text(),
                        Instant.ofEpochMilli(in.number()),
                        Instant.ofEpochMilli(in.number()));
        return new Kept(approval, in.buffer(), step);
    }

    private static Step step(Path file) throws IOException {
        try {
            return step(Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return Step.ASKING;
        }
    }

    static Step step(byte[] file) throws IOException {
        Unpacking in = Unpacking.sealed(file);
        String kind = in.text();
        return switch (kind) {
            case "asking" -> Step.ASKING;
            case "claiming" -> new Step.Claiming(in.text(), in.text(), in.text());
            case "begun" -> new Step.Begun(in.text());
            default -> throw new IOException("it says what a later version means");
        };
    }

    /**
     * The instances of the processes that may have begun the turns which were kept; none if there
     * are none. From now on {@code own} is one of them.
     */
    public List<String> instances(String own, boolean hasKept) throws IOException {
        if (folder == null) {
            return List.of();
        }
        Path file = folder.resolve(INSTANCES);
        List<String> earlier = hasKept ? earlier(file) : List.of();
        List<String> all = new ArrayList<>(earlier);
        all.add(own);
        OwnerOnly.write(file, ByteBuffer.wrap(String.join("\n", all).getBytes(US_ASCII)));
        return earlier;
    }

    private static List<String> earlier(Path file) throws IOException {
        try {
            List<String> lines =
                    Files.readString(file, US_ASCII)
                            .lines()
                            .filter(line -> INSTANCE.matcher(line).matches())
                            .toList();
            return lines.subList(Math.max(0, lines.size() - MOST_INSTANCES), lines.size());
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }
}
