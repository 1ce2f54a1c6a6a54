package dev.culvert.daemon.front.responses;

/** What an agent says belongs to an item of one of these kinds. */
enum ItemKind {
    REASONING("reasoning", "rs_", "{\"type\":\"summary_text\",\"text\":\""),
    MESSAGE(
            "message",
            "msg_",
            "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\""),
    CALL("function_call", "fc_", "");

    private final String type;
    private final String idStart;
    private final String beforePartText;

    ItemKind(String type, String idStart, String beforePartText) {
        this.type = type;
        this.idStart = idStart;
        this.beforePartText = beforePartText;
    }

    /** OpenAI's word. */
    String type() {
        return type;
    }

    /** What ids of such items begin with. */
    String idStart() {
        return idStart;
    }

    /** What is before the text in the only part of the item; a call has no parts. */
    String beforePartText() {
        return beforePartText;
    }
}
