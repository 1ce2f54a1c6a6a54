package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Numeral;
import dev.culvert.mcp.Tree.Text;
import dev.culvert.mcp.Tree.Truth;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The arguments of a tool that a request over HTTP repeats as headers ({@code x-mcp-header}). */
final class HeaderParams {
    static final HeaderParams NONE = new HeaderParams(List.of());

    private static final String MARK = "x-mcp-header";
    private static final String PROPERTIES = "properties";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Set<String> KINDS = Set.of("string", "integer", "boolean");
    private static final Pattern PLAIN = Pattern.compile("(?:[!-~](?:[ -~]*[!-~])?)?");
    private static final Pattern ENCODED = Pattern.compile("=\\?base64\\?.*\\?=");

    /** A property, by the names that lead to it. */
    private record Place(String header, List<String> path) {}

    private final List<Place> places;

    private HeaderParams(List<Place> places) {
        this.places = places;
    }

    /** What a schema marks. */
    static HeaderParams of(Members schema) throws BadMessageException {
        Finder finder = new Finder();
        finder.look(schema, List.of(), true);
        return finder.found.isEmpty() ? NONE : new HeaderParams(finder.found);
    }

    private static final class Finder {
        private final List<Place> found = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        /**
         * @param reachable whether only properties lead here
         */
        void look(Tree schema, List<String> path, boolean reachable) throws BadMessageException {
            switch (schema) {
                case Members members -> {
                    if (members.get(MARK) != null) {
                        note(members, path, reachable);
                    }
                    for (Map.Entry<String, Tree> member : members.all().entrySet()) {
                        boolean leads = reachable && member.getKey().equals(PROPERTIES);
                        if (leads && member.getValue() instanceof Members properties) {
                            lookInto(properties, path);
                        } else if (!member.getKey().equals(MARK)) {
                            look(member.getValue(), path, false);
                        }
                    }
                }
                case Tree.Items items -> {
                    for (Tree item : items.all()) {
                        look(item, path, false);
                    }
                }
                case Text _, Numeral _, Truth _, Tree.Nothing _ -> {}
            }
        }

        private void lookInto(Members properties, List<String> path) throws BadMessageException {
            for (Map.Entry<String, Tree> property : properties.all().entrySet()) {
                List<String> longer = new ArrayList<>(path);
                longer.add(property.getKey());
                look(property.getValue(), longer, true);
            }
        }

        private void note(Members property, List<String> path, boolean reachable)
                throws BadMessageException {
            String name = property.text(MARK);
            if (name == null
                    || !reachable
                    || path.isEmpty()
                    || !NAME.matcher(name).matches()
                    || !KINDS.contains(String.valueOf(property.text("type")))
                    || !names.add(name.toLowerCase(Locale.ROOT))) {
                throw new BadMessageException("an x-mcp-header in its schema breaks the rules");
            }
            found.add(new Place("Mcp-Param-" + name, List.copyOf(path)));
        }
    }

    /** The headers of a call with these arguments. */
    Map<String, String> headers(Members arguments) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Place place : places) {
            String value = value(arguments, place.path());
            if (value != null) {
                headers.put(place.header(), encoded(value));
            }
        }
        return headers;
    }

    private static @Nullable String value(Members arguments, List<String> path) {
        @Nullable Tree at = arguments;
        for (String name : path) {
            at = at instanceof Members members ? members.get(name) : null;
        }
        return switch (at) {
            case Text text -> text.value();
            case Numeral number -> number.text();
            case Truth truth -> Boolean.toString(truth.value());
            case null -> null;
            case Members _, Tree.Items _, Tree.Nothing _ -> null;
        };
    }

    /** As a header can have it. */
    static String encoded(String value) {
        return PLAIN.matcher(value).matches() && !ENCODED.matcher(value).matches()
                ? value
                : "=?base64?" + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + "?=";
    }
}
