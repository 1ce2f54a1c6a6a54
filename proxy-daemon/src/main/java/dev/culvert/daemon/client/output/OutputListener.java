package dev.culvert.daemon.client.output;

import dev.culvert.value.Value;

/** Is told what a command finds, in whatever format it is printed. */
public interface OutputListener {
    OutputListener NONE =
            new OutputListener() {
                @Override
                public void result(Value result) {}

                @Override
                public void ranAs(String run) {}
            };

    /** The result, or the newest of several that come over time. */
    void result(Value result);

    /** The daemon has recorded a change under this id. */
    void ranAs(String run);

    /** The command failed; it says why itself. */
    default void failed(Exception why) {}
}
