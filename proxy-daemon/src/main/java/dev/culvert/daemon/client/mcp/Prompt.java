package dev.culvert.daemon.client.mcp;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Texts of a workspace that a user picks to begin with. They take the place of the daemon's. */
enum Prompt {
    TROUBLESHOOT(
            "Find out what does not work in the infrastructure, and why",
            "problem",
            "What does not work: a guest, an agent, a plan. Default: find it out",
            false,
            "something that does not work, which you find yourself",
            """
            Find out what is wrong in the infrastructure workspace '%1$s' of Culvert, and change nothing yet.
            It is about: %2$s
            1. Call status: what does not answer, and which mode this is.
            2. Call diagnose; where it is about an agent, call it with agent.
            3. Call find with what tasks and state failed, what history, and what changes: what happened last.
            4. Call read for each guest, agent or run that it may be about.
            5. Call check with what desired, and with what drift: where what is wanted and what is there differ.
            6. If it is there, read the resource culvert://logs.
            Then say in three parts what happens, why, and what to do; quote the value that shows it. If a guest has to change, show what plan says, and wait for my answer.\
            """),
    OPTIMISE(
            "Find out what could be better in the infrastructure",
            "goal",
            "What matters: cost, speed, safety. Default: all of it",
            false,
            "whatever is worth it",
            """
            Find out what could be better in the infrastructure workspace '%1$s' of Culvert, and change nothing yet.
            What matters: %2$s
            1. Read the resource culvert://inventory: load and memory of nodes, use of storages, guests and their state.
            2. Call read for guests that stand out: more memory or cores than they use, stopped for long, old snapshots, no backup, no start with their node.
            3. Call check with what drift: what was changed by hand.
            4. Call find with what tasks and state failed.
            Then write a table with a line for each proposal: what, which value shows it, what it brings, what it risks. Put the best first. When I have chosen, call plan with these changes and show me its picture. Apply it only when I say so.\
            """),
    PLAN(
            "Plan a change of the infrastructure, before anything is changed",
            "goal",
            "What is to be reached",
            true,
            "",
            """
            Plan how the infrastructure workspace '%1$s' of Culvert reaches this goal, and change nothing before I agree:

            %2$s

            1. Call status, find with what desired, find with what guests, and find with what nodes and storages: what is wanted, what is there, and where is room.
            2. Call plan with create, change and forget for what the goal needs. That writes the desired state alone; it changes no guest.
            3. Call check with what desired.
            4. Show me the picture that plan gave, with its digest; say what is destroyed, what can go wrong in each step, and what you do then.
            Wait for my answer. Then call apply with that digest; if it says that something has changed, plan again and show me the new picture.\
            """);

    private static final int MOST_CHARS = 8_000;

    private final String title;
    private final String argument;
    private final String description;
    private final boolean needed;
    private final String otherwise;
    private final String text;

    Prompt(
            String title,
            String argument,
            String description,
            boolean needed,
            String otherwise,
            String text) {
        this.title = title;
        this.argument = argument;
        this.description = description;
        this.needed = needed;
        this.otherwise = otherwise;
        this.text = text;
    }

    static Optional<Prompt> named(String name) {
        return Stream.of(values()).filter(it -> it.label().equals(name)).findAny();
    }

    /** All of them, and those of the daemon that have another name. */
    static Value list(Value ofTheDaemon) {
        List<Value> all = new ArrayList<>();
        for (Prompt prompt : values()) {
            all.add(
                    Value.members(
                            "name",
                            prompt.label(),
                            "title",
                            prompt.title,
                            "description",
                            prompt.title + ".",
                            "arguments",
                            Value.of(
                                    List.of(
                                            Value.members(
                                                    "name",
                                                    prompt.argument,
                                                    "description",
                                                    prompt.description,
                                                    "required",
                                                    prompt.needed)))));
        }
        ofTheDaemon.list().stream()
                .filter(it -> named(it.text("name")).isEmpty())
                .forEach(all::add);
        return Value.of(all);
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    String argument() {
        return argument;
    }

    boolean isNeeded() {
        return needed;
    }

    String text(String workspace, String given) {
        return text.formatted(
                workspace, given.isEmpty() ? otherwise : Quoted.cut(given, MOST_CHARS));
    }
}
