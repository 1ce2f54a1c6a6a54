package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.daemon.client.workbench.VerbRunner;
import dev.culvert.value.Value;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Runs verbs for tools: nobody is at a terminal, and nothing is on stdin.
 *
 * @param common the flags that say which daemon
 */
record ToolVerbs(Surroundings around, List<String> common) implements VerbRunner {
    ToolVerbs {
        common = List.copyOf(common);
    }

    @Override
    public Ran run(List<String> words, Consumer<String> listener) {
        StringWriter out = new StringWriter();
        Lines err = new Lines(listener);
        AtomicReference<Value> found = new AtomicReference<>(Value.nothing());
        Surroundings own =
                new Surroundings(
                        around.environment(),
                        new ByteArrayInputStream(new byte[0]),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(
                                around.place().settings(),
                                around.place().adminSockets(),
                                Terminal.NONE,
                                _ -> {}));
        List<String> all = new ArrayList<>(words);
        all.addAll(1, common);
        int code =
                Culvert.run(
                        own,
                        new OutputListener() {
                            @Override
                            public void result(Value result) {
                                found.set(result);
                            }

                            @Override
                            public void ranAs(String run) {}
                        },
                        all.toArray(String[]::new));
        own.out().flush();
        own.err().flush();
        return new Ran(
                code, Objects.requireNonNull(found.get()), out.toString(), err.all.toString());
    }

    /** Tells each line when it is whole. */
    private static final class Lines extends Writer {
        private final StringBuilder all = new StringBuilder();
        private final StringBuilder line = new StringBuilder();
        private final Consumer<String> listener;

        private Lines(Consumer<String> listener) {
            this.listener = listener;
        }

        @Override
        public void write(char[] chars, int from, int count) {
            all.append(chars, from, count);
            for (int i = from; i < from + count; i++) {
                if (chars[i] == '\n') {
                    listener.accept(line.toString().strip());
                    line.setLength(0);
                } else {
                    line.append(chars[i]);
                }
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
