package dev.culvert.guest.turn;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * What a restart of the agent must know of a turn that waits for an approval.
 *
 * @param asked the fingerprint of the payload that the turn answers
 * @param everSent the number of the last frame that was sent to any link
 * @param log its frames, as {@link TurnLog#writeTo} writes them
 */
record KeptTurn(long asked, long everSent, ByteBuf log) {
    private static final int HEAD_BYTES = 2 * Long.BYTES;

    /** Borrows {@code said}, which has a frame and no text that is in none. */
    static byte[] pack(long asked, long everSent, Transcript said) {
        TurnLog log = said.log();
        ByteBuf out = Unpooled.buffer(HEAD_BYTES + log.writtenBytes());
        out.writeLong(asked).writeLong(everSent);
        log.writeTo(out);
        return ByteBufUtil.getBytes(out);
    }

    /** Of {@link #pack}, which is trusted: what is kept has a digest. */
    static KeptTurn read(ByteBuf packed) {
        ByteBuf in = packed.duplicate();
        return new KeptTurn(in.readLong(), in.readLong(), in);
    }
}
