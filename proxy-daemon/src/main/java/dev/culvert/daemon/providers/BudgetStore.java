package dev.culvert.daemon.providers;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Keeps what was used, over restarts. Blocks, except {@link #isKept}. */
public interface BudgetStore {
    /** Keeps nothing. */
    BudgetStore NONE =
            new BudgetStore() {
                @Override
                public boolean isKept() {
                    return false;
                }

                @Override
                public List<BudgetRow> read() {
                    return List.of();
                }

                @Override
                public void save(Collection<BudgetRow> changed, Collection<BudgetRow> gone) {}
            };

    /** False for a store that keeps nothing. */
    boolean isKept();

    List<BudgetRow> read() throws IOException;

    /**
     * All of it or nothing.
     *
     * @param changed new ones, and ones with other numbers
     * @param gone those to forget
     */
    void save(Collection<BudgetRow> changed, Collection<BudgetRow> gone) throws IOException;
}
