package dev.culvert.faults;

import java.time.Duration;

/**
 * What the runtime says to one turn, piece by piece. A pure function of its parameters, so that
 * whoever knows them can check every character.
 *
 * @param nonce names the turn
 * @param pieces how many events of text the runtime sends
 * @param largestPiece in characters
 * @param thinking before the first piece
 * @param pace between two pieces
 */
record Answer(
        long nonce,
        int pieces,
        int largestPiece,
        boolean unicode,
        Duration thinking,
        Duration pace,
        Ending ending) {

    /** How the runtime ends it, and what becomes of that. */
    enum Ending {
        /** In order. */
        WHOLE("done"),
        /** By an error in its stream. */
        ERROR("runtime_error"),
        /** By closing its connection in the midst. */
        BROKEN("stream_broken"),
        /** By wanting a tool that the agent may not use. */
        TOOL("tool_blocked"),
        /** By a status that says that it will not even begin. */
        REFUSED("runtime_error");

        private final String word;

        Ending(String word) {
            this.word = word;
        }

        /** The event, or the code of the error, that a client is told. */
        String word() {
            return word;
        }
    }

    static final String FORBIDDEN_TOOL = "format_disk";

    private static final String[] ASCII = {
        "and ",
        "so ",
        "it ",
        "went ",
        "on; ",
        "\"quoted\" ",
        "back\\slash ",
        "tab\t",
        "line\n",
        "</script> "
    };
    private static final String[] UNICODE = {
        "é", "ß ", "…", "漢字", "😀", "\u2028", "\u0000", "👩‍💻 ", "a\u0301", "\r\n"
    };

    Answer {
        if (ending == Ending.REFUSED && pieces != 0) {
            throw new IllegalArgumentException("who refuses says nothing");
        }
    }

    /** A piece of the text; no two have the same. */
    String piece(int index) {
        Draw draw = Draw.of(nonce, index);
        StringBuilder text =
                new StringBuilder().append(nonce).append('.').append(index).append(' ');
        int chars = draw.between(1, largestPiece);
        while (text.length() < chars) {
            String[] words = unicode && draw.chance(30) ? UNICODE : ASCII;
            text.append(words[draw.between(0, words.length - 1)]);
        }
        return text.toString();
    }
}
