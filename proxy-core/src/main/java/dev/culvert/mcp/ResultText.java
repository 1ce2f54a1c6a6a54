package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Tree.Members;
import org.jspecify.annotations.Nullable;

/** What a model is told of the result of a call. */
final class ResultText {
    private ResultText() {}

    /**
     * Texts as they are, everything else in words; what is structured only where there is no text.
     *
     * @param most bytes
     */
    static String of(Members result, int most) {
        StringBuilder text = new StringBuilder();
        boolean hasText = false;
        for (Tree item : result.items("content")) {
            Members block = item instanceof Members members ? members : Members.NONE;
            String shown = shown(block);
            if (!text.isEmpty() && !shown.isEmpty()) {
                text.append('\n');
            }
            text.append(shown);
            hasText |= "text".equals(block.text("type"));
        }
        Tree structured = result.get("structuredContent");
        if (!hasText && structured != null) {
            text.append(text.isEmpty() ? "" : "\n").append(structured.json());
        }
        return cut(text.isEmpty() ? "[no output]" : text.toString(), most);
    }

    private static String shown(Members block) {
        return switch (String.valueOf(block.text("type"))) {
            case "text" -> or(block.text("text"), "");
            case "image", "audio" ->
                    "[%s, %s, %d characters of Base64, not shown]"
                            .formatted(
                                    block.text("type"),
                                    Quoted.word(or(block.text("mimeType"), "of an unknown type")),
                                    or(block.text("data"), "").length());
            case "resource_link" ->
                    "[resource %s: %s]"
                            .formatted(
                                    Quoted.word(or(block.text("name"), "")),
                                    Quoted.sentence(or(block.text("uri"), "")));
            case "resource" -> resource(block.members("resource"));
            default -> "[content of an unknown type, not shown]";
        };
    }

    private static String resource(Members resource) {
        String text = resource.text("text");
        return "[resource "
                + Quoted.sentence(or(resource.text("uri"), ""))
                + (text == null ? ", not text, not shown]" : "]\n" + text);
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static String cut(String text, int most) {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length <= most) {
            return text;
        }
        int end = most;
        while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, UTF_8) + "\n[it put out " + bytes.length + " bytes]";
    }
}
