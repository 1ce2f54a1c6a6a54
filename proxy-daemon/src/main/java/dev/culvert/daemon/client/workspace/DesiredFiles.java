package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.BadStateException;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.DesiredState.Written;
import dev.culvert.io.FileTrouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads the desired state of a workspace from its files, one for each guest. */
final class DesiredFiles {
    private DesiredFiles() {}

    static DesiredState read(Workspace workspace) throws IOException {
        List<Written> guests = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        for (Path path : files(workspace)) {
            String name = workspace.shown(path);
            try {
                guests.add(Written.read(name, Files.readString(path), workspace.file().defaults()));
            } catch (BadStateException e) {
                mistakes.addAll(e.mistakes());
            } catch (IOException e) {
                mistakes.add(name + ": it cannot be read: " + FileTrouble.why(e));
            }
        }
        return DesiredState.of(guests, mistakes);
    }

    private static List<Path> files(Workspace workspace) throws IOException {
        if (!Files.isDirectory(workspace.guests())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(workspace.guests())) {
            List<Path> all =
                    files.filter(it -> it.getFileName().toString().endsWith(".json"))
                            .sorted()
                            .toList();
            if (all.size() > DesiredState.MOST) {
                throw new BadStateException(
                        List.of(
                                "%s has %d files: a workspace has at most %d guests, so make several"
                                        .formatted(
                                                workspace.shown(workspace.guests()),
                                                all.size(),
                                                DesiredState.MOST)));
            }
            return all;
        }
    }
}
