package dev.culvert.policy;

import java.util.Locale;

/** Who wrote a policy file. A lower level, which comes later here, can only narrow. */
public enum Level {
    BUILT_IN,
    HOST,
    TENANT,
    AGENT,
    PROJECT,
    USER;

    /** As messages have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
