package dev.culvert.daemon.flows;

import dev.culvert.daemon.operations.Schema;

/**
 * A parameter of a kind of steps, or a member of its output.
 *
 * @param description one sentence without a full stop
 */
public record Param(String name, Schema schema, boolean isRequired, String description) {
    /** One that may be left out. */
    public static Param of(String name, Schema schema, String description) {
        return new Param(name, schema, false, description);
    }

    public Param required() {
        return new Param(name, schema, true, description);
    }
}
