package dev.culvert.daemon.front.anthropic;

import io.netty.buffer.ByteBuf;

/**
 * Is told the blocks of one message, one after the other: each begins, gets pieces, and ends.
 * Buffers are lent for the call.
 */
interface BlockListener {
    /** A text, or a thought. */
    void onBegin(int index, BlockKind kind);

    /**
     * The use of a tool.
     *
     * @param id as JSON writes it, without quotes; as is {@code name}
     */
    void onTool(int index, String id, String name);

    /**
     * A block of another kind, whose pieces come as deltas.
     *
     * @param block how it begins, a JSON object, as Anthropic's runtime said it
     */
    void onOther(int index, ByteBuf block);

    /** More of the open block: the inside of a JSON string. */
    void onPiece(ByteBuf piece);

    /** A delta of the open block, a JSON object, as Anthropic's runtime said it. */
    void onDelta(ByteBuf delta);

    /** The open block has ended. */
    void onEnd(int index);
}
