package dev.culvert.daemon.client.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.BadStateException;
import dev.culvert.infra.Comparison;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.Plan;
import dev.culvert.infra.Reality;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A project folder with an infrastructure in it.
 *
 * @param root an absolute path without symbolic links
 */
public record Workspace(Path root, WorkspaceFile file) {
    static final String INFRA = "infra";
    static final String STATE = ".culvert";

    /**
     * The workspace that a folder is in: the first folder from there upwards with {@code
     * infra/workspace.json}.
     *
     * @throws UsageException if there is none, or its file is wrong
     */
    public static Workspace find(Path start, Surroundings around) throws UsageException {
        return findAny(start, around)
                .orElseThrow(() ->
                        new UsageException(
                                "%s is in no workspace: culvert init makes one, and --project names one elsewhere"
                                        .formatted(Quoted.word(start.toString()))));
    }

    /** The same where there may be none. */
    public static Optional<Workspace> findAny(Path start, Surroundings around)
            throws UsageException {
        Path from = real(start);
        Path home = Path.of(around.environment().getOrDefault("HOME", "/"));
        for (Path folder = from; folder != null; folder = folder.getParent()) {
            Path file = folder.resolve(INFRA).resolve(WorkspaceFile.FILE);
            if (Files.isRegularFile(file)) {
                return Optional.of(new Workspace(folder, WorkspaceFile.read(file)));
            }
            if (folder.equals(home) && !folder.equals(from)) {
                break;
            }
        }
        return Optional.empty();
    }

    private static Path real(Path folder) throws UsageException {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UsageException(
                    "%s cannot be used: %s (--project)"
                            .formatted(Quoted.word(folder.toString()), FileTrouble.why(e)));
        }
    }

    /** The desired state, whose files are well written and fit each other. */
    public DesiredState desired() throws IOException {
        return DesiredFiles.read(this);
    }

    /** What it has made or adopted. */
    public Map<GuestId, ManagedGuest> managed() throws IOException {
        return Managed.read(this).entries();
    }

    /** The plan that makes what is there what its files want. */
    public Plan plan(Reality reality) throws IOException {
        return Comparison.plan(file.name(), desired(), managed(), reality);
    }

    /** The plan that destroys all that it has made or adopted. */
    public Plan destruction(Reality reality) throws IOException {
        return Comparison.plan(file.name(), new DesiredState(List.of()), managed(), reality);
    }

    /**
     * Its desired state with a guest whose file is not written yet.
     *
     * @throws BadStateException if that is wrong, or does not fit the others
     */
    public DesiredState with(DesiredState desired, Guest guest) throws BadStateException {
        return desired.with(
                Written.read(shown(fileOf(guest)), DesiredState.text(guest), file.defaults()));
    }

    public Path guests() {
        return root.resolve(INFRA).resolve("guests");
    }

    /** Where a guest is written. */
    public Path fileOf(Guest guest) {
        return guests().resolve(guest.name() + ".json");
    }

    /** Writes its file. */
    public void write(Guest guest) throws IOException {
        write(fileOf(guest), DesiredState.text(guest));
    }

    /** Writes files by their paths; a script can be started. */
    public void write(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> each : files.entrySet()) {
            Path path = root.resolve(each.getKey());
            write(path, each.getValue());
            if (each.getValue().startsWith("#!")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    public Path infra() {
        return root.resolve(INFRA);
    }

    /** What it knows of itself: its state, and the plan that was made last. */
    public List<Path> kept() throws IOException {
        List<Path> kept = new ArrayList<>();
        Path managed = state().resolve("state.json");
        if (Files.isRegularFile(managed)) {
            kept.add(managed);
        }
        new Plans(this).latest().ifPresent(kept::add);
        return kept;
    }

    Path state() {
        return root.resolve(STATE);
    }

    /** As messages name it. */
    public String shown(Path path) {
        return root.relativize(path).toString();
    }

    /** Writes a file that belongs to the project, as a whole or not at all. */
    static void write(Path path, String text) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Path fresh = path.resolveSibling(path.getFileName() + OwnerOnly.UNFINISHED);
        Files.writeString(fresh, text);
        Files.move(
                fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Writes a file of {@code .culvert}, which others need not read. */
    static void writeState(Path path, Value value) throws IOException {
        OwnerOnly.write(path, ByteBuffer.wrap((value.prettyJson() + "\n").getBytes(UTF_8)));
    }
}
