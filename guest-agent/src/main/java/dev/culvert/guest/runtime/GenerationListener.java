package dev.culvert.guest.runtime;

/**
 * Is told how a generation goes: any number of texts and tool calls, then one end or one failure.
 * Must not throw.
 */
public interface GenerationListener {

    /** The runtime begins to answer: nothing of the request is held any more. May be left out. */
    default void onAnswer() {}

    /**
     * A piece of the answer, not empty, as soon as the runtime gave it. Pieces never part a
     * surrogate pair.
     */
    void onText(String delta);

    /**
     * The model calls a tool of this name. Told before any fragment of that call is handed on, so
     * that whoever aborts the generation here lets nothing of it pass; told again if a later
     * fragment makes the name longer. Empty when the runtime gave arguments without a name.
     */
    void onToolCall(String name);

    /**
     * A {@code tool_calls} array as the runtime wrote it in one delta (or in a plain answer's
     * message).
     */
    void onToolCallFragment(String rawJson);

    /** The answer is complete. */
    void onEnd(GenerationEnd end);

    /** There is no complete answer, whatever was told before. */
    void onFailure(RuntimeFailure failure);
}
