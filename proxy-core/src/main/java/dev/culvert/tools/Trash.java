package dev.culvert.tools;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Removes a command's temporary directory, without following a link out of it. */
final class Trash {
    private Trash() {}

    /** What cannot be removed stays. */
    static void remove(Path directory) {
        try {
            Files.walkFileTree(
                    directory,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes its)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException why) {
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path emptied, @Nullable IOException why) throws IOException {
                            Files.deleteIfExists(emptied);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException _) {
            // the system removes temporary files in the end
        }
    }
}
