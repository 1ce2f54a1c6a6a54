package dev.culvert.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SeedAuthTest {
    /** A pair of NATS' own tests and documentation. */
    private static final String SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    private static final String ID = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    @Test
    void theIdOfASeedIsThatOfNats() throws IOException {
        SeedAuth auth = SeedAuth.of("file", SEED + "\n");
        assertThat(auth.getID()).containsExactly(ID.toCharArray());
        assertThat(auth.getJWT()).isNull();
        assertThat(auth.sign(new byte[11])).hasSize(64).isEqualTo(auth.sign(new byte[11]));
        assertThat(auth).hasToString(ID);
    }

    @Test
    void aFileOfNscHasBoth() throws IOException {
        SeedAuth auth =
                SeedAuth.of(
                        "file",
                        "-----BEGIN NATS USER JWT-----\neyJ0.eyJq-_.c2ln\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n%s\n------END USER NKEY SEED------\n"
                                .formatted(SEED));
        assertThat(auth.getJWT()).containsExactly("eyJ0.eyJq-_.c2ln".toCharArray());
        assertThat(auth.getID()).containsExactly(ID.toCharArray());
    }

    @Test
    void aFileWithoutASeedAndAMistakeInOneAreRefusedWithoutWhatTheySay() {
        assertThatThrownBy(() -> SeedAuth.of("the-file", "nothing"))
                .hasMessageContaining("the-file")
                .hasMessageContaining("no seed of a user");
        assertThatThrownBy(() -> SeedAuth.of("the-file", SEED.replace("SSL3", "SSL4")))
                .hasMessageContaining("the-file")
                .hasMessageContaining("has a mistake")
                .hasMessageNotContaining("SUAC");
    }
}
