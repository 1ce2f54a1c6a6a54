package dev.culvert.guest.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Whether a runtime answers.
 *
 * @param status with which it answered; 0 if it did not, or does not speak HTTP
 * @param trouble why it did not answer, for people, without secrets; null if it did
 */
public record ProbeAnswer(int status, @Nullable String trouble) {
    /** Of a runtime that is there, and was asked nothing. */
    static final ProbeAnswer THERE = new ProbeAnswer(0, null);

    static ProbeAnswer failed(String trouble) {
        return new ProbeAnswer(0, trouble);
    }
}
