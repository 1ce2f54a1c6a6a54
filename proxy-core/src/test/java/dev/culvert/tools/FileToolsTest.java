package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Action;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource
class FileToolsTest {
    private final Opener opener;
    @TempDir private Path work;
    private Workbench bench;

    FileToolsTest(Opener opener) {
        this.opener = opener;
    }

    @BeforeEach
    void open() throws IOException {
        bench = Workbench.by(opener, work);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void readsAFile() throws Exception {
        Files.writeString(work.resolve("a.txt"), "one\ntwo\nthree\n");

        assertThat(bench.run("read_file", "{\"path\":\"a.txt\"}")).isEqualTo("one\ntwo\nthree\n");
        assertThat(bench.run("read_file", "{\"path\":\"" + work + "/a.txt\"}")).startsWith("one");
    }

    @Test
    void readsSomeLines() throws Exception {
        Files.writeString(work.resolve("a.txt"), "one\ntwo\nthree\n");

        assertThat(bench.run("read_file", "{\"path\":\"a.txt\",\"offset\":2,\"limit\":1}"))
                .isEqualTo("two\n\n[cut in line 3: go on with offset]");
        assertThat(bench.run("read_file", "{\"path\":\"a.txt\",\"offset\":9}"))
                .isEqualTo("[the file has 4 lines]");
    }

    @Test
    void cutsALongFile() throws Exception {
        Files.writeString(work.resolve("a.txt"), "0123456789\n".repeat(100));

        assertThat(bench.run("read_file", "{\"path\":\"a.txt\"}", 25))
                .isEqualTo("0123456789\n0123456789\n012\n[cut in line 3: go on with offset]");
    }

    @Test
    void writesAFileAndTheDirectoriesAboveIt() throws Exception {
        assertThat(bench.run("write_file", "{\"path\":\"x/y/z.txt\",\"content\":\"hé\"}"))
                .isEqualTo("wrote 3 bytes to x/y/z.txt");
        assertThat(work.resolve("x/y/z.txt")).hasContent("hé");
        assertThat(work.resolve("x/y")).isDirectoryContaining("glob:**z.txt");
        try (var names = Files.list(work.resolve("x/y"))) {
            assertThat(names).hasSize(1);
        }
    }

    @Test
    void aChangeIsToldBeforeItIsMade() throws Exception {
        Path file = Files.writeString(work.resolve("a.txt"), "a b c b");
        Files.write(work.resolve("b.bin"), new byte[] {(byte) 0xff, 0});

        assertThat(
                        bench.change(
                                "edit_file",
                                "{\"path\":\"a.txt\",\"old_text\":\"c\",\"new_text\":\"x\"}"))
                .isEqualTo(new BuiltinTool.Change("a.txt", "a b c b", "a b x b"));
        assertThat(bench.change("write_file", "{\"path\":\"./a.txt\",\"content\":\"new\"}"))
                .isEqualTo(new BuiltinTool.Change("a.txt", "a b c b", "new"));
        assertThat(bench.change("write_file", "{\"path\":\"d/n\",\"content\":\"new\"}"))
                .isEqualTo(new BuiltinTool.Change("d/n", null, "new"));
        assertThat(bench.change("write_file", "{\"path\":\"b.bin\",\"content\":\"new\"}"))
                .isEqualTo(new BuiltinTool.Change("b.bin", null, "new", 2));
        assertThat(bench.change("read_file", "{\"path\":\"a.txt\"}")).isNull();
        assertThat(file).hasContent("a b c b");
        assertThat(work.resolve("d")).doesNotExist();
    }

    @Test
    void anOldFileKeepsItsPermissions() throws Exception {
        Path script = Files.writeString(work.resolve("run.sh"), "old");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));

        bench.run("write_file", "{\"path\":\"run.sh\",\"content\":\"new\"}");

        assertThat(script).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(script)))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void replacesAnExactPiece() throws Exception {
        Files.writeString(work.resolve("a.txt"), "a b c b");

        assertThatThrownBy(() ->
                        bench.run(
                                "edit_file",
                                "{\"path\":\"a.txt\",\"old_text\":\"b\",\"new_text\":\"x\"}"))
                .hasMessageContaining("occurs 2 times");
        assertThat(
                        bench.run(
                                "edit_file",
                                "{\"path\":\"a.txt\",\"old_text\":\"b c\",\"new_text\":\"x\"}"))
                .isEqualTo("replaced 1 piece of a.txt");
        assertThat(work.resolve("a.txt")).hasContent("a x b");
        assertThatThrownBy(() ->
                        bench.run(
                                "edit_file",
                                "{\"path\":\"a.txt\",\"old_text\":\"q\",\"new_text\":\"x\"}"))
                .hasMessageContaining("does not occur");
    }

    @Test
    void aFileThatMayBeWrittenButNotReadIsNotEdited() throws Exception {
        Files.writeString(work.resolve("a.txt"), "a b c");
        Policy policy =
                Policy.of(
                        List.of(
                                PolicyFile.read(
                                        Level.HOST,
                                        "p",
                                        """
                                        {"rules": [{"decision": "allow", "access": ["write"],
                                                    "allowed_paths": ["**"]}]}
                                        """)));
        Predicate<Action> allows = it -> policy.decide(it).verdict() == Verdict.ALLOW;

        try (Workbench writing = new Workbench(work, allows)) {
            for (String old : List.of("b", "not in it")) {
                String edit =
                        "{\"path\":\"a.txt\",\"old_text\":\"" + old + "\",\"new_text\":\"x\"}";
                assertThat(allows.test(writing.plan("edit_file", edit))).isTrue();
                assertThatThrownBy(() -> writing.run("edit_file", edit))
                        .hasMessage(
                                "nothing was done, because the policy does not let edit_file read"
                                        + " 'a.txt' of 5 bytes; it must read a file and write it");
                assertThatThrownBy(() -> writing.change("edit_file", edit))
                        .isInstanceOf(ToolException.class)
                        .hasMessageContaining("the policy does not let edit_file read");
            }
            writing.run("write_file", "{\"path\":\"b.txt\",\"content\":\"x\"}");
        }
        assertThat(work.resolve("a.txt")).hasContent("a b c");
        assertThat(work.resolve("b.txt")).hasContent("x");
    }

    @Test
    void anEditMakesNoFileLargerThanThePolicyAllows() throws Exception {
        Files.writeString(work.resolve("a.txt"), "a b c");
        Predicate<Action> upToTen = it -> it instanceof Action.File file && file.bytes() <= 10;

        try (Workbench small = new Workbench(work, upToTen)) {
            assertThatThrownBy(() ->
                            small.run(
                                    "edit_file",
                                    "{\"path\":\"a.txt\",\"old_text\":\"b\",\"new_text\":\"1234567\"}"))
                    .hasMessageContaining("does not let edit_file write 'a.txt' of 11 bytes");
            small.run(
                    "edit_file", "{\"path\":\"a.txt\",\"old_text\":\"b\",\"new_text\":\"123456\"}");
        }
        assertThat(work.resolve("a.txt")).hasContent("a 123456 c");
    }

    @Test
    void aFileThatIsNotUtf8IsNotEdited() throws Exception {
        Files.write(work.resolve("a.bin"), new byte[] {(byte) 0xff, 'b'});

        assertThatThrownBy(() ->
                        bench.run(
                                "edit_file",
                                "{\"path\":\"a.bin\",\"old_text\":\"b\",\"new_text\":\"x\"}"))
                .hasMessageContaining("not a text file in UTF-8");
        assertThat(work.resolve("a.bin")).hasBinaryContent(new byte[] {(byte) 0xff, 'b'});
    }

    @Test
    void listsADirectory() throws Exception {
        Files.writeString(work.resolve("b.txt"), "12345");
        Files.createDirectory(work.resolve("a"));
        Files.createSymbolicLink(work.resolve("c"), work.resolve("a"));

        assertThat(bench.run("list_dir", "{}")).isEqualTo("a/\nb.txt\t5\nc\t(a symbolic link)\n");
        assertThat(bench.run("list_dir", "{\"path\":\"a\"}")).isEqualTo("[the directory is empty]");
    }

    @Test
    void aDirectoryOfManyPagesIsListedWhole() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            Files.createFile(work.resolve("a-file-with-a-longer-name-" + i));
        }

        assertThat(bench.run("list_dir", "{}").lines()).hasSize(1_500);
    }

    @Test
    void findsFilesAndLines() throws Exception {
        Files.createDirectories(work.resolve("src/deep"));
        Files.writeString(work.resolve("src/deep/A.java"), "class A {\n  int needle;\n}");
        Files.writeString(work.resolve("src/b.txt"), "needle");

        assertThat(bench.run("search_files", "{\"glob\":\"*.java\"}"))
                .isEqualTo("src/deep/A.java\n");
        assertThat(bench.run("search_files", "{\"pattern\":\"need.e\"}"))
                .isEqualTo("src/b.txt:1:needle\nsrc/deep/A.java:2:  int needle;\n");
        assertThat(bench.run("search_files", "{\"pattern\":\"needle\",\"glob\":\"src/*.txt\"}"))
                .isEqualTo("src/b.txt:1:needle\n");
        assertThat(bench.run("search_files", "{\"pattern\":\"nothing\"}"))
                .isEqualTo("[nothing was found]");
    }

    @Test
    void aSearchLeavesOutWhatThePolicyDenies() throws Exception {
        Files.createDirectory(work.resolve("hidden"));
        Files.writeString(work.resolve("hidden/a.txt"), "needle");
        Files.writeString(work.resolve("secret.txt"), "needle");
        Files.writeString(work.resolve("open.txt"), "needle");
        List<String> denied = List.of("hidden", "secret.txt");

        try (Workbench guarded =
                new Workbench(work, it -> !denied.contains(((Action.File) it).path()))) {
            assertThat(guarded.run("search_files", "{\"pattern\":\"needle\"}"))
                    .isEqualTo("open.txt:1:needle\n");
        }
    }

    @Test
    void argumentsThatAreWrongAreToldApart() {
        assertThatThrownBy(() -> bench.run("read_file", "{}")).hasMessage("'path' is missing");
        assertThatThrownBy(() -> bench.run("read_file", "{\"path\":7}"))
                .hasMessage("'path' must be a string");
        assertThatThrownBy(() -> bench.run("read_file", "[]"))
                .hasMessage("the arguments must be a JSON object");
        assertThatThrownBy(() -> bench.run("read_file", "{\"path\":"))
                .hasMessageStartingWith("the arguments are not JSON");
        assertThatThrownBy(() -> bench.run("read_file", "{\"path\":\"a\",\"pth\":\"b\"}"))
                .hasMessageStartingWith("there is no argument 'pth'");
    }
}
