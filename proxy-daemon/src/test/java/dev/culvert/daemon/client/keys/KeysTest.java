package dev.culvert.daemon.client.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class KeysTest {
    @TempDir private Path folder;

    private Path file(String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static String read(KeySource source, Map<String, String> environment)
            throws KeyException {
        return new KeyReader(environment).read(source);
    }

    @Test
    void aKeyIsInAFileOrAVariableOrNowhere() throws IOException {
        Path file = file("cvt_a_b\n", "rw-------");

        assertThat(read(new KeySource.InFile(file), Map.of())).isEqualTo("cvt_a_b");
        assertThat(read(new KeySource.InVariable("MY_KEY"), Map.of("MY_KEY", "k1")))
                .isEqualTo("k1");
        assertThat(read(new KeySource.None(), Map.of("CULVERT_TOKEN", "x"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw--w----", "rw-----w-", "r-----r--"})
    void aFileThatOthersCanReadOrChangeIsRefused(String mode) throws IOException {
        Path file = file("cvt_a_secret\n", mode);

        assertThatThrownBy(() -> read(new KeySource.InFile(file), Map.of()))
                .hasMessage(
                        "the token file %s can be read or changed by others than its owner, so it is not used: run 'chmod 600 %s', and make a new token if others may have seen it"
                                .formatted(file, file));
    }

    @Test
    void aFileOfAnotherUserIsRefused() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "only root can give a file to another user");
        Path file = file("cvt_a_secret\n", "rw-------");
        Files.setAttribute(file, "unix:uid", 54_321);

        assertThatThrownBy(() -> read(new KeySource.InFile(file), Map.of()))
                .hasMessage(
                        "the token file %s belongs to 54321, who can read and change it, so it is not used: make a file of your own with the mode 0600"
                                .formatted(file));
    }

    @Test
    void whatIsNoTokenIsRefusedAndNotShown() throws IOException {
        Path file = file("-----BEGIN KEY-----\nabc def\n", "rw-------");

        assertThatThrownBy(() -> read(new KeySource.InFile(file), Map.of()))
                .hasMessageContaining("is no token")
                .message()
                .doesNotContain("abc");
        assertThatThrownBy(() -> read(new KeySource.InFile(folder.resolve("none")), Map.of()))
                .hasMessage(
                        "the token file %s cannot be read: there is no such file"
                                .formatted(folder.resolve("none")));
        assertThatThrownBy(() -> read(new KeySource.InVariable("NONE"), Map.of()))
                .hasMessage(
                        "the environment variable NONE, which is to have the token, is not set: set it");
    }

    @Test
    void theKeyringKeepsAndGivesAKeyWithoutShowingItAsAnArgument() throws IOException {
        Map<String, String> desktop = FakeKeyring.in(folder);
        Keyring keyring = new Keyring(desktop);

        assertThat(keyring.isHere()).isTrue();
        keyring.put("prod", "cvt_a_secret");
        assertThat(keyring.get("prod")).isEqualTo("cvt_a_secret");
        assertThat(read(new KeySource.InKeyring("prod"), desktop)).isEqualTo("cvt_a_secret");
        assertThat(FakeKeyring.calls(folder))
                .contains(
                        "store --label=Culvert: prod service culvert context prod",
                        "lookup service culvert context prod")
                .noneMatch(call -> call.contains("secret"));
        assertThatThrownBy(() -> keyring.get("other"))
                .hasMessage(
                        "the keyring has no token 'other', or is locked: unlock it, or run culvert setup again");
    }

    @Test
    void aKeyringThatRefusesIsTold() throws IOException {
        Map<String, String> desktop = FakeKeyring.in(folder);
        FakeKeyring.lock(folder);

        assertThatThrownBy(() -> new Keyring(desktop).put("prod", "cvt_a_secret"))
                .hasMessageStartingWith(
                        "the keyring did not take the token (secret-tool ended with 1)")
                .message()
                .doesNotContain("cvt_a_secret");
    }

    @Test
    void withoutTheProgramThereIsNoKeyring() {
        Keyring keyring = new Keyring(Map.of("PATH", folder + "::relative"));

        assertThat(keyring.isHere()).isFalse();
        assertThatThrownBy(() -> keyring.get("prod"))
                .hasMessageContaining("there is no program secret-tool in PATH")
                .hasMessageContaining("culvert setup --key file");
    }
}
