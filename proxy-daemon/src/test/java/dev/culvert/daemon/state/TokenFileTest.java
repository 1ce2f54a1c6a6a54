package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    private static final Instant NOW = Instant.parse("2026-11-29T18:00:00.123456Z");

    @TempDir Path folder;

    private Path file = Path.of("");
    private TokenStore store = new TokenFile(file);

    @BeforeEach
    void open() {
        file = folder.resolve("tokens.json");
        store = StateDir.tokensIn(folder);
    }

    private static SecretHash hash(char digit) {
        return new SecretHash(String.valueOf(digit).repeat(64));
    }

    private static List<Token> tokens() {
        Grant all = new Grant("root", null, Set.of(), Set.of("admin", "viewer"), Grant.Limits.NONE);
        Grant one =
                new Grant(
                        "ci.1",
                        "acme",
                        Set.of(Scope.AGENTS_READ, Scope.ADMIN),
                        Set.of(),
                        Grant.Limits.of("50/s", "10MiB/s", 20));
        return List.of(
                new Token("0123456789ab", all, hash('a'), NOW, null, null, null),
                new Token(
                        "0123456789ac",
                        one,
                        hash('b'),
                        NOW,
                        NOW.plusSeconds(60),
                        NOW.plusSeconds(30),
                        new Token.Former(hash('c'), NOW.plusSeconds(5))));
    }

    @Test
    void givesBackWhatItWasGiven() throws IOException {
        assertThat(store.read()).isEmpty();

        store.change(_ -> tokens());

        assertThat(StateDir.tokensIn(folder).read()).isEqualTo(tokens());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aChangeSeesWhatAnotherProcessHasWritten() throws IOException {
        store.change(_ -> List.of(tokens().getFirst()));
        TokenStore other = StateDir.tokensIn(folder);
        other.change(before -> {
            List<Token> after = new ArrayList<>(before);
            after.add(tokens().getLast());
            return after;
        });

        store.change(before -> before);

        assertThat(store.read()).isEqualTo(tokens());
    }

    @Test
    void aChangeThatIsRefusedLeavesTheFileAsItWas() throws IOException {
        store.change(_ -> tokens());

        assertThat(
                        catchThrowable(() ->
                                store.change(_ -> {
                                    throw new IllegalArgumentException("no");
                                })))
                .hasMessage("no");
        assertThat(store.read()).isEqualTo(tokens());
    }

    /** Each damage is told with the file's name, or does no harm. */
    @Test
    void aDamagedFileIsRefusedInWords() throws IOException {
        store.change(_ -> tokens());
        String text = Files.readString(file);
        Random random = new Random(20261129);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            StringBuilder damaged = new StringBuilder(text);
            for (int j = 0; j <= random.nextInt(3); j++) {
                damaged.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
            }
            Files.writeString(file, damaged);
            try {
                assertThat(store.read()).hasSizeLessThanOrEqualTo(2);
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageContaining(file + " is damaged");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aTokenWithoutAHashIsRefused() throws IOException {
        Files.writeString(
                file, "{\"tokens\": [{\"id\": \"a\", \"name\": \"a\", \"roles\": [\"admin\"]}]}");

        assertThatIOException()
                .isThrownBy(() -> store.read())
                .withMessageContaining("sha256 is missing");
    }
}
