package dev.culvert.daemon.client.doctor;

import java.util.List;

/** Looks at one thing. */
public interface Inspection {
    /** One word, or a few with hyphens; it is stable, because scripts use it. */
    String name();

    /** Changes nothing. */
    List<Finding> inspect(Site site);
}
