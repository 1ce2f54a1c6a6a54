package dev.culvert.link;

/** A node in a slot of the timer wheel: each slot is a ring that starts at a bare node. */
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

    /** Takes it out of its ring, if it is in one. */
    final void unlink() {
        previous.next = next;
        next.previous = previous;
        previous = this;
        next = this;
    }
}
