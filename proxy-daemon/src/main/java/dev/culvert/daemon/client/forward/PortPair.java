package dev.culvert.daemon.client.forward;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of this machine that leads to a port of an agent.
 *
 * @param local 0 for any that is free
 */
public record PortPair(int local, int remote) {
    private static final int LAST = 65_535;

    /** A program has 1,024 files by default. */
    private static final int MOST = 512;

    private static final String RANGE = "([0-9]{1,5})(?:-([0-9]{1,5}))?";
    private static final Pattern TEXT = Pattern.compile(RANGE + "(?::" + RANGE + ")?");

    /** The ports from {@code first} to {@code last}. */
    private record Range(int first, int last) {
        int size() {
            return last - first + 1;
        }
    }

    /**
     * Reads {@code PORT}, {@code LOCAL:PORT}, {@code FIRST-LAST} or {@code FIRST-LAST:FIRST-LAST}.
     *
     * @throws UsageException one sentence, if they are something else
     */
    public static List<PortPair> parse(List<String> texts) throws UsageException {
        List<PortPair> pairs = new ArrayList<>();
        for (String text : texts) {
            pairs.addAll(parse(text));
            if (pairs.size() > MOST) {
                throw new UsageException(
                        "these are more than %d ports: forward the others with another command"
                                .formatted(MOST));
            }
        }
        return pairs;
    }

    private static List<PortPair> parse(String text) throws UsageException {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text, "it is PORT, LOCAL:PORT, FIRST-LAST or FIRST-LAST:FIRST-LAST");
        }
        Range local = range(text, matcher.group(1), matcher.group(2));
        Range remote =
                matcher.group(3) == null ? local : range(text, matcher.group(3), matcher.group(4));
        if (remote.first() == 0) {
            throw wrong(text, "a port of an agent is 1 to 65535; 0:PORT takes a free port here");
        }
        boolean anyFree = local.first() == 0;
        if (anyFree ? local.last() != 0 : local.size() != remote.size()) {
            throw wrong(text, "the two ranges have different sizes");
        }
        List<PortPair> pairs = new ArrayList<>();
        for (int i = 0; i < remote.size() && pairs.size() <= MOST; i++) {
            pairs.add(new PortPair(anyFree ? 0 : local.first() + i, remote.first() + i));
        }
        return pairs;
    }

    private static Range range(String text, String first, String last) throws UsageException {
        int from = Integer.parseInt(first);
        int to = last == null ? from : Integer.parseInt(last);
        if (to < from || to > LAST) {
            throw wrong(text, "ports are 1 to 65535, the smaller one first");
        }
        return new Range(from, to);
    }

    private static UsageException wrong(String text, String why) {
        return new UsageException("'%s' names no ports: %s".formatted(Quoted.word(text), why));
    }
}
