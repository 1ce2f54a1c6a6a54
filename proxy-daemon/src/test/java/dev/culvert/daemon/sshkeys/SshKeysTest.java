package dev.culvert.daemon.sshkeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.process.ChildProcess;
import dev.culvert.process.Ended;
import dev.culvert.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshKeysTest {
    private static final Path GIVEN = Path.of("src/test/resources/dev/culvert/daemon/sshkeys");

    @TempDir private Path folder;
    private SshKeys keys;

    @BeforeEach
    void open() {
        keys = new SshKeys(folder.resolve("keys"), "ssh-keygen");
    }

    private static String sshKeygen(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("ssh-keygen"));
        line.addAll(List.of(arguments));
        Ended ended = ChildProcess.run(Launch.here(line), Duration.ofSeconds(30));
        assumeTrue(ended.status() != Ended.NO_PROGRAM, "there is no ssh-keygen");
        assertThat(ended.status()).as(ended.lastLine()).isZero();
        return ended.output().strip();
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void opensshReadsEveryTypeAndAgreesOnTheFingerprint(KeyType type) throws Exception {
        assumeTrue(type == KeyType.ED25519 || !sshKeygen("-lf", GIVEN + "/rsa.pub").isEmpty());

        SshKey key = keys.generate("k", type, "of mine");

        assertThat(sshKeygen("-lf", key.file().toString())).isEqualTo(key.line().listed());
        assertThat(sshKeygen("-y", "-f", key.file().toString())).isEqualTo(key.line().text());
        assertThat(key.line().bits()).isEqualTo(type.bits());
    }

    @Test
    void filesAreOfTheirOwnerOnly() throws Exception {
        SshKey key = keys.generate("k", KeyType.ED25519, "");

        assertThat(key.line().comment()).isEqualTo("culvert:k");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key.file())))
                .isEqualTo("rw-------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("keys"))))
                .isEqualTo("rwx------");
    }

    @Test
    void noKeyIsReplacedByAnotherOfItsName() throws Exception {
        PublicKeyLine first = keys.generate("k", KeyType.ED25519, "").line();

        assertThatThrownBy(() -> keys.generate("k", KeyType.ED25519, ""))
                .hasMessageContaining("There is a key k already");

        assertThat(keys.find("k").line()).isEqualTo(first);
    }

    @Test
    void listsThemByNameWithoutWhatIsNoKey() throws Exception {
        keys.generate("b", KeyType.ED25519, "");
        keys.generate("a", KeyType.ED25519, "");
        Files.writeString(folder.resolve("keys/note.txt"), "mine");
        Files.writeString(folder.resolve("keys/broken"), "");
        Files.writeString(folder.resolve("keys/broken.pub"), "ssh-ed25519 AAAA");

        assertThat(keys.all()).extracting(SshKey::name).containsExactly("a", "b");
        assertThatThrownBy(() -> keys.find("broken")).hasMessageContaining("ssh-keygen -y");
    }

    @Test
    void aRotationKeepsTheFormerKeyOnce() throws Exception {
        PublicKeyLine first = keys.generate("k", KeyType.ED25519, "of mine").line();
        PublicKeyLine second = keys.rotate("k").line();
        SshKey third = keys.rotate("k");

        assertThat(second).isNotEqualTo(first);
        assertThat(third.line().comment()).isEqualTo("of mine");
        assertThat(third.former()).contains(second);
        assertThat(keys.all()).hasSize(1);
    }

    /** The files that a rotation writes or removes, in its order. */
    private static final List<String> OF_A_ROTATION =
            List.of("k.former", "k.former.pub", "k", "k.pub", "k-cert.pub");

    @ParameterizedTest
    @CsvSource({
        "ED25519, 0",
        "ED25519, 1",
        "ED25519, 2",
        "ED25519, 3",
        "ED25519, 4",
        "RSA, 1",
        "RSA, 3",
        "ECDSA, 1",
        "ECDSA, 3"
    })
    void aCrashInARotationLeavesAKeyThatTheNextStartMakesWhole(KeyType type, int steps)
            throws Exception {
        assumeTrue(type == KeyType.ED25519 || !sshKeygen("-lf", GIVEN + "/rsa.pub").isEmpty());
        Path before = folder.resolve("before");
        Path at = folder.resolve("keys");
        keys.generate("k", type, "of mine");
        keys.rotate("k");
        // No certificate of either key, which is all that the end of a rotation has to know.
        Files.copy(GIVEN.resolve("signed-cert.pub"), at.resolve("k-cert.pub"));
        copy(at, before);
        keys.rotate("k");
        for (String file : OF_A_ROTATION.subList(steps, OF_A_ROTATION.size())) {
            Files.copy(before.resolve(file), at.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.writeString(at.resolve("k.new"), "half a priv");
        Files.writeString(at.resolve(".fresh"), "half a priv");

        assertThat(new SshKeys(at, "ssh-keygen").mend()).containsExactly("k");

        SshKey key = keys.find("k");
        assertThat(key.line()).isEqualTo(PrivateKeyFile.publicLine(key.file()).orElseThrow());
        assertThat(key.former()).isEqualTo(PrivateKeyFile.publicLine(at.resolve("k.former")));
        assertThat(key.line().comment()).isEqualTo("of mine");
        assertThat(key.certificate()).isEmpty();
        assertThat(at.toFile().list())
                .containsExactlyInAnyOrder("k", "k.pub", "k.former", "k.former.pub");
        assertThat(keys.mend()).isEmpty();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (String each : OF_A_ROTATION) {
            Files.copy(from.resolve(each), to.resolve(each));
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aPrivateKeySaysWhatItsPublicPartIs(KeyType type) throws Exception {
        assumeTrue(type == KeyType.ED25519 || !sshKeygen("-lf", GIVEN + "/rsa.pub").isEmpty());
        SshKey key = keys.generate("k", type, "of mine");

        Files.delete(folder.resolve("keys/k.pub"));
        assertThat(keys.mend()).containsExactly("k");

        assertThat(keys.find("k").line()).isEqualTo(key.line());
    }

    @Test
    void aCrashInAGenerationLeavesNoNameThatIsTakenByNothing() throws Exception {
        keys.generate("k", KeyType.ED25519, "of mine");
        Files.delete(folder.resolve("keys/k.pub"));

        keys.mend();

        assertThat(keys.all()).extracting(SshKey::name).containsExactly("k");
    }

    @Test
    void aRotationThatMakesNoKeyChangesNothing() throws Exception {
        assumeTrue(!sshKeygen("-lf", GIVEN + "/rsa.pub").isEmpty());
        SshKey key = keys.generate("k", KeyType.ECDSA, "");
        SshKeys without = new SshKeys(folder.resolve("keys"), "/nowhere/ssh-keygen");

        assertThatThrownBy(() -> without.rotate("k")).hasMessageContaining("no ssh-keygen");

        assertThat(keys.find("k")).isEqualTo(key);
        assertThat(folder.resolve("keys").toFile().list()).containsExactlyInAnyOrder("k", "k.pub");
    }

    @Test
    void takesACertificateOfThisKeyOnly() throws Exception {
        Files.createDirectories(folder.resolve("keys"));
        Files.writeString(folder.resolve("keys/signed"), "");
        Files.copy(GIVEN.resolve("signed.pub"), folder.resolve("keys/signed.pub"));
        keys.generate("other", KeyType.ED25519, "");
        String certificate = Files.readString(GIVEN.resolve("signed-cert.pub"));

        SshKey signed = keys.certify("signed", certificate);

        assertThat(signed.certificate())
                .hasValueSatisfying(it -> assertThat(it.kind()).isEqualTo("ED25519-CERT"));
        assertThat(Files.readString(signed.certificateFile())).isEqualTo(certificate);
        assertThatThrownBy(() -> keys.certify("other", certificate))
                .hasMessageContaining("no certificate for the key other");
        assertThatThrownBy(() -> keys.certify("signed", signed.line().text()))
                .hasMessageContaining("no certificate for the key signed");
        assertThatThrownBy(() -> keys.certify("signed", "nonsense"))
                .hasMessageContaining("This is no certificate");
    }

    @Test
    void aRemovedKeyLeavesNoFile() throws Exception {
        keys.generate("k", KeyType.ED25519, "");
        keys.rotate("k");

        keys.remove("k");

        assertThat(folder.resolve("keys")).isEmptyDirectory();
        assertThatThrownBy(() -> keys.remove("k")).hasMessageContaining("There is no key 'k'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-k", "../k", "a/b", "k.pub", "k-cert", "a b", "k\n"})
    void refusesNamesThatWouldBeOtherFiles(String name) {
        assertThatThrownBy(() -> keys.generate(name, KeyType.ED25519, ""))
                .hasMessageContaining("A key cannot be named");
    }

    @Test
    void refusesACommentThatWouldBeAnotherLine() {
        assertThatThrownBy(() -> keys.generate("k", KeyType.ED25519, "a\nb"))
                .hasMessageContaining("printable ASCII");
    }

    @ParameterizedTest
    @ValueSource(strings = {"signed", "signed-cert", "rsa", "ecdsa"})
    void printsTheFingerprintsThatSshKeygenPrints(String name) throws Exception {
        PublicKeyLine line = PublicKeyLine.of(Files.readString(GIVEN.resolve(name + ".pub")));

        assertThat(line.listed())
                .isEqualTo(
                        switch (name) {
                            case "signed" ->
                                    "256 SHA256:vdpwsrAy9yWkvtQdg/aCvFARUQ1v7VB3+2TqgXCOrnc signed"
                                            + " (ED25519)";
                            case "signed-cert" ->
                                    "256 SHA256:vdpwsrAy9yWkvtQdg/aCvFARUQ1v7VB3+2TqgXCOrnc signed"
                                            + " (ED25519-CERT)";
                            case "rsa" ->
                                    "3072 SHA256:V64XA4MjxE90ljfTen0QeFEYKKsfCAQE469ZjN3eM9w a rsa"
                                            + " key (RSA)";
                            default ->
                                    "256 SHA256:Kk503UjKLKTiNmeSQEAbOMPRXC6/XEmjaWGNPPcLsVM a ecdsa"
                                            + " key (ECDSA)";
                        });
    }
}
