package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.workspace.TerraformEngine;
import dev.culvert.daemon.client.workspace.Workspace;
import java.nio.file.Path;
import java.util.Locale;

/** Who makes plans, and applies them. */
enum Engine {
    API,
    TERRAFORM,
    TOFU;

    /** The program that made a plan. */
    static Engine named(String name) throws UsageException {
        for (Engine each : values()) {
            if (each.word().equals(name)) {
                return each;
            }
        }
        throw new UsageException("the plan was made by a program that this culvert does not know");
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * For a workspace.
     *
     * @throws UsageException if the program is not installed
     */
    TerraformEngine of(Session session, Workspace workspace) throws UsageException {
        Path program =
                OwnCommand.find(word(), session)
                        .orElseThrow(() ->
                                new UsageException(
                                        "%s is not installed here: --engine api needs no program"
                                                .formatted(word())));
        return new TerraformEngine(workspace, word(), program, session.around().environment());
    }
}
