package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies with bytes and whole values changed, cut out and doubled: each is refused, or becomes a
 * payload that every receiver takes, and an object that its client can read.
 */
@Timeout(60)
class ResponsesFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/responses");
    private static final int ROUNDS = 3_000;
    private static final long SEED = 20261129;

    /** The values of a text that have no blanks around them. */
    private static final Pattern VALUE =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[\\[{][^\\[\\]{}]*[\\]}]|[\\w.]+");

    static List<Path> bodies() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void isPassedOnOrRefused(Path body) throws IOException {
        String good = Files.readString(body).strip();
        assertThat(isPassedOn(good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isPassedOn(mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isPassedOn(String body) {
        ByteBuf text = Unpooled.copiedBuffer(body, UTF_8);
        ByteBuf out = Unpooled.buffer();
        ByteBuf object = Unpooled.buffer();
        try {
            JsonOutline json = JsonOutline.of(text, ResponseRequest.LIMITS, ResponseRequest.LEVELS);
            ResponseRequest asked = new ResponseRequest(json);
            ResponseObject.of("turn", Caller.ANYBODY, 1, ResponseObject.echo(asked))
                    .write(object, Outcome.IN_PROGRESS, Unpooled.EMPTY_BUFFER);
            ChatTranslation.write(asked, out);
        } catch (BadJsonException _) {
            return false;
        } catch (ProblemException e) {
            assertThat(e.problem().status().code()).isEqualTo(400);
            assertThat(e.problem().members()).containsKey("param");
            return false;
        }
        assertThatCode(() -> JsonText.checkObject(out)).as(body).doesNotThrowAnyException();
        assertThatCode(() -> JsonText.checkObject(object)).as(body).doesNotThrowAnyException();
        return true;
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0; i--) {
            List<MatchResult> values = VALUE.matcher(text).results().toList();
            MatchResult at = values.get(random.nextInt(values.size()));
            MatchResult other = values.get(random.nextInt(values.size()));
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
                case 1 -> text.deleteCharAt(random.nextInt(text.length()));
                case 2 -> text.replace(at.start(), at.end(), "null");
                case 3 -> text.replace(at.start(), at.end(), "[" + other.group() + "]");
                default -> text.replace(at.start(), at.end(), other.group());
            }
        }
        return text.toString();
    }
}
