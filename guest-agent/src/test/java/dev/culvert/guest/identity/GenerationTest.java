package dev.culvert.guest.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the generation id of the virtual machine comes from. */
class GenerationTest {
    @TempDir private Path folder;

    /** QEMU 7.2 with {@code -device vmgenid,guid=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87}. */
    @Test
    void isWrittenAsTheMonitorOfQemuPrintsIt() throws IOException {
        byte[] file = new byte[4096];
        byte[] id = HexFormat.of().parseHex("af6e4e32d1d1f64bbf41b9bb6c91fb87");
        System.arraycopy(id, 0, file, 40, id.length);
        Path raw = Files.write(folder.resolve("raw"), file);

        assertThat(Generation.ofQemu(raw)).isEqualTo("324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87");
    }

    @Test
    void isEmptyIfTheFileOfQemuIsTooShort() throws IOException {
        Path raw = Files.write(folder.resolve("raw"), new byte[55]);

        assertThat(Generation.ofQemu(raw)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711\n", "  4711"})
    void isTheWordOfTheFile(String text) throws IOException {
        assertThat(Generation.read(Files.writeString(folder.resolve("id"), text)))
                .isEqualTo("4711");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "ä", "\u0000"})
    void whatNoProofCanCarryIsNone(String text) throws IOException {
        assertThat(Generation.read(Files.writeString(folder.resolve("id"), text))).isEmpty();
    }

    @Test
    void aFileThatIsMissingIsNone() {
        assertThat(Generation.read(folder.resolve("none"))).isEmpty();
    }
}
