package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.daemon.auth.TokenStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    /** As a version without a database wrote it. */
    static final String TEXT =
            """
            {
              "tokens" : [ {
                "id" : "0123456789ab",
                "name" : "root",
                "scopes" : [ ],
                "roles" : [ "admin", "viewer" ],
                "turns" : 0,
                "sha256" : "%s",
                "created" : "2026-11-29T18:00:00.123456Z"
              }, {
                "id" : "0123456789ac",
                "name" : "ci.1",
                "tenant" : "acme",
                "scopes" : [ "admin", "agents:read" ],
                "roles" : [ ],
                "rate" : "50/s",
                "bytes" : "10MiB/s",
                "turns" : 20,
                "sha256" : "%s",
                "created" : "2026-11-29T18:00:01.123456Z",
                "expires" : "2026-11-29T18:01:00.123456Z",
                "revoked" : "2026-11-29T18:00:30.123456Z",
                "former_sha256" : "%s",
                "former_until" : "2026-11-29T18:00:05.123456Z"
              } ]
            }
            """
                    .formatted("a".repeat(64), "b".repeat(64), "c".repeat(64));

    @TempDir Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void place() {
        file = folder.resolve("tokens.json");
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertThat(new TokenFile(file).read()).isEmpty();

        Files.writeString(file, TEXT);

        assertThat(new TokenFile(file).read())
                .containsExactly(TokenStoreContract.FIRST, TokenStoreContract.SECOND);
    }

    /** Each damage is told with the file's name, or does no harm. */
    @Test
    void aDamagedFileIsRefusedInWords() throws IOException {
        Random random = new Random(20261129);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            StringBuilder damaged = new StringBuilder(TEXT);
            for (int j = 0; j <= random.nextInt(3); j++) {
                damaged.setCharAt(random.nextInt(TEXT.length()), (char) (' ' + random.nextInt(95)));
            }
            Files.writeString(file, damaged);
            try {
                assertThat(new TokenFile(file).read()).hasSizeLessThanOrEqualTo(2);
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
                .isThrownBy(() -> new TokenFile(file).read())
                .withMessageContaining("sha256 is missing");
    }
}
