package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectTest {
    @TempDir private Path temporary;
    private Path home;
    private Path root;
    private Path deep;

    @BeforeEach
    void makeFolders() throws IOException {
        home = Files.createDirectory(temporary.toRealPath().resolve("home"));
        root = Files.createDirectory(home.resolve("project"));
        deep = Files.createDirectories(root.resolve("a/b"));
    }

    private Project find(Path start) throws UsageException {
        return Project.find(start, home);
    }

    private Path file(String text) throws IOException {
        Path file = Files.writeString(root.resolve("culvert.jsonc"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    @Test
    void theFileIsFoundFromEveryFolderBelow() throws IOException {
        file("{\"allowedCommands\": [\"git\"]}");

        assertThat(find(deep).root()).isEqualTo(root);
        assertThat(find(deep).file()).isPresent();
        assertThat(find(root).root()).isEqualTo(root);
    }

    @Test
    void withoutAFileTheRepositoryIsTheRootElseTheFolderItself() throws IOException {
        assertThat(find(deep).root()).isEqualTo(deep);

        Files.createDirectory(root.resolve(".git"));
        assertThat(find(deep).root()).isEqualTo(root);
        assertThat(find(deep).file()).isEmpty();
        assertThat(find(deep).settings().agentUrl()).isEmpty();
    }

    @Test
    void theHomeFolderIsNoProjectOfWhatIsBelow() throws IOException {
        Files.writeString(home.resolve("culvert.jsonc"), "{}");

        assertThat(find(deep).root()).isEqualTo(deep);
        assertThat(find(home).file()).isPresent();
    }

    @Test
    void foldersThatTheFileNamesAreRoots() throws IOException {
        file("{\"projectPaths\": [\"a\", \"a/b/c\", \"/\", \"..\"]}");

        assertThat(find(deep).root()).isEqualTo(root.resolve("a"));
        assertThat(find(root).root()).isEqualTo(root);
    }

    @Test
    void theUserNamesFoldersForProjectsThatSayNothing() throws IOException {
        List<String> folders = List.of("~/project", "~/elsewhere");

        assertThat(find(deep).orOneOf(folders, deep, home).root()).isEqualTo(root);
        file("{}");
        Path inner = Files.writeString(deep.resolve("culvert.jsonc"), "{}");
        assertThat(find(deep).orOneOf(folders, deep, home).root())
                .isEqualTo(inner.resolveSibling("").toAbsolutePath().normalize());
    }

    @Test
    void aLinkToAFolderLeadsToIt() throws IOException {
        file("{}");
        Path link = Files.createSymbolicLink(home.resolve("link"), deep);

        assertThat(find(link).root()).isEqualTo(root);
    }

    @Test
    void aFileThatIsALinkIsRefused() throws IOException {
        Path real = Files.writeString(home.resolve("real.jsonc"), "{}");
        Files.createSymbolicLink(root.resolve("culvert.jsonc"), real);

        assertThatThrownBy(() -> find(deep))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "%s is not used, because it is a symbolic link, and what it leads to could change unseen: put the file itself there"
                                .formatted(root.resolve("culvert.jsonc")));
    }

    @Test
    void aLinkThatLeadsNowhereIsRefusedToo() throws IOException {
        Files.createSymbolicLink(root.resolve("culvert.jsonc"), home.resolve("nowhere"));

        assertThatThrownBy(() -> find(deep)).hasMessageContaining("is a symbolic link");
    }

    @Test
    void aFileThatOthersCanWriteIsRefused() throws IOException {
        Path file = file("{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));

        assertThatThrownBy(() -> find(deep))
                .hasMessage(
                        "%s is not used, because it can be changed by other users: run 'chmod go-w %s'"
                                .formatted(file, file));
    }

    @Test
    void aFileInAFolderThatOthersCanWriteIsRefused() throws IOException {
        file("{}");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> find(root))
                .hasMessageStartingWith(root + " is not used")
                .hasMessageContaining("can be changed by other users");
    }

    @Test
    void aFolderLikeTmpIsFine() throws IOException {
        file("{}");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setAttribute(root, "unix:mode", 01777);

        assertThat(find(root).file()).isPresent();
    }

    @Test
    void aFileOfAnotherUserIsRefused() throws IOException {
        Path file = file("{}");
        Assumptions.assumeTrue((int) Files.getAttribute(root, "unix:uid") == 0, "needs root");
        Files.setAttribute(file, "unix:uid", 12_345);

        assertThatThrownBy(() -> find(deep))
                .hasMessage(
                        "%s is not used, because it belongs to 12345, who could change it: take it over with chown if you trust it"
                                .formatted(file));
    }

    @Test
    void aFileThatIsNoFileIsRefused() throws IOException {
        Files.createDirectory(root.resolve("culvert.jsonc"));

        assertThatThrownBy(() -> find(deep)).hasMessageContaining("it is no regular file");
    }

    @Test
    void everyMistakeOfTheFileIsTold() throws IOException {
        file("{\"alowedPaths\": [], \"maxFileSize\": \"big\", \"localRuntime\": \"echo\"}");

        assertThatThrownBy(() -> find(deep))
                .hasMessageContaining("is not used, because it has mistakes:")
                .hasMessageContaining(
                        "culvert.jsonc:1:2: unknown key 'alowedPaths': did you mean 'allowedPaths'?")
                .hasMessageContaining("maxFileSize")
                .hasMessageContaining("unknown key 'localRuntime'");
    }

    @Test
    void whatIsNoFolderIsNoProject() throws IOException {
        Path file = file("{}");

        assertThatThrownBy(() -> find(file)).hasMessageContaining("is no folder");
        assertThatThrownBy(() -> find(root.resolve("none")))
                .hasMessage(root.resolve("none") + " is no project: there is no such file");
    }

    @ParameterizedTest
    @CsvSource({
        "pom.xml, maven",
        "build.gradle.kts, gradle",
        "package.json, node",
        "Cargo.toml, rust",
        "go.mod, go",
        "pyproject.toml, python",
        "App.csproj, dotnet",
        "Makefile, make",
        "notes.txt, ''"
    })
    void theTypeIsDetectedByAFile(String file, String type) throws IOException {
        Files.writeString(root.resolve(file), "");

        assertThat(find(root).type()).isEqualTo(type);
    }

    @Test
    void theTypeThatTheFileSaysCounts() throws IOException {
        Files.writeString(root.resolve("pom.xml"), "");
        file("{\"projectType\": \"book\"}");
        assertThat(find(root).type()).isEqualTo("book");
        assertThat(find(root).introduction())
                .isEqualTo(
                        "You work in the folder project, a project of the type book. Paths are relative to it.");

        file("{\"projectType\": \"auto-detect\"}");
        assertThat(find(root).type()).isEqualTo("maven");
    }
}
