package dev.culvert.daemon.front.anthropic;

/** A kind of block. */
enum BlockKind {
    TEXT("text_delta", "text"),
    THINKING("thinking_delta", "thinking"),
    TOOL_USE("input_json_delta", "partial_json"),

    /** One that only Anthropic's runtimes have: they say its deltas themselves. */
    OTHER("", "");

    private final String delta;
    private final String member;

    BlockKind(String delta, String member) {
        this.delta = delta;
        this.member = member;
    }

    /** What a delta consists of before its piece, which is a string. */
    String beforePiece() {
        return "{\"type\":\"" + delta + "\",\"" + member + "\":\"";
    }
}
