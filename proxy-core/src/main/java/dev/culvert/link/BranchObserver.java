package dev.culvert.link;

import dev.culvert.frame.FrameType;

/** Counts what happens on a branch: it is no further link, but its exchanges are as any others. */
final class BranchObserver implements LinkObserver {
    private final LinkObserver whole;

    BranchObserver(LinkObserver whole) {
        this.whole = whole;
    }

    @Override
    public void onFrameReceived(FrameType type, int payloadBytes) {
        whole.onFrameReceived(type, payloadBytes);
    }

    @Override
    public void onFrameSent(FrameType type, int payloadBytes) {
        whole.onFrameSent(type, payloadBytes);
    }

    @Override
    public void onLateReply(FrameType type) {
        whole.onLateReply(type);
    }

    @Override
    public void onComplaint() {
        whole.onComplaint();
    }

    @Override
    public void onLineHeldBack() {
        whole.onLineHeldBack();
    }

    @Override
    public void onExchangeStarted(FrameType request) {
        whole.onExchangeStarted(request);
    }

    @Override
    public void onExchangeEnded(FrameType request, Outcome outcome) {
        whole.onExchangeEnded(request, outcome);
    }

    @Override
    public void onStarved(long nanos) {
        whole.onStarved(nanos);
    }
}
