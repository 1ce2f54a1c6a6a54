package dev.culvert.daemon.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.daemon.webhooks.WebhookSignature.Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookSignatureTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/webhooks/headers.txt");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 5_000;

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final Instant TIME = Instant.ofEpochSecond(1_614_265_330);
    private static final String BODY = "{\"test\": 2432232314}";
    private static final String SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private final WebhookSignature signature = new WebhookSignature(SECRET);

    private @Nullable String refusal(Headers headers, String body, Instant now) {
        return signature.refusal(headers, body.getBytes(UTF_8), now);
    }

    private static Headers headers(String signed) {
        return new Headers(ID, Long.toString(TIME.getEpochSecond()), signed);
    }

    /** The vector of the specification of Standard Webhooks. */
    @Test
    void signsAsStandardWebhooksDoes() {
        assertThat(signature.sign(ID, TIME, BODY)).isEqualTo(SIGNED);
        assertThat(refusal(headers(SIGNED), BODY, TIME)).isNull();
    }

    @Test
    void aSecretWithoutAPrefixIsTheKeyItself() {
        String key = "0123456789abcdef";

        String signed = new WebhookSignature(key).sign(ID, TIME, "ü");

        assertThat(new WebhookSignature("whsec_MDEyMzQ1Njc4OWFiY2RlZg==").sign(ID, TIME, "ü"))
                .isEqualTo(signed);
    }

    @ParameterizedTest
    @CsvSource({"short,too short", "whsec_@@,no base64", "whsec_AAAA,too short"})
    void refusesSecretsThatAreNone(String secret, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSignature(secret))
                .withMessageContaining(why);
    }

    @Test
    void oneOfSeveralSignaturesIsEnough() {
        assertThat(refusal(headers("v1,AAAA v2,x " + SIGNED), BODY, TIME)).isNull();
        assertThat(refusal(headers("v1,AAAA v2,x"), BODY, TIME)).contains("signature");
    }

    @Test
    void refusesAnotherBodyAnotherTimeAndAnotherId() {
        Headers other = new Headers(ID, Long.toString(TIME.getEpochSecond() + 1), SIGNED);

        assertThat(refusal(headers(SIGNED), BODY + " ", TIME)).contains("signature");
        assertThat(refusal(other, BODY, TIME)).contains("signature");
        assertThat(refusal(new Headers("msg_other", headers("").timestamp(), SIGNED), BODY, TIME))
                .contains("signature");
    }

    @Test
    void aMessageOfAnotherTimeIsRefusedBecauseItMayBeARepetition() {
        Duration late = WebhookSignature.TOLERANCE.plusSeconds(1);

        assertThat(refusal(headers(SIGNED), BODY, TIME.plus(late)))
                .contains("301 s away", "300 s are allowed");
        assertThat(refusal(headers(SIGNED), BODY, TIME.minus(late))).contains("301 s away");
        assertThat(refusal(headers(SIGNED), BODY, TIME.plus(WebhookSignature.TOLERANCE))).isNull();
    }

    @Test
    void saysWhichHeadersItNeeds() {
        assertThat(refusal(new Headers(null, "1", "v1,"), BODY, TIME))
                .isEqualTo(
                        "it needs the headers webhook-id, webhook-timestamp and webhook-signature");
        assertThat(refusal(new Headers(ID, "soon", SIGNED), BODY, TIME)).contains("seconds");
        assertThat(refusal(new Headers("", "1", SIGNED), BODY, TIME)).contains("characters");
    }

    /** Headers with characters changed, cut out and doubled: none that differs is taken. */
    @Test
    void takesNothingThatIsNotExactlyWhatWasSigned() throws IOException {
        List<String> corpus = Files.readAllLines(CORPUS);
        corpus.add(ID + "|" + TIME.getEpochSecond() + "|" + SIGNED);
        Random random = new Random(SEED);
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String line = mutated(corpus.get(random.nextInt(corpus.size())), random);
            String[] parts = line.split("\\|", -1);
            if (parts.length != 3) {
                continue;
            }
            if (refusal(new Headers(parts[0], parts[1], parts[2]), BODY, TIME) == null) {
                taken++;
                assertThat(parts[0]).isEqualTo(ID);
                assertThat(Long.parseLong(parts[1])).isEqualTo(TIME.getEpochSecond());
                assertThat(parts[2]).contains("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1O");
            }
        }
        assertThat(taken).as("some are left as they were").isLessThan(ROUNDS / 2);
    }

    private static String mutated(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int i = random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, (char) (random.nextInt(94) + ' '));
                case 1 -> text.deleteCharAt(at);
                default -> text.insert(at, text.charAt(at));
            }
        }
        return text.toString();
    }
}
