package dev.culvert.subject;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Subjects, matches and notes with bytes changed, cut out and doubled. */
@Timeout(60)
class SubjectFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/subject");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261129;
    private static final Pattern SUBJECT = Pattern.compile("[\\w-]+(\\.[\\w-]+)*");

    /** Each either is refused, or matches what a pattern says that was made in another way. */
    @Test
    void aMatchIsRefusedOrStandsForWhatItsPatternDoes() throws IOException {
        Random random = new Random(SEED);
        List<String> corpus = Files.readAllLines(CORPUS.resolve("subjects.txt"));
        int matched = 0;
        for (String line : corpus) {
            String[] parts = line.split(" ", 2);
            assertThat(isMatch(parts[0], parts[1])).as(line).isTrue();
            for (int round = 0; round < ROUNDS; round++) {
                String match = mutated(parts[0], random);
                String subject = mutated(parts[random.nextInt(2)], random);
                matched += isMatch(match, subject) ? 1 : 0;
            }
        }
        assertThat(matched).isBetween(1, corpus.size() * ROUNDS - 1);
    }

    private static boolean isMatch(String match, String subject) {
        boolean isSubject = SUBJECT.matcher(subject).matches() && subject.length() <= 255;
        Subject read;
        try {
            read = new Subject(subject);
            assertThat(isSubject).as(subject).isTrue();
        } catch (IllegalArgumentException e) {
            assertThat(isSubject).as(subject).isFalse();
            return false;
        }
        try {
            boolean matches = SubjectMatch.of(match).matches(read);
            assertThat(matches).as(match + " " + subject).isEqualTo(expected(match, subject));
            return matches;
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("matches no subject");
            return false;
        }
    }

    private static boolean expected(String match, String subject) {
        boolean isHidden = subject.matches("inbox(\\..*)?") && match.matches("[*>].*");
        String pattern =
                Arrays.stream(match.split("\\.", -1))
                        .map(token ->
                                switch (token) {
                                    case "*" -> "[\\w-]+";
                                    case ">" -> "[\\w.-]+";
                                    default -> Pattern.quote(token);
                                })
                        .collect(Collectors.joining("\\."));
        return !isHidden && subject.matches(pattern);
    }

    static List<String> notes() throws IOException {
        return Files.readAllLines(CORPUS.resolve("notes.txt"));
    }

    /** Each either is refused with a sentence, or what is read of it can be written again. */
    @ParameterizedTest
    @MethodSource("notes")
    void aNoteIsRefusedOrRead(String good) {
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(round == 0 ? good : mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isPositive();
    }

    private static boolean isRead(String text) {
        ByteBuf json = Unpooled.copiedBuffer(text, UTF_8);
        try {
            NoteReader reader = new NoteReader(json, JsonText.members(json));
            Note note =
                    new Note(
                            reader.subject(),
                            reader.reply(),
                            reader.agent(),
                            reader.data(),
                            reader.timestamp());
            ByteBuf written = note.writeTo(Unpooled.buffer());
            assertThat(written.readableBytes()).isLessThanOrEqualTo(note.mostBytes());
            NoteReader again = new NoteReader(written, JsonText.members(written));
            assertThat(again.subject()).isEqualTo(reader.subject());
            assertThat(again.reply()).isEqualTo(reader.reply());
            assertThat(again.data()).isEqualTo(reader.data());
            assertThat(again.agent()).isEqualTo(reader.agent());
            return true;
        } catch (BadJsonException e) {
            return false;
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 ->
                        text.setCharAt(
                                at, ".*>aB9_-\"{}[],:\\ n\u00fc\ud800".charAt(random.nextInt(20)));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                default -> text.insert(at, ".*>a\"\\u".charAt(random.nextInt(7)));
            }
        }
        return text.toString();
    }
}
