package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the reference in docs/operations.md against the operations. */
class OperationsPageTest {
    private static final Path PAGE = Path.of("docs/operations.md");
    private static final String START = "## Reference\n";

    @Test
    void thePageHasEachOperation() throws IOException {
        String page = Files.readString(PAGE);
        StringBuilder reference = new StringBuilder(page.substring(0, page.indexOf(START)) + START);
        for (Operation operation : Operations.all()) {
            add(operation, reference);
        }
        Path made = Files.writeString(Path.of("target/operations.md"), reference);

        assertThat(page)
                .as("docs/operations.md; if an operation changed, copy %s there", made)
                .isEqualTo(reference.toString());
    }

    private static void add(Operation operation, StringBuilder page) {
        page.append("\n### ").append(operation.name()).append("\n\n");
        page.append(operation.summary()).append(".\n\n");
        page.append("- Effect: ").append(operation.effect().label());
        if (operation.isRecorded()) {
            page.append("; each run is recorded");
        }
        Scope scope = operation.need().scope();
        page.append(".\n- Scope: ").append(scope == null ? "none" : "`" + scope.label() + "`");
        if (operation.need().isOfEveryTenant()) {
            page.append(", of a caller without a tenant");
        }
        page.append(".\n- Request: `")
                .append(operation.method())
                .append(' ')
                .append(operation.path())
                .append('`')
                .append(operation.streams() ? "; the answer is a stream" : "")
                .append(".\n");
        if (!operation.verb().isEmpty()) {
            page.append("- Command: `culvert ").append(operation.verb()).append("`.\n");
        }
        if (!operation.parameters().isEmpty()) {
            page.append("\n| argument | in | takes | is |\n|---|---|---|---|\n");
            for (Parameter parameter : operation.parameters()) {
                page.append(
                        "| `%s`%s | %s | %s | %s |\n"
                                .formatted(
                                        parameter.name(),
                                        parameter.isRequired() ? " (required)" : "",
                                        parameter.place().label(),
                                        takes(parameter.schema()),
                                        parameter.description()));
            }
        }
        if (operation.takesMore() && operation.isCallable()) {
            page.append("\nOther arguments go to the agent in the body, as they are.\n");
        }
    }

    private static String takes(Schema schema) {
        if (!schema.values().isEmpty()) {
            return schema.values().stream()
                    .map(it -> "`" + it + "`")
                    .collect(Collectors.joining(", "));
        }
        String types = schema.types().isEmpty() ? "any" : String.join(" or ", schema.types());
        Schema items = schema.items();
        Schema.Range range = schema.range();
        return types
                + (items == null ? "" : " of: " + takes(items))
                + (range == null ? "" : " from " + range.least() + " to " + range.most());
    }
}
