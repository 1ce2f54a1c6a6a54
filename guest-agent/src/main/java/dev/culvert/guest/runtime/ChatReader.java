package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;

/** Reads chat completions: each event is a chunk; {@code [DONE]} ends them. */
final class ChatReader implements AnswerReader {
    private static final String DONE = "[DONE]";

    private final RuntimeSettings settings;
    private final CompletionTeller teller;

    ChatReader(RuntimeSettings settings, GuardedListener listener) {
        this.settings = settings;
        teller = new CompletionTeller(listener, settings);
    }

    @Override
    public Worth event(String type, String data) throws FailedGenerationException {
        if (data.strip().equals(DONE)) {
            teller.end();
            return Worth.PROGRESS;
        }
        if (type.equals("error")) {
            throw CompletionTeller.brokenOff(settings, JsonReaders.errorMessage(data));
        }
        try {
            return tell(CompletionReader.read(data));
        } catch (BadCompletionException e) {
            throw new FailedGenerationException(
                    ErrorCode.RUNTIME_ERROR,
                    "An event of the runtime's stream is not a chunk of a chat completion: "
                            + e.getOriginalMessage()
                            + ". Check --runtime and --runtime-kind, or look for a newer version of"
                            + " the runtime.");
        } catch (JsonProcessingException e) {
            throw ResponseBody.notJson(settings, e);
        }
    }

    private Worth tell(Completion completion) throws FailedGenerationException {
        long toldBefore = teller.toldBytes();
        teller.tell(completion);
        if (teller.toldBytes() > toldBefore) {
            return Worth.TOLD;
        }
        return completion.hasChoices() || completion.usageJson() != null
                ? Worth.PROGRESS
                : Worth.NOTHING;
    }

    @Override
    public void endOfStream() throws FailedGenerationException {
        if (!teller.isFinished()) {
            throw new FailedGenerationException(
                    ResponseBody.broken("it ended without [DONE] and without a finish_reason"));
        }
        teller.end();
    }

    @Override
    public boolean whole(String body) throws JsonProcessingException, FailedGenerationException {
        Completion completion = CompletionReader.read(body);
        if (!completion.hasChoices() && completion.error() == null) {
            return false;
        }
        teller.tell(completion);
        teller.end();
        return true;
    }
}
