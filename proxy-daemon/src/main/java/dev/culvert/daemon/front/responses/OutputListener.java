package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;

/** Is told the items of an answer as they come, one after the other. */
interface OutputListener {
    /** For answers that are not told before they are whole. */
    OutputListener NONE =
            new OutputListener() {
                @Override
                public void onBegin(OutputItem item) {}

                @Override
                public void onPiece(ByteBuf text) {}

                @Override
                public void onEnd(OutputItem item, ByteBuf text, ByteBuf json) {}
            };

    void onBegin(OutputItem item);

    /** A piece of the text of the item that was begun, as JSON writes it. Lent. */
    void onPiece(ByteBuf text);

    /**
     * The item is whole. Both are lent.
     *
     * @param text all its text, as JSON writes it between quotes
     * @param json the item
     */
    void onEnd(OutputItem item, ByteBuf text, ByteBuf json);
}
