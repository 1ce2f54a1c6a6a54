package dev.culvert.tunnel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Ports and ranges of ports, as in {@code 22,3000-3999}; prints as it was read. */
public record PortList(List<Range> ranges) {
    /** None at all. */
    public static final PortList NONE = new PortList(List.of());

    public static final String TAKES = "ports and ranges from 1 to 65535, as in 22,3000-3999";

    /** From the first to the last, both included. */
    public record Range(int first, int last) {
        public Range {
            if (first < 1 || last > Destination.MOST_PORT || first > last) {
                throw new IllegalArgumentException(
                        "the range " + first + "-" + last + " is not within 1-65535, in order");
            }
        }

        /** Reads {@code 22} or {@code 3000-3999}. */
        public static Range parse(String text) {
            int hyphen = text.indexOf('-');
            try {
                int first = number(hyphen < 0 ? text : text.substring(0, hyphen));
                int last = hyphen < 0 ? first : number(text.substring(hyphen + 1));
                return new Range(first, last);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("it takes " + TAKES, e);
            }
        }

        private static int number(String text) {
            return text.isBlank() ? 0 : Integer.parseUnsignedInt(text.strip());
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    public PortList {
        ranges = List.copyOf(ranges);
    }

    /**
     * Reads ports and ranges, separated by commas; none if the text is blank.
     *
     * @throws IllegalArgumentException one sentence
     */
    public static PortList parse(String text) {
        List<Range> ranges = new ArrayList<>();
        if (!text.isBlank()) {
            for (String part : text.split(",", -1)) {
                ranges.add(Range.parse(part.strip()));
            }
        }
        return new PortList(ranges);
    }

    /** Whether the port is one of them. */
    public boolean contains(int port) {
        for (Range range : ranges) {
            if (port >= range.first && port <= range.last) {
                return true;
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }
}
