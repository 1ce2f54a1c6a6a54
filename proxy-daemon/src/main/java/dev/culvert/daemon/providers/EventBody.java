package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;

/**
 * Server-sent events: each passes as it came, whole, after it was counted. Where a budget ends, the
 * stream does, with an event that says so.
 */
final class EventBody implements PassedBody {
    private final Passage passage;
    private final String provider;
    private final BodyStream stream;
    private final EventSplitter events;
    private boolean withinLarge;

    /** Begins the client's answer. */
    EventBody(Passage passage, String provider, AsciiString contentType) {
        this.passage = passage;
        this.provider = provider;
        events = new EventSplitter(passage.answer().allocator());
        stream = passage.answer().stream(contentType);
    }

    @Override
    public Next content(ByteBuf content) {
        events.add(content);
        for (ByteBuf event = events.next(); event != null; event = events.next()) {
            if (!pass(event, events.endsLarge())) {
                cut();
                return Next.CLOSE;
            }
        }
        ByteBuf part = events.part();
        if (part != null) {
            withinLarge = true;
            unseen(part.readableBytes());
            write(part);
        }
        events.trim();
        return stream.isWritable() ? Next.GO_ON : Next.WAIT;
    }

    /** Returns whether the budgets allow more. */
    private boolean pass(ByteBuf event, boolean endsLarge) {
        boolean isPart = false;
        TokenCount count = passage.count();
        if (endsLarge) {
            withinLarge = false;
            unseen(event.readableBytes());
            isPart = true;
        } else if (count != null) {
            TokenCount.Event kind = count.event(event);
            if (kind == TokenCount.Event.USAGE_ONLY && passage.addsUsage()) {
                passage.isWithinBudget();
                return true; // the client has not asked for it
            }
            isPart = kind == TokenCount.Event.PART;
        }
        write(event);
        // What only says how much there was cannot be undone by ending the stream.
        return passage.isWithinBudget() || !isPart;
    }

    private void unseen(int bytes) {
        TokenCount count = passage.count();
        if (count != null) {
            count.unseen(bytes);
        }
    }

    private void write(ByteBuf bytes) {
        if (stream.isOpen()) {
            stream.begin(bytes.readableBytes()).writeBytes(bytes);
            stream.finish(AsciiString.EMPTY_STRING);
        }
    }

    private void cut() {
        passage.observer().onCut(provider);
        breakOff(
                Problem.of(
                                HttpResponseStatus.TOO_MANY_REQUESTS,
                                "The answer ends here, because its budget of tokens is used up: GET"
                                        + " /api/v1/budgets, or culvert budgets, shows which.")
                        .member("code", "budget_exceeded"));
    }

    @Override
    public void end() {
        ByteBuf rest = events.rest();
        if (rest != null) {
            TokenCount count = passage.count();
            if (count != null && !withinLarge) {
                count.event(rest);
            }
            write(rest);
        }
        stream.end();
    }

    @Override
    public void breakOff(Problem why) {
        if (!stream.isOpen()) {
            return;
        }
        passage.answer().failed(why);
        if (!withinLarge) {
            ByteBuf event = CutEvent.of(passage.api(), why, passage.answer().allocator());
            write(event);
            event.release();
        }
        stream.abort();
    }

    @Override
    public void whenCaughtUp(Runnable action) {
        stream.whenSent(action);
    }

    @Override
    public int heldBytes() {
        return events.heldBytes();
    }

    @Override
    public void drop() {
        events.drop();
    }
}
