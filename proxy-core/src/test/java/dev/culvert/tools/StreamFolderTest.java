package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the other ways to open files have not. */
class StreamFolderTest {
    @TempDir private Path directory;
    private Path work;

    @BeforeEach
    void make() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
    }

    private static WorkPath path(String... names) {
        return new WorkPath(List.of(names));
    }

    @Test
    void whereJavaOpensNoFileByItsDirectoryThereAreNoTools() throws IOException {
        Path archive = directory.resolve("archive.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            assertThatThrownBy(() -> WorkTree.open(zip.getPath("/"), Opener.BY_STREAMS))
                    .isInstanceOf(NoOpenerException.class)
                    .hasMessageContaining("SecureDirectoryStream");
        }
    }

    @Test
    void aDirectoryThatIsMissingIsToldAsSuch() {
        assertThatThrownBy(() -> WorkTree.open(work.resolve("none"), Opener.BY_STREAMS))
                .hasMessage(work.resolve("none") + " does not exist");
    }

    @Test
    void aNameInAnotherCaseIsRefusedWhereTheDiskFindsIt() throws Exception {
        Files.createDirectory(work.resolve("secrets"));
        Files.writeString(work.resolve("secrets/key"), "the key");
        Files.writeString(work.resolve(".env"), "the key");
        try (SecureDirectoryStream<Path> real = secure(work);
                Folder root = StreamFolder.of(work, new IgnoringCase(real))) {
            assertThatThrownBy(() -> root.folder(path("Secrets")))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("is spelled otherwise");
            assertThatThrownBy(() -> root.open(".ENV", _ -> {}))
                    .hasMessageContaining("is spelled otherwise");
            assertThatThrownBy(() -> root.stat(".eNv"))
                    .hasMessageContaining("is spelled otherwise");
            try (Folder.Content file = root.open(".env", _ -> {})) {
                assertThat(file.read(new byte[9], 0)).isEqualTo(7);
            }
            root.folder(path("secrets")).close();
        }
    }

    @Test
    void noDirectoryIsMadeWhereTheToolsDirectoryHasBeen() throws Exception {
        try (WorkTree files = WorkTree.open(work, Opener.BY_STREAMS)) {
            Path moved = Files.move(work, directory.resolve("moved"));
            Path other = Files.createDirectory(directory.resolve("other"));
            Files.createSymbolicLink(work, other);

            assertThatThrownBy(() -> files.write(path("new", "file"), new byte[1]))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContaining("moved or replaced");
            files.write(path("file"), new byte[1]);

            assertThat(other).isEmptyDirectory();
            assertThat(moved.resolve("file")).hasSize(1);
        }
    }

    @Test
    void aDirectoryThatIsThereMeanwhileIsUsed() throws Exception {
        Files.createDirectory(work.resolve("full"));
        Files.writeString(work.resolve("full/file"), "kept");
        Files.writeString(work.resolve("plain"), "kept");
        try (Folder root = StreamFolder.at(work)) {
            root.makeFolder("full");
            assertThatThrownBy(() -> root.makeFolder("plain")).isInstanceOf(KernelException.class);
        }

        assertThat(work.resolve("full/file")).hasContent("kept");
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left.map(it -> it.getFileName().toString()))
                    .containsExactlyInAnyOrder("full", "plain");
        }
    }

    @Test
    void noProgramIsStarted() throws Exception {
        try (WorkTree files = WorkTree.open(work, Opener.BY_STREAMS)) {
            assertThat(ToolBox.of(files, Commands.UNCONFINED, Map.of()).find("run_command"))
                    .isNull();
            Programs programs = new Programs(files, Commands.UNCONFINED, Map.of());
            assertThatThrownBy(() ->
                            programs.run(
                                    programs.plan(List.of("true"), ".", false),
                                    "",
                                    new Grant(Limits.DEFAULT, _ -> true, 1, () -> false)))
                    .hasMessageContaining("nothing can confine them");
        }
    }

    @SuppressWarnings("StreamResourceLeak") // the folder closes it
    private static SecureDirectoryStream<Path> secure(Path place) throws IOException {
        return (SecureDirectoryStream<Path>) Files.newDirectoryStream(place);
    }

    /** A disk of macOS, all of whose names are small: it finds them in any case, and lists them. */
    private record IgnoringCase(SecureDirectoryStream<Path> real)
            implements SecureDirectoryStream<Path> {
        private static Path small(Path name) {
            return Path.of(name.toString().toLowerCase(Locale.ROOT));
        }

        @Override
        public SecureDirectoryStream<Path> newDirectoryStream(Path path, LinkOption... options)
                throws IOException {
            return new IgnoringCase(real.newDirectoryStream(small(path), options));
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            return real.newByteChannel(small(path), options, attributes);
        }

        @Override
        public void deleteFile(Path path) throws IOException {
            real.deleteFile(small(path));
        }

        @Override
        public void deleteDirectory(Path path) throws IOException {
            real.deleteDirectory(small(path));
        }

        @Override
        public void move(Path from, SecureDirectoryStream<Path> to, Path name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
            return real.getFileAttributeView(type);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(
                Path path, Class<V> type, LinkOption... options) {
            return real.getFileAttributeView(small(path), type, options);
        }

        @Override
        public Iterator<Path> iterator() {
            return real.iterator();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
