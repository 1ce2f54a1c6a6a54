package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.operations.Parameter.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What operations take against openapi.yaml. Relies on how that file is laid out: two spaces for
 * each level, one key a line.
 */
class OperationParametersTest {
    private static final Path YAML = Path.of("../protocol-spec/openapi.yaml");
    private static final Pattern QUERY =
            Pattern.compile("- name: (\\S+)\n +in: query(\n +required: true)?");
    private static final Pattern REF = Pattern.compile("\\$ref: '#/components/(\\w+)/(\\w+)'");
    private static final Pattern REQUIRED = Pattern.compile("required: \\[(.*)]");

    /** A path of the same name without /api/v1. */
    private static final String NOT_OURS = "    servers: [{ url: / }]";

    /** Ignored there, because the path has it. */
    private static final String IGNORED = "'Ignored: the id is in the path.'";

    /** Of a member that an operation needs, because it sends no headers. */
    private static final String OR_A_HEADER = "or send the header";

    static List<Operation> operations() {
        return Operations.all();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void takeWhatTheirRequestsTake(Operation operation) throws IOException {
        String block = block(operation);

        Set<String> query =
                QUERY.matcher(block)
                        .results()
                        .map(it -> it.group(1) + (it.group(2) == null ? "" : " required"))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described(operation, Place.QUERY)).isEqualTo(query);
        assertThat(described(operation, Place.BODY)).isEqualTo(body(block));
    }

    private static Set<String> described(Operation operation, Place place) {
        return operation.parameters().stream()
                .filter(it -> it.place() == place)
                .map(it -> it.name() + (it.isRequired() ? " required" : ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The lines of the operation's method. */
    private static String block(Operation operation) throws IOException {
        String path = operation.path().substring("/api/v1".length());
        String ofPath = below(lines(), "  " + path + ":", 0);
        if (ofPath.startsWith(NOT_OURS)) {
            ofPath = below(lines(), "  " + path + ":", 1);
        }
        String method = operation.method().name().toLowerCase(Locale.ROOT);
        return below(ofPath.lines().toList(), "    " + method + ":", 0);
    }

    private static List<String> lines() throws IOException {
        return Files.readAllLines(YAML);
    }

    /**
     * The lines below a key.
     *
     * @param before how many equal keys come before it
     */
    private static String below(List<String> lines, String key, int before) {
        int left = before;
        int depth = key.length() - key.stripLeading().length();
        List<String> found = new ArrayList<>();
        boolean isWithin = false;
        for (String line : lines) {
            if (line.equals(key) && left-- == 0) {
                isWithin = true;
            } else if (isWithin && !line.isBlank() && depth(line) <= depth) {
                break;
            } else if (isWithin) {
                found.add(line);
            }
        }
        assertThat(isWithin).as(key).isTrue();
        return String.join("\n", found) + "\n";
    }

    private static int depth(String line) {
        return line.length() - line.stripLeading().length();
    }

    private static Set<String> body(String block) throws IOException {
        if (!block.contains("      requestBody:")) {
            return Set.of();
        }
        return properties(below(block.lines().toList(), "      requestBody:", 0));
    }

    /** The members of the object that the text describes, or the one to which it refers. */
    private static Set<String> properties(String text) throws IOException {
        List<String> lines = text.lines().toList();
        int at = 0;
        while (at < lines.size() && !lines.get(at).strip().equals("properties:")) {
            at++;
        }
        if (at == lines.size()) {
            Matcher ref = REF.matcher(text);
            return ref.find() ? properties(component(ref.group(1), ref.group(2))) : Set.of();
        }
        int depth = depth(lines.get(at));
        Set<String> required =
                lines.stream()
                        .filter(line -> depth(line) == depth)
                        .flatMap(line -> REQUIRED.matcher(line).results())
                        .map((MatchResult it) -> it.group(1))
                        .flatMap(it -> Stream.of(it.split(", ")))
                        .collect(Collectors.toSet());
        Set<String> names = new TreeSet<>();
        for (String line : lines.subList(at + 1, lines.size())) {
            if (depth(line) <= depth) {
                break;
            }
            if (depth(line) == depth + 2 && !line.contains(IGNORED)) {
                String name = line.strip().split(":", 2)[0];
                boolean isNeeded = required.contains(name) || line.contains(OR_A_HEADER);
                names.add(name + (isNeeded ? " required" : ""));
            }
        }
        return names;
    }

    private static String component(String kind, String name) throws IOException {
        List<String> components = below(lines(), "components:", 0).lines().toList();
        List<String> ofKind = below(components, "  " + kind + ":", 0).lines().toList();
        return below(ofKind, "    " + name + ":", 0);
    }
}
