package dev.culvert.daemon.client.chat;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.List;

/** The tools that run here, if there are any. */
interface Tools {
    Tools NONE =
            new Tools() {
                @Override
                public List<Value> definitions() {
                    return List.of();
                }

                @Override
                public String introduction() {
                    return "";
                }

                @Override
                public ToolAnswer run(String turn, ToolCall call, Runnable onBegin) {
                    return new ToolAnswer(call.id(), false, "there are no tools here");
                }
            };

    /** As a message has them. */
    List<Value> definitions() throws BadValueException;

    /** What the model is told of where they run. */
    String introduction();

    /**
     * Blocks until it is done.
     *
     * @param onBegin runs when it is decided that the call is done, before anything is
     */
    ToolAnswer run(String turn, ToolCall call, Runnable onBegin);
}
