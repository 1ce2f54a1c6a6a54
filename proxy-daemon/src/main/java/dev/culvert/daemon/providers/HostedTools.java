package dev.culvert.daemon.providers;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;

import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The tools of a request that the provider runs itself, such as a search of the web: with them, an
 * agent without a network would send out what it likes, and fetch what it likes.
 *
 * @param names what they are called; empty without any
 * @param areAlone whether the request asks for nothing else, or for one that cannot be left out
 * @param from where the list of tools begins in the body
 * @param to where it ends
 * @param others the tools that the client runs itself, as a list to be sent instead
 */
/* What the client runs is listed, and not what the provider runs, of which there is more each month. */
record HostedTools(List<String> names, boolean areAlone, int from, int to, ByteBuf others) {
    static final HostedTools NO_TOOLS =
            new HostedTools(List.of(), false, 0, 0, Unpooled.EMPTY_BUFFER);

    /** Members of a body that are about tools. */
    static final List<String> MEMBERS = List.of("tools", "mcp_servers", "web_search_options");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** What an outline has to show. */
    static final int LEVELS = 3;

    /** Looks at a body, none of whose {@link #MEMBERS} is there twice. */
    static HostedTools of(ProviderApi api, JsonOutline text) {
        List<String> names = new ArrayList<>();
        for (String member : List.of("mcp_servers", "web_search_options")) {
            int it = text.find(ROOT, member);
            if (it != NONE && text.kind(it) != 'n' && !isEmptyList(text, it)) {
                names.add(member);
            }
        }
        boolean canBeLeftOut = names.isEmpty();
        int tools = text.find(ROOT, "tools");
        if (tools == NONE || text.kind(tools) != '[') {
            return names.isEmpty()
                    ? NO_TOOLS
                    : new HostedTools(names, true, 0, 0, Unpooled.EMPTY_BUFFER);
        }
        ByteBuf others = Unpooled.buffer(text.length(tools));
        for (int tool = text.first(tools); tool != NONE; tool = text.next(tool)) {
            String type = type(text, tool);
            if (isOfClient(api, type)) {
                others.writeByte(others.isReadable() ? ',' : '[');
                text.copy(tool, others);
            } else {
                names.add(PLAIN.matcher(type).matches() ? type : "a tool of an unknown type");
            }
        }
        if (names.isEmpty()) {
            return NO_TOOLS;
        }
        boolean areAlone = !canBeLeftOut || !others.isReadable();
        int from = text.start(tools);
        return new HostedTools(
                names, areAlone, from, from + text.length(tools), others.writeByte(']'));
    }

    private static boolean isEmptyList(JsonOutline text, int value) {
        return text.kind(value) == '[' && text.count(value) == 0;
    }

    /** Empty if it has none; something that no client's tool has if that is not clear. */
    private static String type(JsonOutline text, int tool) {
        String type = "";
        boolean isThere = false;
        for (int it = text.first(tool); it != NONE; it = text.next(it)) {
            if (text.name(it).toLowerCase(Locale.ROOT).equals("type")) {
                boolean isClear = !isThere && text.isNamed(it, "type") && text.isText(it);
                isThere = true;
                type = isClear ? text.text(it) : "?";
            }
        }
        return text.kind(tool) == '{' ? type : "?";
    }

    private static boolean isOfClient(ProviderApi api, String type) {
        return switch (api) {
            case CHAT -> type.isEmpty() || type.equals("function") || type.equals("custom");
            case RESPONSES ->
                    switch (type) {
                        case "function",
                                "custom",
                                "namespace",
                                "local_shell",
                                "apply_patch",
                                "computer",
                                "computer_use_preview",
                                "tool_search" ->
                                true;
                        default -> false;
                    };
            case MESSAGES ->
                    type.isEmpty()
                            || type.equals("custom")
                            || List.of(
                                            "bash_",
                                            "text_editor_",
                                            "computer_",
                                            "memory_",
                                            "tool_search_tool_")
                                    .stream()
                                    .anyMatch(type::startsWith);
            case COUNT_TOKENS, MODELS -> true;
        };
    }

    boolean areAny() {
        return !names.isEmpty();
    }

    /** The body without them. Borrows it; the caller releases what it gets. */
    ByteBuf leftOutOf(ByteBuf body) {
        int start = body.readerIndex();
        return Unpooled.wrappedBuffer(
                body.retainedSlice(start, from),
                others.duplicate(),
                body.retainedSlice(start + to, body.readableBytes() - to));
    }
}
