package dev.culvert.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProofTest {
    /** The first key of RFC 8032, section 7.1. */
    private static final AgentKey OF_THE_RFC =
            new AgentKey("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");

    private static final Challenge CHALLENGE = new Challenge("nonce-1", "build-7", false);
    private static final Joining JOINING = new Joining(3, "instance", "");

    private final SigningKey key = SigningKey.make();

    @ParameterizedTest
    @ValueSource(strings = {"prove.json", "prove-new-key.json"})
    void theProofsOfTheSpecificationAreRight(String file) throws Exception {
        Challenge challenge = Challenge.read(frame(FrameType.CHALLENGE, "challenge.json"));

        Proof proof = Proof.read(frame(FrameType.PROVE, file));

        assertThat(proof.isBy(OF_THE_RFC, challenge)).isTrue();
        assertThat(proof.isBy(key.open(), challenge)).isFalse();
    }

    private static Frame frame(FrameType type, String file) throws IOException {
        Path corpus = Path.of("src/test/resources/dev/culvert/identity");
        byte[] payload = Files.readAllBytes(corpus.resolve(file));
        return new Frame(type, "", Unpooled.wrappedBuffer(payload));
    }

    @Test
    void isForOneChallengeAndOneAgent() {
        Proof proof = Proof.of(CHALLENGE, JOINING, key, null);

        assertThat(proof.isBy(key.open(), CHALLENGE)).isTrue();
        assertThat(proof.isBy(key.open(), new Challenge("nonce-2", "build-7", false))).isFalse();
        assertThat(proof.isBy(key.open(), new Challenge("nonce-1", "build-8", false))).isFalse();
    }

    @Test
    void coversAllThatItSays() {
        Proof good = Proof.of(CHALLENGE, new Joining(3, "instance", "generation"), key, null);
        String signature = good.signature();

        assertThat(good.isBy(key.open(), CHALLENGE)).isTrue();
        assertThat(new Proof("build-7", 4, "instance", "generation", signature, null))
                .matches(it -> !it.isBy(key.open(), CHALLENGE));
        assertThat(new Proof("build-7", 3, "another", "generation", signature, null))
                .matches(it -> !it.isBy(key.open(), CHALLENGE));
        assertThat(new Proof("build-7", 3, "instance", "", signature, null))
                .matches(it -> !it.isBy(key.open(), CHALLENGE));
        Proof.Next next = new Proof.Next(SigningKey.make().open(), signature);
        assertThat(new Proof("build-7", 3, "instance", "generation", signature, next))
                .matches(it -> !it.isBy(key.open(), CHALLENGE));
    }

    @Test
    void aNewKeyMustSignToo() {
        SigningKey next = SigningKey.make();
        Proof good = Proof.of(CHALLENGE, JOINING, key, next);

        assertThat(good.isBy(key.open(), CHALLENGE)).isTrue();
        Proof.Next stolen = new Proof.Next(next.open(), good.signature());
        assertThat(new Proof("build-7", 3, "instance", "", good.signature(), stolen))
                .matches(it -> !it.isBy(key.open(), CHALLENGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AA", "not base64", "====", "äöü"})
    void whatIsNoSignatureIsAWrongOne(String signature) {
        Proof proof = new Proof("build-7", 3, "instance", "", signature, null);

        assertThat(proof.isBy(key.open(), CHALLENGE)).isFalse();
    }

    @Test
    void aKeyComesBackFromItsText() {
        SigningKey again = SigningKey.of(key.secretText(), key.open());

        assertThat(Proof.of(CHALLENGE, JOINING, again, null).isBy(key.open(), CHALLENGE)).isTrue();
        assertThat(key.toString()).doesNotContain(key.secretText());
        assertThatThrownBy(() -> SigningKey.of(key.secretText(), OF_THE_RFC))
                .hasMessageContaining("belongs to another private key");
        assertThatThrownBy(() -> SigningKey.of("AAAA", key.open()))
                .hasMessageContaining("no private Ed25519 key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR",
                "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
                "11qYAYKxCrfVS+7TyWQHOg7hcvPapiMlrwIaaPcHURo"
            })
    void aKeyHasOneText(String text) {
        assertThatThrownBy(() -> new AgentKey(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyThatIsNoPointSignsNothing() {
        AgentKey none = new AgentKey("__________________________________________8");

        assertThat(none.signed("text", key.sign("text"))).isFalse();
    }
}
