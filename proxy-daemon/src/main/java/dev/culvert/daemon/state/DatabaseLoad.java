package dev.culvert.daemon.state;

import java.util.function.LongSupplier;

/**
 * What the database has done and has to do; zeros without one.
 *
 * @param commits how many transactions were committed since the start
 * @param changes how many pieces of work these had
 * @param waiting how many pieces of work wait now
 */
public record DatabaseLoad(LongSupplier commits, LongSupplier changes, LongSupplier waiting) {
    static final DatabaseLoad NONE = new DatabaseLoad(() -> 0, () -> 0, () -> 0);
}
