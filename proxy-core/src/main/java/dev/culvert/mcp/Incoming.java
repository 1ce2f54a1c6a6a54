package dev.culvert.mcp;

import dev.culvert.mcp.Tree.Items;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Numeral;
import dev.culvert.mcp.Tree.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a server says: one message of JSON-RPC 2.0. */
sealed interface Incoming {
    /** Not the id of any request of ours, which count from 1. */
    long NO_ID = -1;

    /** More messages in one text (a batch, which only revision 2025-03-26 has) are refused. */
    int MOST_MESSAGES = 100;

    /** It did what was asked. */
    record Answer(long id, Members result) implements Incoming {}

    /** It did not. */
    record Refusal(long id, long code, String message, Members data) implements Incoming {}

    /** It says something unasked. */
    record Notice(String method, Members params) implements Incoming {}

    /**
     * It asks something, as only servers of revisions with {@code initialize} may.
     *
     * @param id as it is written
     */
    record Question(String id, String method) implements Incoming {}

    /** Reads one message, or several. */
    static List<Incoming> read(byte[] json) throws BadMessageException {
        Tree tree = Tree.read(json);
        if (!(tree instanceof Items batch)) {
            return List.of(message(tree));
        }
        if (batch.all().size() > MOST_MESSAGES) {
            throw new BadMessageException("it has more than " + MOST_MESSAGES + " messages");
        }
        List<Incoming> all = new ArrayList<>();
        for (Tree each : batch.all()) {
            all.add(message(each));
        }
        return all;
    }

    private static Incoming message(Tree tree) throws BadMessageException {
        if (!(tree instanceof Members message)) {
            throw new BadMessageException("it is not an object");
        }
        if (!"2.0".equals(message.text("jsonrpc"))) {
            throw new BadMessageException("its 'jsonrpc' is not \"2.0\"");
        }
        String method = message.text("method");
        Tree id = message.get("id");
        if (method != null) {
            return id instanceof Text || id instanceof Numeral
                    ? new Question(id.json(), method)
                    : new Notice(method, message.members("params"));
        }
        if (message.get("error") instanceof Members error) {
            return new Refusal(
                    number(id),
                    error.integer("code", 0),
                    text(error.text("message")),
                    error.members("data"));
        }
        if (message.get("result") instanceof Members result) {
            return new Answer(number(id), result);
        }
        throw new BadMessageException("it has neither a method, nor a result or an error");
    }

    private static String text(@Nullable String message) {
        return message == null ? "" : message;
    }

    /* Ours are numbers; an id that is none is not that of a request of ours. */
    private static long number(@Nullable Tree id) {
        return id instanceof Numeral number && number.text().matches("[0-9]{1,18}")
                ? Long.parseLong(number.text())
                : NO_ID;
    }
}
