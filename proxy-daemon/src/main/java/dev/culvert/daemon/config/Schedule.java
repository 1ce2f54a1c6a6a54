package dev.culvert.daemon.config;

import dev.culvert.about.Units;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When something happens again and again: cron's five fields in UTC, or {@code every 5m}. Prints as
 * the text from which it was read.
 */
public sealed interface Schedule {
    /** What it takes, for messages. */
    String TAKES =
            "cron's five fields in UTC, such as \"*/10 8-18 * * mon-fri\", or \"every 5m\" with at"
                    + " least 10s";

    /** The first time after this one. */
    Instant after(Instant then);

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException one clause, when it is none
     */
    static Schedule parse(String text) {
        String plain = text.strip();
        if (plain.startsWith("every ")) {
            return new Every(text, Every.length(plain.substring("every ".length()).strip()));
        }
        return Cron.of(text);
    }

    /** At equal distances, counted from 1970, so that a restart changes nothing. */
    record Every(String text, Duration distance) implements Schedule {
        private static final Duration LEAST = Duration.ofSeconds(10);
        private static final Duration MOST = Duration.ofDays(366);

        private static Duration length(String text) {
            Duration distance;
            try {
                distance = Units.duration(text);
            } catch (NumberFormatException _) {
                throw new IllegalArgumentException("'" + text + "' is no time: take " + TAKES);
            }
            if (distance.compareTo(LEAST) < 0 || distance.compareTo(MOST) > 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not from 10s to a year: take " + TAKES);
            }
            return distance;
        }

        @Override
        public Instant after(Instant then) {
            long millis = distance.toMillis();
            return Instant.ofEpochMilli((Math.floorDiv(then.toEpochMilli(), millis) + 1) * millis);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * At times that fit all fields; where both kinds of days are limited, one of them is enough.
     *
     * @param daysOfWeek 0 is Sunday
     * @param eitherDay whether both kinds of days are limited
     */
    record Cron(
            String text,
            BitSet minutes,
            BitSet hours,
            BitSet daysOfMonth,
            BitSet months,
            BitSet daysOfWeek,
            boolean eitherDay)
            implements Schedule {
        private static final List<String> MONTHS =
                List.of(
                        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                        "dec");
        private static final List<String> DAYS =
                List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
        private static final int FIELDS = 5;
        private static final int MOST_CHARS = 200;

        /** 29 February comes at least once in these. */
        private static final int YEARS = 9;

        private static final int SUNDAY_AGAIN = 7;

        private record Field(String name, int least, int most, List<String> names) {
            private static final int MOST_DIGITS = 3;

            BitSet read(String text) {
                BitSet all = new BitSet();
                for (String part : text.split(",", -1)) {
                    add(part, all);
                }
                return all;
            }

            private void add(String part, BitSet all) {
                int slash = part.indexOf('/');
                String range = slash < 0 ? part : part.substring(0, slash);
                int step = slash < 0 ? 1 : number(part.substring(slash + 1), part, 1, most);
                int from = least;
                int to = most;
                int dash = range.indexOf('-');
                if (dash > 0) {
                    from = value(range.substring(0, dash), part);
                    to = value(range.substring(dash + 1), part);
                } else if (!range.equals("*")) {
                    from = value(range, part);
                    to = slash < 0 ? from : most;
                }
                if (from > to) {
                    throw bad(part, "it begins after its end");
                }
                for (int i = from; i <= to; i += step) {
                    all.set(i);
                }
            }

            private int value(String word, String part) {
                int name = names.indexOf(word.toLowerCase(Locale.ROOT));
                return name >= 0 ? name + least : number(word, part, least, most);
            }

            private int number(String digits, String part, int from, int to) {
                boolean isNumber =
                        !digits.isEmpty()
                                && digits.length() <= MOST_DIGITS
                                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
                int number = isNumber ? Integer.parseInt(digits) : -1;
                if (number < from || number > to) {
                    throw bad(part, "it takes " + from + " to " + to);
                }
                return number;
            }

            private IllegalArgumentException bad(String part, String why) {
                return new IllegalArgumentException(
                        "'%s' is no %s: %s".formatted(shown(part), name, why));
            }
        }

        private static final Field MINUTE = new Field("minute", 0, 59, List.of());
        private static final Field HOUR = new Field("hour", 0, 23, List.of());
        private static final Field DAY = new Field("day of the month", 1, 31, List.of());
        private static final Field MONTH = new Field("month", 1, 12, MONTHS);
        private static final Field WEEKDAY = new Field("day of the week", 0, 7, DAYS);

        private static String shown(String text) {
            return text.length() > 40 ? text.substring(0, 39) + "…" : text;
        }

        private static Cron of(String text) {
            List<String> fields = List.of(text.strip().split("\\s+", -1));
            if (text.length() > MOST_CHARS || fields.size() != FIELDS) {
                throw new IllegalArgumentException(
                        "'%s' has %d fields: take %s".formatted(shown(text), fields.size(), TAKES));
            }
            BitSet weekdays = WEEKDAY.read(fields.get(4));
            if (weekdays.get(SUNDAY_AGAIN)) {
                weekdays.clear(SUNDAY_AGAIN);
                weekdays.set(0);
            }
            Cron cron =
                    new Cron(
                            text,
                            MINUTE.read(fields.get(0)),
                            HOUR.read(fields.get(1)),
                            DAY.read(fields.get(2)),
                            MONTH.read(fields.get(3)),
                            weekdays,
                            !fields.get(2).startsWith("*") && !fields.get(4).startsWith("*"));
            if (cron.after(Instant.EPOCH).equals(Instant.MAX)) {
                throw new IllegalArgumentException(
                        "'" + shown(text) + "' never comes: no month has that day");
            }
            return cron;
        }

        /** The end of all times if there is none. */
        @Override
        public Instant after(Instant then) {
            LocalDateTime next =
                    LocalDateTime.ofInstant(then, ZoneOffset.UTC)
                            .truncatedTo(ChronoUnit.MINUTES)
                            .plusMinutes(1);
            LocalDate last = next.toLocalDate().plusYears(YEARS);
            LocalDate day = next.toLocalDate();
            LocalTime from = next.toLocalTime();
            while (day.isBefore(last)) {
                LocalTime time = isDay(day) ? timeFrom(from) : null;
                if (!months.get(day.getMonthValue())) {
                    day = day.withDayOfMonth(1).plusMonths(1);
                } else if (time != null) {
                    return day.atTime(time).toInstant(ZoneOffset.UTC);
                } else {
                    day = day.plusDays(1);
                }
                from = LocalTime.MIDNIGHT;
            }
            return Instant.MAX;
        }

        private boolean isDay(LocalDate day) {
            boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
            boolean ofWeek =
                    daysOfWeek.get(day.getDayOfWeek().getValue() % DayOfWeek.values().length);
            return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
        }

        /** Null if that day has no such time any more. */
        private @Nullable LocalTime timeFrom(LocalTime from) {
            int hour = hours.nextSetBit(from.getHour());
            int minute = minutes.nextSetBit(hour == from.getHour() ? from.getMinute() : 0);
            if (hour == from.getHour() && minute < 0) {
                hour = hours.nextSetBit(hour + 1);
                minute = minutes.nextSetBit(0);
            }
            return hour < 0 ? null : LocalTime.of(hour, minute);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
