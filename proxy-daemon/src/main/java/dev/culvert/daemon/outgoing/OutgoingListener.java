package dev.culvert.daemon.outgoing;

/** Is told once how a request went, on the event loop of the request. */
public interface OutgoingListener {
    void onAnswer(OutgoingAnswer answer);

    void onFailed(OutgoingFailure failure);
}
