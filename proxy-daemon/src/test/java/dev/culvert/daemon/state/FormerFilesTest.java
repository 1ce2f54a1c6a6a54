package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.auth.TokenStoreContract;
import dev.culvert.daemon.fleet.Desired;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What versions without a database kept in files. */
class FormerFilesTest {
    /** The hash of this is in {@link #DESIRED}. */
    private static final String SETTINGS = "{\"config\":{},\"tool_allowlist\":[]}";

    private static final String DESIRED =
            "7\n%s\n{\"config\":{\"a\":1},\n\"tool_allowlist\":[]}"
                    .formatted("6f941bde6382979363b299e42a00928e16cac356320853a8ec2d2a13cb60c437");

    @TempDir Path folder;

    private SqliteStores sqlite = new SqliteStores(Path.of(""));

    @BeforeEach
    void write() throws IOException {
        sqlite = new SqliteStores(folder);
        Files.writeString(folder.resolve("tokens.json"), TokenFileTest.TEXT);
        Files.writeString(
                Files.createDirectory(folder.resolve("desired")).resolve("web-1.desired"), DESIRED);
    }

    @AfterEach
    void close() {
        sqlite.close();
    }

    @Test
    void isImportedAtTheFirstStart() throws IOException {
        assertThat(sqlite.stores().tokens().read())
                .containsExactly(TokenStoreContract.FIRST, TokenStoreContract.SECOND);
        assertThat(sqlite.stores().desired().mayHold("web-1")).isTrue();
        assertThat(sqlite.stores().desired().load("web-1", SETTINGS))
                .isEqualTo(new Desired(7, "{\"config\":{\"a\":1},\n\"tool_allowlist\":[]}"));
        assertThat(folder)
                .isDirectoryContaining("glob:**/tokens.json.imported")
                .isDirectoryContaining("glob:**/desired.imported")
                .isDirectoryNotContaining("glob:**/tokens.json")
                .isDirectoryNotContaining("glob:**/desired");
    }

    @Test
    void isNotImportedAgain() throws IOException {
        sqlite.stores().tokens().change(_ -> List.of(TokenStoreContract.FIRST));
        sqlite.close();
        Files.writeString(folder.resolve("tokens.json"), TokenFileTest.TEXT);

        assertThat(sqlite.stores().tokens().read()).containsExactly(TokenStoreContract.FIRST);
        assertThat(folder.resolve("tokens.json")).exists(); // somebody put it there later
    }

    /** Stopped after the commit and before the files were renamed. */
    @Test
    void aStartThatWasKilledAfterTheImportIsMended() throws IOException {
        sqlite.stores();
        sqlite.close();
        Files.move(folder.resolve("tokens.json.imported"), folder.resolve("tokens.json"));

        assertThat(sqlite.stores().tokens().read()).hasSize(2);
        assertThat(folder.resolve("tokens.json")).doesNotExist();
    }

    @Test
    void whatIsDamagedStopsTheStartAndIsReadAgainWhenItIsMended() throws IOException {
        Path file = folder.resolve("tokens.json");
        Files.writeString(file, "nonsense");

        assertThatIOException()
                .isThrownBy(() -> sqlite.stores())
                .withMessageStartingWith(file + " is damaged");
        Files.writeString(file, TokenFileTest.TEXT);

        assertThat(sqlite.stores().tokens().read()).hasSize(2);
    }

    @Test
    void aCommandImportsThemToo() throws IOException {
        assertThat(StateDir.tokensIn(folder).read()).hasSize(2);

        StateDir.tokensIn(folder).change(before -> List.of(before.getFirst()));

        assertThat(StateDir.tokensIn(folder).read()).containsExactly(TokenStoreContract.FIRST);
    }
}
