package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.READ;
import static io.netty.handler.codec.http.HttpMethod.GET;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What agents and tenants use of LLM services outside. */
final class ProviderOperations {
    static final List<Operation> ALL =
            List.of(
                    op(
                                    "budgets",
                                    "Show what agents and tenants have used of the providers, and may use",
                                    READ)
                            .verb("budgets")
                            .needs(Need.READ_AGENTS)
                            .at(GET, "/budgets"));

    private ProviderOperations() {}
}
