package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serial;

/** JSON that is not a chat completion. The message names the member and says what it must be. */
final class BadCompletionException extends JsonProcessingException {
    @Serial private static final long serialVersionUID = 1L;

    BadCompletionException(String sentence) {
        super(sentence);
    }
}
