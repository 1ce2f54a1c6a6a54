package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Tells the listener what the completions of one answer contain, up to the limit of an answer. */
final class CompletionTeller {

    private final GenerationListener listener;
    private final RuntimeSettings settings;
    private final TextTeller words;
    private final ToolCalls toolCalls;

    private @Nullable String finishReason;
    private @Nullable String usage;

    CompletionTeller(GenerationListener listener, RuntimeSettings settings) {
        this.listener = listener;
        this.settings = settings;
        words = new TextTeller(listener, settings);
        toolCalls = new ToolCalls(listener, settings.limits().eventBytes());
    }

    void tell(Completion completion) throws FailedGenerationException {
        if (completion.error() != null) {
            throw brokenOff(settings, completion.error());
        }
        words.reasoning(completion.reasoning());
        words.text(completion.text());
        if (completion.toolCallsJson() != null) {
            words.count(completion.toolCallsJson());
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
        words.settle();
        if (words.toldBytes() == 0) {
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

    /** The size of the text, the reasoning and the tool calls so far. */
    long toldBytes() {
        return words.toldBytes();
    }

    static FailedGenerationException brokenOff(RuntimeSettings settings, String words) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime broke off with an error: " + settings.quote(words));
    }
}
