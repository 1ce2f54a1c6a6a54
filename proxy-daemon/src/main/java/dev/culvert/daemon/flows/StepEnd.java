package dev.culvert.daemon.flows;

import dev.culvert.settings.Node;

/** Is told how a step ended. What comes after the first call is ignored. Safe for all threads. */
public interface StepEnd {
    /** It did what it had to do. The output is kept in the database: no secret may be in it. */
    void done(Node output);

    /** It did not. */
    void failed(StepFailure why);
}
