package dev.culvert.daemon.client.compliance;

import dev.culvert.about.Units;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a member has to be: {@code prod} or {@code web-*}, {@code !stopped}, {@code <= 16GiB}; of a
 * list, one of its items has to be so, or with {@code !} none.
 */
record Condition(String member, String wanted) {
    private static final Pattern NUMBER =
            Pattern.compile("(<=|>=|<|>) ?([0-9]+(?: ?(?:KiB|MiB|GiB))?)");

    Condition {
        if (member.isBlank() || wanted.isBlank()) {
            throw new IllegalArgumentException(
                    "a condition is \"MEMBER\": \"WANTED\", and one of them is empty");
        }
        if (wanted.matches("[<>].*") && !NUMBER.matcher(wanted).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is \"%s\": a comparison is <, <=, > or >= and a number or a size, such as \"<= 16GiB\""
                            .formatted(member, wanted));
        }
    }

    boolean isMetBy(Value item) {
        Value is = item.at(member.split("\\.", -1));
        Matcher number = NUMBER.matcher(wanted);
        if (number.matches()) {
            return compares(is.text(), number);
        }
        List<String> texts =
                is instanceof Value.Items list
                        ? list.items().stream().map(Value::text).toList()
                        : is.text().isEmpty() ? List.of() : List.of(is.text());
        boolean isNot = wanted.startsWith("!");
        Pattern pattern = glob(isNot ? wanted.substring(1) : wanted);
        return texts.stream().anyMatch(it -> pattern.matcher(it).matches()) != isNot;
    }

    private static boolean compares(String is, Matcher number) {
        return is.matches("-?[0-9]{1,18}(\\.[0-9]+)?")
                && comparison(number).test((long) Double.parseDouble(is));
    }

    private static LongPredicate comparison(Matcher number) {
        long than = Units.largeBytes(number.group(2).replace(" ", ""));
        return switch (number.group(1)) {
            case "<=" -> is -> is <= than;
            case ">=" -> is -> is >= than;
            case "<" -> is -> is < than;
            default -> is -> is > than;
        };
    }

    /** Whether a number compares so. */
    static boolean holds(String comparison, long is) {
        Matcher number = NUMBER.matcher(comparison);
        return number.matches() && comparison(number).test(is);
    }

    static boolean isComparison(String text) {
        return NUMBER.matcher(text).matches();
    }

    private static Pattern glob(String text) {
        StringBuilder pattern = new StringBuilder();
        for (String part : text.split("(?<=\\*)|(?=\\*)", -1)) {
            pattern.append(part.equals("*") ? ".*" : Pattern.quote(part));
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }

    /** What an item has instead. */
    String instead(Value item) {
        String is = item.at(member.split("\\.", -1)).text();
        return "%s is %s, not \"%s\""
                .formatted(member, is.isEmpty() ? "not set" : Quoted.word(is), wanted);
    }
}
