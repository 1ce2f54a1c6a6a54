package dev.culvert.daemon.client.workspace;

import dev.culvert.infra.Change;
import java.time.Duration;

/** Is told how a plan is applied. */
public interface RunListener {
    /** A step begins. */
    void begins(Change change, Change.Step step, int number, int all);

    /** Its task says something. */
    void says(String line);

    /** It has ended well. */
    void done(Change change, Change.Step step, Duration took);

    /** It was done before, by a run that was stopped. */
    void wasDone(Change change, Change.Step step);
}
