package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBufUtil;

/**
 * Tells the listener text and reasoning, never half of a surrogate pair, and counts what an answer
 * contains, up to its limit.
 */
final class TextTeller {
    private static final String REPLACEMENT = "\uFFFD";

    private final GenerationListener listener;
    private final RuntimeSettings settings;

    private long toldBytes;

    /** The first half of a surrogate pair, until the next piece brings the second. */
    private String half = "";

    private boolean halfIsReasoning;

    TextTeller(GenerationListener listener, RuntimeSettings settings) {
        this.listener = listener;
        this.settings = settings;
    }

    void text(String piece) throws FailedGenerationException {
        tell(piece, false);
    }

    void reasoning(String piece) throws FailedGenerationException {
        tell(piece, true);
    }

    private void tell(String piece, boolean isReasoning) throws FailedGenerationException {
        if (piece.isEmpty()) {
            return;
        }
        count(piece);
        if (halfIsReasoning != isReasoning) {
            settle();
            halfIsReasoning = isReasoning;
        }
        String whole = half + piece;
        int end = whole.length();
        half = Character.isHighSurrogate(whole.charAt(end - 1)) ? whole.substring(end - 1) : "";
        end -= half.length();
        if (end > 0) {
            handOn(whole.substring(0, end));
        }
    }

    /** No second half can follow. */
    void settle() {
        if (!half.isEmpty()) {
            half = "";
            handOn(REPLACEMENT);
        }
    }

    private void handOn(String words) {
        if (halfIsReasoning) {
            listener.onReasoning(words);
        } else {
            listener.onText(words);
        }
    }

    /** Counts a part of the answer that somebody else tells. */
    void count(String part) throws FailedGenerationException {
        toldBytes += ByteBufUtil.utf8Bytes(part);
        if (toldBytes > settings.limits().answerBytes()) {
            throw new FailedGenerationException(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "The runtime's answer is larger than "
                            + settings.limits().answerBytes()
                            + " bytes; set max_tokens, ask for less, or raise"
                            + " --max-answer-bytes of the agent.");
        }
    }

    /** The size of the answer so far. */
    long toldBytes() {
        return toldBytes;
    }
}
