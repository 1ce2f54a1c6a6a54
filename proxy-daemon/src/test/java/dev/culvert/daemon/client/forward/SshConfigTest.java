package dev.culvert.daemon.client.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshConfigTest {
    private static final String HOSTS = "Host *.culvert\n    ProxyCommand x %h\n";
    private static final String USERS = "User anna\n\nHost b\n    Port 2222\n";

    @TempDir Path home;
    private Path main;
    private Path own;

    @BeforeEach
    void name() {
        main = home.resolve(".ssh/config");
        own = home.resolve(".ssh/culvert.config");
    }

    private SshConfig config() {
        return new SshConfig(home);
    }

    private void add(String hosts) throws IOException {
        SshConfig.make(config().adding(hosts));
    }

    private void users(String text) throws IOException {
        Files.createDirectories(main.getParent());
        Files.writeString(main, text);
    }

    @Test
    void aUserWithoutSettingsGetsBothFilesForOneselfAlone() throws Exception {
        add(HOSTS);

        assertThat(own).hasContent(HOSTS);
        assertThat(Files.readString(main)).contains("\nInclude \"" + own + "\"\n");
        for (Path file : new Path[] {main, own}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theUsersOwnSettingsFollowAndStayAsTheyAre() throws Exception {
        users(USERS);
        Files.setPosixFilePermissions(main, PosixFilePermissions.fromString("rw-r--r--"));

        add(HOSTS);

        assertThat(Files.readString(main)).startsWith("# culvert").endsWith("\n\n" + USERS);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(main)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void asOftenAsOneLikes() throws Exception {
        users(USERS);
        add(HOSTS);
        String first = Files.readString(main);

        assertThat(config().adding(HOSTS)).isEmpty();
        add("Host *.culvert\n    ProxyCommand y %h\n");

        assertThat(main).hasContent(first);
        assertThat(Files.readString(own)).contains("ProxyCommand y");
    }

    @Test
    void linesThatWereMovedComeFirstAgain() throws Exception {
        add(HOSTS);
        users(USERS + Files.readString(main));

        add(HOSTS);

        assertThat(Files.readString(main)).startsWith("# culvert").endsWith("\n\n" + USERS);
    }

    @Test
    void removingLeavesWhatWasThereBefore() throws Exception {
        users(USERS);
        add(HOSTS);

        SshConfig.make(config().removing());

        assertThat(Files.readString(main)).isEqualTo(USERS);
        assertThat(own).doesNotExist();
        assertThat(config().removing()).isEmpty();
    }

    @Test
    void removingLeavesNoFileThatTheUserHadNot() throws Exception {
        add(HOSTS);

        SshConfig.make(config().removing());

        assertThat(main).doesNotExist();
        assertThat(own).doesNotExist();
    }

    @Test
    void aLinkStaysALink() throws Exception {
        Path real = Files.writeString(home.resolve("dotfile"), USERS);
        Files.createDirectories(main.getParent());
        Files.createSymbolicLink(main, real);

        add(HOSTS);

        assertThat(main).isSymbolicLink();
        assertThat(Files.readString(real)).contains("Include").endsWith(USERS);
    }

    @Test
    void linesWithoutAnEndAreNotGuessed() throws Exception {
        add(HOSTS);
        String text = Files.readString(main);
        users(text.substring(0, text.indexOf("# culvert config-ssh: end")));

        assertThatThrownBy(() -> add("other"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("delete these lines of it");
    }
}
