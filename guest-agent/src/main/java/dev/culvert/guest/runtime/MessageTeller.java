package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.MessageEvent.Block;
import dev.culvert.guest.runtime.MessageEvent.Delta;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells the listener what the blocks of one message contain, up to the limit of an answer. */
final class MessageTeller {
    private static final int MAX_CALLS = 1024;

    /** The deltas that have a place in OpenAI's form. */
    private static final Set<String> PIECES =
            Set.of("text_delta", "thinking_delta", "input_json_delta");

    /** The block that is being read. */
    private sealed interface Open {
        record Text() implements Open {}

        record Thinking() implements Open {}

        /**
         * A call of a tool of the client's.
         *
         * @param input what the block began with; null if it had none
         * @param hasArguments whether a piece of the arguments was told
         */
        record Call(int index, @Nullable String input, boolean hasArguments) implements Open {}

        /** A block that has no place in OpenAI's form. */
        record Other() implements Open {}
    }

    private final GuardedListener listener;
    private final RuntimeSettings settings;
    private final TextTeller words;
    private final Map<String, String> usage = new LinkedHashMap<>();
    private final Map<String, String> end = new LinkedHashMap<>();
    private @Nullable String stopReason;
    private Open open = new Open.Text();
    private int calls;

    MessageTeller(GuardedListener listener, RuntimeSettings settings) {
        this.listener = listener;
        this.settings = settings;
        words = new TextTeller(listener, settings);
    }

    /**
     * The name of a tool is told before any part of its call, so that none passes if it is blocked.
     */
    void blockBegins(Block block) throws FailedGenerationException {
        switch (block.type()) {
            case "text" -> {
                open = new Open.Text();
                words.text(block.words());
            }
            case "thinking" -> {
                open = new Open.Thinking();
                words.reasoning(block.words());
                if (block.signature() != null) {
                    tell(
                            "{\"delta\":{\"type\":\"signature_delta\",\"signature\":"
                                    + block.signature()
                                    + "}}");
                }
            }
            case "tool_use" -> {
                open = new Open.Call(calls, block.input(), false);
                announce(block.name());
                fragment(MessagesJson.callBegins(calls, block.id(), block.name()));
                calls++;
            }
            default -> {
                open = new Open.Other();
                if (block.type().endsWith("tool_use")) { // a tool that the runtime itself calls
                    announce(block.name());
                }
                tell("{\"content_block\":" + block.json() + "}");
            }
        }
    }

    private void announce(String tool) throws FailedGenerationException {
        if (calls == MAX_CALLS) {
            throw new FailedGenerationException(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "The runtime's answer calls more than "
                            + MAX_CALLS
                            + " tools; look into the model's output at the runtime.");
        }
        listener.onToolCall(tool);
    }

    /** Whether a delta of this kind can belong to the open block, and has what its kind needs. */
    boolean takes(Delta delta) {
        return switch (delta.type()) {
            case "text_delta" -> delta.words() != null && open instanceof Open.Text;
            case "thinking_delta" -> delta.words() != null && open instanceof Open.Thinking;
            case "input_json_delta" ->
                    delta.words() != null
                            && (open instanceof Open.Call || open instanceof Open.Other);
            default -> true;
        };
    }

    /** A delta that the open block {@linkplain #takes takes}. */
    void delta(Delta delta) throws FailedGenerationException {
        String piece = PIECES.contains(delta.type()) ? delta.words() : null;
        switch (open) {
            case Open.Text _ when piece != null -> words.text(piece);
            case Open.Thinking _ when piece != null -> words.reasoning(piece);
            case Open.Call call when piece != null -> {
                if (!piece.isEmpty()) {
                    open = new Open.Call(call.index(), call.input(), true);
                    fragment(MessagesJson.arguments(call.index(), piece));
                }
            }
            case Open.Text _, Open.Thinking _, Open.Call _, Open.Other _ ->
                    tell("{\"delta\":" + delta.json() + "}");
        }
    }

    /** A call without arguments gets those with which it began, or none: an empty object. */
    void blockEnds() throws FailedGenerationException {
        if (open instanceof Open.Call call && !call.hasArguments()) {
            String input = call.input() == null ? "{}" : call.input();
            fragment(MessagesJson.arguments(call.index(), input));
        }
    }

    private void fragment(String json) throws FailedGenerationException {
        words.settle();
        words.count(json);
        listener.onToolCallFragment(json);
    }

    private void tell(String json) throws FailedGenerationException {
        words.settle();
        words.count(json);
        listener.onAnthropic(json);
    }

    /** Counts grow: a later one replaces an earlier one. */
    void usage(Map<String, String> counts) {
        usage.putAll(counts);
    }

    void messageDelta(Delta delta) {
        end.putAll(delta.members());
        stopReason = delta.stopReason() == null ? stopReason : delta.stopReason();
    }

    /** The answer is complete. */
    void end() throws FailedGenerationException {
        words.settle();
        if (words.toldBytes() == 0 && !"refusal".equals(stopReason)) {
            throw new FailedGenerationException(
                    ErrorCode.EMPTY_RESPONSE,
                    "The runtime's answer is complete but contains neither text nor a tool call"
                            + (stopReason == null
                                    ? ""
                                    : " (stop_reason " + settings.quote(stopReason) + ")")
                            + "; look into the runtime's log, and check model and max_tokens.");
        }
        listener.onEnd(
                new GenerationEnd(
                        MessagesJson.finishReason(stopReason),
                        MessagesJson.usage(usage),
                        MessagesJson.end(end, usage)));
    }

    /** The size of the answer so far. */
    long toldBytes() {
        return words.toldBytes();
    }
}
