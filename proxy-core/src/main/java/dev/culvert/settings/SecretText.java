package dev.culvert.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;

/**
 * The text of a secret. It is told only to whoever asks for it by name, so that no log, error or
 * page shows it by accident.
 */
public final class SecretText {
    private final String text;

    public SecretText(String text) {
        this.text = text;
    }

    /** The secret itself: for the one place that uses it. */
    public String reveal() {
        return text;
    }

    /** Compares in constant time. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SecretText that
                && MessageDigest.isEqual(text.getBytes(UTF_8), that.text.getBytes(UTF_8));
    }

    @Override
    public int hashCode() {
        return SecretText.class.hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
