package dev.culvert.guest.session;

import dev.culvert.frame.Frame;
import dev.culvert.guest.turn.Fingerprint;
import dev.culvert.io.LazyTimer;
import dev.culvert.json.EscapedText;
import dev.culvert.json.JsonChecker;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One message of which parts have come, and how much of the rest its host may send. */
final class ArrivingMessage {
    /** As much may be on its way. */
    static final int WINDOW_BYTES = 256 << 10;

    private final Frame announced;
    private final int bytes;
    private final LazyTimer patience;
    private final JsonChecker checker = new JsonChecker();
    private final Fingerprint.Growing fingerprint = new Fingerprint.Growing();
    private @Nullable ByteBuf text;

    /** How much the host may have sent. */
    private int granted;

    /**
     * @param announced the {@code parts} frame; its payload is not used any more
     * @param patience expires while the host sends nothing
     */
    ArrivingMessage(Frame announced, int bytes, LazyTimer patience) {
        this.announced = announced;
        this.bytes = bytes;
        this.patience = patience;
    }

    String id() {
        return announced.id();
    }

    int bytes() {
        return bytes;
    }

    LazyTimer patience() {
        return patience;
    }

    private int came() {
        return text == null ? 0 : text.readableBytes();
    }

    boolean isWhole() {
        return came() == bytes;
    }

    /** How many bytes more the host may send from now on; 0 if it need not be told yet. */
    int grant() {
        if (granted == bytes || granted - came() > WINDOW_BYTES / 2) {
            return 0;
        }
        int before = granted;
        granted = (int) Math.min(bytes, (long) came() + WINDOW_BYTES);
        return granted - before;
    }

    /** Adds the text of {@code part}, which is lent. Returns what is wrong with it, or null. */
    @Nullable String add(Frame part) {
        JsonMembers members = part.members();
        boolean found = false;
        while (members.next()) {
            if (members.isNamed("text") && members.kind() == '"') {
                if (found) {
                    return "a part has 'text' twice";
                }
                found = true;
                if (!EscapedText.read(
                        part.payload(),
                        members.valueStart() + 1,
                        members.valueEnd() - 1,
                        begun())) {
                    return "the 'text' of a part has a surrogate escape without its partner";
                }
            }
        }
        if (!found) {
            return "a part needs a 'text', which is a string";
        }
        if (came() > granted) {
            return "the parts have more bytes than the agent gave credit for";
        }
        checker.advance(begun());
        fingerprint.add(begun());
        return null;
    }

    /* Only now: an announced size alone takes no memory. Of this, the system gives what is written to. */
    private ByteBuf begun() {
        ByteBuf begun = text;
        if (begun == null) {
            begun = ByteBufAllocator.DEFAULT.ioBuffer(bytes);
            text = begun;
        }
        return begun;
    }

    /** The fingerprint of the whole payload. */
    long asked() {
        return fingerprint.of(begun());
    }

    /**
     * The message, which has come whole, as one frame, which belongs to the caller.
     *
     * @throws dev.culvert.json.BadJsonException if the parts together are not what a payload must
     *     be
     */
    Frame take() {
        ByteBuf whole = begun();
        checker.end(whole);
        text = null;
        return Frame.joined(announced, whole, checker.places());
    }

    /** Releases what has come. */
    void drop() {
        patience.cancel();
        if (text != null) {
            text.release();
            text = null;
        }
    }
}
