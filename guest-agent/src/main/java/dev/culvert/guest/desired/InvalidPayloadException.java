package dev.culvert.guest.desired;

import java.io.Serial;

/** A payload that breaks its schema. The message names the member and says what it takes. */
public final class InvalidPayloadException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final String sentence;

    public InvalidPayloadException(String sentence) {
        super(sentence, null, false, false);
        this.sentence = sentence;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
