package dev.culvert.daemon.answer;

/** Which tool one call is for: the id and the name, joined from its fragments. */
/* As OpenAI's clients join them: the fragments of a call have its index. Some servers give another call the same index
 * and another id, or repeat a whole name; the agent's allow-list reads them in the same way. */
public final class ToolCallHead {
    private static final int MOST_NAME_CHARS = 4096;

    private final int index;
    private final boolean isCustom;
    private String id = "";
    private String name = "";

    /** Of a call that begins with this fragment, which is added. */
    public ToolCallHead(ToolCallFragment first) {
        index = first.index();
        isCustom = first.isCustom();
        add(first);
    }

    public int index() {
        return index;
    }

    /** Whether the tool takes any text, and not JSON. */
    public boolean isCustom() {
        return isCustom;
    }

    /** As JSON writes it between quotes; empty while no fragment had one. */
    public String id() {
        return id;
    }

    /** It has this id from now on, as JSON writes it between quotes. */
    void identify(String fresh) {
        id = fresh;
    }

    /** The name so far, as JSON writes it between quotes. */
    public String name() {
        return name;
    }

    public boolean isContinuedBy(ToolCallFragment next) {
        return next.index() == index
                && (next.id().isEmpty() || id.isEmpty() || next.id().equals(id));
    }

    /**
     * Adds a fragment that continues it.
     *
     * @throws BadChunkException when the name has no end
     */
    public void add(ToolCallFragment next) {
        id = id.isEmpty() ? next.id() : id;
        if (!next.name().isEmpty() && !next.name().equals(name)) {
            name += next.name();
        }
        if (name.length() > MOST_NAME_CHARS) {
            throw new BadChunkException("the name of a tool has no end");
        }
    }
}
