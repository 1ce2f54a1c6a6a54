package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.Plan;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The plans that were made, in {@code .culvert/plans/}. */
public final class Plans {
    /** So many are kept. */
    private static final int MOST = 50;

    private static final int LEAST_DIGITS = 6;
    private static final String END = ".json";

    private final Path folder;

    public Plans(Workspace workspace) {
        folder = workspace.state().resolve("plans");
    }

    /** Keeps a plan, and only the newest. */
    public Path keep(Plan plan) throws IOException {
        Path file = folder.resolve(plan.digest() + END);
        Workspace.writeState(file, plan.value());
        List<Path> all = new ArrayList<>(files());
        all.sort(Comparator.comparing(Plans::time).reversed());
        for (Path old : all.subList(Math.min(MOST, all.size()), all.size())) {
            if (!old.equals(file)) {
                Files.deleteIfExists(old);
            }
        }
        return file;
    }

    /**
     * The plan with this digest, or whose digest begins so.
     *
     * @throws UsageException if there is none, or several begin so
     */
    public Plan find(String digest) throws IOException {
        return read(path(digest));
    }

    /** The plan of Terraform with this digest; empty if it is one of our own. */
    public Optional<TerraformPlan> findOfTerraform(String digest) throws IOException {
        Path path = path(digest);
        String text = Files.readString(path);
        return TerraformPlan.isOne(text)
                ? Optional.of(TerraformPlan.parse(path.toString(), text))
                : Optional.empty();
    }

    private Path path(String digest) throws IOException {
        if (!digest.matches("[0-9a-f]{%d,64}".formatted(LEAST_DIGITS))) {
            throw new UsageException(
                    "'%s' is no digest: culvert plan prints it, and at least %d of its digits are needed"
                            .formatted(Quoted.word(digest), LEAST_DIGITS));
        }
        List<Path> found =
                files().stream()
                        .filter(it -> it.getFileName().toString().startsWith(digest))
                        .toList();
        if (found.size() != 1) {
            throw new UsageException(
                    found.isEmpty()
                            ? "there is no plan %s here: culvert plan makes one, and --plan names a file"
                                    .formatted(digest)
                            : "%d plans begin with %s: write more of the digest"
                                    .formatted(found.size(), digest));
        }
        return found.getFirst();
    }

    /** The plan in a file, wherever it is. */
    public static Plan read(Path file) throws UsageException {
        try {
            return Plan.parse(file.toString(), Files.readString(file));
        } catch (UsageException e) {
            throw e;
        } catch (IOException e) {
            throw new UsageException("%s cannot be read: %s".formatted(file, FileTrouble.why(e)));
        }
    }

    /** The file of the newest plan. */
    Optional<Path> latest() throws IOException {
        return files().stream().max(Comparator.comparing(Plans::time));
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(it -> it.getFileName().toString().endsWith(END)).sorted().toList();
        }
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException _) {
            return FileTime.fromMillis(0);
        }
    }
}
