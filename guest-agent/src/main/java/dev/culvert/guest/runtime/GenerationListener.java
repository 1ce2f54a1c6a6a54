package dev.culvert.guest.runtime;

/**
 * Is told what a generation produces: any number of texts and tool calls, then one end or one
 * failure. Must not throw.
 */
public interface GenerationListener {

    /** The runtime begins to answer, and the request is released. Not every runtime tells this. */
    default void onAnswer() {}

    /**
     * A piece of the answer, as soon as the runtime sends it. Never empty, and never half of a
     * surrogate pair.
     */
    void onText(String delta);

    /**
     * A piece of what the model thinks before it answers. Never empty, and never half of a
     * surrogate pair.
     */
    void onReasoning(String delta);

    /**
     * The model calls a tool with this name. Told before any fragment of the call, so that nothing
     * of it passes if the generation is aborted here. Told again if a later fragment makes the name
     * longer. Empty if the runtime sent arguments without a name.
     */
    void onToolCall(String name);

    /**
     * A {@code tool_calls} array, as the runtime wrote it in one delta or in a complete message.
     */
    void onToolCallFragment(String rawJson);

    /**
     * What an Anthropic-shaped runtime said that is none of the above: an object, as messages.md
     * describes the member {@code anthropic} of a chunk.
     */
    void onAnthropic(String rawJson);

    /** What a tool of the agent does. Only a runtime that has the agent's tools tells this. */
    default void onTool(ToolEvent event) {}

    /** The answer is complete. */
    void onEnd(GenerationEnd end);

    /** There is no complete answer; what was told before is incomplete. */
    void onFailure(RuntimeFailure failure);
}
