package dev.culvert.daemon.client;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.OutputListener;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a verb works with: the daemon, and where results go. The options are asked for when they are
 * needed, because verbs are created before the command line is read.
 */
public final class Session {
    /** The flag {@code --color}. */
    public enum Colour {
        AUTO,
        ALWAYS,
        NEVER
    }

    private static final int PAGE = 1_000;

    private final Surroundings around;
    private final Supplier<TargetOptions> options;
    private final Supplier<Format> format;
    private final Supplier<Colour> colour;
    private final OutputListener listener;
    private @Nullable Output output;

    public Session(
            Surroundings around,
            Supplier<TargetOptions> options,
            Supplier<Format> format,
            Supplier<Colour> colour) {
        this(around, options, format, colour, OutputListener.NONE);
    }

    /** The same where somebody else is told what is found. */
    public Session(
            Surroundings around,
            Supplier<TargetOptions> options,
            Supplier<Format> format,
            Supplier<Colour> colour,
            OutputListener listener) {
        this.listener = listener;
        this.around = around;
        this.options = options;
        this.format = format;
        this.colour = colour;
    }

    public Surroundings around() {
        return around;
    }

    public TargetOptions options() {
        return options.get();
    }

    /** Which daemon it is; connects to nothing but admin sockets that nobody named. */
    public Target target() throws IOException {
        return Target.find(options.get(), around);
    }

    /** The daemon; each request connects anew. */
    public Api api() throws IOException {
        return target().api(options.get(), run -> output().ranAs(run));
    }

    public Output output() {
        Output known = output;
        if (known == null) {
            known =
                    new Output(
                                    around.out(),
                                    around.err(),
                                    format.get(),
                                    hasColours(),
                                    around.place().terminal())
                            .tell(listener);
            output = known;
        }
        return known;
    }

    /** Tells whoever listens that the verb failed. */
    public void failed(Exception why) {
        listener.failed(why);
    }

    /** The named contexts of this user. */
    public Contexts contexts() throws IOException {
        return Contexts.read(around.place().settings());
    }

    public void keep(Contexts contexts) throws IOException {
        contexts.write(around.place().settings());
    }

    /**
     * All items of a list that the daemon gives page by page.
     *
     * @param path without a query
     * @param query what the list is narrowed to, for example {@code state=ready}; may be empty
     * @param member where the items are in each page
     */
    public static List<Value> pages(Api api, String path, String query, String member)
            throws IOException {
        List<Value> all = new ArrayList<>();
        String more = query.isEmpty() ? "" : "&" + query;
        String after = "";
        do {
            String from = after.isEmpty() ? "" : "&after=" + Request.segment(after);
            Value page = api.get(path + "?limit=" + PAGE + more + from);
            all.addAll(page.at(member).list());
            after = page.text("next");
        } while (!after.isEmpty());
        return all;
    }

    /** https://no-color.org: any value but an empty one switches colours off. */
    private boolean hasColours() {
        return switch (colour.get()) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO ->
                    around.place().terminal().out()
                            && around.environment().getOrDefault("NO_COLOR", "").isEmpty()
                            && !around.environment().getOrDefault("TERM", "").equals("dumb");
        };
    }
}
