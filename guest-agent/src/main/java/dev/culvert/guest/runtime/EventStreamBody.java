package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeLimits;
import io.netty.buffer.ByteBuf;

/** A {@code text/event-stream}: each event is a chunk of the completion; {@code [DONE]} ends it. */
final class EventStreamBody implements ResponseBody {

    private static final String DONE = "[DONE]";

    private final RuntimeSettings settings;
    private final GuardedListener listener;
    private final Runnable onProgress;
    private final CompletionTeller teller;
    private final SseParser parser;

    /** Bytes since the last event that belongs to the answer. */
    private long idleBytes;

    /** Bytes since the last event with text or a tool call. */
    private long untoldBytes;

    /**
     * @param onProgress called for each event that belongs to the answer; comments and empty events
     *     do not
     */
    EventStreamBody(RuntimeSettings settings, GuardedListener listener, Runnable onProgress) {
        this.settings = settings;
        this.listener = listener;
        this.onProgress = onProgress;
        teller = new CompletionTeller(listener, settings);
        parser = new SseParser(settings.limits().eventBytes(), this::event);
    }

    @Override
    public void content(ByteBuf content) throws FailedGenerationException {
        idleBytes += content.readableBytes();
        untoldBytes += content.readableBytes();
        parser.feed(content);
        if (!listener.isOver()) {
            checkForAnswer();
        }
    }

    /** Otherwise, endless comments and empty events would cost a core. */
    private void checkForAnswer() throws FailedGenerationException {
        RuntimeLimits limits = settings.limits();
        if (idleBytes > limits.idleBytes()) {
            throw endless(idleBytes, "without an event of the answer");
        }
        if (untoldBytes > limits.untoldBytes()) {
            throw endless(untoldBytes, "with neither text nor a tool call");
        }
    }

    private static FailedGenerationException endless(long bytes, String without) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime streamed "
                        + bytes
                        + " bytes "
                        + without
                        + "; look into the runtime's log.");
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
        return ResponseBody.broken(why);
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
            tell(CompletionReader.read(data));
        } catch (BadCompletionException e) {
            throw new FailedGenerationException(
                    ErrorCode.RUNTIME_ERROR,
                    "An event of the runtime's stream is not a chunk of a chat completion: "
                            + e.getOriginalMessage()
                            + ". Check --runtime, or look for a newer version of the runtime.");
        } catch (JsonProcessingException e) {
            throw new FailedGenerationException(
                    cut("an event is not valid JSON, " + settings.quote(e.getOriginalMessage())));
        }
    }

    private void tell(Completion completion) throws FailedGenerationException {
        long toldBefore = teller.toldBytes();
        teller.tell(completion);
        if (teller.toldBytes() > toldBefore) {
            untoldBytes = 0;
        }
        if (completion.hasChoices() || completion.usageJson() != null) {
            idleBytes = 0;
            onProgress.run();
        }
    }
}
