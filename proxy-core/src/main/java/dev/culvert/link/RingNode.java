package dev.culvert.link;

/** A place in a slot of the timer wheel: each slot is a ring, and a bare node is its start. */
class RingNode {
    private RingNode previous = this;
    private RingNode next = this;

    final RingNode next() {
        return next;
    }

    final void linkBefore(RingNode other) {
        previous = other.previous;
        next = other;
        previous.next = this;
        other.previous = this;
    }

    /** Takes it out; harmless where it is in no ring. */
    final void unlink() {
        previous.next = next;
        next.previous = previous;
        previous = this;
        next = this;
    }
}
