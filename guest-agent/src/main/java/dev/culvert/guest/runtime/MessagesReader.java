package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.MessageEvent.Block;
import dev.culvert.guest.runtime.MessageEvent.Fault;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Messages API: {@code message_start}, blocks one after the other, {@code message_delta},
 * and {@code message_stop}, without which there is no answer.
 */
final class MessagesReader implements AnswerReader {
    private enum Stage {
        /** Nothing has come. */
        NEW,
        /** Between two blocks, or after the last one. */
        BETWEEN,
        /** In a block. */
        IN_BLOCK
    }

    private final RuntimeSettings settings;
    private final GuardedListener listener;
    private final MessageTeller teller;

    private Stage stage = Stage.NEW;
    private int index;

    MessagesReader(RuntimeSettings settings, GuardedListener listener) {
        this.settings = settings;
        this.listener = listener;
        teller = new MessageTeller(listener, settings);
    }

    @Override
    public Worth event(String type, String data) throws FailedGenerationException {
        long toldBefore = teller.toldBytes();
        try {
            MessageEvent event = MessageEventReader.read(data);
            if (!read(event.type().isEmpty() ? type : event.type(), event)) {
                return Worth.NOTHING;
            }
        } catch (BadCompletionException e) {
            throw new FailedGenerationException(
                    ErrorCode.RUNTIME_ERROR,
                    "An event of the runtime's stream is none of the Messages API: "
                            + e.getOriginalMessage()
                            + ". Check --runtime and --runtime-kind, or look for a newer version of"
                            + " the runtime.");
        } catch (JsonProcessingException e) {
            throw ResponseBody.notJson(settings, e);
        }
        return teller.toldBytes() > toldBefore ? Worth.TOLD : Worth.PROGRESS;
    }

    /** Returns whether the event is a part of the answer: a ping is none, nor is an unknown one. */
    private boolean read(String type, MessageEvent event)
            throws BadCompletionException, FailedGenerationException {
        switch (type) {
            case "message_start" -> {
                expect(stage == Stage.NEW, "a second message_start");
                stage = Stage.BETWEEN;
                teller.usage(event.usage());
            }
            case "content_block_start" -> {
                expect(stage == Stage.BETWEEN, "a content_block_start that does not follow");
                expect(event.index() >= 0, "a content_block_start without an index");
                expect(event.blocks().size() == 1, "a content_block_start without a content_block");
                stage = Stage.IN_BLOCK;
                index = event.index();
                begin(event.blocks().getFirst());
            }
            case "content_block_delta" -> {
                expectBlock(type, event);
                expect(!event.delta().type().isEmpty(), "a content_block_delta without a type");
                expect(teller.takes(event.delta()), "a delta that does not fit its content block");
                teller.delta(event.delta());
            }
            case "content_block_stop" -> {
                expectBlock(type, event);
                stage = Stage.BETWEEN;
                teller.blockEnds();
            }
            case "message_delta" -> {
                expect(stage != Stage.NEW, "a message_delta before message_start");
                teller.messageDelta(event.delta());
                teller.usage(event.usage());
            }
            case "message_stop" -> {
                expect(stage != Stage.NEW, "a message_stop before message_start");
                expect(stage != Stage.IN_BLOCK, "a message_stop inside a content block");
                teller.end();
            }
            case "error" -> throw brokenOff(event.error());
            case "" -> throw new BadCompletionException("it has no 'type'");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void begin(Block block) throws BadCompletionException, FailedGenerationException {
        expect(!block.type().isEmpty(), "a content block without a type");
        expect(
                !block.type().endsWith("tool_use") || !block.name().isEmpty(),
                "a call of a tool without a name");
        teller.blockBegins(block);
    }

    private void expectBlock(String type, MessageEvent event) throws BadCompletionException {
        expect(
                stage == Stage.IN_BLOCK && event.index() == index,
                "a " + type + " of a block that has not begun");
    }

    private FailedGenerationException brokenOff(@Nullable Fault fault) {
        Fault its = Objects.requireNonNullElse(fault, new Fault("", "it gave no reason"));
        return new FailedGenerationException(
                new RuntimeFailure(
                        ErrorCode.RUNTIME_ERROR,
                        "The runtime broke off with an error: " + settings.quote(its.toString()),
                        its.status()));
    }

    @Override
    public void endOfStream() throws FailedGenerationException {
        throw new FailedGenerationException(ResponseBody.broken("it ended without message_stop"));
    }

    @Override
    public boolean whole(String body) throws JsonProcessingException, FailedGenerationException {
        MessageEvent message = MessageEventReader.read(body);
        if (message.type().equals("error") || message.error() != null) {
            throw brokenOff(message.error());
        }
        if (!message.type().equals("message")) {
            return false;
        }
        for (Block block : message.blocks()) {
            begin(block);
            if (listener.isOver()) {
                return true;
            }
            teller.blockEnds();
        }
        teller.messageDelta(message.delta());
        teller.usage(message.usage());
        teller.end();
        return true;
    }

    private static void expect(boolean holds, String otherwise) throws BadCompletionException {
        if (!holds) {
            throw new BadCompletionException("it is " + otherwise);
        }
    }
}
