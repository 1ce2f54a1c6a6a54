package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.WholeFormat;
import dev.culvert.frame.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** A whole turn as OpenAI's response, joined from its chunks. */
final class WholeResponse implements WholeFormat {
    /** What surrounds the output of most responses. */
    private static final int FRAME_BYTES = 1024;

    private final long createdSeconds;
    private final Echo echo;
    private final ByteBufAllocator buffers;
    private final Keeping keeping;
    private @Nullable ResponseObject response;
    private @Nullable OutputReader output;

    WholeResponse(long createdSeconds, Echo echo, ByteBufAllocator buffers, Keeping keeping) {
        this.createdSeconds = createdSeconds;
        this.echo = echo;
        this.buffers = buffers;
        this.keeping = keeping;
    }

    @Override
    public boolean tellsTurn() {
        return true;
    }

    @Override
    public void begin(String turn) {
        ResponseObject begun = keeping.response(turn, createdSeconds, echo);
        response = begun;
        output = new OutputReader(OutputListener.NONE, begun, buffers);
    }

    @Override
    public void chunk(Frame chunk) {
        if (output != null) {
            output.read(chunk);
        }
    }

    @Override
    public int heldBytes() {
        return output == null ? 0 : output.heldBytes();
    }

    @Override
    public int contentBytes() {
        return output == null ? 0 : output.bytes();
    }

    @Override
    public ByteBuf take() {
        OutputReader read = output;
        ResponseObject begun = response;
        if (read == null || begun == null) {
            throw new IllegalStateException("no turn has begun");
        }
        ByteBuf items = read.output();
        ByteBuf taken = buffers.ioBuffer(FRAME_BYTES + echo.bytes() + items.readableBytes());
        begun.write(taken, read.outcome(), items);
        keeping.begin(begun);
        keeping.end(read.outcome(), items);
        items.release();
        drop();
        return taken;
    }

    @Override
    public void drop() {
        if (output != null) {
            output.drop();
            output = null;
        }
    }
}
