package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** Tells the listener what the completions of one answer contain, up to the limit of an answer. */
final class CompletionTeller {

    private static final String REPLACEMENT = "\uFFFD";

    private final GenerationListener listener;
    private final RuntimeSettings settings;
    private final ToolCalls toolCalls;

    private long toldBytes;

    /** The first half of a surrogate pair, until the next text brings the second. */
    private String half = "";

    private @Nullable String finishReason;
    private @Nullable String usage;

    CompletionTeller(GenerationListener listener, RuntimeSettings settings) {
        this.listener = listener;
        this.settings = settings;
        toolCalls = new ToolCalls(listener, settings.limits().eventBytes());
    }

    void tell(Completion completion) throws FailedGenerationException {
        if (completion.error() != null) {
            throw brokenOff(settings, completion.error());
        }
        if (!completion.text().isEmpty()) {
            count(completion.text());
            tellText(half + completion.text());
        }
        if (completion.toolCallsJson() != null) {
            count(completion.toolCallsJson());
            toolCalls.add(completion.toolCalls(), completion.toolCallsJson());
        }
        if (completion.usageJson() != null) {
            usage = completion.usageJson();
        }
        if (completion.finishReason() != null) {
            finishReason = completion.finishReason();
            toolCalls.settle();
        }
    }

    /**
     * Whether the runtime has said why it stopped. That marks the end, if the body then ends well.
     */
    boolean isFinished() {
        return finishReason != null;
    }

    /** The answer is complete: tells the listener what is left, and then the end. */
    void end() throws FailedGenerationException {
        toolCalls.settle();
        if (!half.isEmpty()) {
            listener.onText(REPLACEMENT);
        }
        if (toldBytes == 0) {
            throw new FailedGenerationException(
                    ErrorCode.EMPTY_RESPONSE,
                    "The runtime's answer is complete but contains neither text nor a tool call"
                            + (finishReason == null
                                    ? ""
                                    : " (finish_reason " + settings.quote(finishReason) + ")")
                            + "; look into the runtime's log, and check model and max_tokens.");
        }
        listener.onEnd(new GenerationEnd(finishReason, usage));
    }

    /** The size of the text and the tool calls so far. */
    long toldBytes() {
        return toldBytes;
    }

    private void count(String text) throws FailedGenerationException {
        toldBytes += ByteBufUtil.utf8Bytes(text);
        if (toldBytes > settings.limits().answerBytes()) {
            throw tooLarge(settings);
        }
    }

    private void tellText(String text) {
        int end = text.length();
        half = Character.isHighSurrogate(text.charAt(end - 1)) ? text.substring(end - 1) : "";
        end -= half.length();
        if (end > 0) {
            listener.onText(text.substring(0, end));
        }
    }

    static FailedGenerationException brokenOff(RuntimeSettings settings, String words) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime broke off with an error: " + settings.quote(words));
    }

    private static FailedGenerationException tooLarge(RuntimeSettings settings) {
        return new FailedGenerationException(
                ErrorCode.RESPONSE_TOO_LARGE,
                "The runtime's answer is larger than "
                        + settings.limits().answerBytes()
                        + " bytes; set max_tokens, ask for less, or raise"
                        + " --max-answer-bytes of the agent.");
    }
}
