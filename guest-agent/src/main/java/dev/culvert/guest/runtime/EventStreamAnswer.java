package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.netty.buffer.ByteBuf;

/**
 * A {@code text/event-stream}: each event is a chunk of the completion, {@code [DONE]} is the end
 * mark.
 */
final class EventStreamAnswer implements Answer {

    private static final String DONE = "[DONE]";

    private final RuntimeSettings settings;
    private final GuardedListener listener;
    private final CompletionTeller teller;
    private final SseParser parser;

    EventStreamAnswer(RuntimeSettings settings, GuardedListener listener) {
        this.settings = settings;
        this.listener = listener;
        teller = new CompletionTeller(listener, settings);
        parser = new SseParser(settings.limits().eventBytes(), this::event);
    }

    @Override
    public void content(ByteBuf content) throws FailedGenerationException {
        parser.feed(content);
    }

    @Override
    public void end() throws FailedGenerationException {
        parser.finish();
        if (listener.isOver()) {
            return;
        }
        if (!teller.isFinished()) {
            throw new FailedGenerationException(
                    cut("it ended without [DONE] and without a finish_reason"));
        }
        teller.end();
    }

    @Override
    public RuntimeFailure cut(String why) {
        return Answer.broken(why);
    }

    private void event(String type, String data) throws FailedGenerationException {
        if (listener.isOver() || data.isBlank()) {
            return;
        }
        if (data.strip().equals(DONE)) {
            teller.end();
            return;
        }
        if (type.equals("error")) {
            throw CompletionTeller.brokenOff(settings, JsonReaders.errorMessage(data));
        }
        try {
            teller.tell(CompletionReader.read(data));
        } catch (JsonProcessingException e) {
            throw new FailedGenerationException(
                    cut(
                            "an event is not JSON as it should be, "
                                    + settings.quote(e.getOriginalMessage())));
        }
    }
}
