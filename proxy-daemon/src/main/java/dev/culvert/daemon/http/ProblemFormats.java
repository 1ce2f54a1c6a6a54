package dev.culvert.daemon.http;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which format the problems of a path have. The path alone decides, so that a request which no
 * route sees is refused in the same format as one that a route refuses. Where not even the path is
 * known, it is RFC 9457. Immutable.
 */
public final class ProblemFormats {
    private static final ProblemFormat OWN = new ProblemJson();

    /** The same for every path: RFC 9457. */
    public static final ProblemFormats DEFAULT = new ProblemFormats(Map.of());

    /** Stands for any one segment of a path. */
    private static final String ANY = "*";

    private record Place(String prefix, ProblemFormat format) {
        boolean contains(String path) {
            int wildcard = prefix.indexOf(ANY);
            if (wildcard < 0) {
                return isBelow(path, 0, prefix);
            }
            int end = path.indexOf('/', wildcard);
            return end > wildcard
                    && path.regionMatches(0, prefix, 0, wildcard)
                    && isBelow(path, end, prefix.substring(wildcard + ANY.length()));
        }

        private static boolean isBelow(String path, int from, String prefix) {
            int end = from + prefix.length();
            return path.startsWith(prefix, from)
                    && (path.length() == end || path.charAt(end) == '/' || path.charAt(end) == '?');
        }
    }

    private final List<Place> places;

    /**
     * RFC 9457 for every path that is not below one of these.
     *
     * @param byPrefix formats by whole segments of a path, such as {@code /v1}; the longest that
     *     fits counts. One segment may be {@code *}, which stands for any
     */
    public ProblemFormats(Map<String, ProblemFormat> byPrefix) {
        places =
                byPrefix.entrySet().stream()
                        .map(it -> new Place(it.getKey(), it.getValue()))
                        .sorted(Comparator.comparingInt(it -> -it.prefix().length()))
                        .toList();
    }

    ProblemFormat of(Head head) {
        if (!places.isEmpty()) {
            String path = head.path();
            for (Place place : places) {
                if (place.contains(path)) {
                    return place.format();
                }
            }
        }
        return OWN;
    }
}
