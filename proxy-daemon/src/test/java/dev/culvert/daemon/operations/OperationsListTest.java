package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Caller.Kind;
import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of operations against openapi.yaml, which OpenApiTest compares with the routes. */
class OperationsListTest {
    private static final Path YAML = Path.of("../protocol-spec/openapi.yaml");
    private static final Pattern PATH_KEY = Pattern.compile("  (/\\S*):");

    /** Where agents dial in, and where others show a signature: no caller does it. */
    private static final Set<String> NO_OPERATIONS =
            Set.of("GET /api/v1/agents/connect", "POST /api/v1/flows/{flow}/trigger");

    private static final Pattern METHOD_KEY = Pattern.compile("    (get|put|post|delete):");

    @Test
    void everyEndpointIsAnOperationAndEveryOperationAnEndpoint() throws Exception {
        Set<String> operations =
                Operations.all().stream()
                        .map(it -> it.method() + " " + it.path())
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(operations).isEqualTo(endpoints()).hasSameSizeAs(Operations.all());
    }

    /** Those below /api/v1. */
    private static Set<String> endpoints() throws IOException {
        Set<String> endpoints = new TreeSet<>();
        String path = "";
        boolean isOurs = false;
        for (String line : Files.readAllLines(YAML)) {
            var pathKey = PATH_KEY.matcher(line);
            var methodKey = METHOD_KEY.matcher(line);
            if (pathKey.matches()) {
                path = pathKey.group(1);
                isOurs = true;
            } else if (line.startsWith("    servers: ")) {
                isOurs = line.contains("/api/v1");
            } else if (methodKey.matches() && isOurs) {
                endpoints.add(methodKey.group(1).toUpperCase(Locale.ROOT) + " /api/v1" + path);
            }
        }
        assertThat(endpoints.removeAll(NO_OPERATIONS)).isTrue();
        return endpoints;
    }

    @Test
    void namesAreUnique() {
        assertThat(Operations.all()).extracting(Operation::name).doesNotHaveDuplicates();
    }

    @Test
    void everyParameterOfAPathIsDescribed() {
        assertThat(Operations.all())
                .allSatisfy(operation ->
                        assertThat(operation.parameters())
                                .filteredOn(it -> it.place() == Parameter.Place.PATH)
                                .extracting(it -> "{" + it.name() + "}")
                                .containsExactlyElementsOf(
                                        Pattern.compile("\\{\\w+}")
                                                .matcher(operation.path())
                                                .results()
                                                .map(it -> it.group())
                                                .toList()));
    }

    @Test
    void aCallerIsOfferedOnlyWhatItMayDo() {
        Caller operator = new Caller("op", Kind.UNIX, null, EnumSet.allOf(Scope.class), null);
        Caller viewer = new Caller("v", Kind.TOKEN, "acme", Set.of(Scope.AGENTS_READ), null);

        assertThat(Operations.of(operator)).hasSameSizeAs(Operations.all());
        assertThat(names(viewer)).contains("agents.list", "op.list").doesNotContain("message");
        assertThat(names(Caller.NOBODY)).isEmpty();
        assertThat(names(Caller.ANYBODY))
                .contains("message", "token.create")
                .doesNotContain("reload", "status");
    }

    private static List<String> names(Caller caller) {
        return Operations.of(caller).stream().map(Operation::name).toList();
    }

    @Test
    void messagesAndReadsAreNotRecorded() {
        assertThat(Operations.all())
                .filteredOn(Operation::isRecorded)
                .extracting(Operation::name)
                .contains("agents.remove", "agents.configure", "reload", "turns.cancel")
                .doesNotContain("message", "stream", "stream.get", "turns.resume", "status");
    }
}
