package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/config/schedules.txt");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 20_000;

    /** 30 November 2026 is a Monday. */
    private static final Instant NOW = Instant.parse("2026-11-30T12:34:56Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *           | 2026-11-30T12:35:00Z",
                "0 * * * *           | 2026-11-30T13:00:00Z",
                "*/10 * * * *        | 2026-11-30T12:40:00Z",
                "5/20 * * * *        | 2026-11-30T12:45:00Z",
                "34 12 * * *         | 2026-12-01T12:34:00Z",
                "35 12 * * *         | 2026-11-30T12:35:00Z",
                "0 3 * * *           | 2026-12-01T03:00:00Z",
                "0,30 8-18/2 * * *   | 2026-11-30T14:00:00Z",
                "0 0 1 * *           | 2026-12-01T00:00:00Z",
                "0 0 1 jan *         | 2027-01-01T00:00:00Z",
                "0 0 29 2 *          | 2028-02-29T00:00:00Z",
                "0 0 31 * *          | 2026-12-31T00:00:00Z",
                "0 9 * * MON-fri     | 2026-12-01T09:00:00Z",
                "0 9 * * sun         | 2026-12-06T09:00:00Z",
                "0 9 * * 7           | 2026-12-06T09:00:00Z",
                "0 9 * * 0           | 2026-12-06T09:00:00Z",
                "0 9 13 * fri        | 2026-12-04T09:00:00Z",
                "0 9 3 * fri         | 2026-12-03T09:00:00Z",
                "every 5m            | 2026-11-30T12:35:00Z",
                "every 1h            | 2026-11-30T13:00:00Z",
                "every 10s           | 2026-11-30T12:35:00Z"
            })
    void tellsTheNextTime(String schedule, Instant next) {
        assertThat(Schedule.parse(schedule).after(NOW)).isEqualTo(next);
    }

    @Test
    void aTimeIsNotItsOwnNextTime() {
        Schedule schedule = Schedule.parse("35 12 * * *");
        Instant first = schedule.after(NOW);

        assertThat(schedule.after(first)).isEqualTo(Instant.parse("2026-12-01T12:35:00Z"));
    }

    @Test
    void printsAsItWasRead() {
        assertThat(Schedule.parse(" 0 3 * * MON ")).hasToString(" 0 3 * * MON ");
        assertThat(Schedule.parse("every 5m")).hasToString("every 5m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "* * * *          | has 4 fields",
                "* * * * * *      | has 6 fields",
                "60 * * * *       | '60' is no minute: it takes 0 to 59",
                "* 24 * * *       | '24' is no hour: it takes 0 to 23",
                "* * 0 * *        | '0' is no day of the month: it takes 1 to 31",
                "* * * 13 *       | '13' is no month: it takes 1 to 12",
                "* * * * 8        | '8' is no day of the week: it takes 0 to 7",
                "* * * foo *      | 'foo' is no month",
                "30-10 * * * *    | '30-10' is no minute: it begins after its end",
                "*/0 * * * *      | '*/0' is no minute: it takes 1 to 59",
                "1,,2 * * * *     | '' is no minute",
                "-5 * * * *       | '-5' is no minute",
                "0 0 30 2 *       | never comes",
                "every            | has 1 fields",
                "every 5          | is not from 10s to a year",
                "every moment     | 'moment' is no time",
                "@daily           | has 1 fields"
            })
    void saysWhatIsWrong(String schedule, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.parse(schedule))
                .withMessageContaining(why);
    }

    /** Schedules with characters changed, cut out and doubled: each is read or refused. */
    @Test
    void whateverComesIsReadOrRefusedAndGoesForward() throws IOException {
        List<String> corpus = Files.readAllLines(CORPUS);
        Random random = new Random(SEED);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String text = mutated(corpus.get(random.nextInt(corpus.size())), random);
            try {
                Schedule schedule = Schedule.parse(text);
                Instant next = schedule.after(NOW);
                assertThat(next).as(text).isAfter(NOW);
                assertThat(schedule.after(next)).as(text).isAfter(next);
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as(text).isNotBlank().hasSizeLessThan(400);
            }
        }
        assertThat(read).isBetween(ROUNDS / 20, ROUNDS);
    }

    private static String mutated(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int i = random.nextInt(3); i > 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, "0123456789*/-, amonx".charAt(random.nextInt(20)));
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, text.charAt(at));
                default -> text.setCharAt(at, (char) random.nextInt(0x3000));
            }
        }
        return text.toString();
    }
}
