package dev.culvert.faults;

import java.time.Duration;

/**
 * The runtime's answer to one turn, piece by piece. It is a pure function of the parameters, so
 * that a client can check every character.
 *
 * @param nonce identifies the turn
 * @param pieces how many events with text the runtime sends
 * @param largestPiece in characters
 * @param thinking the pause before the first piece
 * @param pace the pause between two pieces
 */
record Answer(
        long nonce,
        int pieces,
        int largestPiece,
        boolean unicode,
        Duration thinking,
        Duration pace,
        Ending ending) {

    /** How the runtime ends the answer, and what the client is told. */
    enum Ending {
        /** The answer is complete. */
        WHOLE("done"),
        /** The runtime sends an error in its stream. */
        ERROR("runtime_error"),
        /** The runtime closes its connection in the middle. */
        BROKEN("stream_broken"),
        /** The runtime calls a tool that the agent must not use. */
        TOOL("tool_blocked"),
        /** The runtime refuses with a status. */
        REFUSED("runtime_error");

        private final String word;

        Ending(String word) {
            this.word = word;
        }

        /** The type of the client's last event, or the code of its error. */
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
            throw new IllegalArgumentException("a refusal has no pieces");
        }
    }

    /** A piece of the text. No two pieces are the same. */
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
