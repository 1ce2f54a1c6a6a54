package dev.culvert.daemon.state;

import java.util.function.LongSupplier;

/**
 * What the database has done and has to do; zeros without one.
 *
 * @param commits how many transactions were committed since the start
 * @param changes how many pieces of work these had
 * @param waiting how many pieces of work wait now
 * @param available 1 while it can be reached, 0 after its connection was lost
 */
public record DatabaseLoad(
        LongSupplier commits, LongSupplier changes, LongSupplier waiting, LongSupplier available) {
    static final DatabaseLoad NONE = new DatabaseLoad(() -> 0, () -> 0, () -> 0, () -> 0);
}
